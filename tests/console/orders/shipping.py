"""Orders that await shipment, for the tests of the console."""

from __future__ import annotations

from tests.harness import Shop


def awaiting_shipment(shop: Shop, count: int) -> list[str]:
    """The numbers of new orders that are paid and not shipped."""
    numbers = []
    for _ in range(count):
        order_id = shop.platform.place()["order_id"]
        for action in ("pay", "pass_risk"):
            assert shop.platform.act(order_id, action).status == 200
        numbers.append(order_id)
    return numbers


def statuses(shop: Shop, numbers: list[str]) -> set[str]:
    return {shop.viewer.get(f"/v1/orders/{number}").json["status"] for number in numbers}
