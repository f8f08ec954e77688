"""What answers show: the shapes of api.md, built from the domain. Times are UTC with Z; amounts are money objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from functions.orders.labels import status_label
from functions.orders.shapes import (
    AmountsView,
    DisputeView,
    EntryView,
    ListedOrderView,
    ListedParcelView,
    MoneyView,
    OrderView,
    ParcelView,
    PieceView,
    RefundView,
    SummaryView,
)
from shared.domain.money import Money
from shared.domain.order import deadlines, ledger, lifecycle
from shared.domain.order.history import Entry
from shared.domain.order.model import Dispute, Order, Parcel, Quantity, Refund
from shared.domain.order.recipients import masked
from shared.domain.order.transitions import Actor
from shared.domain.stores import Store
from shared.store.orders.lists import Summary
from shared.store.pages import Listed


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def money(minor: int, currency: str) -> MoneyView:
    return {"amount": str(Money(minor, currency)), "currency": currency}


def order_view(
    order: Order, actor: Actor, store: Store, now: datetime, language: str, *, reveal: bool = False
) -> OrderView:
    """Everything, with the actions that this caller may take now."""
    progress = order.line_progress()
    lines = [
        _without_none(
            {
                "line_id": line.line_id,
                "product_id": line.product_id,
                "sku": line.sku,
                "title": line.title,
                "attributes": line.attributes,
                "quantity": line.quantity,
                "unit_price": money(line.unit_price, order.currency),
                "handling_days": line.handling_days,
                "image_url": line.image_url,
                "shipped": progress[line.line_id].shipped,
                "refunded": progress[line.line_id].refunded,
                "returned": progress[line.line_id].returned,
            }
        )
        for line in order.lines
    ]
    told: OrderView = _summary(order, language) | _without_none(
        {
            "recipient": dict(order.recipient) if reveal else masked(order.recipient),
            "lines": lines,
            "parcels": [parcel_view(parcel) for parcel in order.parcels],
            "refunds": [refund_view(refund, order.order_id, order.currency) for refund in order.refunds],
            "dispute": order.dispute and dispute_view(order.dispute, order.order_id, order.currency),
            "delivery_days": order.delivery_days,
            "chosen_service": order.chosen_service,
            "memo": order.memo,
            "erased_at": order.erased_at and instant(order.erased_at),
            "actions": list(lifecycle.allowed_actions(order, actor.kind, store, now)),
        }
    )
    return told


def listed_order_view(summary: Summary, language: str) -> ListedOrderView:
    told = _summary(summary, language)
    return {
        **told,
        "deadline_at": told["deadlines"][0]["due_at"] if told["deadlines"] else None,
        "line_count": summary.line_count,
    }


def parcel_view(parcel: Parcel) -> ParcelView:
    told: ParcelView = _without_none(
        {
            "parcel_id": parcel.parcel_id,
            "carrier": parcel.carrier,
            "tracking_no": parcel.tracking_no,
            "tracking_url": parcel.tracking_url,
            "shipped_at": instant(parcel.shipped_at),
            "delivered_at": parcel.delivered_at and instant(parcel.delivered_at),
            "lines": _pieces(parcel.lines),
        }
    )
    return told


def listed_parcel_view(listed: Listed[Parcel], now: datetime) -> ListedParcelView:
    until = listed.record.delivered_at or now
    return {
        **parcel_view(listed.record),
        "order_id": listed.order_id,
        "days_under_way": max(0, (until - listed.record.shipped_at).days),
    }


def refund_view(refund: Refund, order_id: str, currency: str) -> RefundView:
    told: RefundView = _without_none(
        {
            "refund_id": refund.refund_id,
            "order_id": order_id,
            "state": str(refund.state),
            "source": refund.source,
            "amount": money(refund.amount, currency),
            "cash": money(refund.amount - refund.coupon, currency) if refund.paid_at else None,
            "coupon": money(refund.coupon, currency) if refund.paid_at else None,
            "lines": _pieces(refund.lines),
            "reason": refund.reason,
            "requested_at": instant(refund.requested_at),
            "respond_by": refund.respond_by and instant(refund.respond_by),
            "on_silence": refund.on_silence,
            "paid_at": refund.paid_at and instant(refund.paid_at),
        }
    )
    return told


def entry_view(entry: Entry) -> EntryView:
    told: EntryView = {"from": entry.from_status and str(entry.from_status)} | _without_none(
        {
            "seq": entry.seq,
            "at": instant(entry.at),
            "recorded_at": instant(entry.recorded_at),
            "actor": {"role": entry.actor.role, "id": entry.actor.id},
            "action": entry.action,
            "to": str(entry.to_status),
            "reason": entry.reason,
            "changes": dict(entry.changes) or None,
        }
    )
    return told


def store_view(store: Store) -> dict[str, Any]:
    from functions.orders.fields import iso_duration, rate  # with Pydantic, which orders are read without

    return {
        "store_id": store.store_id,
        "name": store.name,
        "time_zone": store.time_zone,
        "currency": store.currency,
        "business_days": sorted(store.business_days),
        "holidays": sorted(day.isoformat() for day in store.holidays),
        "deadline_policy": {"mode": str(store.policy.mode)}
        | {name: iso_duration(length) for name, length in store.policy.durations.items()},
        "fee_rates": {name: rate(millionths) for name, millionths in asdict(store.fee_rates).items()},
    }


def _summary(order: Order | Summary, language: str) -> SummaryView:
    assessment = order.delivered_assessment
    times: Any = {
        name: instant(at)
        for name in ("paid_at", "shipped_at", "received_at", "finished_at")
        if (at := getattr(order, name))
    }
    told: SummaryView = _without_none(
        {
            "order_id": order.order_id,
            "store_id": order.store_id,
            "version": order.version,
            "status": str(order.status),
            "status_label": status_label(order.status, language),
            "fund_state": str(order.fund_state),
            "overlays": [str(overlay) for overlay in order.overlays],
            "placed_at": instant(order.placed_at),
            **times,
            "buyer": _without_none({"id": order.buyer.id, "name": order.buyer.name, "country": order.buyer.country}),
            "currency": order.currency,
            "amounts": _amounts(order),
            "deadlines": [
                {"kind": timer.kind, "due_at": instant(timer.due_at), "on_lapse": deadlines.on_lapse(order, timer)}
                for timer in deadlines.running(order)
            ],
            "violations": [{"kind": violation.kind, "at": instant(violation.at)} for violation in order.violations],
            "tags": list(order.tags),
            "unread_messages": order.unread_messages,
            "outcome": order.outcome and str(order.outcome),
            "end_reason": order.end_reason,
            "assignee": order.assignee,
            "delivered_assessment": assessment and {"at": instant(assessment.at), "by": assessment.by},
        }
    ) | {"note": order.note}
    return told


def _amounts(order: Order | Summary) -> AmountsView:
    always = ("lines", "shipping", "discount", "tax", "adjustment", "total", "refunded")
    known = ("received", "commission", "affiliate_fee", "tax_withheld", "released")
    shown = {name: getattr(order.amounts, name) for name in (*always, *known)}
    shown |= {"expected_release": ledger.expected_release(order), "unexplained": ledger.unexplained(order) or None}
    told: Any = {name: money(minor, order.currency) for name, minor in shown.items() if minor is not None}
    return told  # type: ignore[no-any-return]


def dispute_view(dispute: Dispute, order_id: str, currency: str) -> DisputeView:
    """`solution` is what the buyer asks for now; `on_silence` what happens by itself at `respond_by`."""
    asked = [proposal for proposal in dispute.proposals if proposal.by == "buyer"]
    timer = deadlines.BY_STAGE.get(dispute.stage)
    told: DisputeView = _without_none(
        {
            "dispute_id": dispute.dispute_id,
            "order_id": order_id,
            "stage": dispute.stage,
            "kind": dispute.kind,
            "line_ids": list(dispute.line_ids),
            "claim": None if dispute.claim is None else money(dispute.claim, currency),
            "solution": asked[-1].solution if asked else None,
            "proposals": [
                {**asdict(each), "refund": money(each.refund, currency), "at": instant(each.at)}
                for each in dispute.proposals
            ],
            "evidence": [_without_none({**asdict(each), "at": instant(each.at)}) for each in dispute.evidence],
            "respond_by": dispute.respond_by and instant(dispute.respond_by),
            "on_silence": deadlines.TIMERS[timer].on_lapse if timer and dispute.respond_by else None,
            "return_address": dispute.return_address,
            "return_carrier": dispute.return_carrier,
            "return_tracking_no": dispute.return_tracking_no,
            "opened_at": instant(dispute.opened_at),
            "returned_at": dispute.returned_at and instant(dispute.returned_at),
            "ended_at": dispute.ended_at and instant(dispute.ended_at),
            "result": dispute.result,
        }
    )
    return told


def _pieces(pieces: tuple[Quantity, ...]) -> list[PieceView]:
    return [{"line_id": piece.line_id, "quantity": piece.quantity} for piece in pieces]


def _without_none(told: Mapping[str, Any]) -> Any:
    return {name: value for name, value in told.items() if value is not None}
