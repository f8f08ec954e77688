"""A valid body for each action in the present state of an order, chosen by a random generator."""

from __future__ import annotations

from random import Random
from typing import Any

from shared.domain.order import deadlines, shipments
from shared.domain.order.funds.amounts import END_REASONS, Outcome
from shared.domain.order.model import RefundState, Status
from tests.domain.build import Life, claim, hours, offer

ENDED = ("FUND_PROCESSING", "FINISH")
UNPAID = ("PLACE_ORDER_SUCCESS", "PAYMENT_PROCESSING", "IN_BOOK_SALE")
PAID_REASONS = [reason for reason, outcome in END_REASONS.items() if outcome is not Outcome.CLOSED_UNPAID]


def body_for(action: str, life: Life, rng: Random | None = None) -> dict[str, Any]:
    """`life` is at the time of the action, after the lapses."""
    make = MAKERS.get(action)
    return make(life, rng or Random(0)) if make else {}


def editable(life: Life) -> list[str]:
    return [parcel.parcel_id for parcel in life.order.parcels if shipments.editable(parcel, life.now)]


def on_its_way(life: Life) -> list[str]:
    return [parcel.parcel_id for parcel in life.order.parcels if parcel.delivered_at is None]


def _pay(life: Life, rng: Random) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if rng.random() < 0.2:
        body["deadlines"] = {"risk": life.now + hours(rng.randrange(1, 72))}
    if rng.random() < 0.2:
        body["amount"] = _spent(life) + rng.randrange(3000)
    return body


def _short(life: Life, rng: Random) -> dict[str, Any]:
    spent = _spent(life)
    return {"received": rng.randrange(spent, max(life.order.amounts.total, 1 + spent))}


def _spent(life: Life) -> int:
    """The least possible amount received: what was disbursed, and the promised refunds."""
    return life.order.amounts.disbursed + life.order.promised


def _ship(life: Life, rng: Random) -> dict[str, Any]:
    left = life.order.left()
    parcel: dict[str, Any] = {"carrier": "EMS", "tracking_no": f"LX{life.order.version}"}
    if left and rng.random() < 0.6:
        part = rng.choice(left)
        parcel["lines"] = [{"line_id": part.line_id, "quantity": rng.randint(1, part.quantity)}]
    return {"parcels": [parcel]}


def _edit(life: Life, rng: Random) -> dict[str, Any]:
    choice = editable(life) or [parcel.parcel_id for parcel in life.order.parcels] or ["p1"]
    return {"parcel_id": rng.choice(choice), "tracking_no": f"ED{life.order.version}"}


def _deliver(life: Life, rng: Random) -> dict[str, Any]:
    choice = on_its_way(life) or [parcel.parcel_id for parcel in life.order.parcels] or ["p1"]
    return {"parcel_id": rng.choice(choice)}


def _extend(life: Life, rng: Random) -> dict[str, Any]:
    return {"days": rng.randint(1, max(1, min(20, deadlines.MAX_EXTENSION_DAYS - life.order.extended_days)))}


def _release(life: Life, rng: Random) -> dict[str, Any]:
    return {"commission": life.order.remaining // 20} if rng.random() < 0.5 else {}


def _complete(life: Life, rng: Random) -> dict[str, Any]:
    accepted = [refund.refund_id for refund in life.order.refunds if refund.state is RefundState.ACCEPTED]
    return {"refund_id": rng.choice(accepted or ["rfd_0"])}


def _dispute(life: Life, rng: Random) -> dict[str, Any]:
    kind = rng.choice(["not_received", "not_as_described", "not_as_described"])
    return claim(rng.randint(0, life.order.remaining), kind=kind, solution=_solution(kind, rng))


def _solution(kind: str | None, rng: Random) -> str:
    return rng.choice(["refund", "return_and_refund"] if kind == "not_as_described" else ["refund"])


def _offer(life: Life, rng: Random) -> dict[str, Any]:
    amount = rng.choice([0, life.order.remaining, rng.randint(0, life.order.remaining)])
    kind = life.order.dispute.kind if life.order.dispute else None
    return offer(amount, solution=_solution(kind, rng) if amount else "refund")


def _evidence(life: Life, rng: Random) -> dict[str, Any]:
    return {"evidence_id": f"evd_{life.order.version}", "media_type": "image/png", "bytes": rng.randint(1, 5_000_000)}


def _sync(life: Life, rng: Random) -> dict[str, Any]:
    """Any status. A paid order stays paid, as money that has moved does not come back by itself."""
    paid = life.order.paid_at is not None or life.order.amounts.received is not None
    statuses = [str(status) for status in Status if not (paid and str(status) in UNPAID)]
    status = rng.choice(statuses)
    reason = None
    if status in ENDED:
        reason = rng.choice(PAID_REASONS if paid or status == "FUND_PROCESSING" else list(END_REASONS))
    overlays = " ".join(rng.sample(["dispute", "frozen"], rng.choice((0, 0, 0, 1, 1, 2))))
    if status == "FINISH":
        overlays = ""
    body = life.snapshot(status, overlays, end_reason=reason)
    if status == "WAIT_BUYER_ACCEPT_GOODS" and not life.order.parcels:
        body["parcels"] = [{"carrier": "EMS", "tracking_no": "SY1", "shipped_at": life.now}]
    return body


MAKERS = {
    "pay": _pay,
    "adjust_price": lambda life, rng: {"total": rng.randrange(1, 5000)},
    "report_short_payment": _short,
    "ship": _ship,
    "edit_shipment": _edit,
    "report_delivery": _deliver,
    "extend_receipt": _extend,
    "release_funds": _release,
    "complete_refund": _complete,
    "open_dispute": _dispute,
    "sync": _sync,
    "counter": _offer,
    "buyer_counter": _offer,
    "decide": _offer,
    "give_return_address": lambda life, rng: {"address": {"country": "CN"}},
    "buyer_returned": lambda life, rng: {"carrier": "EMS", "tracking_no": f"RT{life.order.version}"},
    "add_evidence": _evidence,
}
