"""The reference model of a late snapshot: it compares orders, and reads neither the history nor the tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.order.model import Order

RANKS = """IN_BOOK_SALE,PLACE_ORDER_SUCCESS,PAYMENT_PROCESSING RISK_CONTROL RISK_CONTROL_HOLD
WAIT_GROUP_SUCCESS,WAIT_SELLER_EXAMINE_MONEY WAIT_SELLER_SEND_GOODS,IN_CANCEL SELLER_PART_SEND_GOODS
WAIT_BUYER_ACCEPT_GOODS FUND_PROCESSING FINISH"""
RANK = {status: rank for rank, names in enumerate(RANKS.split()) for status in names.split(",")}
TO_AND_FRO, ENDED = ("PLACE_ORDER_SUCCESS", "PAYMENT_PROCESSING", "IN_CANCEL"), ("FUND_PROCESSING", "FINISH")


@dataclass(frozen=True)
class Step:
    """One version of the order: who made it, when, and the order before and after it."""

    role: str
    at: datetime
    before: Order
    after: Order


def parts(order: Order) -> dict[tuple[str, str], Any]:
    parcels = {("parcel", p.parcel_id): (p.carrier, p.tracking_no, p.lines, p.edits) for p in order.parcels}
    refunds = {("refund", r.refund_id): (r.amount, str(r.state)) for r in order.refunds}
    disputes = {("dispute", d.dispute_id): (len(d.proposals), d.ended_at, d is order.dispute) for d in order.disputes}
    return parcels | refunds | disputes


def undone(order: Order, after: Order, snapshot: dict[str, Any], later: list[Step]) -> Iterator[Any]:
    """The seller's work after the snapshot that is not there any more."""
    was, now, work, status = parts(order), parts(after), list[Step](), str(snapshot["status"])
    for step in later:
        old, new = parts(step.before), parts(step.after)
        touched = {key for key in old | new if old.get(key) != new.get(key)} if step.role == "seller" else set()
        work += [step] * (step.role == "seller" and (bool(touched) or step.before.timers != step.after.timers))
        for key in touched & was.keys():
            ended = key[0] == "dispute" and status == "FINISH" and key in now
            if now.get(key) != was[key] and not ended and (key[0] != "refund" or now.get(key) != (was[key][0], "paid")):
                yield key
    led_on = {str(step.before.status) for step in later if step.before.status != step.after.status}
    ahead = RANK[status] > RANK[order.status] or (RANK[status] == RANK[order.status] and status in TO_AND_FRO)
    ahead |= status in ENDED or (status == "IN_CANCEL" and order.status not in ENDED)
    if str(after.status) == status != order.status and ((work and not ahead) or status in led_on):
        yield order.status


def not_shown(after: Order, seen: dict[str, Any], at: datetime, later: list[Step]) -> Iterator[str]:
    """What the snapshot has and the order does not show."""
    here = {(p.carrier, p.tracking_no) for order in (after, *(s.before for s in later)) for p in order.parcels}
    yield from ["status"] * ((seen["status"] in ENDED or not later) and after.status not in (seen["status"], "FINISH"))
    yield from ["freeze"] * (after.frozen != ("frozen" in seen["overlays"]))
    ended = not after.disputed and not any(dispute.ended_at > at for dispute in after.disputes if dispute.ended_at)
    yield from ["dispute"] * ("dispute" in seen["overlays"] and ended)
    yield from ["address"] * (dict(seen["order"].recipient) != dict(after.recipient))
    yield from ["parcel"] * any((each["carrier"], each["tracking_no"]) not in here for each in seen["parcels"])
