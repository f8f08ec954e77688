"""Whole orders by the time they were placed: the heads from one timeline, their parts from the other.

Exports read orders this way, because they read many. Each item is decoded by a schema (wire.py) into a struct that has
the interface of Order (timeline_rows.py). The result must equal that of items.py; a test compares the two for every
kind of order.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec

from shared.domain.order.model import (
    Assessment,
    Buyer,
    Dispute,
    FundState,
    Order,
    Quantity,
    Refund,
    RefundState,
    Status,
    Timer,
    Violation,
)
from shared.store.dynamodb import keys, wire
from shared.store.dynamodb.errors import Missing
from shared.store.dynamodb.wire import At, Integer, Text, Tick, idle
from shared.store.orders import counters, orders
from shared.store.orders.parts import versions_match
from shared.store.orders.timeline_rows import AmountsRead, LineRead, OrderRead, ParcelRead

STATUSES: dict[str, Status] = {str(status): status for status in Status}
FUND_STATES: dict[str, FundState] = {str(fund_state): fund_state for fund_state in FundState}
SPARSE = 10
"""Orders of some statuses are loaded one by one if they are fewer than a tenth of the store's orders."""


ABSENT: Any = None
"""The default of an attribute that every item of its kind has: reading it from an item without it is an error."""


class Packed(msgspec.Struct, gc=False):
    """A PackedAttribute (binary) or JSONTextAttribute (text)."""

    B: bytes = b""
    S: str = ""

    @property
    def json(self) -> bytes | str:
        return self.S or (zlib.decompress(self.B) if self.B[:1] == b"\x78" else self.B)


class Head(msgspec.Struct, gc=False):
    pk: Text
    placed_key: Text
    version: Integer
    part_versions: Integer
    status: Text
    fund_state: Text
    placed_at: At
    currency: Text
    buyer: Text
    amounts: Text
    timers: Text | None = None
    end_reason: Text | None = None
    paid_at: At | None = None
    shipped_at: At | None = None
    received_at: At | None = None
    finished_at: At | None = None
    frozen_at: At | None = None
    extended_days: Integer | None = None
    delivered_assessment: Text | None = None
    violations: Text | None = None
    note: Text | None = None
    tags: Text | None = None
    assignee: Text | None = None
    unread_messages: Integer | None = None


class Part(msgspec.Struct, gc=False):
    """A detail, parcel, refund or dispute. `kind` decides which of the other attributes the item has."""

    sk: Text
    kind: Text
    placed_key: Text
    version: Integer
    content: Packed = ABSENT
    carrier: Text = ABSENT
    tracking_no: Text = ABSENT
    tracking_url: Text | None = None
    shipped_at: At = ABSENT
    delivered_at: At | None = None
    edits: Integer | None = None
    state: Text = ABSENT
    source: Text = ABSENT
    amount: Integer = ABSENT
    lines: Packed = ABSENT
    reason: Text = ABSENT
    requested_at: At = ABSENT
    respond_by: At | None = None
    on_silence: Text | None = None
    paid_at: At | None = None
    coupon: Integer | None = None


class Content(msgspec.Struct, gc=False):
    lines: tuple[LineRead, ...]
    recipient: dict[str, str]
    email: str | None = None
    delivery_days: int | None = None
    chosen_service: str | None = None
    memo: str | None = None


def _decoder(shape: Any) -> Callable[[Any], Any]:
    return msgspec.json.Decoder(shape, strict=False).decode


_heads, _parts = wire.pages_of(Head), wire.pages_of(Part)
_buyer, _amounts, _content = _decoder(Buyer), _decoder(AmountsRead), _decoder(Content)
_times, _texts = _decoder(dict[str, datetime]), _decoder(tuple[str, ...])
_assessment, _violations = _decoder(Assessment), _decoder(tuple[Violation, ...])
_quantity_rows, _dispute = _decoder(list[tuple[str, int]]), _decoder(Dispute)


def placed(
    store_id: str,
    since: datetime,
    until: datetime,
    *,
    statuses: Collection[Status] = (),
    after: str | None = None,
    tick: Tick = idle,
) -> Iterator[Order]:
    """Orders placed in [since, until), oldest first, each once and in one consistent version: only of `statuses`, if
    there are any, and only after the position `after`, if given.

    Costs half a read unit for each 4 KB of heads and parts in the window. If few of the store's orders have these
    `statuses`, this reads their heads from the status index and loads each order. An order whose placed time changes
    meanwhile may appear twice or not at all (see orders.moved_since). `tick` is called for every page and for every
    order that is loaded.
    """
    start, end = after + keys.AFTER_PREFIX if after else keys.instant(since), keys.instant(until)
    if statuses and _are_few(store_id, statuses):
        yield from _one_by_one(store_id, start, end, statuses, tick)
        return
    parts = wire.items("by_placed", keys.second_timeline(store_id), start, end, _parts, tick)
    part = next(parts, None)
    for head in wire.items("by_placed", store_id, start, end, _heads, tick):
        key, prefix = head.placed_key.S, f"{head.placed_key.S}#"
        own_parts: list[Part] = []
        while part is not None and prefix > part.placed_key.S:
            part = next(parts, None)
        while part is not None and part.placed_key.S.startswith(prefix):
            own_parts.append(part)
            part = next(parts, None)
        if statuses and head.status.S not in statuses:
            continue
        if versions_match(head.part_versions.N, {part.sk.S: part.version.N for part in own_parts}):
            yield _order(head, own_parts)
            continue
        yield from _loaded(store_id, key, statuses)  # it changes now: head and parts are from different versions


def position(order: Order) -> str:
    """The order's position on the timeline, for `placed(after=...)`."""
    return position_at(order.placed_at, order)


def position_at(at: datetime, order: Order) -> str:
    """The order's position in a list by another time of it."""
    return keys.sort_key(at, order.order_id)


def count(store_id: str, since: datetime, until: datetime, statuses: Collection[Status] = (), tick: Tick = idle) -> int:
    """The number of orders that `placed` finds now: half a read unit for each 4 KB of heads. No item is sent."""
    start, end = keys.instant(since), keys.instant(until)
    if not statuses:
        return wire.count("by_placed", store_id, start, end, tick)
    return sum(wire.count("by_status", f"{store_id}#{status}", start, end, tick) for status in statuses)


def _are_few(store_id: str, statuses: Collection[Status]) -> bool:
    counts = counters.counts(store_id)
    return sum(counts.of(status) for status in statuses) * SPARSE < counts["total"]


def _one_by_one(store_id: str, start: str, end: str, statuses: Collection[Status], tick: Tick) -> Iterator[Order]:
    """Reads all statuses but the last twice: so an order that changes from a later to an earlier one is found."""
    twice = [*statuses, *list(statuses)[:-1]]
    pages = (wire.items("by_status", f"{store_id}#{status}", start, end, _heads, tick) for status in twice)
    for key in sorted({head.placed_key.S for heads in pages for head in heads}):
        tick()
        yield from _loaded(store_id, key, statuses)


def _loaded(store_id: str, placed_key: str, statuses: Collection[Status]) -> Iterator[Order]:
    """The current order, if it still has one of `statuses` and the same position. If its placed time has changed, the
    caller has to start again (orders.moved_since)."""
    with suppress(Missing):
        order = orders.load(store_id, placed_key.split("#")[1]).order
        if position(order) == placed_key and (not statuses or order.status in statuses):
            yield order


def _order(head: Head, parts: list[Part]) -> Order:
    """Like items.order_of, from decoded items of the wire. By position: by name it takes six times as long."""
    content: Content | None = None
    parcels: list[ParcelRead] = []
    refunds: list[Refund] = []
    disputes: list[Dispute] = []
    for part in parts:
        match part.kind.S:
            case "detail":
                content = _content(part.content.json)
            case "parcel":
                parcels.append(_parcel(part))
            case "refund":
                refunds.append(_refund(part))
            case "dispute":
                disputes.append(_dispute(part.content.json))
    assert content is not None
    if len(parcels) > 1:
        parcels.sort(key=lambda parcel: int(parcel.parcel_id[1:]))
    if len(disputes) > 1:
        disputes.sort(key=lambda dispute: dispute.number)
    store_id, _, order_id = head.pk.S.partition("#")
    buyer: Buyer = _buyer(head.buyer.S)
    order: Order = OrderRead(
        store_id,
        order_id,
        head.placed_at.S,
        Buyer(buyer.id, buyer.country, buyer.name, content.email) if content.email else buyer,
        content.recipient,
        head.currency.S,
        _amounts(head.amounts.S),
        content.lines,
        head.version.N,
        STATUSES[head.status.S],
        FUND_STATES[head.fund_state.S],
        head.end_reason.S if head.end_reason else None,
        content.delivery_days,
        content.chosen_service,
        content.memo,
        head.paid_at.S if head.paid_at else None,
        head.shipped_at.S if head.shipped_at else None,
        head.received_at.S if head.received_at else None,
        head.finished_at.S if head.finished_at else None,
        head.frozen_at.S if head.frozen_at else None,
        head.extended_days.N if head.extended_days else 0,
        _assessment(head.delivered_assessment.S) if head.delivered_assessment else None,
        tuple([Timer(kind, due_at) for kind, due_at in _times(head.timers.S).items()]) if head.timers else (),
        tuple(parcels),
        tuple(refunds),
        tuple(disputes),
        _violations(head.violations.S) if head.violations else (),
        head.note.S if head.note else None,
        _texts(head.tags.S) if head.tags else (),
        head.assignee.S if head.assignee else None,
        head.unread_messages.N if head.unread_messages else 0,
    )
    return order


def _parcel(part: Part) -> ParcelRead:
    return ParcelRead(
        part.sk.S.removeprefix(keys.PARCEL),
        part.carrier.S,
        part.tracking_no.S,
        part.shipped_at.S,
        _quantities(part.lines),
        part.tracking_url.S if part.tracking_url else None,
        part.delivered_at.S if part.delivered_at else None,
        part.edits.N if part.edits else 0,
    )


def _refund(part: Part) -> Refund:
    return Refund(
        part.sk.S.removeprefix(keys.REFUND),
        RefundState(part.state.S),
        part.source.S,
        part.amount.N,
        _quantities(part.lines),
        part.reason.S,
        part.requested_at.S,
        part.respond_by.S if part.respond_by else None,
        part.on_silence.S if part.on_silence else None,
        part.paid_at.S if part.paid_at else None,
        part.coupon.N if part.coupon else 0,
    )


def _quantities(packed: Packed) -> tuple[Quantity, ...]:
    return tuple([Quantity(line_id, quantity) for line_id, quantity in _quantity_rows(packed.json)])
