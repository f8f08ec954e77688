"""Erasure of a buyer's personal data: asked for by the owner, carried out by the clock, order by order.

Each step may run twice, and what a run that was killed has left undone is done by the next: messages, words and files
go first, the order says last that it was erased, and the customer's record, in which all this is written down, comes
after all orders. A message or a change of the order that comes in between makes the order's step begin anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from shared.domain.alerts import order_alerts
from shared.domain.customers import erasure as domain
from shared.domain.customers.erasure import Erasure
from shared.domain.customers.model import Customer, anonymous
from shared.domain.order.lifecycle import Change
from shared.domain.order.transitions import Actor
from shared.domain.stores import Store
from shared.operations.orders import check_version
from shared.store import files, stores
from shared.store.customers import customers
from shared.store.dynamodb.errors import Busy, Missing
from shared.store.idempotency import PendingAnswer, settle
from shared.store.messages import messages
from shared.store.orders import orders
from shared.store.retries import retry
from shared.telemetry import logger, metrics

SAVED_EVERY = 20
"""Orders between two notes of how far an erasure is: what a run that is killed looks at again."""


class Overtaken(Exception):
    """Somebody else is further with this erasure, or has asked for it anew."""


def request_erasure(
    customer: Customer,
    include_open: bool,
    actor: Actor,
    now: datetime,
    expected: frozenset[int] | None = None,
    pending: PendingAnswer | None = None,
) -> Customer:
    """The customer with an erasure to be carried out, which begins anew where one is under way. Raises
    PreconditionFailed, Missing or Busy."""

    def step(customer: Customer) -> Customer:
        check_version(customer, expected)
        asked = replace(customer, erasure=domain.new_erasure(actor, include_open, now), version=customer.version + 1)
        with settle(pending, asked) as answer:
            return customers.save(customer, asked, answer)

    return retry(step, lambda: customers.load(customer.store_id, customer.buyer_id), customer)


def drive_on(now: datetime, out_of_time: Callable[[], bool]) -> int:
    """Go on with every erasure that is due; answers with how many passes over a buyer's orders came to their end."""
    passed = 0
    for store_id, buyer_id in customers.erasures_due(now):
        if out_of_time():
            break
        try:
            passed += _drive(store_id, buyer_id, now, out_of_time)
        except (Busy, Missing, Overtaken) as error:
            logger.info("left for the next run", extra={"store_id": store_id, "why": type(error).__name__})
        except Exception:  # one that fails must not keep the others waiting; it is due again in a minute
            logger.exception("an erasure could not go on", extra={"store_id": store_id})
            metrics.add_metric("ErasuresFailed", "Count", 1)
    return passed


def _as_it_is(customer: Customer) -> Customer:
    return customer


def _drive(store_id: str, buyer_id: str, now: datetime, out_of_time: Callable[[], bool]) -> bool:
    known = customers.load(store_id, buyer_id).erasure
    if known is None or known.due_at is None or known.due_at > now:
        return False
    store, erasure = stores.load(store_id).store, domain.at_start_of_pass(known)
    found = customers.orders_before(store_id, buyer_id, erasure.position, erasure.requested_at)
    for number, (position, order_id) in enumerate(found, 1):
        erasure = domain.after_order(erasure, position, _erase(store, buyer_id, order_id, erasure, now))
        if out_of_time():
            _note(store_id, buyer_id, known, replace(erasure, due_at=now))
            return False
        if number % SAVED_EVERY == 0:
            known = _note(store_id, buyer_id, known, replace(erasure, due_at=now))
    _note(store_id, buyer_id, known, domain.after_pass(erasure, now), _as_it_is if erasure.settled else anonymous)
    return True


def _note(
    store_id: str,
    buyer_id: str,
    known: Erasure,
    erasure: Erasure,
    change: Callable[[Customer], Customer] = _as_it_is,
) -> Erasure:
    """How far the erasure is, written into the customer's record. Raises Overtaken or Busy."""

    def step(customer: Customer) -> Erasure:
        if customer.erasure == erasure:  # our own write, whose answer was lost on the way
            return erasure
        if customer.erasure != known:
            raise Overtaken
        customers.save(customer, replace(change(customer), erasure=erasure))
        return erasure

    return retry(step, lambda: customers.load(store_id, buyer_id))


def _erase(store: Store, buyer_id: str, order_id: str, erasure: Erasure, now: datetime) -> bool | None:
    """Is the order without personal data now? None where it is none of the buyer's after all. Raises Busy."""

    def step(loaded: orders.Loaded) -> bool | None:
        order = loaded.order
        if order.buyer.id != buyer_id or order.placed_at >= erasure.requested_at:
            return None
        if not domain.may_erase(order, erasure):
            return False
        if erasure.settled and order.erased_at is not None:
            return True
        thread = messages.thread(store.store_id, order_id)
        found = messages.delete_all(store.store_id, order_id) + orders.forget_words(store.store_id, order_id)
        for dispute in order.disputes:
            for folder in ("evidence", "uploads"):
                found += files.forget(f"{folder}/{store.store_id}/{dispute.dispute_id}/")
        if order.erased_at and not (found or thread.unanswered or domain.has_personal_data(order)):
            return True
        after, entry = domain.erase(order, erasure, now)
        told = order_alerts.for_change(order, Change(after, (entry,)), store, loaded.progress)
        silenced = messages.silenced(order, thread, now)
        orders.save(loaded, after, (entry,), armed=store.enforces, told=told, also=silenced)
        return True

    try:
        return retry(step, lambda: orders.load(store.store_id, order_id))
    except Missing:
        return None
