"""Bodies that set what a GET answers: they take its read-only fields back, and a PUT has a default for each field."""

from __future__ import annotations

from typing import Any

JSON = "application/json"


def complete_setting(described: dict[str, Any], method: str, schemas: dict[str, Any]) -> None:
    """Add read-only fields and defaults to the body of one operation, whose 200 answers what it sets."""
    body = _referred(described["requestBody"]["content"][JSON]["schema"])
    view = _referred(described["responses"]["200"]["content"][JSON]["schema"])
    assert body and view
    _complete(body, view, method == "put", schemas)


def _complete(body: str, view: str, with_defaults: bool, schemas: dict[str, Any]) -> None:
    taken, required = schemas[body]["properties"], schemas[body].get("required", [])
    for name, schema in taken.items():
        if with_defaults and name not in required:
            schema.setdefault("default", None)
    for name, schema in schemas[view]["properties"].items():
        if name not in taken:
            taken[name] = {**schema, "readOnly": True}
        elif (inner := _referred(taken[name])) and (shown := _referred(schema)):
            _complete(inner, shown, with_defaults, schemas)


def _referred(schema: dict[str, Any]) -> str | None:
    """The name of the schema that this one refers to, alone or beside null."""
    for each in (schema, *schema.get("anyOf", [])):
        if "$ref" in each:
            return str(each["$ref"]).rpartition("/")[2]
    return None
