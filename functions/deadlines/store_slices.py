"""Apply the changed settings of a store to its orders, slice by slice.

Each message does one slice of one store and sends the message of the next slice, so the stores take turns in the queue,
and a store is done in a time that follows from its own size. A message that comes twice, late or out of order finds
another due time in the store and does nothing. A lost one is sent again by the sweep, after `RESUME_AFTER`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from functions.deadlines.due_items import Run, Send
from shared.operations.stores import StoreSlice, rearm_store
from shared.operations.terms import write_terms
from shared.store.due_items import Due
from shared.store.dynamodb.errors import Busy, Missing, Stale
from shared.telemetry import logger

WORK = "settings"
SKEW = timedelta(seconds=30)
"""Clocks differ, so a timer is applied only this long after its due time."""


def send_stores(stores: Iterable[Due], send: Send) -> int:
    """Send the first message of each store. Returns the number of those that could not be sent: they stay due."""
    messages = [_message(each.store_id, each.at) for each in stores]
    try:
        if messages:
            send(messages)
        return 0
    except Exception:
        logger.exception("slices could not be sent", extra={"work": WORK})
        return len(messages)


def process_stores(stores: Iterable[Due], now: datetime, out_of_time: Callable[[], bool]) -> int:
    """All slices of the stores, in turns, without a queue. Returns the number of orders and stores that failed."""
    messages: deque[Mapping[str, str]] = deque(_message(each.store_id, each.at) for each in stores)
    failed = 0
    while messages and not out_of_time():
        failed += process_store_slice(messages.popleft(), now, out_of_time, messages.extend).failed
    return failed


def process_store_slice(message: Mapping[str, str], now: datetime, out_of_time: Callable[[], bool], send: Send) -> Run:
    """One slice of a store: of its change of mode or rules, or of the terms of its older orders."""
    run = Run()
    store_id, at = message["store_id"], datetime.fromisoformat(message["at"])
    for step in (rearm_store, write_terms):
        try:
            done: StoreSlice = step(store_id, at, now=now, before=now - SKEW, out_of_time=out_of_time)
        except (Busy, Missing, Stale) as error:
            run.failed += 1
            logger.warning(
                "a store is left for the next run", extra={"store_id": store_id, "why": type(error).__name__}
            )
            continue
        except Exception:  # settings that cannot be read must not stop the other stores
            run.failed += 1
            logger.exception("a store could not be re-armed", extra={"store_id": store_id})
            continue
        run.checked, run.failed = run.checked + done.checked, run.failed + done.failed
        if done.next_at is not None:
            try:
                send([_message(store_id, done.next_at)])
            except Exception:
                logger.exception("a slice could not be sent", extra={"store_id": store_id})
    return run


def _message(store_id: str, at: datetime) -> dict[str, str]:
    return {"work": WORK, "store_id": store_id, "at": at.isoformat()}
