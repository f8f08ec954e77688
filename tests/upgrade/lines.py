"""The lines of a recording, read back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from local.gateway.http_api import Router
from tests.harness import TEMPLATE


@dataclass(frozen=True)
class Line:
    operation: str
    status: int
    code: str | None
    language: str | None
    user: str
    query: str
    replayed: bool


def answered(lines: Iterable[str]) -> Iterator[Line]:
    """Each answer of a recording; what is noted between two answers is left out."""
    for line in lines:
        read: dict[str, Any] = json.loads(line)
        if "status" not in read:
            continue
        method, _, rest = read["asked"].partition(" ")
        path, _, query = rest.partition(" {")
        content = read["content"]
        yield Line(
            operation(method, re.sub("<[^>]*>", "x", path)),
            read["status"],
            content.get("code") if isinstance(content, dict) and read["status"] >= 400 else None,
            read["headers"].get("Accept-Language"),
            read["by"]["user"],
            query,
            "idempotent-replayed" in read["answered"],
        )


def operation(method: str, path: str) -> str:
    """`POST /v1/orders/{order_id}/actions/ship`: the route of template.yaml, its action named as the document does."""
    match = _router().match(method, path.partition("?")[0])
    if match is None:
        return f"{method} {path}"
    route = match.route.path
    return f"{method} {route.replace('{action}', match.parameters.get('action', ''))}"


@cache
def _router() -> Router:
    return Router(TEMPLATE.routes)
