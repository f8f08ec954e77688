"""A store's daily figures, changed in the transaction of the order, and the violations of orders.

For each day, currency and shard there is one item of totals, one for each country and one for each product. A change of
more than MOST_PRODUCTS products writes their differences as one item of its own, because a transaction has 100 items.
Reports add all of these up. Items of former code hold many countries or products, in attributes with their names; they
are read as well, and no longer written.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, groupby
from typing import Any
from urllib.parse import unquote

from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from shared.domain.countries import iso_country
from shared.domain.order.model import Order, Violation
from shared.domain.reports.figures import PRODUCTS, SALES, Figure, figures
from shared.store.dynamodb import keys
from shared.store.dynamodb.attributes import PackedAttribute
from shared.store.dynamodb.figure_records import ChangeFiguresRecord, FiguresRecord
from shared.store.dynamodb.indexes import Selection, page_across_orders
from shared.store.dynamodb.records import Record, ViolationRecord
from shared.store.dynamodb.table import ABSENT, ALWAYS, Put, Update, Write, query_items, stale
from shared.store.pages import Listed, Page, Position

MOST_PRODUCTS = 10
PACKED = {"products": PRODUCTS, "countries": SALES}
"""The attributes that hold many names: by name, amounts in this order."""


@dataclass(frozen=True, slots=True)
class Day:
    """The figures of one day in one currency, by (name, figure). The name is a country, a product, or "" for totals."""

    day: date
    currency: str
    figures: Counter[tuple[str, str]]


def delta_writes(was: Order | None, after: Order) -> list[Write]:
    """The writes that change the figures from one version of an order to the next, and those of new violations."""
    change = figures(after)
    change.subtract(figures(was) if was else {})
    steps = {key: step for key, step in sorted(change.items()) if step}
    products = {key: step for key, step in steps.items() if key.by == "product"}
    if len({key[:4] for key in products}) <= MOST_PRODUCTS:
        products = {}
    known = len(was.violations) if was and was.time_zone else 0
    return [
        *_updates(after, {key: step for key, step in steps.items() if key not in products}),
        *_own_items(after, products),
        *(
            Put(violation_record(after, number), ALWAYS, stale)
            for number in range(known, len(after.violations) if after.time_zone else 0)
        ),
    ]


def _updates(order: Order, steps: Mapping[Figure, int]) -> list[Write]:
    """One update for each item of the figures, of two write units."""
    items: dict[str, list[Action]] = defaultdict(list)
    for key, step in steps.items():
        sk = keys.figures_sk(key.by, key.day, key.currency, order.shard, key.name)
        items[sk].append(Path([key.figure]).add(step))
    pk = keys.figures_pk(order.store_id)
    return [
        Update(FiguresRecord(pk, sk), [Record.kind.set(FiguresRecord), *actions], ALWAYS, stale)
        for sk, actions in items.items()
    ]


def _own_items(order: Order, steps: Mapping[Figure, int]) -> list[Write]:
    """One item for each day and currency of these products, of two write units for each KB."""
    items: dict[str, dict[str, list[int]]] = defaultdict(dict)
    for key, step in steps.items():
        sk = keys.figures_of_change_sk(key.by, key.day, key.currency, order.order_id, order.version)
        items[sk].setdefault(key.name, [0] * len(PRODUCTS))[PRODUCTS.index(key.figure)] = step
    pk = keys.figures_pk(order.store_id)
    return [Put(ChangeFiguresRecord(pk, sk, products=content), ABSENT, stale) for sk, content in items.items()]


def days(store_id: str, by: str, first: date, until: date) -> Iterator[Day]:
    """Figures of the days from `first` to before `until`, one Day for each day and currency, in order; read
    consistently and lazily: one read unit for each 4 KB. Days without figures are left out."""
    items = query_items(keys.figures_pk(store_id), keys.figures_day(by, first), keys.figures_day(by, until))
    for (day, currency), figures_of_day in groupby(
        chain.from_iterable(map(of_item, items)), key=lambda each: each[0][:2]
    ):
        total: Counter[tuple[str, str]] = Counter()
        for key, amount in figures_of_day:
            total[key.name, key.figure] += amount
        yield Day(day, currency, total)


def orders_placed(store_id: str, day: date) -> int:
    """The orders placed on a day of their own time zones. Reads 8 small items for each currency."""
    placed = days(store_id, "total", day, day + timedelta(days=1))
    return sum(each.figures["", "orders"] for each in placed)


def of_item(item: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[Figure, int]]:
    """The figures in an undecoded item: one of today, or one of former code, whose attributes are `name#figure`."""
    by, day, currency, *rest = item["sk"]["S"].split("#")
    of = date.fromisoformat(day), currency, by.lower()
    for attribute, names in PACKED.items():
        if attribute in item:
            for name, amounts in PackedAttribute().deserialize(item[attribute]["B"]).items():
                of_name = zip(names, amounts, strict=True)
                yield from ((Figure(*of, name, figure), amount) for figure, amount in of_name if amount)
    item_name = rest[0] if len(rest) == 2 else ""
    for attribute, value in item.items():
        if "N" in value:
            former_name, _, figure = attribute.rpartition("#")
            yield Figure(*of, _one_name(by, unquote(former_name or item_name)), figure), int(value["N"])


def _one_name(by: str, name: str) -> str:
    """Older figures are under the country's code as it came; they are those of the same country."""
    return iso_country(name) if by == "COUNTRY" else name


def violations(store_id: str, limit: int, after: Position | None) -> Page[Listed[Violation]]:
    """A page of violations across orders, the latest first."""
    selection = Selection("by_state", (f"{store_id}#violation",))
    return page_across_orders(selection, limit, after, ViolationRecord, lambda each: Violation(each.violation, each.at))


def violation_record(order: Order, number: int) -> ViolationRecord:
    violation = order.violations[number]
    return ViolationRecord(
        keys.order_pk(order.store_id, order.order_id),
        keys.violation_sk(number),
        at=violation.at,
        violation=violation.kind,
        state_key=f"{order.store_id}#violation",
        sort_key=keys.sort_key(violation.at, order.order_id, str(number)),
    )
