"""Customers in the table: one item each, written whole in the transaction of the order that moves its figures.

Written whole, because a figure decides in which list it stands. So every write is conditional on the version that was
read, and changes of several orders of one buyer meet there: each but the first reads again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from pynamodb.expressions.condition import Condition

from shared.domain.customers import model as domain
from shared.domain.customers.erasure import Erasure
from shared.domain.customers.model import Customer, Span
from shared.domain.order.model import Order
from shared.domain.order.transitions import Actor
from shared.store.dynamodb import indexes, keys, table
from shared.store.dynamodb.attributes import InstantAttribute
from shared.store.dynamodb.errors import Missing
from shared.store.dynamodb.indexes import FIRST, Selection
from shared.store.dynamodb.records import CustomerRecord, Record
from shared.store.dynamodb.table import (
    Check,
    Delete,
    Put,
    Write,
    absent,
    get,
    query_index,
    stale,
)
from shared.store.pages import Page, Position


def find(store_id: str, buyer_id: str) -> Customer | None:
    """Read consistently; None for a buyer of whom there is no record."""
    record = get(keys.customers_pk(store_id), keys.CUSTOMER + buyer_id)
    return _customer(record) if isinstance(record, CustomerRecord) else None


def load(store_id: str, buyer_id: str) -> Customer:
    """Raises Missing."""
    customer = find(store_id, buyer_id)
    if customer is None:
        raise Missing("no such customer")
    return customer


def save(before: Customer, after: Customer, also: Sequence[Write] = ()) -> Customer:
    """The record as the seller has changed it, one version on, with whatever must happen with it. Raises Stale."""
    saved = replace(after, version=before.version + 1)
    table.save(Put(_record(saved), _as_read(before), stale), also)
    return saved


def with_figures(was: Order | None, after: Order, writes: Sequence[Write]) -> list[Write]:
    """`writes`, which change an order, and those of the buyers' records whose figures that moves; `was` is None where
    the order counts in no record yet. The records are read here: a transaction with these writes raises Stale where one
    of them has changed since."""
    return _together(
        writes, [write for each in domain.affected_buyers(was, after) for write in _delta_writes(each, was, after)]
    )


def still_reachable(order: Order) -> Write:
    """Holds as long as the order's buyer may be written to: what was read before must hold when it is acted upon."""
    free = CustomerRecord.blocked.does_not_exist() & CustomerRecord.reminder_opt_out.does_not_exist()
    record = CustomerRecord(keys.customers_pk(order.store_id), keys.CUSTOMER + order.buyer.id)
    return Check(record, free, stale)


def listed(
    store_id: str,
    states: Sequence[str],
    since: datetime | None,
    until: datetime | None,
    forward: bool,
    limit: int,
    after: Position | None,
) -> Page[Customer]:
    """A page of customers by the time of their last order."""
    partitions = tuple(f"{store_id}#customers#{state}" for state in states)
    selection = Selection("by_state", partitions, since, until, forward)
    return indexes.page(selection, limit, after, CustomerRecord, _customer)


def orders_before(store_id: str, buyer_id: str, position: str, until: datetime) -> Iterator[tuple[str, str]]:
    """(place, order_id) of a buyer's orders placed before `until`, from behind a place, earliest first, lazily; hints,
    off the index."""
    between = Record.placed_key.between(position or FIRST, keys.instant(until))
    for head in query_index("by_buyer", f"{store_id}#{buyer_id}", between, page_size=100):
        if head.placed_key != position:
            yield head.placed_key, keys.split_pk(head.pk)[1]


def erasures_due(now: datetime) -> Iterator[tuple[str, str]]:
    """(store, buyer) whose erasure is to go on, longest due first; hints, off one query."""
    for fires_at, _ in indexes.due(indexes.CLOCK, keys.ERASURES_SHARD, now):
        _, store_id, buyer_id = fires_at.split("#", 2)
        yield store_id, buyer_id


def _delta_writes(buyer_id: str, was: Order | None, after: Order) -> list[Write]:
    before = find(after.store_id, buyer_id) or Customer(after.store_id, buyer_id)
    updated = domain.updated(before, was, after, lambda: _others(after, buyer_id))
    record = _record(replace(updated, version=before.version + 1))
    if updated.counts.get("orders", 0) > 0 or updated.has_seller_data:
        return [Put(record, _as_read(before), stale)]
    return [Delete(record, _as_read(before), stale)] if before.version else []


def _together(writes: Sequence[Write], moves: Sequence[Write]) -> list[Write]:
    """A transaction takes an item once: what one of `writes` checks of a record that moves becomes a condition of its
    move."""
    checks = {write.record.sk: write for write in writes if isinstance(write, Check)}
    moving = [
        replace(move, condition=move.condition & check.condition, refuse=check.refuse)
        if (check := checks.get(move.record.sk))
        else move
        for move in moves
    ]
    there = {move.record.sk for move in moves}
    return [*(w for w in writes if not (isinstance(w, Check) and w.record.sk in there)), *moving]


def _others(order: Order, buyer_id: str) -> Span:
    """When the other orders of a buyer were placed, the first and the last of them, off the index."""
    own, times = keys.order_pk(order.store_id, order.order_id), []
    for forward in (True, False):
        found = query_index("by_buyer", f"{order.store_id}#{buyer_id}", page_size=2, forward=forward)
        times += [datetime.fromisoformat(each.placed_key.split("#")[0]) for each in found if each.pk != own][:1]
    return (times[0], times[-1]) if times else None


def _as_read(customer: Customer) -> Condition:
    same: Condition = CustomerRecord.version == customer.version
    return same if customer.version else absent()


def _record(customer: Customer) -> CustomerRecord:
    record = CustomerRecord(
        keys.customers_pk(customer.store_id),
        keys.CUSTOMER + customer.buyer_id,
        version=customer.version,
        country=customer.country,
        name=customer.name,
        counts=dict(customer.counts),
        spend=dict(customer.spend) or None,
        first_at=customer.first_at,
        last_at=customer.last_at,
        tags=list(customer.tags) or None,
        note=customer.note,
        blocked=1 if customer.blocked else None,
        reminder_opt_out=1 if customer.reminder_opt_out else None,
        erasure=customer.erasure and _told(customer.erasure),
    )
    if customer.erasure and customer.erasure.due_at:
        record.clock_shard = keys.ERASURES_SHARD
        record.fires_at = keys.sort_key(customer.erasure.due_at, customer.store_id, customer.buyer_id)
    if customer.last_at is not None:
        record.state_key = f"{customer.store_id}#customers#{customer.state}"
        record.sort_key = keys.sort_key(customer.last_at, hashlib.sha256(customer.buyer_id.encode()).hexdigest()[:16])
    return record


def _customer(record: CustomerRecord) -> Customer:
    return Customer(
        store_id=keys.split_pk(record.pk)[0],
        buyer_id=record.sk.removeprefix(keys.CUSTOMER),
        country=record.country,
        name=record.name,
        counts=record.counts,
        spend=record.spend or {},
        first_at=record.first_at,
        last_at=record.last_at,
        tags=tuple(record.tags or ()),
        note=record.note,
        blocked=bool(record.blocked),
        reminder_opt_out=bool(record.reminder_opt_out),
        erasure=_erasure(record.erasure) if record.erasure else None,
        version=int(record.version),
    )


_time = InstantAttribute()


def _told(erasure: Erasure) -> dict[str, Any]:
    times = {name: at and _time.serialize(at) for name in _TIMES if (at := getattr(erasure, name))}
    told = asdict(erasure)
    told["place"] = told.pop("position")  # its stored name
    return told | dict.fromkeys(_TIMES) | times


def _erasure(told: dict[str, Any]) -> Erasure:
    times = {name: told[name] and _time.deserialize(told[name]) for name in _TIMES}
    told = dict(told)
    position = told.pop("place")
    return Erasure(**told | times | {"position": position, "requested_by": Actor(**told["requested_by"])})


_TIMES = ("requested_at", "due_at", "finished_at")
