"""Erasure of a buyer's personal data. No figure changes.

Erased are data that identify the buyer, and texts: name, email, address, messages, texts of disputes, evidence, and the
seller's notes. Kept are what was bought, when, for how much and to which country, and the platform's id of the buyer,
because figures, funds and later reports of the platform need it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.order.funds.amounts import END_REASONS
from shared.domain.order.history import Entry
from shared.domain.order.model import Buyer, Dispute, Order, Parcel, Refund, Status
from shared.domain.order.transitions import Actor

ACTION = "erase"
SECOND_PASS_AFTER = timedelta(seconds=60)
"""The time until the second pass over all orders. In the first one, an index may not have shown every order yet."""
RECHECK_AFTER = timedelta(days=1)
"""The time between two rounds, while some orders of the buyer have not ended."""
PASSES = 2
RETAINED_COPIES: Mapping[str, timedelta] = {
    "answers": timedelta(days=5),
    "exports": timedelta(days=33),
    "imports": timedelta(days=33),
    "backups": timedelta(days=40),
}
"""Copies that an erasure does not delete, and how long after the erasure the last one is deleted:

- answers stored for idempotency keys: two days, and the delay of DynamoDB's TTL;
- files of exports, and those of imports with their failed rows: 30 days, one day more as an old version of the object,
  each up to the next midnight;
- backups of the table: 35 days after the last answer. The lifetimes are set in template.yaml.
"""
_CODES = frozenset({*END_REASONS, "sync", ""})
"""The reasons of refunds that are codes, not a person's text."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """The orders that a buyer had placed before `requested_at` lose what is personal. Those that have not ended keep it
    until they have, unless `include_open`: they could not be shipped.

    `turn` counts the passes over the orders; `position` is the last order that this pass has handled. `erased` and
    `open` count the orders of this pass that were erased, and that are open still; `failed` of the open ones could not
    be erased, and are tried again soon. `due_at` is the time of the next
    step; None when the erasure is done. `settled` is set when the first round has ended: a later round handles what was
    open or unknown then, and leaves alone what has been erased.
    """

    requested_at: datetime
    requested_by: Actor
    include_open: bool = False
    turn: int = 1
    position: str = ""
    erased: int = 0
    open: int = 0
    due_at: datetime | None = None
    finished_at: datetime | None = None
    settled: bool = False
    failed: int = 0

    @property
    def state(self) -> str:
        if self.due_at is None:
            return "done"
        return "waiting" if self.finished_at else "running" if self.position or self.turn > 1 else "queued"


def new_erasure(actor: Actor, include_open: bool, now: datetime) -> Erasure:
    return Erasure(now, actor, include_open, due_at=now)


def after_pass(erasure: Erasure, now: datetime) -> Erasure:
    """The erasure after a pass over all orders. After the first pass the second is due; after the second the erasure is
    done, or due again in RECHECK_AFTER if some orders are still open. While orders fail, another pass is due."""
    if erasure.turn < PASSES or erasure.failed:
        return replace(
            erasure,
            turn=min(erasure.turn + 1, PASSES),
            position="",
            erased=0,
            open=0,
            failed=0,
            due_at=now + SECOND_PASS_AFTER,
            finished_at=None,
            settled=erasure.settled or erasure.turn == PASSES,
        )
    due_at = now + RECHECK_AFTER if erasure.open else None
    return replace(erasure, turn=1, position="", due_at=due_at, finished_at=now, settled=True)


def covers(erasure: Erasure | None, order: Order) -> bool:
    """Is the order one of those that the erasure is about?"""
    return erasure is not None and order.placed_at < erasure.requested_at


def with_another_round(erasure: Erasure) -> Erasure:
    """Another round at once, because an order from before the request arrived after it."""
    return replace(erasure, turn=1, position="", due_at=erasure.requested_at, finished_at=None)


def at_start_of_pass(erasure: Erasure) -> Erasure:
    """The erasure with its counts set to 0, if a pass begins."""
    return erasure if erasure.position else replace(erasure, erased=0, open=0, failed=0)


def after_order(erasure: Erasure, position: str, erased: bool | None) -> Erasure:
    """The erasure after one order: erased (True), still open (False), or not of this buyer (None)."""
    return replace(
        erasure, position=position, erased=erasure.erased + (erased is True), open=erasure.open + (erased is False)
    )


def after_failed_order(erasure: Erasure, position: str) -> Erasure:
    """The erasure after an order that could not be erased now."""
    return replace(after_order(erasure, position, False), failed=erasure.failed + 1)


def may_erase(order: Order, erasure: Erasure) -> bool:
    """An open order is erased only if the request says so: without its address it could not be shipped."""
    return erasure.include_open or order.erased_at is not None or order.status is Status.FINISH


def erase(order: Order, erasure: Erasure, now: datetime) -> tuple[Order, Entry]:
    """The next version of the order, without personal data, and its history entry."""
    erased = without_personal_data(replace(order, note=None, tags=(), unread_messages=0))
    erased = replace(
        erased,
        refunds=tuple(_refund(refund) for refund in order.refunds),
        disputes=tuple(_dispute(dispute) for dispute in order.disputes),
        version=order.version + 1,
        erased_at=now,
    )
    actor, status = erasure.requested_by, order.status
    return erased, Entry(erased.version, now, now, actor, ACTION, status, status)


def without_personal_data(order: Order) -> Order:
    """The order without the personal data that the platform sends. Applied to later snapshots, too."""
    country = order.recipient.get("country")
    return replace(
        order,
        buyer=Buyer(order.buyer.id, order.buyer.country),
        recipient={"country": country} if country else {},
        memo=None,
        parcels=tuple(_parcel(parcel) for parcel in order.parcels),
    )


def has_personal_data(order: Order) -> bool:
    """Would an erasure change the order itself, apart from its messages?"""
    erased, _ = erase(order, Erasure(order.placed_at, Actor("", "")), order.placed_at)
    return replace(erased, version=order.version, erased_at=order.erased_at) != order


def changes_without_personal_data(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The `changes` of a history entry without personal data: that tags changed, but not their values."""
    return {name: True if name == "tags" else value for name, value in changes.items()}


def _parcel(parcel: Parcel) -> Parcel:
    """A tracking URL may contain a postcode or a name. Carrier and number stay as proof of the shipment."""
    return replace(parcel, tracking_url=None)


def _refund(refund: Refund) -> Refund:
    return refund if refund.reason in _CODES else replace(refund, reason="")


def _dispute(dispute: Dispute) -> Dispute:
    """The dispute without texts and evidence."""
    proposals = tuple(replace(each, text="") for each in dispute.proposals)
    return replace(dispute, proposals=proposals, evidence=())
