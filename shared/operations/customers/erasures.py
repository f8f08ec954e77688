"""Erasure of a buyer's personal data: the owner requests it, and a scheduled function does it, order by order.

Each step may run twice, and the next run continues where a killed one ended. For each order, messages, texts and files
are deleted first; then the order is saved as erased. The customer's record, which has the progress, is anonymised after
all orders. A message or a change of the order at the same time makes the order's step start again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from shared.domain.alerts import order_alerts
from shared.domain.customers import erasure as domain
from shared.domain.customers.erasure import Erasure
from shared.domain.customers.model import Customer, anonymous
from shared.domain.order.history import Change
from shared.domain.order.transitions import Actor
from shared.domain.stores import Store
from shared.operations.orders import check_version
from shared.store import files, stores
from shared.store.customers import customers, erasure_list
from shared.store.dynamodb.errors import Busy, Missing
from shared.store.idempotency import PendingAnswer, settle
from shared.store.messages import messages
from shared.store.orders import orders, placements
from shared.store.retries import ITEM_LIMIT, retry, time_limit
from shared.telemetry import logger, metrics

ORDERS_PER_SAVE = 20
"""The progress is saved after this many orders. At most so many are processed again after a run was killed."""


class ErasureChanged(Exception):
    """Another run has saved progress of this erasure, or it was requested again."""


def request_erasure(
    customer: Customer,
    include_open: bool,
    actor: Actor,
    now: datetime,
    expected: frozenset[int] | None = None,
    pending: PendingAnswer | None = None,
) -> Customer:
    """Request an erasure. One that runs already starts again. Returns the changed customer. Raises PreconditionFailed,
    Missing or Busy."""

    def step(customer: Customer) -> Customer:
        check_version(customer, expected)
        after = replace(customer, erasure=domain.new_erasure(actor, include_open, now), version=customer.version + 1)
        with settle(pending, after) as answer:
            return customers.save(customer, after, answer)

    return retry(step, lambda: customers.load(customer.store_id, customer.buyer_id), customer)


def resume(now: datetime, out_of_time: Callable[[], bool]) -> int:
    """Continue every erasure that is due by `now`. Returns the number of finished passes over a buyer's orders."""
    passed = 0
    for store_id, buyer_id in customers.erasures_due(now):
        if out_of_time():
            break
        try:
            passed += _run_pass(store_id, buyer_id, now, out_of_time)
        except (Busy, Missing, ErasureChanged) as error:
            logger.info("left for the next run", extra={"store_id": store_id, "why": type(error).__name__})
        except Exception:  # the others continue, and this one is due again in a minute
            logger.exception("an erasure could not go on", extra={"store_id": store_id})
            metrics.add_metric("ErasuresFailed", "Count", 1)
    return passed


def _unchanged(customer: Customer) -> Customer:
    return customer


def _run_pass(store_id: str, buyer_id: str, now: datetime, out_of_time: Callable[[], bool]) -> bool:
    """False if it was not due, or if the time ended before the pass did. Raises ErasureChanged or Busy."""
    saved = customers.load(store_id, buyer_id).erasure
    if saved is None or saved.due_at is None or saved.due_at > now:
        return False
    if not (saved.settled or saved.position):
        erasure_list.add(store_id, buyer_id, saved)  # before anything is erased
    store, erasure = stores.load(store_id).store, domain.at_start_of_pass(saved)
    remaining = customers.orders_before(store_id, buyer_id, erasure.position, erasure.requested_at)
    for number, (position, order_id) in enumerate(remaining, 1):
        erasure = _after_order(store, buyer_id, order_id, erasure, position, now)
        if out_of_time():
            _save_progress(store_id, buyer_id, saved, replace(erasure, due_at=now))
            return False
        if number % ORDERS_PER_SAVE == 0:
            saved = _save_progress(store_id, buyer_id, saved, replace(erasure, due_at=now))
    change = _unchanged if erasure.settled else anonymous
    _save_progress(store_id, buyer_id, saved, domain.after_pass(erasure, now), change)
    return True


def _save_progress(
    store_id: str,
    buyer_id: str,
    saved: Erasure,
    erasure: Erasure,
    change: Callable[[Customer], Customer] = _unchanged,
) -> Erasure:
    """Replace `saved`, the erasure in the customer's record, and apply `change` to the customer. Raises
    ErasureChanged if the record has another erasure, or Busy."""

    def step(customer: Customer) -> Erasure:
        if customer.erasure == erasure:  # this write succeeded before, and only its answer was lost
            return erasure
        if customer.erasure != saved:
            raise ErasureChanged
        customers.save(customer, replace(change(customer), erasure=erasure))
        return erasure

    return retry(step, lambda: customers.load(store_id, buyer_id))


def _after_order(store: Store, buyer_id: str, order_id: str, erasure: Erasure, position: str, now: datetime) -> Erasure:
    """Erase one order. If that fails, it stops no other order, and the next pass tries it again."""
    try:
        with time_limit(ITEM_LIMIT):
            return domain.after_order(erasure, position, _erase_order(store, buyer_id, order_id, erasure, now))
    except Exception:
        logger.exception("an order could not be erased", extra={"order": f"{store.store_id}/{order_id}"})
        metrics.add_metric("ErasuresFailed", "Count", 1)
        return domain.after_failed_order(erasure, position)


def _erase_order(store: Store, buyer_id: str, order_id: str, erasure: Erasure, now: datetime) -> bool | None:
    """Erase one order. Returns whether it has no personal data now; None if it is not an order of this erasure. Raises
    Busy."""

    def step(loaded: orders.Loaded) -> bool | None:
        order = loaded.order
        if order.buyer.id != buyer_id or order.placed_at >= erasure.requested_at:
            return None
        if not domain.may_erase(order, erasure):
            return False
        if erasure.settled and order.erased_at is not None:
            return True
        thread = messages.thread(store.store_id, order_id)
        deleted = messages.delete_all(store.store_id, order_id) + orders.erase_free_text(store.store_id, order_id)
        for dispute in order.disputes:
            for folder in ("evidence", "uploads"):
                deleted += files.delete_versions(f"{folder}/{store.store_id}/{dispute.dispute_id}/")
        personal = domain.has_personal_data(order) or not placements.is_keyed(order.placed_digest)
        if order.erased_at and not (deleted or thread.unanswered or personal):
            return True
        after, entry = domain.erase(order, erasure, now)
        alert_changes = order_alerts.for_change(order, Change(after, (entry,)), store, loaded.progress)
        silenced = messages.silenced(order, thread, now)
        orders.save(loaded, after, (entry,), armed=store.enforces, alert_changes=alert_changes, also=silenced)
        return True

    try:
        return retry(step, lambda: orders.load(store.store_id, order_id))
    except Missing:
        return None
