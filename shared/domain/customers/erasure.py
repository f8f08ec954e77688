"""Erasure of a buyer's personal data, which leaves every figure whole.

What goes is whatever says who the buyer is or what they wrote: name, email, address, messages, claims, evidence, the
shop's notes. What stays is what was bought, when, for how much and to which country, under the id by which the platform
knows the buyer: figures, funds and the platform's own later reports go by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.order.amounts import END_REASONS
from shared.domain.order.history import Entry
from shared.domain.order.model import Buyer, Dispute, Order, Parcel, Refund, Status
from shared.domain.order.transitions import Actor

ACTION = "erase"
AGAIN_AFTER = timedelta(seconds=60)
"""When all orders are looked at a second time: an index may not have shown one of them yet, or shown it elsewhere."""
OPEN_AFTER = timedelta(days=1)
"""How often orders that had not ended are looked at again."""
PASSES = 2
NOT_REACHED: Mapping[str, timedelta] = {
    "answers": timedelta(days=5),
    "exports": timedelta(days=33),
    "backups": timedelta(days=40),
}
"""What keeps copies that no erasure reaches, and how long after it the last of them is gone: answers kept for their
idempotency keys (two days, and as long as TTL takes), files of exports (30 days, one as an old version, each up to the
next midnight), backups of the table (35 days behind the last answer) (template.yaml)."""
_CODES = frozenset({*END_REASONS, "sync", ""})
"""What a refund's reason may be that nobody has written."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """The orders that a buyer had placed before `requested_at` lose what is personal. Those that have not ended keep it
    until they have, unless `include_open`: they could not be shipped.

    `turn` counts the passes over the orders; `position` is the last order that this pass has handled. `erased` and
    `open` count the orders of this pass that were erased, and that are open still. `due_at` is the time of the next
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

    @property
    def state(self) -> str:
        if self.due_at is None:
            return "done"
        return "waiting" if self.finished_at else "running" if self.position or self.turn > 1 else "queued"


def begun(actor: Actor, include_open: bool, now: datetime) -> Erasure:
    return Erasure(now, actor, include_open, due_at=now)


def passed(erasure: Erasure, now: datetime) -> Erasure:
    """All orders have been looked at: again in a moment; then, where some are open yet, when they may have ended."""
    if erasure.turn < PASSES:
        return replace(
            erasure, turn=erasure.turn + 1, position="", erased=0, open=0, due_at=now + AGAIN_AFTER, finished_at=None
        )
    due_at = now + OPEN_AFTER if erasure.open else None
    return replace(erasure, turn=1, position="", due_at=due_at, finished_at=now, settled=True)


def concerns(erasure: Erasure | None, order: Order) -> bool:
    """Is it one of the orders whose buyer is to be forgotten?"""
    return erasure is not None and order.placed_at < erasure.requested_at


def woken(erasure: Erasure) -> Erasure:
    """An order of before the request was told after it: another round, at once."""
    return replace(erasure, turn=1, position="", due_at=erasure.requested_at, finished_at=None)


def resumed(erasure: Erasure) -> Erasure:
    """A pass that begins counts anew."""
    return erasure if erasure.position else replace(erasure, erased=0, open=0)


def looked_at(erasure: Erasure, position: str, erased: bool | None) -> Erasure:
    """One order further; None: it turned out to be none of the buyer's."""
    return replace(
        erasure, position=position, erased=erasure.erased + (erased is True), open=erasure.open + (erased is False)
    )


def may_erase(order: Order, erasure: Erasure) -> bool:
    return erasure.include_open or order.erased_at is not None or order.status is Status.FINISH


def erase(order: Order, erasure: Erasure, now: datetime) -> tuple[Order, Entry]:
    """The order one version on, without what is personal, and what the history says of it: who and when."""
    bare = stripped(replace(order, note=None, tags=(), unread_messages=0))
    bare = replace(
        bare,
        refunds=tuple(_refund(refund) for refund in order.refunds),
        disputes=tuple(_dispute(dispute) for dispute in order.disputes),
        version=order.version + 1,
        erased_at=now,
    )
    actor, status = erasure.requested_by, order.status
    return bare, Entry(bare.version, now, now, actor, ACTION, status, status)


def stripped(order: Order) -> Order:
    """Without what the platform tells of the buyer: nothing that is told again, later, comes back."""
    country = order.recipient.get("country")
    return replace(
        order,
        buyer=Buyer(order.buyer.id, order.buyer.country),
        recipient={"country": country} if country else {},
        memo=None,
        parcels=tuple(_parcel(parcel) for parcel in order.parcels),
    )


def holds_personal(order: Order) -> bool:
    """Is there anything on the order itself that an erasure would take away?"""
    bare, _ = erase(order, Erasure(order.placed_at, Actor("", "")), order.placed_at)
    return replace(bare, version=order.version, erased_at=order.erased_at) != order


def bare_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """What a history entry may go on telling: that tags were changed, and not to what."""
    return {name: True if name == "tags" else value for name, value in changes.items()}


def _parcel(parcel: Parcel) -> Parcel:
    """A link may hold a postcode or a name; carrier and number stay, because they prove that it was sent."""
    return replace(parcel, tracking_url=None)


def _refund(refund: Refund) -> Refund:
    return refund if refund.reason in _CODES else replace(refund, reason="")


def _dispute(dispute: Dispute) -> Dispute:
    """Who proposed how much, and when, without a word of it."""
    proposals = tuple(replace(each, text="") for each in dispute.proposals)
    return replace(dispute, proposals=proposals, evidence=())
