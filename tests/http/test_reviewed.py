"""What a close reading found, each once wrong."""

from __future__ import annotations

import time
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.harness import Api, InProcess, ago, ahead, line, new_order, parcel, snapshot, usd


def shipping(shop: Any, **order: Any) -> dict[str, Any]:
    """An order placed and ready to ship; its body."""
    body = new_order(**order)
    assert shop.platform.post("/v1/orders", body).status == 201
    for action in ("pay", "pass_risk"):
        assert shop.platform.act(body["order_id"], action).status == 200
    return body


def sent(number: str, **lines: int) -> dict[str, Any]:
    return {**parcel(number, **lines), "shipped_at": ago(minutes=1)}


def test_a_parcel_after_one_that_a_snapshot_took_away_replaces_no_other(api: Api) -> None:
    shop = api.shop()
    body = shipping(shop, lines=[line("1", 5)])
    for number in ("T1", "T2"):
        shop.staff.act(body["order_id"], "ship", {"parcels": [parcel(number, line1=1)]})
    shown = snapshot(body, "SELLER_PART_SEND_GOODS", changed_at=ahead(seconds=1), parcels=[sent("T2", line1=1)])
    assert shop.platform.act(body["order_id"], "sync", shown).status == 200
    answered = shop.staff.act(body["order_id"], "ship", {"parcels": [parcel("T3", line1=3)]}).json
    read = shop.staff.get(f"/v1/orders/{body['order_id']}").json
    assert [each["tracking_no"] for each in read["parcels"]] == ["T2", "T3"]
    assert len({each["parcel_id"] for each in read["parcels"]}) == 2
    assert (answered["lines"][0]["shipped"], read["lines"][0]["shipped"]) == (4, 4)


def test_no_more_is_paid_out_and_back_than_came_in(api: Api) -> None:
    shop = api.shop()
    body = shipping(shop, lines=[line("1", 10, "10.00")], shipping_fee=usd("0.00"))
    order_id = body["order_id"]
    shop.staff.act(order_id, "ship", {"parcels": [parcel("T1", line1=3)]})
    closed = shop.platform.act(order_id, "expire_shipment").json
    assert closed["refunds"][0]["amount"] == usd("70.00")
    shop.platform.act(order_id, "confirm_receipt")
    more = shop.platform.act(order_id, "release_funds", {"amount": usd("30.01")})
    assert (more.status, more.code) == (422, "release_exceeds_funds")
    assert shop.platform.act(order_id, "release_funds", {"amount": usd("30.00")}).status == 200
    refund = {"refund_id": closed["refunds"][0]["refund_id"]}
    more = shop.platform.act(order_id, "complete_refund", {**refund, "amount": usd("70.01")})
    assert (more.status, more.code) == (422, "refund_exceeds_remaining")
    done = shop.platform.act(order_id, "complete_refund", refund).json
    assert (done["status"], done["outcome"], done["amounts"]["refunded"]) == ("FINISH", "partly_refunded", usd("70.00"))


def test_the_same_placement_with_its_total_spelled_out_is_the_same(api: Api) -> None:
    shop = api.shop()
    body = new_order()
    assert shop.platform.post("/v1/orders", body).status == 201
    assert shop.platform.post("/v1/orders", {**body, "total": usd("28.50")}).status == 200


def test_an_order_that_no_amount_could_name_is_refused(api: Api) -> None:
    refused = api.shop().platform.post("/v1/orders", new_order(lines=[line("1", 100_000, "9999999999999.99")]))
    assert (refused.status, refused.code, refused.fields) == (422, "total_too_large", ["/lines"])


@pytest.mark.parametrize("depth", [65, 200, 965, 5000])
def test_deep_nesting_is_refused_wherever_it_is(api: Api, depth: int) -> None:
    raw = b'{"items": [{"order_id": "a", "x": ' + b"[" * depth + b"]" * depth + b"}]}"
    refused = api.shop().staff.post("/v1/bulk/ship", raw=raw)
    assert (refused.status, refused.code) == (400, "invalid_request")


def test_a_deadline_given_twice_is_refused(api: Api) -> None:
    twice = [{"kind": "payment", "due_at": ahead(days=days)} for days in (1, 2)]
    refused = api.shop().platform.post("/v1/orders", new_order(deadlines=twice))
    assert (refused.status, refused.code, refused.fields) == (422, "duplicate_deadline", ["/deadlines/1/kind"])


def test_a_snapshot_cannot_show_money_where_there_is_none(api: Api) -> None:
    shop = api.shop()
    body = shipping(shop)
    shown = snapshot(body, "PLACE_ORDER_SUCCESS", changed_at=ahead(seconds=1), fund_state="released")
    refused = shop.platform.act(body["order_id"], "sync", shown)
    assert (refused.status, refused.code, refused.fields) == (422, "fund_state_impossible", ["/fund_state"])


def test_a_refunded_snapshot_accounts_for_all_that_was_received(api: Api) -> None:
    shop = api.shop()
    body = shipping(shop, lines=[line("1", 10, "10.00")], shipping_fee=usd("0.00"))
    order_id = body["order_id"]
    shop.staff.act(order_id, "ship", {"parcels": [parcel("T1", line1=3)]})
    refund = shop.platform.act(order_id, "expire_shipment").json["refunds"][0]
    shop.platform.act(order_id, "complete_refund", {"refund_id": refund["refund_id"]})
    shown = snapshot(
        body,
        "FINISH",
        changed_at=ahead(seconds=1),
        fund_state="refunded",
        end_reason="seller_accept_issue_no_goods_return",
        parcels=[sent("T1", line1=3)],
    )
    done = shop.platform.act(order_id, "sync", shown).json
    assert (done["outcome"], done["amounts"]["refunded"]) == ("refunded", usd("100.00"))
    assert [each["state"] for each in done["refunds"]] == ["paid", "paid"]


def test_refund_records_have_an_end(api: Api) -> None:
    shop = api.shop()
    order_id = shipping(shop)["order_id"]
    for _ in range(20):
        assert shop.platform.act(order_id, "request_cancellation", {"reason": "changed"}).status == 200
        assert shop.platform.act(order_id, "withdraw_cancellation").status == 200
    refused = shop.platform.act(order_id, "request_cancellation", {"reason": "changed"})
    assert (refused.status, refused.code) == (409, "too_many_refunds")


def test_the_largest_snapshot_fits_into_one_transaction(on_dynoxide: Api) -> None:
    shop = on_dynoxide.shop()
    body = shipping(shop, lines=[line("1", 60)])
    order_id = body["order_id"]
    for _ in range(20):
        shop.platform.act(order_id, "request_cancellation", {"reason": "changed"})
        shop.platform.act(order_id, "withdraw_cancellation")
    parcels = [parcel(f"A{n}", line1=1) for n in range(30)]
    assert shop.staff.act(order_id, "ship", {"parcels": parcels}).status == 200
    moved = {**body, "placed_at": ago(minutes=2)}
    shown = snapshot(
        moved,
        "SELLER_PART_SEND_GOODS",
        changed_at=ahead(seconds=1),
        overlays=["dispute"],
        parcels=[sent(f"B{n}", line1=1) for n in range(30)],
    )
    done = shop.platform.act(order_id, "sync", shown, headers={"Idempotency-Key": "k"})
    assert (done.status, len(done.json["parcels"])) == (200, 30), done.content


def test_an_answer_too_large_to_keep_is_answered_with_the_order(on_dynoxide: Api) -> None:
    import random
    import string

    rng = random.Random(7)
    names = ["".join(rng.choices(string.ascii_letters + string.digits, k=64)) for _ in range(900)]
    shop = on_dynoxide.shop()
    body = shipping(shop, lines=[line(name, 9, "0.01") | {"product_id": "P"} for name in names])
    key = {"Idempotency-Key": "big"}
    for number in range(8):
        pieces = [{"line_id": name, "quantity": 1} for name in names]
        parcels = [{"carrier": "C", "tracking_no": f"N{number}", "lines": pieces}]
        own = {"Idempotency-Key": f"k{number}"}
        assert shop.staff.act(body["order_id"], "ship", {"parcels": parcels}, headers=own).status == 200
    last = {"parcels": [{"carrier": "C", "tracking_no": "LAST"}]}
    first = shop.staff.act(body["order_id"], "ship", last, headers=key)
    again = shop.staff.act(body["order_id"], "ship", last, headers=key)
    assert (first.status, again.status, again.headers["idempotent-replayed"]) == (200, 200, "true")
    assert again.json["order_id"] == body["order_id"] and len(again.json["parcels"]) == 9
    assert len(zlib.compress(first.content)) > 300_000, "this order is meant to be too large"


def test_an_item_that_met_a_busy_table_runs_when_the_bulk_is_sent_again(
    in_process: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.orders.routes.orders import bulk
    from shared.operations import orders
    from shared.store.dynamodb.errors import Busy

    shop = in_process.shop()
    numbers = [shipping(shop)["order_id"] for _ in range(3)]
    body = {"items": [{"order_id": number, "parcels": [parcel(f"L{number}")]} for number in numbers]}
    change, key = orders.change_order, {"Idempotency-Key": "bulk"}

    def failing(store: Any, loaded: Any, *rest: Any, **more: Any) -> Any:
        if loaded.order.order_id == numbers[0]:
            raise Busy("the table is busy")
        if loaded.order.order_id == numbers[1]:
            raise KeyError("a bug")
        return change(store, loaded, *rest, **more)

    monkeypatch.setattr(bulk.operations, "change_order", failing)
    first = shop.staff.post("/v1/bulk/ship", body, headers=key)
    assert [each.get("problem", {}).get("status") for each in first.json["results"]] == [503, 500, None]
    monkeypatch.setattr(bulk.operations, "change_order", change)
    again = shop.staff.post("/v1/bulk/ship", body, headers=key)
    assert [each["status"] for each in again.json["results"]] == ["succeeded"] * 3
    assert [each["version"] for each in again.json["results"]] == [4, 4, 4], "no item was shipped twice"
    kept = shop.staff.post("/v1/bulk/ship", body, headers=key)
    assert (kept.content, kept.headers["idempotent-replayed"]) == (again.content, "true")


def test_what_a_bulk_had_no_time_for_runs_when_it_is_sent_again(
    in_process: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.orders.routes.orders import bulk

    shop = in_process.shop()
    numbers = [shipping(shop)["order_id"] for _ in range(2)]
    body = {"items": [{"order_id": number, "parcels": [parcel(f"L{number}")]} for number in numbers]}
    monkeypatch.setattr(bulk, "BUDGET_SECONDS", -1)
    first = shop.staff.post("/v1/bulk/ship", body, headers={"Idempotency-Key": "bulk"})
    assert [each["status"] for each in first.json["results"]] == ["not_attempted"] * 2
    monkeypatch.setattr(bulk, "BUDGET_SECONDS", 20)
    again = shop.staff.post("/v1/bulk/ship", body, headers={"Idempotency-Key": "bulk"})
    assert [each["status"] for each in again.json["results"]] == ["succeeded"] * 2


def test_a_key_used_again_as_its_day_ends_is_decided_at_once(in_process: Api) -> None:
    assert isinstance(in_process.transport, InProcess)
    shop, began = in_process.shop(), datetime.now(UTC).replace(microsecond=0)
    in_process.transport.now = began
    order_id = shop.platform.place(placed_at=ago(days=1))["order_id"]
    key = {"Idempotency-Key": "k"}
    assert shop.platform.act(order_id, "start_payment", headers=key).status == 200
    in_process.transport.now = began + timedelta(hours=24, milliseconds=500)
    clock = time.monotonic()
    assert shop.platform.act(order_id, "start_payment", headers=key).status == 409
    assert time.monotonic() - clock < 5


def test_a_ship_by_that_lapsed_stays_as_it_is_while_the_cancellation_is_open(api: Api) -> None:
    shop = api.shop(deadline_policy={"mode": "watch"})
    body = new_order(placed_at=ago(days=2))
    assert shop.platform.post("/v1/orders", body).status == 201
    shop.platform.act(body["order_id"], "pay", {"at": ago(hours=40)})
    due = ago(hours=5)
    passed = {"at": ago(hours=30), "deadlines": [{"kind": "shipment", "due_at": due}]}
    shop.platform.act(body["order_id"], "pass_risk", passed)
    shop.platform.act(body["order_id"], "request_cancellation", {"at": ago(hours=10), "reason": "changed"})
    shown = shop.platform.act(body["order_id"], "sync", snapshot(body, "IN_CANCEL", changed_at=ago(minutes=1))).json
    assert {timer["kind"]: timer["due_at"] for timer in shown["deadlines"]}["shipment"] == due


def test_a_page_of_parcels_ends_before_its_answer_grows_too_large(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.store.orders import part_lists

    if api.engine == "local":
        pytest.skip("the bound cannot be lowered in another process")
    monkeypatch.setattr(part_lists, "MAX_LINES", 5)
    shop = api.shop()
    for number in range(6):
        body = shipping(shop, lines=[line(str(n), 1) for n in range(3)])
        shop.staff.act(body["order_id"], "ship", {"parcels": [parcel(f"N{number}")]})
    page = shop.viewer.get("/v1/parcels?limit=200").json
    assert len(page["data"]) == 1 and page["page"]["next_cursor"]
    assert [each["tracking_no"] for each in shop.viewer.every("/v1/parcels")] == [f"N{n}" for n in reversed(range(6))]
