"""`make package-check`: check that each built function has what it needs, and nothing of the others.

Each artefact's handler is imported by the Python of the template's runtime, with only the artefact and the standard
library on its path. Every module of the artefact must have bytecode.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from local.packaging.bytecode import interpreter, missing
from local.resources import Function
from local.runtime import clean_environment, environment
from local.template import Template

UNZIPPED_LIMIT_MB = 250  # Lambda's limit

_IMPORT = """
import importlib, os, sys
sys.path.insert(0, sys.argv[1])
module, _, name = sys.argv[2].rpartition(".")
getattr(importlib.import_module(module), name)
for name, module in sorted(sys.modules.items()):
    compiled = getattr(module, "__cached__", None)
    if (getattr(module, "__file__", None) or "").startswith(sys.argv[1]) and compiled and not os.path.exists(compiled):
        sys.exit(f"{name} has no bytecode")
"""


def faults_of(artefact: Path, function: Function) -> list[str]:
    """What is wrong with the artefact, as texts; empty if it would start on Lambda."""
    if not artefact.is_dir():
        return [f"{artefact} is missing; run: make build"]
    own = function.handler.split(".")[1]
    faults = [
        f"holds the function {folder.name}"
        for folder in (artefact / "functions").iterdir()
        if folder.is_dir() and folder.name not in (own, "__pycache__")
    ]
    unwanted = ("template.yaml", "Makefile", "tests", "local", ".venv", ".tools", "data")
    faults += [f"holds {name}" for name in unwanted if (artefact / name).exists()]
    size = megabytes(artefact)
    if size > UNZIPPED_LIMIT_MB:
        faults.append(f"takes {size:.0f} MB, over Lambda's {UNZIPPED_LIMIT_MB}")
    variables = environment(function, "http://127.0.0.1:9", "http://127.0.0.1:9", "secret")
    runtime = Template.load().runtime
    if (python := interpreter()) is None:
        return [*faults, f"cannot be started here: {missing(runtime)}"]
    started = subprocess.run(
        [python, "-I", "-S", "-B", "-c", _IMPORT, str(artefact.resolve()), function.handler],
        env=clean_environment(variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if started.returncode:
        faults.append(f"{runtime} cannot start {function.handler}:\n{started.stderr.strip()}")
    return faults


def megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def main(arguments: list[str]) -> int:
    build = Path(arguments[0] if arguments else ".aws-sam/build")
    failed = False
    for name, function in Template.load().functions.items():
        faults = faults_of(build / name, function)
        failed = failed or bool(faults)
        size = f" ({megabytes(build / name):.0f} MB unzipped)" if (build / name).is_dir() else ""
        print(f"{name}: {'; '.join(faults) if faults else 'imports from its artefact alone'}{size}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
