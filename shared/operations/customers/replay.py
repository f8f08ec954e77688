"""After a restore of the table from a backup: request again the erasures that the restored table does not know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from shared.domain.customers.erasure import Erasure
from shared.domain.customers.model import Customer
from shared.store.customers import customers, erasure_list
from shared.store.retries import ITEM_LIMIT, retry, time_limit
from shared.telemetry import logger, metrics


@dataclass(frozen=True, slots=True)
class Replayed:
    """`requested` erasures were requested again. `waiting` ones follow an earlier erasure of the same buyer, which must
    end first. `failed` ones stopped no other; the log says which and why. `complete` is false if the time ended before
    the list did. Replay again until nothing waits, nothing fails and it is complete."""

    requested: int = 0
    waiting: int = 0
    failed: int = 0
    complete: bool = True


def replay(out_of_time: Callable[[], bool]) -> Replayed:
    """Request again each erasure of the list that its customer does not have. May run any number of times. Costs a GET
    and a read for each erasure of the last 40 days."""
    done = Replayed()
    for name in erasure_list.names():
        if out_of_time():
            return replace(done, complete=False)
        try:
            with time_limit(ITEM_LIMIT):
                listed = erasure_list.read(name)
                if is_missing(customers.find(listed.store_id, listed.buyer_id), listed.erasure):
                    requested = retry(*_request(listed))
                    done = replace(done, requested=done.requested + requested, waiting=done.waiting + (not requested))
        except Exception:
            logger.exception("an erasure could not be requested again", extra={"file": name})
            metrics.add_metric("ErasuresFailed", "Count", 1)
            done = replace(done, failed=done.failed + 1)
    return done


def is_missing(customer: Customer | None, erasure: Erasure) -> bool:
    """Does the customer lack this erasure? A buyer whose first order came after the request is a new customer."""
    if customer is None or (customer.first_at and customer.first_at >= erasure.requested_at):
        return False
    return customer.erasure is None or customer.erasure.requested_at < erasure.requested_at


def _request(listed: erasure_list.Listed) -> tuple[Callable[[Customer], bool], Callable[[], Customer]]:
    """The attempt, which returns False if an earlier erasure must end first, and how it is loaded."""

    def step(customer: Customer) -> bool:
        running = customer.erasure is not None and customer.erasure.state in ("queued", "running")
        if not running and is_missing(customer, listed.erasure):
            customers.save(customer, replace(customer, erasure=listed.erasure))
        return not running

    return step, lambda: customers.load(listed.store_id, listed.buyer_id)
