"""The orders behind each amount that the platform holds: /v1/funds has the sums.

No index has this list. It reads the index that has all its orders and leaves out the others, so that a change of an
order costs nothing more for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.order.funds import ledger
from shared.domain.order.model import FundState, Status
from shared.domain.order.summary import Summary
from shared.store.dynamodb import indexes
from shared.store.dynamodb.indexes import Selection
from shared.store.dynamodb.records import OrderRecord, Record
from shared.store.orders.lists import summary_of
from shared.store.pages import Page, Position

UNFINISHED = tuple(status for status in Status if status is not Status.FINISH)
SOURCES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "in_progress": ("by_status", tuple(f"{{store}}#{status}" for status in UNFINISHED)),
    "awaiting_release": ("by_fund_state", (f"{{store}}#{FundState.AWAITING_RELEASE}",)),
    "refunding": ("by_refund", ("{store}",)),
    "frozen": ("by_frozen", ("{store}",)),
    "unexplained": ("by_state", ("{store}#unexplained",)),
}
"""The index and the partitions that have all orders with money held for this reason, and others."""


@dataclass(frozen=True, slots=True)
class Held:
    """An order, and how much of its money is held for the reason of the list, in minor units."""

    order: Summary
    amount: int


def listed(store_id: str, kind: str, currency: str, limit: int, after: Position | None) -> Page[Held]:
    """A page of the orders that make up the held amount of this kind (ledger.HELD) in a currency, the latest first."""
    index, partitions = SOURCES[kind]
    selection = Selection(index, tuple(partition.format(store=store_id) for partition in partitions))
    return indexes.page_of_some(selection, limit, after, lambda record: _held(record, kind, currency))


def _held(record: Record, kind: str, currency: str) -> Held | None:
    if not isinstance(record, OrderRecord) or record.currency != currency:
        return None
    order = summary_of(record)
    amount = ledger.holdings(order)[kind]
    return Held(order, amount) if amount else None
