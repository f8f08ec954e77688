"""Deliveries: one for each channel that wants an alert, batch by one worker at a time, and what became of each written
down at once. Each step may run twice; a message counts as sent from the moment that this is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.alerts import deliveries as life
from shared.domain.alerts import notices
from shared.domain.alerts.channels import BUNDLED, Channel, OffReason, turn_off
from shared.domain.alerts.deliveries import Delivery, MessageKind
from shared.domain.alerts.model import Alert, Cause, Severity, State, alert
from shared.domain.alerts.notices import Notice
from shared.domain.order.deadlines import running
from shared.domain.stores import Store
from shared.operations.channels import send
from shared.store import stores
from shared.store.alerts import alerts, channels, deliveries
from shared.store.dynamodb.errors import AlreadyRaised, Busy, Exists, Missing, Stale
from shared.store.dynamodb.table import Write, update
from shared.store.orders import lists
from shared.store.retries import retry
from shared.telemetry import metrics

DIGEST = "digest"
BUNDLE = 20
"""Alerts that go in one message to people. Deadlines of one day fall due in the same second, and a robot takes twenty
messages a minute."""
LOOKED_AT = 40
"""How far to either side of a delivery others are looked for."""
LATEST = 20
"""The deliveries of a channel among which one that came through is looked for before it is switched off."""
SHOWN_DEADLINES, SHOWN_ALERTS = 20, 200
DIGEST_AHEAD = timedelta(hours=48)
SOON = timedelta(minutes=15)
"""What is tried again within this time is asked for now, with a delay; the clock, which comes each minute, would be
late."""

Pairs = Sequence[tuple[Delivery, Delivery]]


def hand_over(store_id: str, alert_id: str, now: datetime) -> list[Delivery]:
    """A delivery to each channel that wants this alert, and the alert out of the outbox. Raises Missing."""
    told = alerts.load(store_id, alert_id)
    store = stores.load(store_id).store
    made = list[Delivery]()
    for channel in channels.of_store(store_id):
        if told.kind == DIGEST:
            wanted = channel.enabled and channel.digest
        else:
            wanted = channel.accepts(told.kind, told.severity) and told.subject != channel.channel_id
        if not wanted:
            continue
        delivery = _delivery(store, channel, told, now)
        with suppress(Exists):
            deliveries.create(delivery)
            made.append(delivery)
    update(alerts.handed_over(store_id, alert_id))
    for delivery in made:
        if delivery.next_at == now:
            send(delivery)
    return made


def _delivery(store: Store, channel: Channel, told: Alert, now: datetime) -> Delivery:
    digest = told.kind == DIGEST
    critical = told.severity is Severity.CRITICAL
    content = {"lines": _digest(store, channel.language, now)} if digest else None
    return Delivery(
        store.store_id,
        channel.channel_id,
        life.delivery_id(channel.channel_id, told.alert_id),
        MessageKind.DIGEST if digest else MessageKind.ALERT,
        now,
        alert_id=told.alert_id,
        critical=critical,
        content=content,
        next_at=now if digest or critical else _awake(store, channel, now),
    )


def _awake(store: Store, channel: Channel, now: datetime) -> datetime:
    quiet = store.alert_rules.quiet_hours
    if quiet is None or not channel.quiet_hours:
        return now
    return life.end_of_quiet_hours(now, quiet.start, quiet.end, store.time_zone)


def _digest(store: Store, language: str, now: datetime) -> list[str]:
    due = lists.deadlines(store.store_id, SHOWN_DEADLINES, until=now + DIGEST_AHEAD)
    orders = [each for each in due.items if running(each)]
    raised = [  # apart, or a busy day's many that are over would hide an old one that is not
        told
        for states in ((State.OPEN, State.ACKNOWLEDGED), (State.RESOLVED,))
        for told in alerts.listed(store.store_id, states, tuple(Severity), SHOWN_ALERTS, None).items
    ]
    return notices.digest_lines(store, orders, raised, now, language)


# ---- an attempt


@dataclass(frozen=True, slots=True)
class ClaimedBatch:
    """What one attempt sends: one delivery, or several alerts to people in one message. Nobody else has them."""

    channel: Channel
    store: Store
    deliveries: tuple[Delivery, ...]
    alerts: tuple[Alert, ...]
    owner: str

    def notice(self, now: datetime, console_url: str) -> Notice:
        first, language = self.deliveries[0], self.channel.language
        if first.what is MessageKind.TEST:
            return notices.of_test(self.store, first.created_at, language)
        if first.what is MessageKind.DIGEST:
            lines = (first.content or {}).get("lines", ())
            return notices.of_digest(self.store, self.alerts[0], lines, language, console_url)
        return notices.of_alerts(self.store, self.alerts, language, console_url)


def take(store_id: str, channel_id: str, delivery_id: str, owner: str, now: datetime) -> ClaimedBatch | None:
    """A delivery in this worker's hands, with others that go in the same message; None where there is nothing to do.
    Raises Missing."""
    delivery = deliveries.load(store_id, channel_id, delivery_id)
    if life.claim(delivery, owner, now) is None:
        return None
    try:
        channel = channels.load(store_id, channel_id)
    except Missing:
        channel = None
    if channel is None or not channel.enabled:
        with suppress(Stale):
            deliveries.save(delivery, life.skipped(delivery, "channel_off"))
        return None
    store = stores.load(store_id).store
    mine = list[tuple[Delivery, Alert | None]]()
    for each in _together(delivery, channel):
        if len(mine) == BUNDLE:
            break
        found = _claimed(each, channel, store, owner, now)
        if found is not None:
            mine.append(found)
        elif each is delivery:
            return None
    return ClaimedBatch(
        channel, store, tuple(each for each, _ in mine), tuple(told for _, told in mine if told is not None), owner
    )


def _together(delivery: Delivery, channel: Channel) -> Iterator[Delivery]:
    yield delivery
    if channel.kind in BUNDLED and delivery.what is MessageKind.ALERT:
        for each in deliveries.near(delivery, LOOKED_AT):
            if each.what is MessageKind.ALERT:
                yield each


def _claimed(
    before: Delivery, channel: Channel, store: Store, owner: str, now: datetime
) -> tuple[Delivery, Alert | None] | None:
    claimed = life.claim(before, owner, now)
    if claimed is None:
        return None
    told = None
    if before.alert_id is not None:
        try:
            told = alerts.load(store.store_id, before.alert_id)
        except Missing:
            claimed = life.skipped(before, "no_such_alert")
    if told is not None and not told.should_deliver and not before.attempts and not before.by_hand:
        claimed = life.skipped(before, "resolved")
    elif claimed.lease and before.what is MessageKind.ALERT and not (before.critical or before.by_hand):
        awake = _awake(store, channel, now)
        claimed = life.postponed(before, awake) if awake > now else claimed
    try:
        saved = deliveries.save(before, claimed)
    except Stale:
        return None
    return (saved, told) if saved.lease else None


def settle(
    batch: ClaimedBatch, step: Callable[[Delivery], Delivery], now: datetime, off: OffReason | None = None
) -> None:
    """Write down what became of an attempt: `step` of each delivery; where it was the last one and nothing else has
    come through meanwhile, or the channel is `off`, that is switched off and its owner told by the others, in the same
    transaction."""
    after = [step(each) for each in batch.deliveries]
    ended = [each for each in after if each.state is life.State.FAILED and each.what is not MessageKind.TEST]
    if off is None and ended and not _reached(batch.channel, min(each.since or now for each in ended), now):
        off = OffReason.EXHAUSTED
    _record(batch, after, off, now)
    for each in after:
        if each.next_at is not None and each.next_at - now <= SOON:
            send(each, max(1, int((each.next_at - now).total_seconds() + 0.999)))


def _reached(channel: Channel, since: datetime, now: datetime) -> bool:
    """Whether something has come through since: then it is the message that is refused, and not every one."""
    latest = deliveries.page(channel.store_id, channel.channel_id, LATEST, None, now)
    return any(each.state is life.State.DELIVERED and each.attempts[-1].at >= since for each in latest.items)


def _record(batch: ClaimedBatch, after: Sequence[Delivery], off: OffReason | None, now: datetime) -> None:
    pairs: Pairs = list(zip(batch.deliveries, after, strict=True))

    def step(pairs: Pairs) -> None:
        if not pairs:
            return
        try:
            deliveries.save_all(pairs, _switched_off(batch.channel, off, now) if off else ())
        except AlreadyRaised:
            deliveries.save_all(pairs)

    retry(step, lambda: _still(pairs, batch.owner), pairs, on=(Stale, Busy))


def _still(pairs: Pairs, owner: str) -> Pairs:
    """Those that are still in our hands: of the others ours has been written, or another worker has batch them over."""
    found = []
    for before, after in pairs:
        now = deliveries.load(before.store_id, before.channel_id, before.delivery_id)
        if now.lease and now.lease.owner == owner:
            found.append((now, after))
    return found


def _switched_off(channel: Channel, why: OffReason, now: datetime) -> list[Write]:
    try:
        before = channels.load(channel.store_id, channel.channel_id)
    except Missing:
        return []
    if not before.enabled:
        return []
    metrics.add_metric("ChannelsSwitchedOff", "Count", 1)
    _, write = channels.change(before, turn_off(before, why, now))
    facts = {"channel": before.name, "channel_kind": str(before.kind), "why": str(why)}
    told = alert(channel.store_id, Cause("channel_disabled", now, channel.channel_id), facts)
    return [write, *alerts.raising([told])]
