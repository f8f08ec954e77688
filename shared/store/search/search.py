"""The search: for each kind of term one key condition, the latest orders first; then what was found is compared with
the orders themselves, because there may be a term too many."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from shared.domain.order.model import Line
from shared.domain.order.summary import Summary
from shared.domain.search import MAX_FOUND, Match, Query
from shared.store.dynamodb import keys
from shared.store.dynamodb.indexes import FIRST, LAST
from shared.store.dynamodb.records import DetailRecord, OrderRecord
from shared.store.dynamodb.table import get_many, query_newest
from shared.store.orders import lists, part_lists
from shared.store.orders.lists import summary_of
from shared.store.search import terms

MOST_READ = 10_000
"""Items of one partition that a search reads at most, about 1 MB. Most partitions hold only what is searched for."""
PAGE = 1_000
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    summary: Summary
    matched: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Orders that a term names, the latest first. `complete`: there are no more."""

    order_ids: tuple[str, ...] = ()
    complete: bool = True


def find(store_id: str, query: Query) -> tuple[tuple[Found, ...], bool]:
    """At most MAX_FOUND orders that the query matches, the latest first, and whether these are all.

    Costs a query for each kind of term that the text can be, half a read unit for each order found, and half a unit for
    each 4 KB of the lines of those that were found by a product, a SKU or a phone.
    """
    parcels = part_lists.parcels_by_tracking_no(store_id, query.text, MAX_FOUND + 1, None).items
    bought = lists.orders(store_id, MAX_FOUND + 1, buyer_id=query.text.strip()).items
    by_head = (
        _first(each.order_id for each in parcels),
        _first(each.order_id for each in bought),
        Candidates((query.text.strip(),)),
        _by_number_tail(store_id, query),
        _by_name(store_id, query),
    )
    by_detail = (_by_goods(store_id, query), _by_rest(store_id, query), _by_phone(store_id, query))
    numbers: dict[str, list[str]] = {}
    for each in parcels:
        numbers.setdefault(each.order_id, []).append(each.record.tracking_no)
    found = []
    for summary, lines, recipient in _read(store_id, by_head, by_detail):
        if matched := query.matches(summary, numbers.get(summary.order_id, ()), lines, recipient):
            found.append(Found(summary, matched))
    found.sort(key=lambda each: (each.summary.placed_at, each.summary.order_id), reverse=True)
    complete = len(found) <= MAX_FOUND and all(kind.complete for kind in (*by_head, *by_detail))
    return tuple(found[:MAX_FOUND]), complete


def _by_number_tail(store_id: str, query: Query) -> Candidates:
    if query.tail is None:
        return Candidates()
    code = query.folded
    return _select(keys.term_pk(store_id, "number", query.tail), lambda item: _order_id(item).casefold().endswith(code))


def _by_name(store_id: str, query: Query) -> Candidates:
    """By the longest word; the others are compared with the order."""
    word = max(query.words, key=len, default="")
    if not word:
        return Candidates()
    letters = terms.letters(store_id, word)
    return _select(terms.name_pk(store_id, word), lambda item: item["sk"]["S"].rpartition("#")[2].startswith(letters))


def _by_goods(store_id: str, query: Query) -> Candidates:
    return _select(keys.term_pk(store_id, "goods", query.folded))


def _by_rest(store_id: str, query: Query) -> Candidates:
    """Orders with more products and SKUs than terms."""
    code = query.folded
    return _select(keys.term_pk(store_id, "rest"), lambda item: terms.may_hold(bytes(item["filter"]["B"]), code))


def _by_phone(store_id: str, query: Query) -> Candidates:
    tail = query.phone_tail
    return _select(terms.phone_pk(store_id, tail)) if tail else Candidates()


def _select(pk: str, wanted: Callable[[Item], bool] | None = None) -> Candidates:
    """The latest orders of a partition of terms. Without `wanted` it reads no more than it needs."""
    if wanted is None:
        return _first(map(_order_id, query_newest(pk, FIRST, LAST, page_size=MAX_FOUND + 1)))
    chosen = list[str]()
    for read, item in enumerate(query_newest(pk, FIRST, LAST, page_size=PAGE)):
        if read == MOST_READ:
            return Candidates(tuple(chosen), complete=False)
        if wanted(item):
            chosen.append(_order_id(item))
        if len(chosen) > MAX_FOUND:
            break
    return _first(iter(chosen))


def _first(order_ids: Iterable[str]) -> Candidates:
    found = tuple(islice(order_ids, MAX_FOUND + 1))
    return Candidates(found, complete=len(found) <= MAX_FOUND)


def _order_id(item: Item) -> str:
    return str(item["sk"]["S"].split("#")[1])


def _read(
    store_id: str, by_head: Collection[Candidates], by_detail: Collection[Candidates]
) -> Iterator[tuple[Summary, tuple[Line, ...], Mapping[str, str]]]:
    """(order, lines, recipient) of the candidates; lines and recipient only of those `by_detail`."""
    deep = {order_id for kind in by_detail for order_id in kind.order_ids}
    every = deep | {order_id for kind in by_head for order_id in kind.order_ids}
    pks = {keys.order_pk(store_id, order_id): order_id for order_id in every}
    heads, details = dict[str, OrderRecord](), dict[str, DetailRecord]()
    asked = [(pk, keys.ORDER) for pk in pks] + [(pk, keys.DETAIL) for pk, order_id in pks.items() if order_id in deep]
    for record in get_many(asked):
        if isinstance(record, OrderRecord):
            heads[record.pk] = record
        elif isinstance(record, DetailRecord):
            details[record.pk] = record
    for pk, head in heads.items():
        content = details[pk].content if pk in details else {"lines": (), "recipient": {}}
        yield summary_of(head), tuple(Line(**line) for line in content["lines"]), content["recipient"]
