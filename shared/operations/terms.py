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
from shared.operations.stores import RESUME_AFTER, SLICE_ORDERS, StoreSlice
from shared.store.customers import customers
from shared.store.dynamodb.errors import Busy, Exists
from shared.store.orders import lists
from shared.store.search import terms_progress
from shared.telemetry import logger


def are_complete(store_id: str, now: datetime) -> bool:
    """Has every order of the store its terms? Starts to write them where nobody has. One read."""
    progress = terms_progress.load(store_id)
    if progress is None:
        with suppress(Exists):
            terms_progress.start(store_id, now)
    return progress is not None and progress.done


def write_terms(
    store_id: str, at: datetime, *, now: datetime, before: datetime, out_of_time: Callable[[], bool]
) -> StoreSlice:
    """Write the terms of up to SLICE_ORDERS orders of a store from the position of the last slice, latest orders first;
    each order's lapses from before `before` are applied, too. `at` is the due time that the slice was found under:
    progress changes it, so a slice that comes twice does nothing.

    An order that is busy stops no other: when all were checked, they are checked once more. An order that cannot be
    read is logged and skipped. Raises Busy, or Stale where another run goes on with the same.
    """
    progress, run = terms_progress.load(store_id), StoreSlice()
    if progress is None or progress.done or progress.due_at != at:
        return run
    if not progress.position:
        customers.write_tags(store_id, STATES)
    for placed_key, order_id in lists.orders_placed_before(store_id, progress.position):
        if run.checked >= SLICE_ORDERS or out_of_time():
            run.next_at = at
            if run.checked:
                run.next_at = now + RESUME_AFTER
                terms_progress.save(replace(progress, due_at=run.next_at))
            return run
        try:
            lapse_order(store_id, order_id, before=before, now=now)
        except Busy:
            progress, run.failed = replace(progress, missed=True), run.failed + 1
            logger.warning("an order is busy", extra={"order": f"{store_id}/{order_id}"})
        except Exception:
            run.failed += 1
            logger.exception("an order could not be given its terms", extra={"order": f"{store_id}/{order_id}"})
        progress, run.checked = replace(progress, position=placed_key), run.checked + 1
    again = replace(progress, position="", missed=False, done=not progress.missed, due_at=before)
    terms_progress.save(again)
    return run
