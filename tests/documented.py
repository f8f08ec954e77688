"""Every answer that a test gets is held against the OpenAPI document: status, content type, headers, code and fields.

The document is made once in each process, and a schema is compiled when the first answer needs it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema_rs

HELD: Counter[str] = Counter()
"""The answers that were held against the document in this process, by operation."""
ALWAYS = frozenset({"etag", "location", "allow", "cache-control", "www-authenticate"})
"""Headers that each answer has where they are documented; the others depend on the request."""
ROOT = "urn:document"


class Undocumented(AssertionError):
    """An answer that is not in the document."""


def hold(method: str, path: str, status: int, headers: Mapping[str, str], content: bytes) -> None:
    """Raises Undocumented for an answer that the document does not have. An address that is not there is not in it."""
    contract = _contract()
    operation = contract.operation(method, path)
    if operation is None:
        return
    name = operation["operationId"]
    faults = [f"{method} {path}: {status} {fault}" for fault in contract.faults(operation, status, headers, content)]
    if faults:
        raise Undocumented("\n".join((*faults, content.decode(errors="replace")[:2000])))
    HELD[name] += 1


class Contract:
    """A document, with its schemas compiled when they are needed."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self._patterns = [
            (re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))), operations)
            for path, operations in sorted(document["paths"].items(), key=lambda each: each[0].count("{"))
        ]
        strict = _strict({"components": document["components"]})
        self._registry = jsonschema_rs.Registry([(ROOT, strict)])
        self._validators: dict[tuple[str, int, str], Any] = {}
        self._headers: dict[tuple[str, int], dict[str, Any]] = {}
        self._ours = {name.lower() for name in document["components"]["headers"]}

    def operation(self, method: str, path: str) -> Any:
        """The operation of a request; for a method that an address does not have, one that it has: it answers 405."""
        for pattern, operations in self._patterns:
            if pattern.fullmatch(path):
                return operations.get(method.lower()) or next(iter(operations.values()))
        return None

    def faults(
        self, operation: Mapping[str, Any], status: int, headers: Mapping[str, str], content: bytes
    ) -> Iterator[str]:
        """In which way the answer is not that of the document."""
        described = operation["responses"].get(str(status))
        if described is None:
            yield "is not documented"
            return
        described = self._resolved(described)
        yield from self._header_faults(operation["operationId"], status, described["headers"], headers)
        media = headers.get("content-type", "").partition(";")[0]
        if not described["content"]:
            yield from ["has a body"] if content else []
        elif media not in described["content"]:
            yield f"has the content type {media!r}"
        elif media.endswith("json"):
            key = (operation["operationId"], status, media)
            if key not in self._validators:
                schema = _strict(described["content"][media]["schema"])
                self._validators[key] = jsonschema_rs.Draft202012Validator(
                    schema, registry=self._registry, validate_formats=True
                )
            for error in self._validators[key].iter_errors(json.loads(content)):
                yield f"{'/'.join(map(str, error.instance_path))}: {error.message}"

    def _header_faults(
        self, name: str, status: int, described: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Iterator[str]:
        if (name, status) not in self._headers:
            self._headers[name, status] = {
                header.lower(): jsonschema_rs.validator_for(self._resolved(part)["schema"])
                for header, part in described.items()
            }
        validators = self._headers[name, status]
        for header in sorted((self._ours & headers.keys()) - validators.keys()):
            yield f"has the header {header}"
        from_gateway = "x-request-id" not in headers
        for header in sorted((ALWAYS & validators.keys()) - headers.keys()) if not from_gateway else ():
            yield f"lacks the header {header}"
        for header in sorted(validators.keys() & headers.keys()):
            if not validators[header].is_valid(headers[header]):
                yield f"has the header {header}: {headers[header]}"

    def _resolved(self, part: Any) -> Any:
        if "$ref" not in part:
            return part
        found: Any = self.document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return found


def _strict(schema: Any) -> Any:
    """The same schema, where an object has no fields but those that are described."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {name: _strict(each) for name, each in schema.items()}
    if isinstance(schema.get("$ref"), str):
        changed["$ref"] = ROOT + schema["$ref"]
    elif schema.get("type") == "object" and "properties" in schema:
        changed.setdefault("additionalProperties", False)
    return changed


@cache
def _contract() -> Contract:
    from functions.orders import handler

    return Contract(handler.document())
