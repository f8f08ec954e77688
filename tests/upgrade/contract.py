"""The OpenAPI document of this checkout: saved, and compared with another but for its prose.

python -m tests.upgrade.contract save tests/upgrade/openapi.json
python -m tests.upgrade.contract compare one.json other.json
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.harness import Client, InProcess, environment

STORED = Path(__file__).with_name("openapi.json")
PROSE = frozenset({"description", "summary"})
SCHEMAS = "#/components/schemas/"


def current() -> dict[str, Any]:
    """The document as the API serves it. No table is needed for it."""
    with environment("http://127.0.0.1:1", "none"):
        document: dict[str, Any] = Client(InProcess(), {}, "nobody").get("/v1/openapi.json").json
    return document


def written(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def without_prose(document: dict[str, Any]) -> dict[str, Any]:
    """The document without its prose, and with names of schemas that do not depend on where a class is defined.

    Where two classes have one name, Pydantic puts their modules before it. Here such schemas are told apart by what
    they hold, and two that hold the same are one.
    """
    bare = _bare(document)
    schemas: dict[str, Any] = bare["components"]["schemas"]
    same_name: dict[str, set[str]] = defaultdict(set)
    for name, schema in schemas.items():
        same_name[_class(name)].add(_digest(schema))
    names = {
        name: _class(name) if len(same_name[_class(name)]) == 1 else f"{_class(name)}@{_digest(schema)}"
        for name, schema in schemas.items()
    }
    renamed: dict[str, Any] = _renamed(bare, names)
    renamed["components"]["schemas"] = {
        names[name]: schema for name, schema in renamed["components"]["schemas"].items()
    }
    return renamed


def differences(one: Any, other: Any, where: str = "") -> Iterator[str]:
    """A line for each place where two documents differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            inside = f"{where}/{name.replace('/', '~1')}"
            if name not in other:
                yield f"{inside}: gone"
            elif name not in one:
                yield f"{inside}: new"
            else:
                yield from differences(one[name], other[name], inside)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (first, second) in enumerate(zip(one, other, strict=True)):
            yield from differences(first, second, f"{where}/{index}")
    elif one != other or type(one) is not type(other):
        yield f"{where}: {one!r} is now {other!r}"


def _bare(value: Any, *, is_map_of_names: bool = False) -> Any:
    """`description` is prose, but for a property that has this name."""
    if isinstance(value, dict):
        return {
            name: _bare(each, is_map_of_names=name in ("properties", "schemas", "paths"))
            for name, each in value.items()
            if is_map_of_names or name not in PROSE
        }
    return [_bare(each) for each in value] if isinstance(value, list) else value


def _class(name: str) -> str:
    return name.rsplit("__", 1)[-1]


def _digest(schema: Any) -> str:
    names = {name: _class(name) for name in _references(schema)}
    text = json.dumps(_renamed(schema, names), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"].removeprefix(SCHEMAS)
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            name: SCHEMAS + names[each.removeprefix(SCHEMAS)]
            if name == "$ref" and isinstance(each, str) and each.startswith(SCHEMAS)
            else _renamed(each, names)
            for name, each in value.items()
        }
    return [_renamed(each, names) for each in value] if isinstance(value, list) else value


LATER = (
    "/v1/alert-channels/{channel_id}/confirm",
    "/v1/alerts/counters",
    "/v1/codes",
    "/v1/events",
    "/v1/funds/held",
    "/v1/imports",
    "/v1/members",
    "/v1/openapi.json",
    "/v1/pick-list",
    "/v1/search",
)
"""How the addresses begin that came after the recording. They have tests of their own."""


def recorded_operations() -> list[tuple[str, str]]:
    """(path, method) of the operations that the recording has, sorted."""
    paths = json.loads(STORED.read_text(encoding="utf-8"))["paths"]
    return [(path, method) for path in sorted(paths) if not path.startswith(LATER) for method in sorted(paths[path])]


def main(arguments: list[str]) -> int:
    match arguments:
        case ["save", path]:
            Path(path).write_text(written(current()), encoding="utf-8")
            return 0
        case ["compare", one, other]:
            first, second = (json.loads(Path(path).read_text(encoding="utf-8")) for path in (one, other))
            found = list(differences(without_prose(first), without_prose(second)))
            print("\n".join(found) or "The documents differ in prose only.")
            return min(1, len(found))
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
