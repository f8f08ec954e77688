"""What is done to orders: load, ask the domain, save with the history, count. Each may run twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ulid import ULID

from shared.domain.alerts import order_alerts
from shared.domain.customers import model as buyers
from shared.domain.customers.model import Customer
from shared.domain.errors import Conflict, Unprocessable
from shared.domain.order import lifecycle
from shared.domain.order.history import Entry, changes
from shared.domain.order.lifecycle import Change
from shared.domain.order.model import Order
from shared.domain.order.placement import Placement, place
from shared.domain.order.transitions import Actor, Command
from shared.domain.stores import Store
from shared.store import stores
from shared.store.customers import customers
from shared.store.dynamodb.errors import Exists, Missing, Stale, TooLarge
from shared.store.dynamodb.table import Write
from shared.store.idempotency import PendingAnswer, settle
from shared.store.orders import orders
from shared.store.retries import retry

MAX_AHEAD = timedelta(minutes=5)
"""How far the platform's clock may be ahead of ours (api.md, `at`)."""


class PreconditionFailed(Exception):
    """`If-Match` names a version that the order or customer no longer has."""

    def __init__(self, current_version: int) -> None:
        super().__init__("the order has another version")
        self.current_version = current_version


def new_id(prefix: str) -> str:
    """A record's id: its prefix and a ULID."""
    return f"{prefix}{ULID()}"


def place_order(
    store: Store, placement: Placement, actor: Actor, now: datetime, pending: PendingAnswer | None = None
) -> tuple[Order, bool]:
    """The order, and whether it is new. The same order as first placed, again, is answered as it is now.

    Raises Unprocessable, or Conflict `order_exists` where the number is taken by other content.
    """
    refuse_future(placement.placed_at, now, "/placed_at")
    order, entry = place(placement, store, actor, now)
    told = order_alerts.for_new_order(order, entry, store)

    def create(_: None) -> None:
        with settle(pending, order) as answer:
            orders.create(order, entry, armed=store.enforces, told=told, also=answer)

    try:
        retry(create, lambda: None)
    except Exists:
        there = orders.load(store.store_id, placement.order_id).order
        if there.placed_digest != placement.digest:
            raise Conflict("order_exists", "The store has an order of this number with other content.") from None
        return there, False
    return order, True


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks of an order. `at` is given by the platform alone; `expected` is the version of `If-Match`."""

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
    """Carry out an action of the lifecycle and answer with the order; one transaction, repeated where it met another.

    Raises Conflict, Unprocessable, PreconditionFailed (nothing was written) or Busy (the outcome may be unknown).
    """
    at = request.at or request.now
    refuse_future(at, request.now, "/changed_at" if request.action == "sync" else "/at")
    command = Command(request.action, request.actor, at, request.now, store, new_id, request.body or {}, request.reason)
    guard = _reminded if request.action == "remind_payment" else None
    return _apply(store, loaded, request, lambda order: lifecycle.act(order, command), pending, guard, dry_run=dry_run)


def patch_order(store: Store, loaded: orders.Loaded, fields: Mapping[str, Any], request: Request) -> Order:
    """Set `note`, `tags` or `assignee`, whatever the order's state; a change of the desk, not of the order's life."""

    def patched(order: Order) -> Change:
        after = replace(order, **fields)
        if after == order:
            return Change(order, ())
        after = replace(after, version=order.version + 1)
        entry = Entry(
            after.version,
            request.now,
            request.now,
            request.actor,
            "patch",
            order.status,
            order.status,
            changes=changes(order, after),
        )
        return Change(after, (entry,))

    return _apply(store, loaded, request, patched)


def lapse_order(store_id: str, order_id: str, *, before: datetime, now: datetime) -> Order | None:
    """Let the order's lapsed timers take effect; None where it has none (any more). Safe to run twice.

    The store is read each time: its mode decides, and may have changed a moment ago.
    """

    def step(read: tuple[Store, orders.Loaded]) -> Order | None:
        store, loaded = read
        done = lifecycle.lapse(loaded.order, store, before=before, recorded_at=now, new_id=new_id)
        if done.entries:
            told = order_alerts.for_change(loaded.order, done, store, loaded.progress)
            orders.save(loaded, done.order, done.entries, armed=store.enforces, told=told)
            return done.order
        orders.rearm(loaded, armed=store.enforces, told=order_alerts.unchanged(loaded.order, store, loaded.progress))
        return None

    try:
        return retry(step, lambda: (stores.load(store_id).store, orders.load(store_id, order_id)))
    except Missing:
        return None


def refuse_future(at: datetime, now: datetime, pointer: str) -> None:
    if at > now + MAX_AHEAD:
        raise Unprocessable("in_the_future", f"This lies more than {MAX_AHEAD.seconds // 60} minutes ahead.", pointer)


def check_version(found: Order | Customer, expected: frozenset[int] | None) -> None:
    """Raises PreconditionFailed where `If-Match` names other versions."""
    if expected is not None and found.version not in expected:
        raise PreconditionFailed(found.version)


def _apply(
    store: Store,
    loaded: orders.Loaded,
    request: Request,
    step: Callable[[Order], Change],
    pending: PendingAnswer | None = None,
    guard: Callable[[Order], Sequence[Write]] | None = None,
    *,
    dry_run: bool = False,
) -> Order:
    def load() -> orders.Loaded:
        return orders.load(store.store_id, loaded.order.order_id)

    def attempt(loaded: orders.Loaded) -> Order:
        check_version(loaded.order, request.expected)
        done = step(loaded.order)
        also = guard(done.order) if guard and done.entries else ()
        if dry_run or not done.entries:
            return done.order
        told = order_alerts.for_change(loaded.order, done, store, loaded.progress)
        with settle(pending, done.order) as answer:
            orders.save(loaded, done.order, done.entries, armed=store.enforces, told=told, also=(*also, *answer))
        return done.order

    try:
        return retry(attempt, load, loaded)
    except TooLarge:
        _catch_up(store, loaded.order, request)
        return retry(attempt, load)


def _reminded(order: Order) -> Sequence[Write]:
    """Raises Conflict `buyer_opted_out`; what is read here is a condition of the transaction, too, so that a reminder
    and an opt-out at the same moment have one order."""
    customer = customers.find(order.store_id, order.buyer.id)
    if customer is not None:
        buyers.check_may_be_reminded(customer)
    return [customers.still_reachable(order)]


def _catch_up(store: Store, order: Order, request: Request) -> None:
    """What passed before the request, written for itself, so that the rest fits into one transaction."""
    lapse_order(order.store_id, order.order_id, before=request.at or request.now, now=request.now)
    loaded = orders.load(order.store_id, order.order_id)
    told = order_alerts.at(loaded.order, store, loaded.progress, request.now)
    with suppress(Stale):
        orders.rearm(loaded, armed=store.enforces, told=told)
