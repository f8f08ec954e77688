"""Lists while an index trails a write, lists that no index has whole, and cursors of lists with long names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from shared.store.dynamodb import indexes
from tests.harness import Api, Shop, ahead, new_order, parcel, snapshot
from tests.proof import counted


def ids(shop: Shop, path: str = "/v1/orders", **query: Any) -> list[str]:
    return [row["order_id"] for row in shop.viewer.every(path, **query)]


@pytest.mark.parametrize(
    ("path", "query"),
    [("/v1/deadlines", {}), ("/v1/orders", {"status": "WAIT_SELLER_SEND_GOODS,WAIT_BUYER_ACCEPT_GOODS"})],
)
def test_an_order_that_moves_on_while_a_list_reads_its_statuses_is_in_it_once(
    in_process: Api, monkeypatch: pytest.MonkeyPatch, path: str, query: dict[str, str]
) -> None:
    shop, read = in_process.shop(), indexes.query_index
    order_id, moved = str(shop.platform.place()["order_id"]), list[int]()
    assert shop.platform.act(order_id, "pay").status == shop.platform.act(order_id, "pass_risk").status == 200

    def read_and_move(index: str, partition: str, *args: Any, **options: Any) -> Iterator[Any]:
        found = list(read(index, partition, *args, **options))
        if partition.endswith("WAIT_SELLER_SEND_GOODS") and not moved:
            moved.append(shop.staff.act(order_id, "ship", {"parcels": [parcel()]}).status)
        return iter(found)

    monkeypatch.setattr(indexes, "query_index", read_and_move)
    assert (ids(shop, path, **query), moved) == ([order_id], [200])


def test_the_orders_of_a_buyer_are_of_this_buyer_also_when_one_has_just_been_moved(
    in_process: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, read = in_process.shop(), indexes.placed_keys
    bodies = [new_order(buyer={"id": "a", "country": "US"}) for _ in range(3)]
    for body in bodies:
        shop.platform.place(**body)
    late = list(read(f"{shop.name}#a", indexes.FIRST, indexes.LAST, forward=False))
    shown = {**bodies[0], "buyer": {"id": "b", "country": "US"}}
    sync = snapshot(shown, "PLACE_ORDER_SUCCESS", changed_at=ahead(seconds=1))
    assert shop.platform.act(bodies[0]["order_id"], "sync", sync).status == 200
    wanted = {body["order_id"] for body in bodies[1:]}
    monkeypatch.setattr(indexes, "placed_keys", lambda *args, **options: iter(late))
    for path, query in (("/v1/orders", {"buyer": "a"}), ("/v1/customers/a/orders", {})):
        assert set(ids(shop, path, **query)) == wanted and len(late) == 3


def test_released_orders_are_listed_from_both_of_their_statuses(
    in_process: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, released = in_process.shop(deadline_policy={"mode": "watch"}), list[str]()
    shown: tuple[tuple[str, list[str], dict[str, str]], ...] = (
        ("FINISH", [], {"end_reason": "buyer_accept_goods"}),
        ("FUND_PROCESSING", ["dispute"], {"fund_state": "released", "end_reason": "buyer_accept_goods"}),
        ("FINISH", [], {"end_reason": "payment_refused"}),
        ("FUND_PROCESSING", [], {"end_reason": "buyer_accept_goods"}),
    )
    for number in range(16):
        status, overlays, ends = shown[number % 4]
        body = new_order(placed_at=f"2026-10-{number + 1:02}T00:00:00Z")
        shop.platform.place(**body)
        sync = snapshot(body, status, overlays=overlays, changed_at=ahead(seconds=1), **ends)
        synced = shop.platform.act(body["order_id"], "sync", sync).json
        released += [body["order_id"]] if synced["fund_state"] == "released" else []
    pages = 0
    for most in (indexes.MOST_READ, 3):
        monkeypatch.setattr(indexes, "MOST_READ", most)
        for limit in (1, 3, 8, 200):
            assert ids(shop, fund_state="released", limit=limit) == released[::-1]
            assert ids(shop, fund_state="released", limit=limit, sort="placed_at") == released
            pages += 2
        window = {"placed_from": "2026-10-02T00:00:00Z", "placed_to": "2026-10-10T00:00:00Z"}
        assert ids(shop, fund_state="released", limit=2, **window) == released[1:5][::-1]
    assert len(released) == 8 == shop.viewer.get("/v1/orders/counters").json["fund_states"]["released"]["count"]
    counted("lists of released orders", pages, floor=16)


@pytest.mark.parametrize("character", ["é", "买", "😀"])
def test_lists_of_long_names_go_on_at_their_cursors(in_process: Api, character: str) -> None:
    shop, buyer, tag = in_process.shop(), character * 128, character * 50
    placed = [str(shop.platform.place(buyer={"id": buyer, "country": "US"})["order_id"]) for _ in range(2)]
    shop.platform.place(buyer={"id": buyer[1:], "country": "US"})
    for order_id in placed:
        assert shop.staff.patch(f"/v1/orders/{order_id}", {"tags": [tag]}).status == 200
    customers = shop.viewer.every("/v1/customers", limit=1)
    own = next(each["href"] for each in customers if each["buyer_id"] == buyer)
    for path, query in ((f"{own}/orders", {}), ("/v1/orders", {"buyer": buyer}), ("/v1/orders", {"tag": tag})):
        assert set(ids(shop, path, **query, limit=1)) == set(placed)
    for each in customers:
        assert shop.staff.patch(each["href"], {"tags": [tag]}).status == 200
    assert len(customers) == len(shop.viewer.every("/v1/customers", tag=tag, limit=1)) == 2


def test_a_short_page_of_a_list_that_passes_many_over_needs_few_requests(
    on_memory: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, read, sizes = on_memory.shop(deadline_policy={"mode": "watch"}), indexes.query_index, list[int]()
    for number in range(50):
        body = new_order(placed_at=f"2026-10-01T00:{number:02}:00Z")
        shop.platform.place(**body)
        sync = snapshot(body, "FINISH", changed_at=ahead(seconds=1), end_reason="payment_refused")
        assert shop.platform.act(body["order_id"], "sync", sync).json["fund_state"] == "refunded"

    def query(*args: Any, **options: Any) -> Iterator[Any]:
        sizes.append(options["page_size"])
        return read(*args, **options)

    monkeypatch.setattr(indexes, "query_index", query)
    for fund_state in ("none", "released"):
        assert ids(shop, fund_state=fund_state, limit=1) == []
        assert sum(sizes) >= 50 and len(sizes) <= 12, sizes
        sizes.clear()
