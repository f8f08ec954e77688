"""An export as its workers see it: messages, clocks, and the result that there must be."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import botocore.client
from botocore.exceptions import EndpointConnectionError

from tests.exports.office import Office
from tests.harness import Shop


def never() -> bool:
    return False


def clock(at: datetime) -> Any:
    return lambda: at


def message(shop: Shop, export: dict[str, Any], n: int) -> dict[str, Any]:
    return {"store_id": shop.name, "export_id": export["id"], "n": n}


def whole(office: Office, shop: Shop, export: dict[str, Any]) -> None:
    finished = office.read(shop.staff, export["id"])
    assert finished["state"] == "succeeded", finished
    assert [file["orders"] for file in finished["files"]] == [3, 3, 1]
    numbers = [row[0] for row in office.rows(shop.staff, finished)]
    assert len(numbers) == len(set(numbers)) == 7
    assert len(office.keys()) == 3 and office.uploads() == []


def refusing(operation: str, calls: list[str]) -> Any:
    """Every call passes but this one, for which nobody is there."""
    real = botocore.client.BaseClient._make_api_call

    def call(client: Any, name: str, arguments: Any) -> Any:
        if name == operation:
            calls.append(name)
            raise EndpointConnectionError(endpoint_url="nowhere")
        return real(client, name, arguments)

    return call
