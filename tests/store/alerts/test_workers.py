"""Alerts and deadlines that wait for the outbox or for workers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from tests.capacity import metered
from tests.harness import Api
from tests.proof import size
from tests.store.alerts import times
from tests.store.alerts.runs import (
    actions,
    alerts_of,
    assert_books,
    enqueue_alerts,
    remind,
    sent,
    sliced,
    sweep,
    waiting,
)
from tests.store.alerts.times import H


def test_an_alert_waits_in_the_outbox_until_it_is_handed_over(desk: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.store.alerts import alerts
    from shared.store.dynamodb import table

    shop, messages = desk.shop(), sent(monkeypatch)
    shop.platform.place()
    (alert,) = alerts_of(shop, "new_order", "open")
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert enqueue_alerts(soon) == 1 and messages == [(shop.name, alert["alert_id"])]
    assert enqueue_alerts(soon + timedelta(minutes=2)) == 0, "it is on its way"
    assert enqueue_alerts(soon + timedelta(minutes=4)) == 1, "nobody has dealt with it"
    handed = alerts.handed_over(shop.name, alert["alert_id"])
    assert isinstance(handed, table.Update)
    table.update(handed)
    assert enqueue_alerts(soon + timedelta(hours=9)) == 0
    assert_books()


def test_nothing_is_sent_of_what_was_over_before_it_was_enqueued(desk: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, messages = desk.shop(), sent(monkeypatch)
    waiting(shop)
    sweep(times.DUE + 2 * H)
    enqueue_alerts(times.DUE + 3 * H)
    kinds = Counter(each["kind"] for each in alerts_of(shop) if (shop.name, each["alert_id"]) in messages)
    assert kinds == Counter(new_order=1, closed_by_clock=1) and len(alerts_of(shop, "deadline")) == 3


def test_more_than_a_run_can_do_is_done_by_workers_once(on_dynoxide: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.deadlines import due_items

    monkeypatch.setattr(due_items, "INLINE", size(1, 2))
    monkeypatch.setattr(due_items, "SLICE", size(2, 3))
    shop = on_dynoxide.shop()
    orders = [waiting(shop) for _ in range(size(16, 60))]
    for due, run in ((times.NOW + 57 * H, remind), (times.DUE + H, sweep)):
        slices, send = sliced()
        done = run(due, send=send)
        assert done.failed == 0 and done.sent == len(slices) >= size(3, 6) and done.oldest is not None
        for each in [*slices[::2], *slices, *reversed(slices)]:
            finished = due_items.process_slice(each, due + H, lambda: False)
            assert finished.failed == 0 and finished.complete
            done.done += finished.done
        assert run(due, send=send).checked == 0, "nothing is left"
        if run is sweep:
            assert done.done == len(orders)
    assert len(alerts_of(shop, "deadline")) == 3 * len(orders)
    assert all(actions(shop, order_id).count(("expire_shipment", "clock")) == 1 for order_id in orders)
    assert_books()


def test_a_lost_slice_is_found_by_the_next_run(in_process: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.deadlines import due_items

    monkeypatch.setattr(due_items, "INLINE", 1)
    shop = in_process.shop()
    orders = [waiting(shop) for _ in range(20)]
    lost, send = sliced()
    first = sweep(times.DUE + H, send=send)
    assert first.done < len(orders) and lost

    def down(slices: Sequence[Mapping[str, str]]) -> None:
        raise ConnectionError("no queue today")

    second = sweep(times.DUE + H, send=down)
    assert second.failed and second.done > 0
    assert first.done + second.done + sweep(times.DUE + H).done == len(orders)
    assert_books()


def test_what_there_is_no_time_for_goes_back_to_the_queue(in_process: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.deadlines import due_items, slice_worker
    from local.runtime import Context

    shop = in_process.shop()
    orders = [waiting(shop) for _ in range(12)]
    monkeypatch.setattr(due_items, "INLINE", 0)
    monkeypatch.setattr(due_items, "SLICE", 5)
    slices, send = sliced()
    assert sweep(times.DUE + H, send=send).done == 0
    event = {
        "Records": [
            {"messageId": str(n), "body": body}
            for n, body in enumerate([*map(json.dumps, slices), "not json", json.dumps({"work": "nothing"})])
        ]
    }
    spent = slice_worker.lambda_handler(event, Context("WorkFunction", 512, 1))
    assert len(spent["batchItemFailures"]) == len(event["Records"]), "no time at all"
    answer = slice_worker.lambda_handler(event, Context("WorkFunction", 512, 50))
    bad = [each["itemIdentifier"] for each in answer["batchItemFailures"]]
    assert bad == [str(len(slices)), str(len(slices) + 1)]
    assert sweep(times.DUE + H).checked == 0 and len(orders) == 12
    assert_books()


def test_an_idle_reminder_run_and_an_idle_outbox_are_one_query_a_shard(on_dynoxide: Api) -> None:
    shop = on_dynoxide.shop()
    for _ in range(10):
        waiting(shop)
    for run in (lambda: remind(times.NOW), lambda: enqueue_alerts(times.NOW - H)):
        with metered() as units:
            run()
        print(json.dumps({"calls": dict(units.calls), "read units": units.reads}))
        assert dict(units.calls) == {"Query": 8} and units.reads <= 4
