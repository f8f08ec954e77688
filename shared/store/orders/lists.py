"""Lists of orders: by the time they were placed, by deadline, by parcel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from shared.domain.countries import iso_country
from shared.domain.order.deadlines import TIMED
from shared.domain.order.model import Buyer, FundState, Line, Overlay, Status
from shared.domain.order.summary import Summary
from shared.store.dynamodb import indexes, keys
from shared.store.dynamodb.indexes import FIRST, LAST, Selection
from shared.store.dynamodb.records import DetailRecord, OrderRecord, Record
from shared.store.dynamodb.table import get, get_many, query_index, query_newest
from shared.store.orders import part_lists
from shared.store.orders.items import UNINDEXED_FUND_STATES, fields_of
from shared.store.pages import Count, Page, Position

MOST_HEADS = 200
"""Heads of one page, where all are read."""
MOST_OF_NUMBER = 100
"""More orders have only what stands in place of a number."""
BEFORE_ALL_DEADLINES, AFTER_ALL_DEADLINES = FIRST, LAST
"""The due keys from which `orders_due_after` reads all orders, and none."""
RELEASED_IN = (Status.FINISH, Status.FUND_PROCESSING)
"""The statuses of orders in the fund state `released`: the second while a refund is still to be paid."""
DUE_KEYS_READ = 25
"""Orders of each status in one request of `orders_due_after`."""


def orders(
    store_id: str,
    limit: int,
    after: Position | None = None,
    *,
    statuses: Sequence[Status] = (),
    overlay: Overlay | None = None,
    fund_state: FundState | None = None,
    buyer_id: str | None = None,
    tag: str | None = None,
    country: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    forward: bool = False,
) -> Page[Summary]:
    """Orders placed in [since, until), the latest first, or with `forward` the earliest first: all of the store, or of
    some statuses, or with one overlay, or in one fund state, or of one buyer, or with one tag, or of buyers of one
    country. Only the first of these applies. The last three cost half a read unit for each order, too. Those in the
    fund states `none` and `released` have no index, which would be written for nearly every order: all orders are
    looked at, or those that are at their end."""
    index = "by_placed"
    partitions: tuple[str, ...] = (store_id,)
    if statuses:
        index, partitions = "by_status", tuple(f"{store_id}#{status}" for status in statuses)
    elif overlay:
        index = f"by_{overlay}"
    elif fund_state in UNINDEXED_FUND_STATES:
        if fund_state is FundState.RELEASED:
            index, partitions = "by_status", tuple(f"{store_id}#{status}" for status in RELEASED_IN)
        selection = Selection(index, partitions, since, until, forward)
        return indexes.page_of_some(selection, limit, after, _in_fund_state(fund_state))
    elif fund_state:
        index, partitions = "by_fund_state", (f"{store_id}#{fund_state}",)
    elif buyer_id:
        sort_keys = _sort_keys_of_buyer(store_id, buyer_id, limit, forward)
        page = _at_sort_keys(store_id, sort_keys, limit, after, since, until, forward)
        # A head may be later than the index: then its order may be another buyer's by now.
        return Page(tuple(each for each in page.items if each.buyer.id == buyer_id), page.end)
    elif tag is not None:
        sort_keys = _sort_keys_of_term(keys.term_pk(store_id, "tag", tag), limit, forward)
        return _at_sort_keys(store_id, sort_keys, limit, after, since, until, forward)
    elif country is not None:
        sort_keys = _sort_keys_of_term(keys.term_pk(store_id, "country", iso_country(country)), limit, forward)
        return _at_sort_keys(store_id, sort_keys, limit, after, since, until, forward)
    return _page(Selection(index, partitions, since, until, forward), limit, after)


def deadlines(
    store_id: str,
    limit: int,
    after: Position | None = None,
    *,
    statuses: Sequence[Status] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    of_seller: bool = False,
) -> Page[Summary]:
    """Orders whose next timer is due in [since, until), the earliest first; only of `statuses`, if there are any.
    `of_seller`: by the next timer on which the seller must act, in every status."""
    return _page(due_selection(store_id, statuses or TIMED, since, until, of_seller=of_seller), limit, after)


def _in_fund_state(fund_state: FundState) -> Callable[[Record], Summary | None]:
    def choose(record: Record) -> Summary | None:
        if isinstance(record, OrderRecord) and record.fund_state == str(fund_state):
            return summary_of(record)
        return None

    return choose


def unexplained(store_id: str, limit: int, after: Position | None) -> Page[Summary]:
    """Ended orders whose ledger has an unexplained difference, the latest first."""
    return _page(Selection("by_state", (f"{store_id}#unexplained",)), limit, after)


def orders_of_parcel(store_id: str, tracking_no: str, limit: int, after: Position | None) -> Page[Summary]:
    """The orders with a parcel of this tracking number, each once. One read for each order."""
    parcels = part_lists.parcels_by_tracking_no(store_id, tracking_no, limit, after)
    return Page(tuple(_heads(store_id, dict.fromkeys(parcel.order_id for parcel in parcels.items))), parcels.end)


def open_orders_of_parcel(store_id: str, tracking_no: str, but: str) -> list[str]:
    """The ids of open orders with a parcel of this tracking number, without the order `but`. Looks at MOST_OF_NUMBER
    parcels, the latest first, and reads half a unit for each of their orders."""
    parcels = part_lists.parcels_by_tracking_no(store_id, tracking_no, MOST_OF_NUMBER, None).items
    others = {keys.order_pk(store_id, each.order_id): each.order_id for each in parcels if each.order_id != but}
    heads = get_many([(pk, keys.ORDER) for pk in others]) if others else ()
    open_pks = {head.pk for head in heads if isinstance(head, OrderRecord) and head.status != Status.FINISH}
    return [order_id for pk, order_id in others.items() if pk in open_pks]


def count_frozen(store_id: str, statuses: Iterable[Status]) -> int:
    """The frozen orders in some statuses. Reads the heads of all frozen orders, which are few."""
    found, wanted, after = 0, frozenset(statuses), None
    while True:
        page = orders(store_id, MOST_HEADS, after, overlay=Overlay.FROZEN)
        found += sum(summary.status in wanted for summary in page.items)
        if (after := page.end) is None:
            return found


def count_placed(store_id: str, since: datetime, until: datetime, most: int = indexes.MOST_COUNTED) -> Count:
    return indexes.count(Selection("by_placed", (store_id,), since, until), most)


def count_deadlines(
    store_id: str,
    since: datetime | None,
    until: datetime,
    *,
    statuses: Sequence[Status] = TIMED,
    of_seller: bool = False,
) -> Count:
    """The orders of `deadlines`, cut off. Half a read unit for each of `statuses`, and for each 4 KB of the orders."""
    return indexes.count(due_selection(store_id, statuses, since, until, of_seller=of_seller))


def orders_due_after(store_id: str, due_key: str) -> Iterator[tuple[str, str]]:
    """(due key, order_id) of a store's orders with a running timer, the earliest first, after `due_key`."""
    for key, pk in indexes.sort_keys_after(due_selection(store_id, TIMED), due_key, DUE_KEYS_READ):
        yield key, keys.split_pk(pk)[1]


def due_selection(
    store_id: str,
    statuses: Sequence[Status],
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    of_seller: bool = False,
) -> Selection:
    """The orders with a running timer: one partition for each status, or one for those that wait for the seller."""
    index, partitions = "by_status_due", tuple(f"{store_id}#{status}" for status in statuses)
    if of_seller:
        index, partitions = "by_seller_due", (store_id,)
    return Selection(index, partitions, since, until, forward=True)


SortKeys = Callable[[str, str], Iterable[str]]
"""The sort keys between two that name orders: the time at which an order was placed, and its id."""


def _sort_keys_of_term(pk: str, limit: int, forward: bool) -> SortKeys:
    """Of the orders of one term (terms.py)."""

    def sort_keys(lower: str, upper: str) -> Iterator[str]:
        items = query_newest(pk, lower, upper, page_size=limit + 2, forward=forward)
        return (item["sk"]["S"] for item in items)

    return sort_keys


def _sort_keys_of_buyer(store_id: str, buyer_id: str, limit: int, forward: bool) -> SortKeys:
    def sort_keys(lower: str, upper: str) -> Iterator[str]:
        found = indexes.placed_keys(f"{store_id}#{buyer_id}", lower, upper, limit + 2, forward=forward)
        return (placed_key for placed_key, _ in found)

    return sort_keys


def _at_sort_keys(
    store_id: str,
    sort_keys_between: SortKeys,
    limit: int,
    after: Position | None,
    since: datetime | None,
    until: datetime | None,
    forward: bool,
) -> Page[Summary]:
    """A page of orders of which only the keys are read together: their heads cost half a read unit each. Its position
    has no more than a key: a partition may be too long for a cursor."""
    lower, upper = keys.instant(since) if since else FIRST, keys.instant(until) if until else LAST
    if after is not None:
        lower, upper = (after.key + keys.AFTER_PREFIX, upper) if forward else (lower, after.key)
    if lower > upper:
        return Page((), None)
    between = islice(sort_keys_between(lower, upper), limit + 2)
    sort_keys = [each for each in between if after is None or each != after.key]
    shown = sort_keys[:limit]
    found = heads(store_id, (sort_key.split("#")[1] for sort_key in shown))
    rows = tuple(row for sort_key in shown if (row := found.get(sort_key.split("#")[1])))
    return Page(rows, Position(shown[-1]) if len(sort_keys) > limit else None)


def heads(store_id: str, order_ids: Iterable[str]) -> dict[str, Summary]:
    """The heads of these orders by order id, eventually consistent: half a read unit each."""
    records = get_many([(keys.order_pk(store_id, order_id), keys.ORDER) for order_id in dict.fromkeys(order_ids)])
    return {keys.split_pk(record.pk)[1]: summary_of(record) for record in records if isinstance(record, OrderRecord)}


def first_lines(store_id: str, order_ids: Iterable[str]) -> dict[str, Line]:
    """The first line of each of these orders by order id, eventually consistent: half a read unit for each 4 KB of an
    order's details, in one request for each 100 orders."""
    records = get_many([(keys.order_pk(store_id, order_id), keys.DETAIL) for order_id in dict.fromkeys(order_ids)])
    return {
        keys.split_pk(record.pk)[1]: Line(**record.content["lines"][0])
        for record in records
        if isinstance(record, DetailRecord)
    }


def orders_placed_before(store_id: str, placed_key: str) -> Iterator[tuple[str, str]]:
    """(placed key, order_id) of a store's orders, the latest first, from before `placed_key`, if there is one."""
    between = Record.placed_key.between(FIRST, placed_key or LAST)
    for head in query_index("by_placed", store_id, between, page_size=100, forward=False):
        if head.placed_key != placed_key:
            yield head.placed_key, keys.split_pk(head.pk)[1]


def _page(selection: Selection, limit: int, after: Position | None) -> Page[Summary]:
    return indexes.page(selection, limit, after, OrderRecord, summary_of)


def _heads(store_id: str, order_ids: Iterable[str]) -> Iterator[Summary]:
    """The heads of these orders, one read each."""
    for order_id in order_ids:
        if head := get(OrderRecord, keys.order_pk(store_id, order_id), keys.ORDER):
            yield summary_of(head)


def summary_of(head: OrderRecord) -> Summary:
    return Summary(
        **fields_of(head),
        overlays=tuple(overlay for overlay in Overlay if getattr(head, f"{overlay}_key")),
        buyer=Buyer(**head.buyer),
        disputed_since=head.disputed_since,
        claimless=bool(head.claimless),
        promised=int(head.promised or 0),
        line_count=int(head.line_count),
    )
