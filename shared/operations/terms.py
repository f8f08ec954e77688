"""Terms for the orders of a store from before there were any.

New stores have none of these, and every write of an order brings its terms. The first search or the daily check of an
older store makes its TERMS item due; sweeps then go through its tagged customers, and through its orders, from the
latest to the first. An order that waits for the payment of a refund of 0 ends then, too.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from shared.domain.customers.model import STATES
from shared.operations.orders import lapse_order
from shared.store.customers import customers
from shared.store.dynamodb.errors import Busy, Exists
from shared.store.orders import lists, terms_progress
from shared.telemetry import logger

ORDERS_PER_SAVE = 100


def are_complete(store_id: str, now: datetime) -> bool:
    """Has every order of the store its terms? Starts to write them where nobody has. One read."""
    progress = terms_progress.load(store_id)
    if progress is None:
        with suppress(Exists):
            terms_progress.start(store_id, now)
    return progress is not None and progress.done


def write_terms(store_id: str, *, now: datetime, before: datetime, out_of_time: Callable[[], bool]) -> int:
    """Write the terms of a store's orders from the position of the last run, latest orders first; each order's lapses
    from before `before` are applied, too. Returns the number of orders checked.

    An order that is busy stops no other: when all were checked, they are checked once more. An order that cannot be
    read is logged and skipped. Raises Busy, or Stale where another run goes on with the same.
    """
    progress = terms_progress.load(store_id)
    if progress is None or progress.done:
        return 0
    if not progress.position:
        customers.write_tags(store_id, STATES)
    checked = 0
    for placed_key, order_id in lists.orders_placed_before(store_id, progress.position):
        if out_of_time():
            terms_progress.save(progress)
            return checked
        try:
            lapse_order(store_id, order_id, before=before, now=now)
        except Busy:
            progress = replace(progress, missed=True)
            logger.warning("an order is busy", extra={"order": f"{store_id}/{order_id}"})
        except Exception:
            logger.exception("an order could not be given its terms", extra={"order": f"{store_id}/{order_id}"})
        checked, progress = checked + 1, replace(progress, position=placed_key)
        if checked % ORDERS_PER_SAVE == 0:
            progress = terms_progress.save(progress)
    terms_progress.save(replace(progress, position="", missed=False, done=not progress.missed))
    return checked
