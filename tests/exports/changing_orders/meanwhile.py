"""What happens to orders while an export reads them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.exports import worker
from shared.operations import exports
from tests.exports.office import Office
from tests.exports.small_pages import small_pages
from tests.harness import Shop


class Meanwhile:
    """Reads in small pages, and lets something happen before any of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, size: int = 3) -> None:
        self.happenings: list[Callable[[], object]] = []
        self.at: Callable[[int], bool] = lambda _: False
        self.requests = 0
        small_pages(monkeypatch, size, self.happen)

    def happen(self) -> None:
        self.requests += 1
        if self.happenings and self.at(self.requests):
            self.happenings.pop(0)()


def ended(office: Office, shop: Shop, request: dict[str, Any], now: datetime | None = None) -> dict[str, Any]:
    """What becomes of it when the clock comes round, requests and workers going by one time."""
    now = now or datetime.now(UTC)
    for _ in range(60):
        for body in office.messages():
            worker.write_next(body["store_id"], body["export_id"], body["n"], lambda now=now: now)  # type: ignore[misc]
        export = office.read(shop.staff, request["id"])
        if export["state"] not in ("queued", "running"):
            break
        now += timedelta(seconds=20)
        office.at(now)
        exports.resume(now, lambda: False)
    office.at(None)
    return export
