"""Customers in the table: one item each, replaced in the transaction of the order that changes its figures.

The item is replaced as a whole, because its figures decide in which list it is. So every write has the version that was
read as a condition. If several orders of one buyer change at once, one write succeeds and the others read again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from itertools import islice
from typing import Any

from pynamodb.expressions.condition import Condition

from shared.domain.countries import iso_country
from shared.domain.customers import model as domain
from shared.domain.customers.erasure import Erasure
from shared.domain.customers.model import Customer, Span
from shared.domain.order.model import Order
from shared.domain.order.transitions import Actor
from shared.store.dynamodb import indexes, keys, table
from shared.store.dynamodb.attributes import TIME, time_of
from shared.store.dynamodb.errors import Missing
from shared.store.dynamodb.indexes import FIRST, LAST, Selection
from shared.store.dynamodb.records import CustomerRecord
from shared.store.dynamodb.table import (
    ABSENT,
    Check,
    Delete,
    Put,
    Write,
    get,
    get_many,
    query_newest,
    stale,
)
from shared.store.dynamodb.term_records import TermRecord
from shared.store.pages import Page, Position


def find(store_id: str, buyer_id: str) -> Customer | None:
    """Read consistently; None if the buyer has no customer record."""
    record = get(CustomerRecord, keys.customers_pk(store_id), keys.CUSTOMER + buyer_id)
    return _customer(record) if record else None


def load(store_id: str, buyer_id: str) -> Customer:
    """Raises Missing."""
    customer = find(store_id, buyer_id)
    if customer is None:
        raise Missing("no such customer")
    return customer


def save(before: Customer, after: Customer, also: Sequence[Write] = ()) -> Customer:
    """Write a changed customer with the next version, in one transaction with `also`; returns it. Raises Stale."""
    saved = replace(after, version=before.version + 1)
    table.save(Put(_record(saved), _as_read(before), stale), [*_tag_writes(before, after), *also])
    return saved


def rewriting(record: CustomerRecord) -> Put:
    """The write of a stored record as this code writes it, with the version that it has. It raises Stale."""
    customer = _customer(record)
    return Put(_record(customer), _as_read(customer), stale)


def tagged(
    store_id: str,
    tag: str,
    since: datetime | None,
    until: datetime | None,
    forward: bool,
    limit: int,
    after: Position | None,
) -> Page[Customer]:
    """A page of the customers with this tag, by the time of their last order. Half a read unit for each customer,
    too."""
    pk = keys.term_pk(store_id, "customer_tag", tag)
    first, last = keys.instant(since) if since else keys.NO_TIME, keys.instant(until) if until else LAST
    if after:
        first, last = (after.key, last) if forward else (first, after.key)
    items = islice(query_newest(pk, first, last, page_size=limit + 2, forward=forward), limit + 2)
    sort_keys = [item["sk"]["S"] for item in items if after is None or item["sk"]["S"] != after.key]
    shown = sort_keys[:limit]
    records = get_many([(keys.customers_pk(store_id), keys.CUSTOMER + keys.split_pk(sk)[1]) for sk in shown])
    found = {_tag_sk(each): each for each in map(_customer, records) if tag in each.tags}  # type: ignore[arg-type]
    rows = tuple(found[sk] for sk in shown if sk in found)
    return Page(rows, Position(shown[-1]) if len(sort_keys) > limit else None)


def write_tags(store_id: str, states: Sequence[str]) -> None:
    """Write the tags of the customers from before these were terms."""
    after: Position | None = None
    while True:
        page = listed(store_id, states, None, None, False, 200, after)
        for customer in page.items:
            for tag in customer.tags:
                table.put(Put(_tag(customer, tag, _tag_sk(customer)), table.ALWAYS, stale))
        if (after := page.end) is None:
            return


def _tag_writes(before: Customer, after: Customer) -> list[Write]:
    """A change of the tags, or of the time of the last order, by which the customers of a tag are sorted."""
    old, new = ({(tag, _tag_sk(each)) for tag in each.tags} for each in (before, after))
    return [
        *(Delete(_tag(after, *each), table.ALWAYS, stale) for each in sorted(old - new)),
        *(Put(_tag(after, *each), table.ALWAYS, stale) for each in sorted(new - old)),
    ]


def _tag(customer: Customer, tag: str, sk: str) -> TermRecord:
    return TermRecord(keys.term_pk(customer.store_id, "customer_tag", tag), sk)


def _tag_sk(customer: Customer) -> str:
    return keys.customer_tag_sk(customer.last_at, customer.buyer_id)


def with_figures(was: Order | None, after: Order, writes: Sequence[Write]) -> list[Write]:
    """`writes` (of a change of an order) and the writes of the customers whose figures change. `was` is None if no
    customer counts the order yet. Reads those customers; the transaction raises Stale if one has changed since."""
    return _merged(
        writes, [write for each in domain.affected_buyers(was, after) for write in _delta_writes(each, was, after)]
    )


def may_be_reminded_check(order: Order) -> Write:
    """A condition of a payment reminder: the buyer still is not blocked and has not opted out. It raises Stale."""
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
    """(position, order_id) of a buyer's orders placed before `until` and after `position`, the earliest first, lazily;
    eventually consistent."""
    for placed_key, pk in indexes.placed_keys(f"{store_id}#{buyer_id}", position or FIRST, keys.instant(until)):
        if placed_key != position:
            yield placed_key, keys.split_pk(pk)[1]


def erasures_due(now: datetime) -> Iterator[tuple[str, str]]:
    """(store, buyer) of the erasures that are due, the earliest first. One query; eventually consistent."""
    for fires_at, _ in indexes.due(indexes.CLOCK, keys.ERASURES_SHARD, now):
        _, store_id, buyer_id = fires_at.split("#", 2)
        yield store_id, buyer_id


def _delta_writes(buyer_id: str, was: Order | None, after: Order) -> list[Write]:
    origin = f"{after.order_id}#{after.version}"
    before = find(after.store_id, buyer_id) or Customer(after.store_id, buyer_id, origin=origin)
    updated = domain.updated(before, was, after, lambda: _others(after, buyer_id))
    record = _record(replace(updated, version=before.version + 1))
    if updated.counts.get("orders", 0) > 0 or updated.has_seller_data:
        return [Put(record, _as_read(before), stale), *_tag_writes(before, updated)]
    return [Delete(record, _as_read(before), stale)] if before.version else []


def _merged(writes: Sequence[Write], customer_writes: Sequence[Write]) -> list[Write]:
    """All writes of both. A transaction takes an item once, so a check of a customer that is also written becomes a
    condition of that write."""
    checks = {write.record.sk: write for write in writes if isinstance(write, Check)}
    checked = [
        replace(write, condition=write.condition & check.condition, refuse=check.refuse)
        if (check := checks.get(write.record.sk))
        else write
        for write in customer_writes
    ]
    written = {write.record.sk for write in customer_writes}
    return [*(each for each in writes if not (isinstance(each, Check) and each.record.sk in written)), *checked]


def _others(order: Order, buyer_id: str) -> Span:
    """When the first and the last of the buyer's other orders were placed; None without others. Two index queries."""
    own, times = keys.order_pk(order.store_id, order.order_id), []
    for forward in (True, False):
        found = islice(indexes.placed_keys(f"{order.store_id}#{buyer_id}", FIRST, LAST, 2, forward=forward), 2)
        times += [datetime.fromisoformat(placed_key.split("#")[0]) for placed_key, pk in found if pk != own][:1]
    return (times[0], times[-1]) if times else None


def _as_read(customer: Customer) -> Condition:
    """Unchanged since it was read, and not deleted and created anew: then the versions begin again."""
    if not customer.version:
        return ABSENT
    origin = CustomerRecord.origin
    same: Condition = (CustomerRecord.version == customer.version) & (
        origin == customer.origin if customer.origin else origin.does_not_exist()
    )
    return same


def _record(customer: Customer) -> CustomerRecord:
    record = CustomerRecord(
        keys.customers_pk(customer.store_id),
        keys.CUSTOMER + customer.buyer_id,
        version=customer.version,
        origin=customer.origin or None,
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
        erasure=customer.erasure and _erasure_content(customer.erasure),
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
        country=iso_country(record.country),  # older records have the code as it came
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
        origin=record.origin or "",
    )


def _erasure_content(erasure: Erasure) -> dict[str, Any]:
    times = {name: at and TIME.serialize(at) for name in _TIMES if (at := getattr(erasure, name))}
    content = asdict(erasure)
    content["place"] = content.pop("position")  # its stored name
    if not erasure.failed:
        del content["failed"]  # the former code does not know it
    return content | dict.fromkeys(_TIMES) | times


def _erasure(content: dict[str, Any]) -> Erasure:
    times = {name: time_of(content[name]) for name in _TIMES}
    content = dict(content)
    position = content.pop("place")
    return Erasure(**content | times | {"position": position, "requested_by": Actor(**content["requested_by"])})


_TIMES = ("requested_at", "due_at", "finished_at")
