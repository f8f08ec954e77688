"""What stays busy, or cannot be read, stops nothing else: in the clock, the outbox, deliveries, exports and erasures.

And what is judged by a list is judged by all of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from functions.alerts import outbox
from functions.deadlines import due_items as work
from functions.exports import schedule
from local.runtime import Context
from shared.domain.alerts.model import Cause, alert
from shared.operations import exports as export_steps
from shared.operations import stores
from shared.operations.alerts import daily_alerts, reminders
from shared.operations.alerts import deliveries as delivery_steps
from shared.operations.customers import erasures
from shared.settings import settings
from shared.store import due_items, retries
from shared.store import stores as store_items
from shared.store.alerts import alerts, deliveries
from shared.store.alerts.outbox import ALERTS, Outbox
from shared.store.customers import customers
from shared.store.dynamodb.errors import Busy, Stale
from shared.store.dynamodb.table import transact
from shared.store.orders import orders
from tests.alerts.bureau import Bureau
from tests.alerts.conftest import bureau, receiver  # noqa: F401
from tests.alerts.receiver import ERRCODE_0
from tests.harness import Api, Shop

HOUR = timedelta(hours=1)
LIMIT = 0.05


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run tries one item for so long."""
    for module in (work, stores, erasures, export_steps):
        monkeypatch.setattr(module, "ITEM_LIMIT", LIMIT)


def never() -> bool:
    return False


def waiting(shop: Shop, due_at: datetime) -> str:
    order_id = str(shop.platform.place()["order_id"])
    deadlines = {"deadlines": [{"kind": "shipment", "due_at": due_at.isoformat()}]}
    for action, body in (("pay", {}), ("pass_risk", deadlines)):
        assert shop.platform.act(order_id, action, body).status == 200
    return order_id


@contextmanager
def busy(patch: pytest.MonkeyPatch, *order_ids: str) -> Iterator[None]:
    """Somebody else changes these orders between each read and each write."""
    with patch.context() as patched:
        for name in ("save", "rearm"):
            real = getattr(orders, name)

            def write(loaded: Any, *args: Any, real: Any = real, **kwargs: Any) -> Any:
                if loaded.order.order_id in order_ids:
                    raise Stale("another request was faster")
                return real(loaded, *args, **kwargs)

            patched.setattr(orders, name, write)
        yield


def armed(shop: Shop, order_id: str) -> bool:
    return orders.load(shop.name, order_id).armed is not None


def sweep(moment: datetime) -> Any:
    from functions.deadlines.sweep import SKEW, sweep

    return sweep(moment + SKEW, never)


def settled() -> datetime:
    return datetime.now(UTC) + stores.SETTLE_TIME + timedelta(seconds=1)


def rearm(shop: Shop, now: datetime, out_of_time: Any) -> int:
    """One slice; the number of orders checked."""
    rearming = store_items.load(shop.name).rearming
    assert rearming is not None
    return stores.rearm_store(shop.name, rearming.at, now=now, before=now, out_of_time=out_of_time).checked


def watched(shop: Shop) -> None:
    assert shop.owner.patch("/v1/store", {"deadline_policy": {"mode": "enforce"}}).status == 200


def in_watch_mode(api: Api, count: int) -> tuple[Shop, list[str]]:
    """A store whose clock only watches, and its orders, the earliest due first."""
    shop = api.shop(deadline_policy={"mode": "watch"})
    sweep(settled())
    now = datetime.now(UTC)
    return shop, [waiting(shop, now + (20 + n) * HOUR) for n in range(count)]


def test_orders_that_stay_busy_do_not_stop_the_arming_of_their_store(
    in_process: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, order_ids = in_watch_mode(in_process, 6)
    held = {order_ids[0], order_ids[3]}
    watched(shop)
    with busy(monkeypatch, *held):
        for _ in range(2):
            swept = sweep(settled())
            assert swept.failed == 2, "each is counted, each time"
            assert {each for each in order_ids if not armed(shop, each)} == held
    rearming = store_items.load(shop.name).rearming
    assert rearming is not None and set(rearming.busy) == held
    assert sweep(settled()).failed == 0
    assert all(armed(shop, each) for each in order_ids) and store_items.load(shop.name).rearming is None


def test_an_arming_that_is_cut_keeps_its_place_and_its_busy_orders(
    in_process: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, order_ids = in_watch_mode(in_process, 6)
    watched(shop)
    now, checked = settled(), 0
    with busy(monkeypatch, order_ids[1]):
        for _ in range(12):
            turns = iter([False, False, False])
            checked += rearm(shop, now, lambda turns=turns: next(turns, True))
    assert [armed(shop, each) for each in order_ids] == [True, False, True, True, True, True]
    assert checked < 6 + 12, "the others are not checked again for it"
    rearm(shop, now, never)
    assert armed(shop, order_ids[1]) and store_items.load(shop.name).rearming is None


def test_where_all_orders_are_busy_none_is_forgotten(in_process: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "MAX_BUSY", 2)
    shop, order_ids = in_watch_mode(in_process, 5)
    watched(shop)
    with busy(monkeypatch, *order_ids):
        assert [sweep(settled()).failed for _ in range(3)] == [2, 2, 2]
    assert sweep(settled()).failed == 0
    assert all(armed(shop, each) for each in order_ids) and store_items.load(shop.name).rearming is None


def test_orders_that_stay_busy_cost_a_run_little_time(in_process: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """They come first in their shard, each minute."""
    shop, now = in_process.shop(), datetime.now(UTC)
    order_ids = [waiting(shop, now + HOUR) for _ in range(8)]
    with busy(monkeypatch, *order_ids[:6]):
        began = time.monotonic()
        swept = sweep(now + 2 * HOUR)
        assert time.monotonic() - began < 5, "not fifteen seconds for each"
    assert (swept.done, swept.failed) == (2, 6)
    assert sweep(now + 2 * HOUR).done == 6


@pytest.mark.parametrize("error", [Busy("throttled"), ValueError("a key from nowhere")])
@pytest.mark.parametrize("with_workers", [False, True])
def test_a_shard_that_cannot_be_read_stops_no_other(
    in_process: Api, monkeypatch: pytest.MonkeyPatch, error: Exception, with_workers: bool
) -> None:
    shop, now = in_process.shop(), datetime.now(UTC)
    order_ids = [waiting(shop, now + HOUR) for _ in range(12)]
    real = due_items.due

    def due(kind: Any, shard: str, until: datetime) -> Iterator[Any]:
        if shard == "CLOCK#0":
            raise error
        yield from real(kind, shard, until)

    with monkeypatch.context() as patched:
        patched.setattr(due_items, "due", due)
        run = work.process_due(
            work.LAPSES, now + 2 * HOUR, now + 2 * HOUR, never, (lambda _: None) if with_workers else None
        )
    assert run.failed == 1 and 0 < run.done <= len(order_ids)
    assert sweep(now + 2 * HOUR).done == len(order_ids) - run.done


def test_an_entry_of_the_outbox_that_stays_busy_stops_none_after_it(
    bureau: Bureau,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted: list[str] = []
    monkeypatch.setattr(outbox.metrics, "add_metric", lambda name, *_: counted.append(name))
    channel = bureau.channel()
    first, *others = [bureau.alert(shard="OUTBOX#3") for _ in range(13)]
    real = Outbox.postpone

    def postpone(self: Outbox, entry: Any, now: datetime) -> bool:
        if entry.ids[-1] == first.alert_id:
            raise Busy("throttled")
        return real(self, entry, now)

    with monkeypatch.context() as patched:
        patched.setattr(Outbox, "postpone", postpone)
        for _ in range(2):
            bureau.minute()
    assert bureau.states(channel) == ["delivered"] * len(others) and counted.count("OutboxFailed") == 2
    bureau.minute()
    assert bureau.states(channel) == ["delivered"] * 13


def test_messages_that_the_queue_refuses_are_sent_again_in_the_same_run(
    bureau: Bureau,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    channel = bureau.channel()
    for shard in ("OUTBOX#0", "OUTBOX#5"):
        bureau.alert(shard=shard)
    real, refused = outbox.queues.send_alerts, []

    def send(alerts: Any) -> None:
        if len(refused) < 2:
            refused.append(alerts)
            raise RuntimeError("the queue is down")
        real(alerts)

    with monkeypatch.context() as patched:
        patched.setattr(outbox.queues, "send_alerts", send)
        assert bureau.minute() == 2 and bureau.states(channel) == [], "the queue is down for the whole run"
        bureau.now += timedelta(minutes=4)
        bureau.minute()
    assert bureau.states(channel) == ["delivered"] * 2


def test_a_channel_whose_delivery_cannot_be_stored_keeps_nothing_from_the_others(
    bureau: Bureau,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, *others = [bureau.channel(url=f"{bureau.receiver.url}/{n}") for n in range(3)]
    raised, real = bureau.alert(), deliveries.create

    def create(delivery: Any) -> None:
        if delivery.channel_id == first["id"]:
            raise Busy("throttled")
        real(delivery)

    message = {"store_id": bureau.shop.name, "alert_id": raised.alert_id}
    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "create", create)
        assert bureau.handler(message) == 1, "the message comes again"
    bureau.work()
    assert [bureau.states(each) for each in others] == [["delivered"]] * 2
    assert list(ALERTS.pending("OUTBOX#0", bureau.now)) or bureau.minute() == 1
    bureau.work()
    assert [bureau.states(each) for each in (first, *others)] == [["delivered"]] * 3


def test_a_neighbour_that_cannot_be_read_is_left_out_of_the_message(
    bureau: Bureau,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    channel = bureau.channel("wecom")
    bureau.receiver.then = ERRCODE_0
    broken, *others = [bureau.alert(at=bureau.now) for _ in range(4)]
    real = delivery_steps.alerts.load

    def load(store_id: str, alert_id: str) -> Any:
        if alert_id == broken.alert_id:
            raise ValueError("an item from nowhere")
        return real(store_id, alert_id)

    for each in (broken, *others):
        bureau.handle({"store_id": bureau.shop.name, "alert_id": each.alert_id})
    tasks = bureau.messages()
    with monkeypatch.context() as patched:
        patched.setattr(delivery_steps.alerts, "load", load)
        assert sum(bureau.handler(task) for task in tasks) == 1
    assert bureau.states(channel) == ["delivered"] * 3 + ["pending"]


def test_a_delivery_that_stays_busy_does_not_make_its_whole_message_be_sent_again(
    bureau: Bureau,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retries, "LIMIT", 0.2)
    channel = bureau.channel("wecom")
    bureau.receiver.then = ERRCODE_0
    raised = [bureau.alert(at=bureau.now) for _ in range(4)]
    for each in raised:
        bureau.handle({"store_id": bureau.shop.name, "alert_id": each.alert_id})
    first, *_ = bureau.messages()
    real, held = deliveries.save_all, raised[2].alert_id

    def save_all(changes: Any, also: Any = ()) -> None:
        if any(before.alert_id == held for before, _ in changes):
            raise Busy("throttled")
        real(changes, also)

    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "save_all", save_all)
        assert bureau.handler(first) == 1
    states = {each["alert_id"]: each["state"] for each in bureau.deliveries(channel)}
    assert states == {each.alert_id: "pending" if each.alert_id == held else "delivered" for each in raised}
    bureau.now += timedelta(minutes=5)
    bureau.minute()
    assert bureau.states(channel) == ["delivered"] * 4
    first, second = [each.body.decode() for each in bureau.receiver.received]
    assert [first.count(each.order_id or "?") > 0 for each in raised] == [True] * 4
    assert [second.count(each.order_id or "?") > 0 for each in raised] == [False, False, True, False]


def test_an_order_that_stays_busy_does_not_stop_the_erasure_of_the_others(
    in_process: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasures.files, "delete_versions", lambda _: 0)
    boto3.client("s3").create_bucket(Bucket=settings().exports_bucket)  # has the list of erasures
    counted: list[str] = []
    monkeypatch.setattr(erasures.metrics, "add_metric", lambda name, *_: counted.append(name))
    shop, buyer = in_process.shop(), {"id": "b1", "country": "FR", "name": "Marie"}
    order_ids = [str(shop.platform.place(buyer=buyer)["order_id"]) for _ in range(4)]
    for order_id in order_ids:
        assert shop.platform.act(order_id, "cancel_unpaid").status == 200
    assert shop.owner.post("/v1/customers/b1/erase", {}).status == 202
    now = datetime.now(UTC) + timedelta(seconds=1)

    def named() -> list[str]:
        return [each for each in order_ids if orders.load(shop.name, each).order.buyer.name]

    with busy(monkeypatch, order_ids[1]):
        for minute in range(4):
            erasures.resume(now + timedelta(minutes=2 * minute), never)
            assert named() == [order_ids[1]]
    erasure = customers.load(shop.name, "b1").erasure
    assert counted.count("ErasuresFailed") == 4 and erasure is not None
    assert (erasure.state, erasure.settled) == ("running", True), "what is written to the others now stays"
    for minute in range(4, 8):
        erasures.resume(now + timedelta(minutes=2 * minute), never)
    assert named() == []
    assert shop.owner.get("/v1/customers/b1").json["erasure"]["state"] == "done"


def test_regular_exports_that_cannot_be_read_do_not_keep_a_stopped_one_from_going_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: Any) -> int:
        raise Busy("throttled")

    monkeypatch.setattr(schedule.exports, "start_regular", broken)
    monkeypatch.setattr(schedule.exports, "resume", lambda *_: 3)
    event = {"scheduled_time": datetime.now(UTC).isoformat()}
    assert schedule.lambda_handler(event, Context("ExportScheduleFunction", 256, 50)) == {"started": 0, "resumed": 3}


# ---- all of a list, and not its first page


def test_what_is_overdue_for_long_hides_nothing_from_a_digest(in_process: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing happens when a release is late, so it stays overdue."""
    monkeypatch.setattr(delivery_steps, "DIGEST_DEADLINES", 2)
    monkeypatch.setattr(delivery_steps, "ALERTS_PER_PAGE", 2)
    shop, now = in_process.shop(deadline_policy={"mode": "watch"}), datetime.now(UTC)
    for _ in range(5):
        waiting(shop, now - HOUR)
    soon, later = waiting(shop, now + 20 * HOUR), waiting(shop, now + 40 * HOUR)
    raised = [alert(shop.name, Cause("dispute_opened", now, str(n)), {}, of_order=True) for n in range(5)]
    transact(alerts.raising(raised))
    lines = delivery_steps._digest(store_items.load(shop.name).store, "en", now)
    assert [line for line in lines if line.startswith(("Overdue", "Due"))] == [
        "Overdue:",
        "Due within 24 h:",
        "Due within 48 h:",
    ]
    assert any(line.startswith(soon) for line in lines) and any(line.startswith(later) for line in lines)
    (counted,) = [line for line in lines if line.startswith("Open alerts")]
    assert "dispute opened 5" in counted.lower()


def test_an_export_is_found_behind_any_number_of_later_ones(in_process: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.domain.exports import model
    from shared.store.exports import exports

    monkeypatch.setattr(daily_alerts, "EXPORTS_PER_PAGE", 3)
    shop, now = in_process.shop(), datetime.now(UTC)
    since, until = now - timedelta(days=100), now - timedelta(days=80)
    asked: list[Any] = []
    for _ in range(8):
        made = shop.staff.post("/v1/exports", {"format": "csv"}).json
        asked.append(exports.load(shop.name, made["id"]))
    assert not daily_alerts._exported(shop.name, since, until)
    complete = replace(asked[0].request, since=since, until=until)
    exports.save(asked[0], replace(model.succeed(replace(asked[0], request=complete), now), watch_at=None))
    assert daily_alerts._exported(shop.name, since, until)


def test_a_buyer_who_paid_a_later_order_is_known_by_all_of_them(
    in_process: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "ORDERS_PER_PAGE", 2)
    shop, buyer, now = in_process.shop(), {"id": "b1", "country": "FR"}, datetime.now(UTC)

    def placed(hours: float) -> str:
        at = (now - hours * HOUR).isoformat()
        return str(shop.platform.place(buyer=buyer, placed_at=at)["order_id"])

    unpaid, paid = placed(30), placed(20)
    assert shop.platform.act(paid, "pay").status == 200
    for hours in range(5):
        placed(1 + hours)
    order = orders.load(shop.name, unpaid).order
    assert reminders._has_paid_another(store_items.load(shop.name).store, order)
