"""Operations on orders: load, let the domain decide, and save with history, alerts and counters. Each may run twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ulid import ULID

from shared.domain.alerts import order_alerts
from shared.domain.customers.model import Customer
from shared.domain.errors import Conflict, Unprocessable
from shared.domain.order import lifecycle
from shared.domain.order.history import Change, Entry, changes
from shared.domain.order.model import Order
from shared.domain.order.placement import Placement, place
from shared.domain.order.transitions import Actor, Command
from shared.domain.sentences.sentence import say
from shared.domain.stores import Store
from shared.operations.messages.reminder_messages import with_message
from shared.store import stores
from shared.store.dynamodb.errors import Exists, Missing, Stale, TooLarge
from shared.store.dynamodb.table import Write
from shared.store.idempotency import PendingAnswer, settle
from shared.store.orders import orders, placements
from shared.store.retries import retry

MAX_AHEAD = timedelta(minutes=5)
"""The platform's clock may be this far ahead of ours."""
ONE_SECOND = timedelta(seconds=1)
"""A snapshot that is older than the latest report by this is late, whatever the platform has cut off its time."""
PATCH = "patch"
"""The action of a request that sets `note`, `tags` or `assignee`. It is no action of the lifecycle."""


class PreconditionFailed(Exception):
    """The order or customer has none of the versions in `If-Match`."""

    def __init__(self, current_version: int) -> None:
        super().__init__("the order has another version")
        self.current_version = current_version


def new_id(prefix: str) -> str:
    """A record's id: its prefix and a ULID."""
    return f"{prefix}{ULID()}"


def place_order(
    store: Store, placement: Placement, actor: Actor, now: datetime, pending: PendingAnswer | None = None
) -> tuple[Order, bool]:
    """Create the order. Returns it, and whether it is new: the same placement again returns the order as it is now.

    Raises Unprocessable, or Conflict `order_exists` if the store has an order of this number with other content.
    """
    refuse_future(placement.placed_at, now, "/placed_at")
    order, entry = place(placement, store, actor, now)
    alert_changes = order_alerts.for_new_order(order, entry, store)

    def create(_: None) -> None:
        with settle(pending, order) as answer:
            orders.create(order, [entry], armed=store.enforces, alert_changes=alert_changes, also=answer)

    try:
        retry(create, lambda: None)
    except Exists:
        existing = orders.load(store.store_id, placement.order_id).order
        if not placements.is_one_of(existing.placed_digest, placement.digests(existing)):
            raise Conflict("order_exists", "The store has an order of this number with other content.") from None
        return existing, False
    return order, True


@dataclass(frozen=True, slots=True)
class Request:
    """A requested action. `at` is the effective time, which only the platform may set. `expected` are the versions in
    `If-Match`."""

    action: str
    actor: Actor
    now: datetime
    at: datetime | None = None
    body: Mapping[str, Any] | None = None
    reason: str | None = None
    expected: frozenset[int] | None = None


def change_order(
    store: Store,
    loaded: orders.Loaded,
    request: Request,
    pending: PendingAnswer | None = None,
    *,
    dry_run: bool = False,
) -> Order:
    """Apply an action of the lifecycle, or PATCH, and return the order. Costs one transaction, which is retried after a
    write conflict. A `dry_run` writes nothing.

    Raises Conflict, Unprocessable or PreconditionFailed (nothing was written), or Busy (the outcome may be unknown).
    """
    at = request.at or request.now
    refuse_future(at, request.now, "/changed_at" if request.action == "sync" else "/at")
    command = Command(request.action, request.actor, at, request.now, store, new_id, request.body or {}, request.reason)

    def load() -> orders.Loaded:
        return orders.load(store.store_id, loaded.order.order_id)

    def attempt(loaded: orders.Loaded) -> Order:
        check_version(loaded.order, request.expected)
        done, also = _decide(loaded.order, command)
        if dry_run or not done.entries:
            return done.order
        alert_changes = order_alerts.for_change(loaded.order, done, store, loaded.progress)
        with settle(pending, done.order) as answer:
            writes = (*also, *answer)
            orders.save(
                loaded, done.order, done.entries, armed=store.enforces, alert_changes=alert_changes, also=writes
            )
        return done.order

    try:
        return retry(attempt, load, loaded)
    except TooLarge:
        _catch_up(store, loaded.order, request)
        return retry(attempt, load)


def _decide(order: Order, command: Command) -> tuple[Change, Sequence[Write]]:
    """What a command does to the order, and the writes that come with it. A snapshot that is not late reads the history
    since its time."""
    if command.action == PATCH:
        return _patched(order, command), ()
    reads = command.action == "sync" and command.at >= order.platform_at - ONE_SECOND
    since = orders.entries_recorded_since(order, command.at - MAX_AHEAD) if reads else ()
    done = lifecycle.act(order, replace(command, history=since))
    return with_message(done, command) if command.action == "remind_payment" else (done, ())


def _patched(order: Order, command: Command) -> Change:
    """The order with the `note`, `tags` or `assignee` of the body. It is possible in every status and changes none."""
    after = replace(order, **command.body)
    if after == order:
        return Change(order, ())
    after = replace(after, version=order.version + 1)
    entry = Entry(
        after.version,
        command.recorded_at,
        command.recorded_at,
        command.actor,
        PATCH,
        order.status,
        order.status,
        changes=changes(order, after),
        currency=order.currency,
    )
    return Change(after, (entry,))


def lapse_order(store_id: str, order_id: str, *, before: datetime, now: datetime) -> Order | None:
    """Apply the timers of the order that lapsed before `before`. Returns the order, or None if no timer had lapsed.

    Each attempt reads the store again, because its mode may have changed.
    """

    def step(read: tuple[Store, orders.Loaded]) -> Order | None:
        store, loaded = read
        done = lifecycle.lapse(loaded.order, store, before=before, recorded_at=now, new_id=new_id)
        if done.entries:
            alert_changes = order_alerts.for_change(loaded.order, done, store, loaded.progress)
            orders.save(loaded, done.order, done.entries, armed=store.enforces, alert_changes=alert_changes)
            return done.order
        orders.rearm(
            loaded, armed=store.enforces, alert_changes=order_alerts.unchanged(loaded.order, store, loaded.progress)
        )
        return None

    try:
        return retry(step, lambda: (stores.load(store_id).store, orders.load(store_id, order_id)))
    except Missing:
        return None


def refuse_future(at: datetime, now: datetime, pointer: str) -> None:
    """Raises Unprocessable `in_the_future` if `at` is more than MAX_AHEAD after `now`."""
    if at > now + MAX_AHEAD:
        raise Unprocessable(
            "in_the_future",
            say("This lies more than {minutes} minutes ahead.", minutes=MAX_AHEAD.seconds // 60),
            pointer,
        )


def check_version(current: Order | Customer, expected: frozenset[int] | None) -> None:
    """Raises PreconditionFailed if the version is not one of `expected`."""
    if expected is not None and current.version not in expected:
        raise PreconditionFailed(current.version)


def _catch_up(store: Store, order: Order, request: Request) -> None:
    """Save the lapses and alerts from before the request separately, so that the request fits into one transaction."""
    lapse_order(order.store_id, order.order_id, before=request.at or request.now, now=request.now)
    loaded = orders.load(order.store_id, order.order_id)
    alert_changes = order_alerts.at(loaded.order, store, loaded.progress, request.now)
    with suppress(Stale):
        orders.rearm(loaded, armed=store.enforces, alert_changes=alert_changes)
