"""What these tests do with an export over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.exports import worker
from tests.exports.office import Office
from tests.harness import Answer, Client, Shop

FORMATS = ("xls", "xlsx", "csv")


def exports_of(shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.owner.every("/v1/exports")
    return found


def post(client: Client, export: dict[str, Any], step: str, **kwargs: Any) -> Answer:
    return client.post(f"/v1/exports/{export['id']}/{step}", {}, **kwargs)


def fail(office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """An export that was tried as often as it is, in vain."""
    request = office.ask(shop.owner, format="csv")
    (message,) = office.messages()
    with monkeypatch.context() as broken:
        broken.setattr(worker, "write_file", lambda *_: 1 / 0)
        for attempt in range(6):  # each some time after the last, when nobody has the file in hand any more
            office.at(datetime.now(UTC) + timedelta(minutes=20 * attempt))
            office.deliver(message)
    office.at(None)
    return office.read(shop.owner, request["id"])
