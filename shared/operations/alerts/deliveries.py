"""Deliveries: create one for each channel that accepts an alert, claim them for an attempt, and record its result. Each
step may run twice. A worker that dies between the attempt and the record makes a message arrive twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from shared.domain.alerts import deliveries as model
from shared.domain.alerts import notices
from shared.domain.alerts.channels import BUNDLED, Channel, OffReason, turn_off
from shared.domain.alerts.deliveries import Delivery, MessageKind
from shared.domain.alerts.model import Alert, Cause, Severity, State, alert
from shared.domain.alerts.notices import Notice
from shared.domain.order.deadlines import running
from shared.domain.stores import Store
from shared.operations.alerts.channels import enqueue
from shared.store import stores
from shared.store.alerts import alerts, channels, deliveries
from shared.store.dynamodb.errors import AlreadyRaised, Busy, Exists, Missing, Stale
from shared.store.dynamodb.table import Write, update
from shared.store.orders import lists
from shared.store.pages import every
from shared.store.retries import ITEM_LIMIT, retry, time_limit
from shared.store.semaphores import Semaphore
from shared.telemetry import logger, metrics

DIGEST = "digest"
ALERTS_PER_MESSAGE = 20
"""Alerts that go in one message to people. Deadlines of one day fall due in the same second, and a chat robot accepts
twenty messages a minute."""
NEIGHBOURS = 40
"""Deliveries read before and after one, to find others for the same message."""
DIGEST_DEADLINES = 20
"""The deadlines of each group of DIGEST_GROUPS in a digest."""
DIGEST_GROUPS = (None, timedelta(), timedelta(hours=24)), (timedelta(), timedelta(hours=24), timedelta(hours=48))
"""The starts and the ends of the groups, from the time of the digest: overdue, and due within 24 and 48 hours."""
ALERTS_PER_PAGE = 200
EACH_SECONDS = 10.0
"""So long the results of one message are saved one by one, where they could not be saved together."""
MAX_QUEUE_DELAY = timedelta(minutes=15)
"""SQS delays a message by up to this. A retry within it is enqueued at once with a delay, because the outbox runs only
each minute."""

ATTEMPTS = Semaphore("attempts", model.LEASE)
"""The attempts in flight of a store and of a channel. The workers of a store whose targets time out are so few that the
others are free for the other stores."""

Pairs = Sequence[tuple[Delivery, Delivery]]


def create_deliveries(store_id: str, alert_id: str, now: datetime) -> list[Delivery]:
    """Create and return the deliveries of an alert, one for each channel that accepts it, and take the alert out of the
    outbox. If one channel fails, the others have theirs, and the alert stays in the outbox. Nothing is done for an
    alert that is not in the outbox: one read unit. Raises Missing, or what failed."""
    alert = alerts.load_waiting(store_id, alert_id)
    if alert is None:
        return []
    store = stores.load(store_id).store
    created, failed = list[Delivery](), None
    for channel in channels.of_store(store_id):
        if alert.kind == DIGEST:
            accepted = channel.enabled and channel.digest
        else:
            accepted = channel.accepts(alert.kind, alert.severity) and alert.subject != channel.channel_id
        if not accepted:
            continue
        try:
            delivery = _delivery(store, channel, alert, now)
            with suppress(Exists):
                deliveries.create(delivery)
                created.append(delivery)
        except Exception as error:  # the other channels have their deliveries, and this one with the next message
            failed = error
    if failed is None:
        update(alerts.handed_over(store_id, alert_id))
    for delivery in created:
        if delivery.next_at == now:
            enqueue(delivery)
    if failed is not None:
        raise failed
    return created


def _delivery(store: Store, channel: Channel, alert: Alert, now: datetime) -> Delivery:
    digest = alert.kind == DIGEST
    critical = alert.severity is Severity.CRITICAL
    content = {"lines": _digest(store, channel.language, now)} if digest else None
    return Delivery(
        store.store_id,
        channel.channel_id,
        model.delivery_id(channel.channel_id, alert.alert_id),
        MessageKind.DIGEST if digest else MessageKind.ALERT,
        now,
        alert_id=alert.alert_id,
        critical=critical,
        content=content,
        next_at=now if digest or critical else _after_quiet_hours(store, channel, now),
    )


def _after_quiet_hours(store: Store, channel: Channel, now: datetime) -> datetime:
    """`now`, or the end of the quiet hours if they apply to the channel."""
    quiet = store.alert_rules.quiet_hours
    if quiet is None or not channel.quiet_hours:
        return now
    return model.end_of_quiet_hours(now, quiet.start, quiet.end, store.time_zone)


def _digest(store: Store, language: str, now: datetime) -> list[str]:
    orders = [  # in groups, or many that are overdue would hide what is due tomorrow
        each
        for since, until in zip(*DIGEST_GROUPS, strict=True)
        for each in lists.deadlines(
            store.store_id, DIGEST_DEADLINES, since=None if since is None else now + since, until=now + until
        ).items
        if running(each)
    ]
    recent = takewhile(lambda alert: alert.raised_at > now - notices.DAY, _alerts(store, State.RESOLVED))
    raised = [*_alerts(store, State.OPEN, State.ACKNOWLEDGED), *recent]
    return notices.digest_lines(store, orders, raised, now, language)


def _alerts(store: Store, *states: State) -> Iterator[Alert]:
    """All alerts in these states, the latest first."""
    severities = tuple(Severity)
    return every(lambda after: alerts.listed(store.store_id, states, severities, ALERTS_PER_PAGE, after))


# ---- an attempt


class NoRoom(Exception):
    """The channel or its store has all the attempts in flight that it may have."""


@dataclass(frozen=True, slots=True)
class ClaimedBatch:
    """What one attempt sends: one delivery, or several alerts in one message. `owner` is the worker that has them."""

    channel: Channel
    store: Store
    deliveries: tuple[Delivery, ...]
    alerts: tuple[Alert, ...]
    owner: str

    def notice(self, now: datetime, console_url: str) -> Notice:
        first, language = self.deliveries[0], self.channel.language
        if first.what is MessageKind.TEST:
            return notices.of_test(self.store, first.created_at, language)
        if first.what is MessageKind.CONFIRMATION:
            return notices.of_confirmation(self.store, self.channel.code or "", first.created_at, language)
        if first.what is MessageKind.DIGEST:
            lines = (first.content or {}).get("lines", ())
            return notices.of_digest(self.store, self.alerts[0], lines, language, console_url)
        return notices.of_alerts(self.store, self.alerts, language, console_url)


def claim(store_id: str, channel_id: str, delivery_id: str, owner: str, now: datetime) -> ClaimedBatch | None:
    """Claim a delivery, and others that go in the same message, for the worker `owner`. None if the delivery is not
    due, another worker has it, or its channel is off. Raises Missing, or NoRoom. The caller releases the worker's lease
    of ATTEMPTS after a batch."""
    delivery = deliveries.load(store_id, channel_id, delivery_id)
    if model.claim(delivery, owner, now) is None:
        return None
    try:
        channel = channels.load(store_id, channel_id)
    except Missing:
        channel = None
    if channel is None or not _may_send(channel, delivery):
        with suppress(Stale):
            deliveries.save(delivery, model.skipped(delivery, "channel_off"))
        return None
    if not ATTEMPTS.acquire(store_id, channel_id, owner, now):
        raise NoRoom
    batch = None
    try:
        batch = _claim_batch(delivery, channel, owner, now)
    finally:
        if batch is None:
            ATTEMPTS.release(store_id, owner)
    return batch


def _may_send(channel: Channel, delivery: Delivery) -> bool:
    """An address that nobody has confirmed gets the message with its code, and nothing else."""
    if delivery.what is MessageKind.CONFIRMATION:
        return channel.off is OffReason.UNCONFIRMED
    return channel.enabled


def _claim_batch(delivery: Delivery, channel: Channel, owner: str, now: datetime) -> ClaimedBatch | None:
    store = stores.load(delivery.store_id).store
    claimed = list[tuple[Delivery, Alert | None]]()
    for each in _candidates(delivery, channel):
        if len(claimed) == ALERTS_PER_MESSAGE:
            break
        try:
            pair = _claim(each, channel, store, owner, now)
        except Exception as error:
            if each is delivery:
                raise
            logger.warning("a neighbour is left out", extra={"why": type(error).__name__})
            continue
        if pair is not None:
            claimed.append(pair)
        elif each is delivery:
            return None
    claimed_deliveries = tuple(each for each, _ in claimed)
    return ClaimedBatch(
        channel, store, claimed_deliveries, tuple(alert for _, alert in claimed if alert is not None), owner
    )


def _candidates(delivery: Delivery, channel: Channel) -> Iterator[Delivery]:
    """The delivery, and others of its channel that may go in the same message."""
    yield delivery
    if channel.kind in BUNDLED and delivery.what is MessageKind.ALERT:
        for each in deliveries.around(delivery, NEIGHBOURS):
            if each.what is MessageKind.ALERT:
                yield each


def _claim(
    before: Delivery, channel: Channel, store: Store, owner: str, now: datetime
) -> tuple[Delivery, Alert | None] | None:
    """The claimed delivery and its alert. None if it cannot be claimed, or was skipped or postponed instead."""
    after = model.claim(before, owner, now)
    if after is None:
        return None
    alert = None
    if before.alert_id is not None:
        try:
            alert = alerts.load(store.store_id, before.alert_id)
        except Missing:
            after = model.skipped(before, "no_such_alert")
    if alert is not None and not alert.should_deliver and not before.attempts and not before.by_hand:
        after = model.skipped(before, "resolved")
    elif after.lease and before.what is MessageKind.ALERT and not (before.critical or before.by_hand):
        next_at = _after_quiet_hours(store, channel, now)
        after = model.postponed(before, next_at) if next_at > now else after
    try:
        saved = deliveries.save(before, after)
    except Stale:
        return None
    return (saved, alert) if saved.lease else None


def record_attempt(
    batch: ClaimedBatch, step: Callable[[Delivery], Delivery], now: datetime, off: OffReason | None = None
) -> None:
    """Save the result of an attempt: `step` of each delivery. The same transaction switches the channel off and raises
    an alert, if there is a reason `off`, or if a delivery failed for good and none was delivered meanwhile."""
    after = [step(each) for each in batch.deliveries]
    ended = [each for each in after if each.state is model.State.FAILED and each.what not in model.ONCE]
    if off is None and ended and not _delivered_since(batch.channel, min(each.since or now for each in ended)):
        off = OffReason.EXHAUSTED
    _save(batch, after, off, now)
    for each in after:
        if each.next_at is not None and each.next_at - now <= MAX_QUEUE_DELAY:
            enqueue(each, max(1, int((each.next_at - now).total_seconds() + 0.999)))


def _delivered_since(channel: Channel, since: datetime) -> bool:
    """Was another message delivered since? Then the target refuses this message alone. Reads the channel's deliveries,
    the latest first, up to one that was: any number of them may be pending or skipped."""
    return any(
        each.state is model.State.DELIVERED and each.attempts[-1].at >= since
        for each in deliveries.of_channel(channel.store_id, channel.channel_id)
    )


def _save(batch: ClaimedBatch, after: Sequence[Delivery], off: OffReason | None, now: datetime) -> None:
    pairs: Pairs = list(zip(batch.deliveries, after, strict=True))

    def step(pairs: Pairs) -> None:
        if not pairs:
            return
        try:
            deliveries.save_all(pairs, _switch_off(batch.channel, off, now) if off else ())
        except AlreadyRaised:
            deliveries.save_all(pairs)

    def save(pairs: Pairs) -> None:
        retry(step, lambda: _leased(pairs, batch.owner), pairs, on=(Stale, Busy))

    try:
        save(pairs)
    except Busy:
        if len(pairs) == 1:
            raise
        _save_each(pairs, save)


def _save_each(pairs: Pairs, save: Callable[[Pairs], None]) -> None:
    """One delivery that stays busy must not make the whole message be sent again. Raises Busy if any was."""
    failed: Busy | None = None
    with time_limit(EACH_SECONDS):
        for pair in pairs:
            try:
                with time_limit(ITEM_LIMIT):
                    save([pair])
            except Busy as error:
                failed = error
    if failed is not None:
        raise failed


def _leased(pairs: Pairs, owner: str) -> Pairs:
    """The pairs whose delivery `owner` still has the lease of, read again. The others are saved already, or another
    worker has taken them over."""
    leased = []
    for before, after in pairs:
        current = deliveries.load(before.store_id, before.channel_id, before.delivery_id)
        if current.lease and current.lease.owner == owner:
            leased.append((current, after))
    return leased


def _switch_off(channel: Channel, why: OffReason, now: datetime) -> list[Write]:
    """The writes that switch the channel off and raise the alert. No writes if it is off or deleted already."""
    try:
        before = channels.load(channel.store_id, channel.channel_id)
    except Missing:
        return []
    if not before.enabled:
        return []
    metrics.add_metric("ChannelsSwitchedOff", "Count", 1)
    _, writes = channels.change(before, turn_off(before, why, now))
    facts = {"channel": before.name, "channel_kind": str(before.kind), "why": str(why)}
    disabled = alert(channel.store_id, Cause("channel_disabled", now, channel.channel_id), facts)
    return [*writes, *alerts.raising([disabled])]
