"""Conversion of an order to its items and back. This module makes no request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from shared.domain.alerts.order_alerts import AlertProgress
from shared.domain.order import deadlines
from shared.domain.order.funds.amounts import Amounts
from shared.domain.order.funds.ledger import unexplained
from shared.domain.order.history import Entry, upgraded
from shared.domain.order.model import (
    Assessment,
    Buyer,
    FundState,
    Line,
    Order,
    Status,
    Timer,
    Violation,
)
from shared.domain.order.transitions import Actor
from shared.domain.shards import FEW
from shared.store.alerts.causes import cause_of, cause_values
from shared.store.dynamodb import keys
from shared.store.dynamodb.attributes import TIME
from shared.store.dynamodb.records import (
    HAS_TERMS,
    IN_CUSTOMER,
    DetailRecord,
    DisputeRecord,
    HistoryRecord,
    OrderRecord,
    ParcelRecord,
    Record,
    RefundRecord,
)
from shared.store.orders.parts import dispute_of, parcel_of, plain, refund_of

UNINDEXED_FUND_STATES = frozenset({FundState.NONE, FundState.RELEASED})
"""Nearly all open orders have the first, and nearly all finished ones the second: lists look at these."""
_OMITTED_IF_ZERO = frozenset({"discount", "tax", "adjustment", "refunded", "commission_rate", "affiliate_rate"})
_IN_LISTS = "placed_at currency end_reason paid_at shipped_at received_at finished_at frozen_at note assignee".split()
_AS_THEY_ARE = (*_IN_LISTS, "platform_at", "reminded_at", "ship_by")
"""The attributes of a head that are fields of the order under the same name; a row of a list has only the first."""
NO_PROGRESS = AlertProgress()


def head_of(
    order: Order,
    *,
    part_versions: int,
    armed: bool,
    revision: int = 0,
    progress: AlertProgress = NO_PROGRESS,
    remind_at: datetime | None = None,
) -> OrderRecord:
    """The head item. `armed`: the order is in the clock's index. The buyer's customer record counts the order, and the
    order has its terms (terms.py)."""
    placed = keys.sort_key(order.placed_at, order.order_id)
    running = deadlines.running(order)
    sellers = deadlines.seller_due(order)
    lapse = deadlines.next_lapse(order) if armed else None
    head = OrderRecord(
        keys.order_pk(order.store_id, order.order_id),
        keys.ORDER,
        timeline=order.store_id,
        placed_key=placed,
        status_key=f"{order.store_id}#{order.status}",
        fund_key=None if order.fund_state in UNINDEXED_FUND_STATES else f"{order.store_id}#{order.fund_state}",
        buyer_key=f"{order.store_id}#{order.buyer.id}",
        due_key=keys.sort_key(running[0].due_at, order.order_id) if running else None,
        seller_key=order.store_id if sellers else None,
        seller_due_key=keys.sort_key(sellers.due_at, order.order_id) if sellers else None,
        clock_shard=keys.LAPSES.of(order.order_id, order.store_id) if lapse else None,
        fires_at=keys.sort_key(lapse.due_at, order.store_id, order.order_id) if lapse else None,
        version=order.version,
        revision=revision or None,
        part_versions=part_versions,
        status=str(order.status),
        fund_state=str(order.fund_state),
        line_count=len(order.lines),
        buyer={"id": order.buyer.id, "country": order.buyer.country}
        | ({"name": order.buyer.name} if order.buyer.name else {}),
        amounts={
            name: value
            for name, value in asdict(order.amounts).items()
            if value is not None and (value or name not in _OMITTED_IF_ZERO)
        },
        timers=_timers(order.timers),
        supplied=_timers(order.supplied),
        watched=list(order.watched) or None,
        disputed_since=order.disputed_since,
        claimless=1 if order.claimless else None,
        extended_days=order.extended_days or None,
        delivered_assessment=order.delivered_assessment and plain(asdict(order.delivered_assessment)),
        violations=[plain(asdict(violation)) for violation in order.violations] or None,
        tags=list(order.tags) or None,
        unread_messages=order.unread_messages or None,
        promised=order.promised or None,
        alerted_until=progress.until,
        alerts=[cause_values(cause) for cause in progress.open] or None,
        passed_over=progress.passed_over,
        reminder_shard=keys.REMINDERS.of(order.order_id, order.store_id) if remind_at else None,
        remind_at=keys.sort_key(remind_at, order.store_id, order.order_id) if remind_at else None,
        in_customer=HAS_TERMS | IN_CUSTOMER,
        shards=order.shards if order.shards != FEW else None,
        state_key=f"{order.store_id}#unexplained" if unexplained(order) else None,
        sort_key=placed if unexplained(order) else None,
        **{name: getattr(order, name) for name in _AS_THEY_ARE},
    )
    for overlay in order.overlays:
        setattr(head, f"{overlay}_key", order.store_id)
    return head


def order_of(head: OrderRecord, parts: Sequence[Record]) -> Order:
    """The order from its head and all its parts."""
    detail = next(part for part in parts if isinstance(part, DetailRecord))
    parcels = (part for part in parts if isinstance(part, ParcelRecord))
    refunds = (part for part in parts if isinstance(part, RefundRecord))
    disputes = (dispute_of(part) for part in parts if isinstance(part, DisputeRecord))
    content = detail.content
    return Order(
        **fields_of(head, _AS_THEY_ARE),
        buyer=Buyer(**head.buyer, email=content["email"]),
        recipient=content["recipient"],
        lines=tuple(Line(**line) for line in content["lines"]),
        placed_digest=detail.placed_digest,
        delivery_days=content["delivery_days"],
        chosen_service=content["chosen_service"],
        memo=content["memo"],
        extended_days=int(head.extended_days or 0),
        supplied=_timers_of(head.supplied or {}),
        parcels=tuple(sorted(map(parcel_of, parcels), key=lambda parcel: int(parcel.parcel_id[1:]))),
        refunds=tuple(map(refund_of, refunds)),
        disputes=tuple(sorted(disputes, key=lambda dispute: dispute.number)),
        time_zone=content.get("time_zone", ""),
        erased_at=TIME.deserialize(content["erased_at"]) if "erased_at" in content else None,
        shards=int(head.shards or FEW),
    )


def fields_of(head: OrderRecord, as_they_are: Iterable[str] = _IN_LISTS) -> dict[str, Any]:
    """The fields that an order and its row in a list have from the head."""
    store_id, order_id = keys.split_pk(head.pk)
    assessment = head.delivered_assessment
    return {name: getattr(head, name) for name in as_they_are} | {
        "store_id": store_id,
        "order_id": order_id,
        "version": int(head.version),
        "status": Status(head.status),
        "fund_state": FundState(head.fund_state),
        "amounts": Amounts(**{"lines": 0, "shipping": 0, **head.amounts}),
        "timers": _timers_of(head.timers or {}),
        "watched": tuple(head.watched or ()),
        "delivered_assessment": assessment and Assessment(TIME.deserialize(assessment["at"]), assessment["by"]),
        "violations": tuple(Violation(each["kind"], TIME.deserialize(each["at"])) for each in head.violations or ()),
        "tags": tuple(head.tags or ()),
        "unread_messages": int(head.unread_messages or 0),
    }


def alert_progress_of(head: OrderRecord) -> AlertProgress:
    order_id = keys.split_pk(head.pk)[1]
    open_causes = tuple(cause_of(values, order_id) for values in head.alerts or ())
    return AlertProgress(head.alerted_until, open_causes, head.passed_over)


def _timers(timers: Iterable[Timer]) -> dict[str, str] | None:
    return {timer.kind: TIME.serialize(timer.due_at) for timer in timers} or None


def _timers_of(timers: dict[str, str]) -> tuple[Timer, ...]:
    return tuple(Timer(kind, TIME.deserialize(due_at)) for kind, due_at in timers.items())


def entry_of(record: HistoryRecord) -> Entry:
    return Entry(
        seq=int(record.sk.removeprefix(keys.HISTORY)),
        at=record.at,
        recorded_at=record.recorded_at,
        actor=Actor(record.actor_role, record.actor_id),
        action=record.action,
        from_status=Status(record.from_status) if record.from_status else None,
        to_status=Status(record.to_status),
        reason=record.reason,
        changes=upgraded(record.changes or {}),
        currency=record.currency or "",
    )


def entry_record(order: Order, entry: Entry) -> HistoryRecord:
    """The item of an entry; events.py gives it a number where it is an event."""
    return HistoryRecord(
        keys.order_pk(order.store_id, order.order_id),
        keys.history_sk(entry.seq),
        at=entry.at,
        recorded_at=entry.recorded_at,
        actor_role=entry.actor.role,
        actor_id=entry.actor.id,
        action=entry.action,
        from_status=entry.from_status and str(entry.from_status),
        to_status=str(entry.to_status),
        reason=entry.reason,
        changes=dict(entry.changes) or None,
        currency=entry.currency or None,
    )
