"""The digest of the placement of an order that is erased."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3

from tests.harness import Shop
from tests.store.customers.erasures.contents import items, table
from tests.store.customers.erasures.person import someone
from tests.store.customers.erasures.runs import asked, run


def digests(order_ids: Iterator[str] | dict[str, Any]) -> dict[str, str]:
    return {
        item["pk"]["S"].split("#")[1]: item["placed_digest"]["S"]
        for item in items()
        if item["sk"]["S"] == "ORDER#DETAIL" and item["pk"]["S"].split("#")[1] in set(order_ids)
    }


def test_nobody_can_try_names_against_the_digest_of_an_erased_order(shop: Shop) -> None:
    """Orders of former code have a digest that is not keyed; another erasure replaces it, too."""
    from functions.orders.models.orders.bodies import NewOrder, placement

    person = someone(shop, "first", orders=("unpaid", "cancelled"))
    guessed = {}
    for order_id, body in person.bodies.items():
        guessed[order_id] = placement(NewOrder.model_validate(body)).digest
    assert all(each.startswith("k") for each in digests(person.bodies).values())
    assert not set(digests(person.bodies).values()) & set(guessed.values())
    client = boto3.client("dynamodb")
    for erased in (False, True):
        for order_id, plain in guessed.items():
            client.update_item(
                TableName=table(),
                Key={"pk": {"S": f"{shop.name}#{order_id}"}, "sk": {"S": "ORDER#DETAIL"}},
                UpdateExpression="SET placed_digest = :plain",
                ExpressionAttributeValues={":plain": {"S": plain}},
            )
            assert shop.platform.post("/v1/orders", person.bodies[order_id]).status == 200, "as first placed"
        asked(shop, "first")
        run(shop, "first")
        kept = digests(person.bodies)
        assert len(kept) == 2 and all(each.startswith("k") for each in kept.values()), erased
        assert not set(kept.values()) & set(guessed.values())
        for body in person.bodies.values():
            assert shop.platform.post("/v1/orders", body).status == 200, "as first placed"
            other = shop.platform.post("/v1/orders", body | {"memo": "another"})
            assert (other.status, other.code) == (409, "order_exists")
