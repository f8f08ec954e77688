"""When a channel is switched off: only if nothing came through, however many deliveries wait or were skipped."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.alerts.deliveries import RETRY_DELAYS, Attempt, Delivery, MessageKind, State
from shared.store.alerts import deliveries
from tests.alerts.bureau import START, Bureau
from tests.alerts.receiver import ERRCODE_0, OK

HOUR = timedelta(hours=1)
SINCE = START - 76 * HOUR
"""The first attempt of the message whose last attempt is due now."""


def stored(bureau: Bureau, channel: dict[str, Any], number: int, at: datetime, **fields: Any) -> Delivery:
    delivery = Delivery(
        bureau.shop.name,
        channel["id"],
        f"dlv_{int(at.timestamp()):010d}{number:06d}",
        MessageKind.ALERT,
        at,
        alert_id=bureau.alert(at=at, quietly=True).alert_id,
        **fields,
    )
    deliveries.create(delivery)
    return delivery


def refused(bureau: Bureau, channel: dict[str, Any], number: int = 0) -> Delivery:
    """A message before its last attempt."""
    return stored(bureau, channel, number, SINCE, critical=True, next_at=START, since=SINCE, step=len(RETRY_DELAYS))


def delivered(bureau: Bureau, channel: dict[str, Any], at: datetime, alert_at: datetime | None = None) -> Delivery:
    attempt = Attempt(at, 200, 5)
    return stored(bureau, channel, 900_000, alert_at or at, state=State.DELIVERED, since=at, attempts=(attempt,))


def attempt(bureau: Bureau, delivery: Delivery) -> None:
    bureau.handle(
        {"store_id": bureau.shop.name, "channel_id": delivery.channel_id, "delivery_id": delivery.delivery_id}
    )


WAITING = {
    "pending": {"state": State.PENDING, "next_at": START + 8 * HOUR},
    "skipped": {"state": State.SKIPPED, "why": "resolved"},
    "failed": {"state": State.FAILED, "why": "refused", "attempts": (Attempt(SINCE - HOUR, 400, 5, "refused"),)},
    "delivered before": {"state": State.DELIVERED, "attempts": (Attempt(SINCE - HOUR, 200, 5),)},
}
"""Deliveries that say nothing about whether anything came through since."""


@pytest.mark.parametrize("kind", WAITING)
@pytest.mark.parametrize("count", [20, 130])
def test_a_channel_through_which_anything_came_stays_on(bureau: Bureau, kind: str, count: int) -> None:
    """The night: what is not critical waits for the morning, and hides what was delivered by day."""
    channel = bureau.channel(quiet_hours=False)
    last = refused(bureau, channel)
    delivered(bureau, channel, START - 12 * HOUR)
    for number in range(count):
        stored(bureau, channel, number, START - HOUR, **WAITING[kind])
    bureau.receiver.then = (400, {}, b"")
    attempt(bureau, last)
    assert bureau.view(channel)["enabled"], f"{count} newer deliveries are {kind}"
    assert bureau.states(channel).count("failed") == 1 + count * (kind == "failed")


def test_what_waits_is_delivered_in_the_morning(bureau: Bureau) -> None:
    channel = bureau.channel("wecom", quiet_hours=False)
    last = refused(bureau, channel)
    delivered(bureau, channel, START - 12 * HOUR)
    for number in range(25):
        stored(bureau, channel, number, START - HOUR, next_at=START + 8 * HOUR)
    bureau.receiver.then = (400, {}, b"")
    attempt(bureau, last)
    bureau.receiver.then = ERRCODE_0
    bureau.now += 9 * HOUR
    bureau.minute()
    assert bureau.states(channel) == ["delivered"] * 26 + ["failed"]


def test_an_old_alert_that_came_through_late_counts(bureau: Bureau) -> None:
    """Deliveries are sorted by the time of their alert, not of their attempt."""
    channel = bureau.channel()
    last = refused(bureau, channel)
    delivered(bureau, channel, START - HOUR, alert_at=SINCE - 40 * HOUR)
    for number in range(30):
        stored(bureau, channel, number, START - 2 * HOUR, state=State.SKIPPED, why="resolved")
    bureau.receiver.then = (400, {}, b"")
    attempt(bureau, last)
    assert bureau.view(channel)["enabled"]


def test_a_channel_through_which_nothing_came_is_switched_off(bureau: Bureau) -> None:
    channel = bureau.channel()
    last = refused(bureau, channel)
    delivered(bureau, channel, SINCE - HOUR)
    for number in range(30):
        stored(bureau, channel, number, START - HOUR, next_at=START + 8 * HOUR)
    bureau.receiver.then = (400, {}, b"")
    attempt(bureau, last)
    assert bureau.view(channel)["off_because"] == "exhausted"
    bureau.receiver.plan(then=OK)
