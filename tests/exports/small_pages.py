"""The export's reads in small pages, so that a few orders take as many calls as many do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shared.store.dynamodb import wire


def small_pages(monkeypatch: pytest.MonkeyPatch, size: int, before: Callable[[], object] = lambda: None) -> None:
    """At most `size` items a page; `before` runs before each of them is read."""
    client = wire._client

    def small(beside: Any) -> Any:
        real = client(beside)

        class Small:
            def query(self, **request: Any) -> Any:
                before()
                return real.query(**request, Limit=size)

        return Small()

    monkeypatch.setattr(wire, "_client", small)
