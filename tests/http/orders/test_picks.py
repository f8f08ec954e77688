"""The pick list: what is to be packed now, summed by SKU."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness import Api, Shop, line, parcel


@pytest.fixture
def shop(api: Api) -> Shop:
    return api.shop()


def awaiting(shop: Shop, *lines: dict[str, Any]) -> str:
    order_id = str(shop.platform.place(lines=list(lines))["order_id"])
    for step in ("pay", "pass_risk"):
        assert shop.platform.act(order_id, step).status == 200
    return order_id


def listed(shop: Shop) -> tuple[bool, int, list[tuple[str, int, int]]]:
    answer = shop.viewer.get("/v1/pick-list").json
    rows = [(row.get("sku") or row["product_id"], row["quantity"], row["orders"]) for row in answer["data"]]
    return answer["available"], answer["orders"], rows


def test_what_is_left_to_ship_is_summed_by_sku(shop: Shop) -> None:
    assert listed(shop) == (False, 0, [])
    shop.platform.place(lines=[line("1", 5, sku="A")])
    assert listed(shop) == (False, 0, []), "an unpaid order awaits no shipment"
    first = awaiting(shop, line("1", 2, sku="A"), line("2", 1, sku="A"), line("3", 4, sku="B"))
    second = awaiting(shop, line("1", 3, sku="A"), line("2", 7, attributes={"Color": "Black"}))
    third = awaiting(shop, line("2", 1, attributes={"Color": "Black"}), line("2b", 2) | {"product_id": "P2"})
    assert listed(shop) == (True, 3, [("A", 6, 2), ("B", 4, 1), ("P2", 2, 1), ("P2", 8, 2)])
    shop.staff.act(first, "ship", {"parcels": [parcel("LX000000005CN", line1=1, line3=4)]})
    assert listed(shop) == (True, 3, [("A", 5, 2), ("P2", 2, 1), ("P2", 8, 2)])
    shop.platform.act(second, "freeze", {"reason": "check"})
    assert listed(shop) == (True, 2, [("A", 2, 1), ("P2", 2, 1), ("P2", 1, 1)])
    shop.staff.act(third, "ship", {"parcels": [parcel("RB123456785GB")]})
    shop.staff.act(first, "ship", {"parcels": [parcel("RB123456785US")]})
    assert listed(shop) == (False, 0, []), "only a frozen order is left"
