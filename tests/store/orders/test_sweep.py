"""The clock: what lapses does so once, at its time, whoever finds it and however often."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from tests.books.orders import audit
from tests.capacity import metered
from tests.harness import Api, Client, Shop, ahead, line, parcel
from tests.proof import size

NOW = datetime.now(UTC).replace(microsecond=0)
DUE = NOW + timedelta(hours=1)
Begin = Callable[[Shop], str]


@pytest.fixture(autouse=True)
def from_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """NOW is when the test begins: this module may have been loaded long before."""
    now = datetime.now(UTC).replace(microsecond=0)
    monkeypatch.setitem(globals(), "NOW", now)
    monkeypatch.setitem(globals(), "DUE", now + timedelta(hours=1))


@pytest.fixture
def desk(in_process: Api) -> Api:
    return in_process


def at(moment: datetime) -> Any:
    """A sweep that lets lapse what was due before `moment`."""
    from functions.deadlines.sweep import SKEW, sweep

    return sweep(moment + SKEW, lambda: False)


def at_once() -> Any:
    """The sweep that brings a changed mode to the orders, once nobody writes by the former one any more."""
    from shared.operations.stores import SETTLE_TIME

    return at(datetime.now(UTC) + SETTLE_TIME + timedelta(seconds=1))


def due(kind: str) -> dict[str, Any]:
    return {"deadlines": [{"kind": kind, "due_at": DUE.isoformat()}]}


def done(client: Client, order_id: str, action: str, body: Any = None) -> None:
    answer = client.act(order_id, action, body)
    assert answer.status == 200, answer.content


def started(shop: Shop, *steps: tuple[str, str, Any], **order: Any) -> str:
    order_id = shop.platform.place(lines=[line("1", 2), line("2", 1)], **order)["order_id"]
    for role, action, body in steps:
        done(getattr(shop, role), order_id, action, body)
    return str(order_id)


def waiting(shop: Shop) -> str:
    return started(shop, ("platform", "pay", {}), ("platform", "pass_risk", due("shipment")))


def part_sent(shop: Shop) -> str:
    order_id = waiting(shop)
    done(shop.staff, order_id, "ship", {"parcels": [parcel(line1=1)]})
    return order_id


def hours_before_due(**length: float) -> str:
    return (DUE - timedelta(**length)).isoformat()


def examined(shop: Shop) -> str:
    steps = (
        ("platform", "pay", {"at": hours_before_due(hours=72)}),
        (
            "platform",
            "report_short_payment",
            {"received": {"amount": "1.00", "currency": "USD"}, "at": hours_before_due(hours=72)},
        ),
    )
    return started(shop, *steps, placed_at=hours_before_due(days=4))


def cancelling(shop: Shop) -> str:
    asked = {"reason": "changed", "at": hours_before_due(hours=48)}
    steps = (
        ("platform", "pay", {"at": hours_before_due(days=3)}),
        ("platform", "pass_risk", {"at": hours_before_due(days=3)}),
    )
    return started(shop, *steps, ("platform", "request_cancellation", asked), placed_at=hours_before_due(days=4))


def sent(shop: Shop) -> str:
    shipped = {"parcels": [parcel()], "at": hours_before_due(days=5)}
    steps = (
        ("platform", "pay", {"at": hours_before_due(days=6)}),
        ("platform", "pass_risk", {"at": hours_before_due(days=6)}),
    )
    return started(shop, *steps, ("platform", "ship", shipped), placed_at=hours_before_due(days=7), delivery_days=5)


CLOCK: dict[str, tuple[Begin, str, str, str]] = {
    "payment": (lambda shop: started(shop, **due("payment")), "expire_payment", "FINISH", "buyer_pay_timeout"),
    "risk": (
        lambda shop: started(shop, ("platform", "pay", due("risk"))),
        "pass_risk",
        "WAIT_SELLER_SEND_GOODS",
        "",
    ),
    "examination": (examined, "expire_examination", "FUND_PROCESSING", "examination_timeout"),
    "shipment, nothing sent": (waiting, "expire_shipment", "FUND_PROCESSING", "seller_send_goods_timeout"),
    "shipment, sent in part": (part_sent, "expire_shipment", "WAIT_BUYER_ACCEPT_GOODS", ""),
    "cancellation": (cancelling, "accept_cancellation", "FUND_PROCESSING", "cancel_order_close_trade"),
    "receipt": (sent, "expire_receipt", "FUND_PROCESSING", "buyer_accept_goods_timeout"),
}


def history(shop: Shop, order_id: str) -> list[dict[str, Any]]:
    return shop.viewer.every(f"/v1/orders/{order_id}/history")


def actions(shop: Shop, order_id: str) -> list[str]:
    return [entry["action"] for entry in history(shop, order_id)]


def assert_books() -> None:
    from shared.settings import settings

    assert not (wrong := audit(boto3.client("dynamodb"), settings().table_name).wrong), wrong


def test_every_timer_lapses_once_at_its_time_and_no_earlier(desk: Api) -> None:
    shop = desk.shop()
    orders = {kind: begin(shop) for kind, (begin, *_) in CLOCK.items()}
    before = {kind: len(actions(shop, order_id)) for kind, order_id in orders.items()}
    assert at(DUE).done == 0, "a timer lapses after its moment, not at it"
    first, again = at(DUE + timedelta(seconds=1)), at(DUE + timedelta(seconds=1))
    assert (first.done, first.failed, again.checked) == (len(CLOCK), 0, 0)
    for kind, (_, action, status, end_reason) in CLOCK.items():
        entry, order = history(shop, orders[kind])[-1], shop.viewer.get(f"/v1/orders/{orders[kind]}").json
        assert len(actions(shop, orders[kind])) == before[kind] + 1, kind
        assert (entry["action"], entry["actor"]["role"], entry["to"]) == (action, "clock", status), kind
        assert datetime.fromisoformat(entry["at"]) == DUE, kind
        assert (order["status"], order.get("end_reason") or "") == (status, end_reason), kind
    assert_books()
    print(json.dumps({"timers": len(CLOCK), "lapsed": first.done}))


def test_nothing_lapses_in_a_watch_store_or_while_frozen_or_disputed(desk: Api) -> None:
    watch, shop = desk.shop(deadline_policy={"mode": "watch"}), desk.shop()
    at_once()
    watched = [begin(watch) for begin, *_ in CLOCK.values()]
    frozen = [begin(shop) for begin, *_ in CLOCK.values()]
    for order_id in frozen:
        done(shop.platform, order_id, "freeze", {"reason": "review"})
    disputed = [sent(shop), part_sent(shop)]
    claim = {"kind": "not_received", "claim": {"amount": "1.00", "currency": "USD"}, "solution": "refund", "text": "no"}
    for order_id in disputed:
        done(shop.platform, order_id, "open_dispute", claim)
    swept = at(DUE + timedelta(days=1))
    assert (swept.checked, swept.done, swept.failed) == (0, 0, 0)
    for owner, order_ids in ((watch, watched), (shop, frozen + disputed)):
        for order_id in order_ids:
            assert "clock" not in {entry["actor"]["role"] for entry in history(owner, order_id)}
    assert_books()


def test_a_late_sweep_applies_a_chain_of_lapses_as_a_command_would(desk: Api) -> None:
    shop = desk.shop()
    paid = ("platform", "pay", {"at": ahead(minutes=1)})
    swept_one, commanded = (started(shop, paid, placed_at=NOW.isoformat()) for _ in range(2))
    much_later = NOW + timedelta(days=40)
    from shared.operations import orders as operations
    from shared.store import stores
    from shared.store.orders import orders

    store = stores.load(shop.name).store
    from shared.domain.order.transitions import Actor

    ask = operations.Request("freeze", Actor("platform", "platform"), much_later, reason="review")
    operations.change_order(store, orders.load(shop.name, commanded), ask)
    assert at(much_later).done == 1
    mine, theirs = history(shop, swept_one), history(shop, commanded)
    kept = ("seq", "at", "action", "from", "to", "actor")
    assert [entry["action"] for entry in mine] == ["place", "pay", "pass_risk", "expire_shipment"]
    first = mine[2]["at"], mine[3]["at"]
    assert [entry["action"] for entry in theirs] == [*(entry["action"] for entry in mine), "freeze"]
    assert [[entry[name] for name in kept if name != "at"] for entry in mine] == [
        [entry[name] for name in kept if name != "at"] for entry in theirs[:-1]
    ]
    drift = datetime.fromisoformat(theirs[2]["at"]) - datetime.fromisoformat(first[0])
    assert abs(drift) < timedelta(seconds=30), "both risk checks ran for a day from their own payment"
    assert theirs[3]["at"] == first[1]


def test_two_sweeps_side_by_side_do_the_work_once(on_dynoxide: Api) -> None:
    shop = on_dynoxide.shop()
    orders = [waiting(shop) for _ in range(size(10, 40))]
    results: list[Any] = []
    runs = [threading.Thread(target=lambda: results.append(at(DUE + timedelta(hours=1)))) for _ in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(results) == 4 and sum(swept.failed for swept in results) == 0
    assert sum(swept.done for swept in results) == len(orders)
    assert all(actions(shop, order_id).count("expire_shipment") == 1 for order_id in orders)
    assert_books()
    print(json.dumps({"orders": len(orders), "sweeps": 4, "lapsed": [swept.done for swept in results]}))


def test_an_index_that_is_behind_causes_no_wrong_action(desk: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.store import due_items

    shop = desk.shop()
    due_later = started(shop, **due("payment"))
    gone, paid = [waiting(shop) for _ in range(2)], started(shop, **due("payment"))
    done(shop.staff, gone[0], "ship", {"parcels": [parcel()]})
    done(shop.platform, gone[1], "freeze", {"reason": "review"})
    done(shop.platform, paid, "pay", {})
    behind = [*gone, paid, due_later, "never-there"]
    before = {order_id: actions(shop, order_id) for order_id in behind[:-1]}

    def stale(kind: due_items.DueKind, shard: str, until: datetime) -> Iterator[due_items.Due]:
        if shard == "CLOCK#0":
            yield from (due_items.Due(until.isoformat(), shop.name, order_id) for order_id in behind * 3)

    monkeypatch.setattr(due_items, "due", stale)
    swept = at(NOW + timedelta(minutes=30))
    assert (swept.checked, swept.done) == (len(behind) * 3, 0)
    assert {order_id: actions(shop, order_id) for order_id in behind[:-1]} == before
    assert_books()


def test_a_changed_mode_reaches_the_orders_that_are_there(desk: Api) -> None:
    shop = desk.shop(deadline_policy={"mode": "watch"})
    at_once()
    orders = [waiting(shop) for _ in range(12)]
    assert at(DUE + timedelta(hours=1)).done == 0
    assert shop.owner.patch("/v1/store", {"deadline_policy": {"mode": "enforce"}}).status == 200
    at_once()
    assert_books()
    assert at(DUE + timedelta(hours=1)).done == len(orders)
    others = [waiting(shop) for _ in range(5)]
    assert shop.owner.patch("/v1/store", {"deadline_policy": {"mode": "watch"}}).status == 200
    assert at(DUE + timedelta(hours=1)).done == 0
    assert at(DUE + timedelta(hours=1)).checked == 0, "the orders have left the clock's index"
    assert all(actions(shop, order_id)[-1] == "pass_risk" for order_id in others)
    assert_books()


def test_an_interrupted_change_of_mode_goes_on_where_it_stopped(desk: Api) -> None:
    from shared.operations.stores import rearm_store
    from shared.store import stores

    shop = desk.shop(deadline_policy={"mode": "watch"})
    at_once()
    orders = [waiting(shop) for _ in range(10)]
    shop.owner.patch("/v1/store", {"deadline_policy": {"mode": "enforce"}})
    looked = []
    while rearming := stores.load(shop.name).rearming:
        turns = iter([False, False, False, True])
        run = rearm_store(shop.name, rearming.at, now=NOW, before=NOW, out_of_time=lambda turns=turns: next(turns))
        looked.append(run.checked)
        assert len(looked) < 10
    assert sum(looked) == len(orders), looked
    assert_books()
    assert at(DUE + timedelta(hours=1)).done == len(orders)


def spoil(order: tuple[str, str]) -> None:
    from shared.settings import settings

    boto3.client("dynamodb").update_item(
        TableName=settings().table_name,
        Key={"pk": {"S": "#".join(order)}, "sk": {"S": "ORDER"}},
        UpdateExpression="SET amounts = :broken",
        ExpressionAttributeValues={":broken": {"S": "{"}},
    )


def test_an_order_that_cannot_be_read_stops_no_other(desk: Api) -> None:
    shop = desk.shop()
    orders = [waiting(shop) for _ in range(9)]
    spoil((shop.name, orders[0]))
    swept = at(DUE + timedelta(hours=1))
    assert (swept.done, swept.failed) == (len(orders) - 1, 1)
    assert at(DUE + timedelta(hours=1)).done == 0


def test_an_order_that_cannot_be_read_does_not_hold_up_a_change_of_mode(desk: Api) -> None:
    shop = desk.shop(deadline_policy={"mode": "watch"})
    at_once()
    orders = sorted(waiting(shop) for _ in range(6))
    spoil((shop.name, orders[0]))
    shop.owner.patch("/v1/store", {"deadline_policy": {"mode": "enforce"}})
    at_once()
    assert at(DUE + timedelta(hours=1)).done == len(orders) - 1


def test_an_idle_sweep_is_one_query_a_shard(on_dynoxide: Api) -> None:
    shop = on_dynoxide.shop()
    for _ in range(size(8, 20)):
        waiting(shop)
    with metered() as units:
        assert at(NOW).checked == 0
    print(json.dumps({"calls": dict(units.calls), "read units": units.reads}))
    assert dict(units.calls) == {"Query": 8} and units.reads <= 4
