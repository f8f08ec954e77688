"""`python -m local.packaging.service_data ARTEFACT`: write a small copy of botocore's service data into an artefact.

Without it botocore searches 440 folders and parses 2.4 MB of JSON before it has a DynamoDB client; most of that is
documentation and other services. The copy has every operation and shape of the services that the functions call. It
lies where shared/store/clients.py looks for it. Outside an artefact botocore reads its own data.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

from local.template import PROJECT
from shared.store.clients import SERVICE_DATA, SERVICES

MODELS = ("service-2", "endpoint-rule-set-1", "paginators-1")
GENERAL = ("endpoints", "partitions", "_retry", "sdk-default-configuration")
DOCUMENTATION = ("documentation", "documentationUrl")


def without_documentation(value: Any) -> Any:
    """The model without texts of documentation. A shape may have a member called `documentation`, which stays."""
    if isinstance(value, dict):
        return {
            name: without_documentation(each)
            for name, each in value.items()
            if not (name in DOCUMENTATION and isinstance(each, str))
        }
    return [without_documentation(each) for each in value] if isinstance(value, list) else value


def write(folder: Path) -> int:
    """Write the copy in the layout of botocore's own data and return its size in bytes."""
    loader, written = Loader(include_default_search_paths=True), 0
    prefixes = set()
    for service in SERVICES:
        version = loader.determine_latest_version(service, "service-2")
        for name in MODELS:
            model = without_documentation(loader.load_service_model(service, name, version))
            prefixes.add(model.get("metadata", {}).get("endpointPrefix"))
            written += _write(folder / service / version / f"{name}.json", model)
    for name in GENERAL:
        data = loader.load_data(name)
        if name == "endpoints":
            for partition in data["partitions"]:
                services = partition["services"]
                partition["services"] = {name: services[name] for name in services if name in prefixes}
        written += _write(folder / f"{name}.json", data)
    return written


def _write(path: Path, data: Any) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.write_text(json.dumps(data, separators=(",", ":")), "utf-8")


def main(arguments: list[str]) -> int:
    write(Path(arguments[0]) / SERVICE_DATA.relative_to(PROJECT))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
