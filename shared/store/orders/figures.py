"""A store's daily figures, changed in the transaction of the order, and the violations of orders.

For each day, currency and shard there is one item of totals, one of countries, and 16 of products. Each figure is an
attribute of its own, because ADD works only on top-level attributes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from urllib.parse import quote, unquote

from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from shared.domain.countries import iso_country
from shared.domain.figures import Figure, figures
from shared.domain.order.model import Order, Violation
from shared.store.dynamodb import indexes, keys
from shared.store.dynamodb.errors import TooLarge
from shared.store.dynamodb.indexes import Selection
from shared.store.dynamodb.records import FiguresRecord, Record, ViolationRecord
from shared.store.dynamodb.table import Put, Update, Write, always, query_items, stale
from shared.store.pages import Listed, Page, Position

MAX_ACTIONS = 300
"""An expression may have 4 KB, which is about 350 actions."""


@dataclass(frozen=True, slots=True)
class Day:
    """The figures of one day in one currency, by (name, figure). The name is a country, a product, or "" for totals."""

    day: date
    currency: str
    figures: Counter[tuple[str, str]]


def delta_writes(was: Order | None, after: Order) -> list[Write]:
    """The writes that change the figures from one version of an order to the next, and those of new violations. Raises
    TooLarge."""
    change = figures(after)
    change.subtract(figures(was) if was else {})
    items: dict[str, list[Action]] = defaultdict(list)
    for key, step in sorted(change.items()):
        if step:
            sk = keys.figures_sk(key.by, key.day, key.currency, after.store_id, after.order_id, key.name)
            items[sk].append(Path([attribute(key)]).add(step))
    if any(len(actions) > MAX_ACTIONS for actions in items.values()):
        raise TooLarge("more figures than one update takes")
    known = len(was.violations) if was and was.time_zone else 0
    return [
        *(_figures_write(after.store_id, sk, actions) for sk, actions in items.items()),
        *(
            Put(violation_record(after, number), always(), stale)
            for number in range(known, len(after.violations) if after.time_zone else 0)
        ),
    ]


def days(store_id: str, by: str, first: date, until: date) -> Iterator[Day]:
    """Figures of the days from `first` to before `until`, one Day for each day and currency, in order; read
    consistently and lazily. Days without figures are left out."""
    items_of_days = query_items(keys.figures_pk(store_id), keys.figures_day(by, first), keys.figures_day(by, until))
    for (day, currency), items in groupby(items_of_days, key=lambda item: tuple(item["sk"]["S"].split("#")[1:3])):
        total: Counter[tuple[str, str]] = Counter()
        for item in items:
            for name, value in item.items():
                if "N" in value:
                    quoted_name, _, figure = name.rpartition("#")
                    total[_one_name(by, unquote(quoted_name)), figure] += int(value["N"])
        yield Day(date.fromisoformat(day), currency, total)


def _one_name(by: str, name: str) -> str:
    """Older figures are under the country's code as it came; they are those of the same country."""
    return iso_country(name) if by == "country" else name


def attribute(key: Figure) -> str:
    """The attribute's name. Quoted, because PynamoDB reads brackets in a name as a list index."""
    return f"{quote(key.name, safe='')}#{key.figure}" if key.name else key.figure


def violations(store_id: str, limit: int, after: Position | None) -> Page[Listed[Violation]]:
    """A page of violations across orders, the latest first."""
    selection = Selection("by_state", (f"{store_id}#violation",))

    def make(record: ViolationRecord) -> Listed[Violation]:
        return indexes.listed(record, Violation(record.violation, record.at))

    return indexes.page(selection, limit, after, ViolationRecord, make)


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


def _figures_write(store_id: str, sk: str, actions: list[Action]) -> Write:
    record = FiguresRecord(keys.figures_pk(store_id), sk)
    return Update(record, [Record.kind.set(FiguresRecord), *actions], always(), stale)
