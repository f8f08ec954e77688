"""How an order lies in its items, and how the items make the order again. No request is made here."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from shared.domain.alerts.model import Cause
from shared.domain.alerts.order_alerts import AlertProgress
from shared.domain.order import deadlines
from shared.domain.order.history import Entry
from shared.domain.order.ledger import unexplained
from shared.domain.order.model import (
    Amounts,
    Assessment,
    Buyer,
    Dispute,
    Evidence,
    FundState,
    Line,
    Order,
    Overlay,
    Parcel,
    Proposal,
    Quantity,
    Refund,
    RefundState,
    Status,
    Timer,
    Violation,
)
from shared.domain.order.transitions import Actor
from shared.store.dynamodb import keys
from shared.store.dynamodb.attributes import InstantAttribute
from shared.store.dynamodb.records import (
    DetailRecord,
    DisputeRecord,
    HistoryRecord,
    OrderRecord,
    ParcelRecord,
    Record,
    RefundRecord,
)

OVERLAY_KEYS = {
    Overlay.FROZEN: "frozen_key",
    Overlay.DISPUTE: "dispute_key",
    Overlay.REFUND: "refund_key",
    Overlay.UNREAD: "unread_key",
}
PARTS = (DetailRecord, ParcelRecord, RefundRecord, DisputeRecord)
STAMPED = 1 << 40
"""Where stamps begin: see `agree`."""
Part = dict[str, Any] | Parcel | Refund | Dispute
_ZERO_UNLESS_TOLD = frozenset({"discount", "tax", "adjustment", "refunded", "commission_rate", "affiliate_rate"})
_time = InstantAttribute()
NO_PROGRESS = AlertProgress()


def head_of(
    order: Order,
    *,
    part_versions: int,
    armed: bool,
    progress: AlertProgress = NO_PROGRESS,
    remind_at: datetime | None = None,
    in_customer: bool = True,
) -> OrderRecord:
    """`in_customer`: the order is counted in its buyer's record, as every order is that was written since there are
    such records."""
    placed = keys.sort_key(order.placed_at, order.order_id)
    running = deadlines.running(order)
    lapse = deadlines.next_lapse(order) if armed else None
    head = OrderRecord(
        keys.order_pk(order.store_id, order.order_id),
        keys.ORDER,
        timeline=order.store_id,
        placed_key=placed,
        status_key=f"{order.store_id}#{order.status}",
        fund_key=f"{order.store_id}#{order.fund_state}",
        buyer_key=f"{order.store_id}#{order.buyer.id}",
        due_key=keys.sort_key(running[0].due_at, order.order_id) if running else None,
        clock_shard=keys.clock_shard(order.store_id, order.order_id) if lapse else None,
        fires_at=keys.sort_key(lapse.due_at, order.store_id, order.order_id) if lapse else None,
        version=order.version,
        part_versions=part_versions,
        status=str(order.status),
        fund_state=str(order.fund_state),
        placed_at=order.placed_at,
        currency=order.currency,
        line_count=len(order.lines),
        platform_at=order.platform_at,
        buyer={"id": order.buyer.id, "country": order.buyer.country}
        | ({"name": order.buyer.name} if order.buyer.name else {}),
        amounts={
            name: value
            for name, value in asdict(order.amounts).items()
            if value is not None and (value or name not in _ZERO_UNLESS_TOLD)
        },
        timers=_timers(order.timers),
        supplied=_timers(order.supplied),
        end_reason=order.end_reason,
        paid_at=order.paid_at,
        shipped_at=order.shipped_at,
        received_at=order.received_at,
        finished_at=order.finished_at,
        frozen_at=order.frozen_at,
        reminded_at=order.reminded_at,
        extended_days=order.extended_days or None,
        delivered_assessment=order.delivered_assessment and _plain(asdict(order.delivered_assessment)),
        violations=[_plain(asdict(violation)) for violation in order.violations] or None,
        note=order.note,
        tags=list(order.tags) or None,
        assignee=order.assignee,
        unread_messages=order.unread_messages or None,
        promised=order.promised or None,
        ship_by=order.ship_by,
        alerted_until=progress.until,
        alerts=[told_cause(cause) for cause in progress.open] or None,
        passed_over=progress.passed_over,
        reminder_shard=keys.reminder_shard(order.store_id, order.order_id) if remind_at else None,
        remind_at=keys.sort_key(remind_at, order.store_id, order.order_id) if remind_at else None,
        in_customer=1 if in_customer else None,
        state_key=f"{order.store_id}#unexplained" if unexplained(order) else None,
        sort_key=placed if unexplained(order) else None,
    )
    for overlay in order.overlays:
        setattr(head, OVERLAY_KEYS[overlay], order.store_id)
    return head


def content_of(order: Order) -> dict[str, Any]:
    return {
        "lines": [_sparse(asdict(line)) for line in order.lines],
        "recipient": dict(order.recipient),
        "email": order.buyer.email,
        "delivery_days": order.delivery_days,
        "chosen_service": order.chosen_service,
        "memo": order.memo,
        "time_zone": order.time_zone,
    } | ({"erased_at": _time.serialize(order.erased_at)} if order.erased_at else {})


def parts_of(order: Order) -> dict[str, Part]:
    """What hangs on the head, by sort key."""
    parts: dict[str, Part] = {keys.DETAIL: content_of(order)}
    parts |= {keys.PARCEL + parcel.parcel_id: parcel for parcel in order.parcels}
    parts |= {keys.REFUND + refund.refund_id: refund for refund in order.refunds}
    return parts | {keys.DISPUTE + dispute.dispute_id: dispute for dispute in order.disputes}


def part_record(order: Order, sk: str, part: Part, version: int) -> Record:
    """The item of one part, written at that version of the order."""
    own_id = sk.removeprefix(keys.PARCEL).removeprefix(keys.REFUND).removeprefix(keys.DISPUTE)
    base: dict[str, Any] = {
        "hash_key": keys.order_pk(order.store_id, order.order_id),
        "range_key": sk,
        "timeline": keys.second_timeline(order.store_id),
        "placed_key": keys.sort_key(order.placed_at, order.order_id, own_id),
        "version": version,
    }
    if isinstance(part, Parcel):
        return ParcelRecord(
            **base,
            state_key=f"{order.store_id}#parcel#{'undelivered' if part.delivered_at is None else 'delivered'}",
            sort_key=keys.sort_key(part.shipped_at, order.order_id, own_id),
            reference_key=f"{order.store_id}#tracking#{part.tracking_no}",
            carrier=part.carrier,
            tracking_no=part.tracking_no,
            tracking_url=part.tracking_url,
            shipped_at=part.shipped_at,
            delivered_at=part.delivered_at,
            edits=part.edits or None,
            lines=[[piece.line_id, piece.quantity] for piece in part.lines],
        )
    if isinstance(part, Refund):
        return RefundRecord(
            **base,
            state_key=f"{order.store_id}#refund#{part.state}",
            sort_key=keys.sort_key(part.requested_at, order.order_id, own_id),
            reference_key=f"{order.store_id}#refund#{own_id}",
            state=str(part.state),
            source=part.source,
            amount=part.amount,
            currency=order.currency,
            reason=part.reason,
            lines=[[piece.line_id, piece.quantity] for piece in part.lines],
            requested_at=part.requested_at,
            respond_by=part.respond_by,
            on_silence=part.on_silence,
            paid_at=part.paid_at,
            coupon=part.coupon or None,
        )
    if isinstance(part, Dispute):
        return DisputeRecord(
            **base,
            state_key=f"{order.store_id}#dispute#{part.stage}",
            sort_key=keys.sort_key(part.opened_at, order.order_id, own_id),
            reference_key=f"{order.store_id}#dispute#{own_id}",
            currency=order.currency,
            content=_plain(asdict(part)),
        )
    return DetailRecord(**base, placed_digest=order.placed_digest, content=part)


def whole(head: OrderRecord, parts: Sequence[Record]) -> bool:
    """Head and parts are of one moment: the parts' versions are those that the head knows of."""
    return agree(int(head.part_versions), {part.sk: int(part.version) for part in parts if isinstance(part, PARTS)})


def stamp(versions: Mapping[str, int]) -> int:
    """What a head knows of its parts: one number for which parts there are (by sort key) and at which versions. Not
    their mere sum: versions 4 and 5 before a change may make what one part of version 9 makes after it. Each part has
    a weight of its own, so that only one such coincidence in some four billion is left."""
    return STAMPED + sum(_weight(sk) * version for sk, version in versions.items())


@lru_cache(maxsize=4096)
def _weight(sk: str) -> int:
    return zlib.crc32(sk.encode())


def agree(part_versions: int, versions: Mapping[str, int]) -> bool:
    """Are these the parts that the head knows of? Heads written before there was a stamp have the sum."""
    return part_versions == (stamp(versions) if part_versions >= STAMPED else sum(versions.values()))


def order_of(head: OrderRecord, parts: Sequence[Record]) -> Order:
    """The order of its head and all its parts."""
    detail = next(part for part in parts if isinstance(part, DetailRecord))
    parcels = (part for part in parts if isinstance(part, ParcelRecord))
    refunds = (part for part in parts if isinstance(part, RefundRecord))
    disputes = (dispute_of(part) for part in parts if isinstance(part, DisputeRecord))
    store_id, order_id = keys.split_pk(head.pk)
    content = detail.content
    return Order(
        store_id=store_id,
        order_id=order_id,
        version=int(head.version),
        status=Status(head.status),
        fund_state=FundState(head.fund_state),
        placed_at=head.placed_at,
        currency=head.currency,
        buyer=Buyer(**head.buyer, email=content["email"]),
        recipient=content["recipient"],
        amounts=amounts_of(head),
        lines=tuple(Line(**line) for line in content["lines"]),
        platform_at=head.platform_at,
        placed_digest=detail.placed_digest,
        end_reason=head.end_reason,
        delivery_days=content["delivery_days"],
        chosen_service=content["chosen_service"],
        memo=content["memo"],
        paid_at=head.paid_at,
        shipped_at=head.shipped_at,
        received_at=head.received_at,
        finished_at=head.finished_at,
        frozen_at=head.frozen_at,
        reminded_at=head.reminded_at,
        extended_days=int(head.extended_days or 0),
        delivered_assessment=assessment_of(head),
        timers=timers_of(head.timers or {}),
        supplied=timers_of(head.supplied or {}),
        parcels=tuple(sorted(map(parcel_of, parcels), key=lambda parcel: int(parcel.parcel_id[1:]))),
        refunds=tuple(map(refund_of, refunds)),
        disputes=tuple(sorted(disputes, key=lambda dispute: dispute.number)),
        violations=tuple(
            Violation(violation["kind"], _time.deserialize(violation["at"])) for violation in head.violations or ()
        ),
        note=head.note,
        tags=tuple(head.tags or ()),
        assignee=head.assignee,
        unread_messages=int(head.unread_messages or 0),
        ship_by=head.ship_by,
        time_zone=content.get("time_zone", ""),
        erased_at=_time.deserialize(content["erased_at"]) if "erased_at" in content else None,
    )


def alert_progress_of(head: OrderRecord) -> AlertProgress:
    order_id = keys.split_pk(head.pk)[1]
    return AlertProgress(
        head.alerted_until, tuple(cause_of(told, order_id) for told in head.alerts or ()), head.passed_over
    )


def told_cause(cause: Cause) -> list[Any]:
    """Without its subject, which is the order, and short: a head stays within one write unit."""
    told: list[Any] = [cause.kind, _time.serialize(cause.at)]
    if cause.timer and cause.due_at and cause.lead is not None:
        told += [cause.timer, _time.serialize(cause.due_at), int(cause.lead.total_seconds())]
    return told if cause.step is None else [*told, cause.step]


def cause_of(told: Sequence[Any], order_id: str) -> Cause:
    kind, at, *timed = told
    step = timed.pop() if len(timed) in (1, 4) else None
    cause = Cause(kind, _time.deserialize(at), order_id, step=step)
    if not timed:
        return cause
    timer, due_at, lead = timed
    return replace(cause, timer=timer, due_at=_time.deserialize(due_at), lead=timedelta(seconds=lead))


def amounts_of(head: OrderRecord) -> Amounts:
    return Amounts(**{"lines": 0, "shipping": 0, **head.amounts})


def _timers(timers: Iterable[Timer]) -> dict[str, str] | None:
    return {timer.kind: _time.serialize(timer.due_at) for timer in timers} or None


def timers_of(timers: dict[str, str]) -> tuple[Timer, ...]:
    return tuple(Timer(kind, _time.deserialize(due_at)) for kind, due_at in timers.items())


def assessment_of(head: OrderRecord) -> Assessment | None:
    told = head.delivered_assessment
    return Assessment(_time.deserialize(told["at"]), told["by"]) if told else None


def violations_of(head: OrderRecord) -> tuple[Violation, ...]:
    return tuple(Violation(told["kind"], _time.deserialize(told["at"])) for told in head.violations or ())


def parcel_of(record: ParcelRecord) -> Parcel:
    return Parcel(
        record.sk.removeprefix(keys.PARCEL),
        record.carrier,
        record.tracking_no,
        record.shipped_at,
        _quantities(record.lines),
        record.tracking_url,
        record.delivered_at,
        int(record.edits or 0),
    )


def refund_of(record: RefundRecord) -> Refund:
    return Refund(
        record.sk.removeprefix(keys.REFUND),
        RefundState(record.state),
        record.source,
        int(record.amount),
        _quantities(record.lines),
        record.reason,
        record.requested_at,
        record.respond_by,
        record.on_silence,
        record.paid_at,
        int(record.coupon or 0),
    )


_DISPUTE_TIMES = ("opened_at", "held_since", "respond_by", "returned_at", "ended_at")


def dispute_of(record: DisputeRecord) -> Dispute:
    content = _timed(record.content, *_DISPUTE_TIMES)
    return Dispute(
        **content
        | {
            "line_ids": tuple(content["line_ids"]),
            "proposals": tuple(Proposal(**_timed(each, "at")) for each in content["proposals"]),
            "evidence": tuple(Evidence(**_timed(each, "at")) for each in content["evidence"]),
        }
    )


def _timed(content: dict[str, Any], *names: str) -> dict[str, Any]:
    return content | {name: _time.deserialize(content[name]) for name in names if content.get(name)}


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
        changes=record.changes or {},
    )


def _quantities(lines: Iterable[Sequence[Any]]) -> tuple[Quantity, ...]:
    return tuple(Quantity(line_id, quantity) for line_id, quantity in lines)


def _sparse(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if value is not None}


def _plain(value: Any) -> Any:
    """JSON values only: times as text, nothing for None."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return _time.serialize(value) if isinstance(value, datetime) else value


def entry_record(order: Order, entry: Entry) -> HistoryRecord:
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
    )
