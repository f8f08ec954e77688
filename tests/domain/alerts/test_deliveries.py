"""Deliveries: leases, retries, limits and quiet hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from shared.domain.alerts import deliveries
from shared.domain.alerts.deliveries import (
    JITTER_PARTS,
    LEASE,
    MAX_THROTTLED,
    RETRY_DELAYS,
    Attempt,
    Delivery,
    MessageKind,
    State,
)
from shared.domain.errors import Conflict

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
REFUSED = Attempt(NOW, 500, 12)
SECOND = timedelta(seconds=1)


def fresh(what: MessageKind = MessageKind.ALERT) -> Delivery:
    return Delivery("shop", "chn_1", "dlv_1", what, NOW, next_at=NOW)


def test_each_failure_uses_the_next_retry_delay_and_the_last_ends_the_delivery() -> None:
    delivery, now, waits = fresh(), NOW, []
    while delivery.state is State.PENDING:
        claimed = deliveries.claim(delivery, "worker", now)
        assert claimed is not None
        delivery = deliveries.failed(claimed, REFUSED, now)
        if delivery.next_at:
            waits.append(delivery.next_at - now)
            now = delivery.next_at
    assert len(waits) == len(RETRY_DELAYS) == 9 and len(delivery.attempts) == 10
    assert all(plain <= wait <= plain * (1 + 1 / JITTER_PARTS) for plain, wait in zip(RETRY_DELAYS, waits, strict=True))
    assert (delivery.state, delivery.next_at, delivery.lease) == (State.FAILED, None, None)


def test_a_delivery_leased_to_one_worker_is_not_claimed_by_another_until_the_lease_ends() -> None:
    claimed = deliveries.claim(fresh(), "first", NOW)
    assert claimed is not None and claimed.next_check_at == NOW + LEASE
    assert deliveries.claim(claimed, "second", NOW + LEASE - SECOND) is None
    reclaimed = deliveries.claim(claimed, "second", NOW + LEASE)
    assert reclaimed is not None and reclaimed.lease is not None and reclaimed.lease.owner == "second"


def test_no_delivery_is_claimed_before_its_time_or_after_its_end() -> None:
    assert deliveries.claim(replace(fresh(), next_at=NOW + timedelta(minutes=5)), "worker", NOW) is None
    done = deliveries.delivered(fresh(), Attempt(NOW, 204, 8))
    assert done.state is State.DELIVERED and deliveries.claim(done, "worker", NOW + timedelta(days=9)) is None
    assert deliveries.claim(deliveries.target_gone(fresh(), Attempt(NOW, 410, 8)), "worker", NOW) is None


def test_the_target_may_ask_for_a_longer_delay_than_the_schedule_but_not_a_shorter_one() -> None:
    longer = deliveries.failed(fresh(), REFUSED, NOW, timedelta(hours=2))
    shorter = deliveries.failed(longer, REFUSED, NOW, SECOND)
    endless = deliveries.failed(fresh(), REFUSED, NOW, timedelta(days=400))
    assert longer.next_at == NOW + timedelta(hours=2) and endless.next_at == NOW + deliveries.MAX_WAIT
    assert shorter.next_at is not None and shorter.next_at - NOW >= RETRY_DELAYS[1]


def test_a_throttled_delivery_uses_no_retry_and_fails_after_the_limit() -> None:
    delivery = deliveries.claim(fresh(), "worker", NOW)
    assert delivery is not None
    for _ in range(50):
        delivery = deliveries.throttled(delivery, Attempt(NOW, 429, 5), NOW, timedelta(minutes=10))
        assert (delivery.state, delivery.step, delivery.next_at) == (State.PENDING, 0, NOW + timedelta(minutes=10))
    late = deliveries.throttled(delivery, Attempt(NOW, 429, 5), NOW + MAX_THROTTLED + SECOND, SECOND)
    assert late.state is State.FAILED


def test_a_test_message_is_tried_once() -> None:
    assert deliveries.failed(fresh(MessageKind.TEST), REFUSED, NOW).state is State.FAILED
    assert deliveries.throttled(fresh(MessageKind.TEST), REFUSED, NOW, SECOND).state is State.FAILED


def test_an_ended_delivery_may_be_retried_by_hand_under_its_id() -> None:
    again = deliveries.retried(deliveries.target_gone(fresh(), REFUSED), NOW)
    assert (again.state, again.step, again.next_at, again.delivery_id) == (State.PENDING, 0, NOW, "dlv_1")
    with pytest.raises(Conflict):
        deliveries.retried(again, NOW)


@pytest.mark.parametrize(
    ("now", "zone", "begins", "ends", "wanted"),
    [
        ("2026-11-25T13:59:59Z", "Asia/Shanghai", 22, 8, "2026-11-25T13:59:59Z"),
        ("2026-11-25T14:00:00Z", "Asia/Shanghai", 22, 8, "2026-11-26T00:00:00Z"),
        ("2026-11-25T23:59:59Z", "Asia/Shanghai", 22, 8, "2026-11-26T00:00:00Z"),
        ("2026-11-26T00:00:00Z", "Asia/Shanghai", 22, 8, "2026-11-26T00:00:00Z"),
        ("2026-11-25T05:00:00Z", "Asia/Shanghai", 12, 14, "2026-11-25T06:00:00Z"),
        ("2026-11-25T05:00:00Z", "Asia/Shanghai", 13, 13, "2026-11-25T05:00:00Z"),
        ("2026-03-08T07:00:00Z", "America/New_York", 1, 4, "2026-03-08T08:00:00Z"),  # 2 o'clock does not exist
        ("2026-11-01T05:30:00Z", "America/New_York", 0, 3, "2026-11-01T08:00:00Z"),  # 1 o'clock comes twice
        ("2028-02-28T23:00:00Z", "Europe/London", 22, 6, "2028-02-29T06:00:00Z"),
    ],
)
def test_quiet_hours_end_by_the_local_clock_of_the_store(
    now: str, zone: str, begins: int, ends: int, wanted: str
) -> None:
    at = deliveries.end_of_quiet_hours(datetime.fromisoformat(now), time(begins), time(ends), zone)
    assert at == datetime.fromisoformat(wanted)
