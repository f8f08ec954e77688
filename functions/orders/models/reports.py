"""Reports in answers: sales by period, the service level, violations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, NotRequired

from typing_extensions import TypedDict

from functions.orders.models.values import MoneyView, money
from functions.orders.paging import PageInfo
from shared.domain.countries import country_name
from shared.domain.labels import LANGUAGES, label
from shared.domain.order.funds.ledger import MILLION
from shared.domain.reports.figures import SERVICE
from shared.domain.reports.service_level import MEASURES, level
from shared.domain.windows import period_of
from shared.store.orders.figures import Day
from shared.store.pages import Position

DaysView = TypedDict("DaysView", {"from": str, "to": str})
"""Local days of the store, half-open: `to` is not in it."""

SalesRowView = TypedDict(
    "SalesRowView",
    {
        "period": str,
        "from": str,
        "to": str,
        "currency": str,
        "country": NotRequired[str],
        "country_label": NotRequired[str],
        "product_id": NotRequired[str],
        "orders": NotRequired[int],
        "pieces": int,
        "ordered": NotRequired[MoneyView],
        "paid": NotRequired[int],
        "received": NotRequired[MoneyView],
        "refunded": NotRequired[MoneyView],
        "average": NotRequired[MoneyView],
        "amount": NotRequired[MoneyView],
        "refunded_pieces": NotRequired[int],
    },
)
"""A period, cut to the window. `average` is the amount received for each paid order. A product's `amount` is the sum of
its lines in paid orders, before discounts and shipping; `refunded_pieces` were closed by a refund or returned."""


class SalesView(TypedDict):
    data: list[SalesRowView]
    page: PageInfo
    group_by: str
    by: str
    time_zone: str
    window: DaysView
    as_of: str


class GroupBy(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class By(StrEnum):
    TOTAL = "total"
    COUNTRY = "country"
    PRODUCT = "product"


class MeasureView(TypedDict):
    """`rate` is null where the denominator is 0. `limit` is the store's own setting: the least share where
    `more_is_better`, else the most. `breaks_limit` is null where there is no rate or no limit."""

    measure: str
    measure_label: str
    counts: str
    numerator: int
    denominator: int
    rate: float | None
    more_is_better: bool
    limit: float | None
    breaks_limit: bool | None


class ServiceWindowView(TypedDict):
    days: int
    window: DaysView
    measures: list[MeasureView]
    figures: dict[str, int]


class ServiceLevelView(TypedDict):
    data: list[ServiceWindowView]
    time_zone: str
    violations: str
    as_of: str


class ListedViolationView(TypedDict):
    order_id: str
    kind: str
    kind_label: str
    at: str


class Row(NamedTuple):
    """The key of a row, in the order of the report: within a period and currency, the most sold first. `below` is the
    negative of what was sold."""

    first: date
    currency: str
    below: int
    name: str

    def position(self) -> Position:
        return Position(self.first.isoformat(), self.currency, f"{self.below} {self.name}")

    @classmethod
    def at(cls, position: Position) -> Row:
        below, _, name = position.sk.partition(" ")
        return cls(date.fromisoformat(position.key), position.pk, int(below), name)


def row_view(row: Row, sums: Counter[str], by: str, group_by: str, until: date, language: str) -> Any:
    first, end = period_of(row.first, group_by)
    names = {
        "day": first.isoformat(),
        "month": f"{first:%Y-%m}",
        "week": "{}-W{:02}".format(*first.isocalendar()[:2]),
    }
    view: dict[str, Any] = {
        "period": names[group_by],
        "from": row.first.isoformat(),
        "to": min(end, until).isoformat(),
        "currency": row.currency,
    }
    if by == "product":
        return view | {
            "product_id": row.name,
            "pieces": sums["pieces"],
            "amount": money(sums["amount"], row.currency),
            "refunded_pieces": sums["refunded_pieces"],
        }
    if by == "country":
        view |= {"country": row.name, "country_label": country_name(row.name, language)}
    view |= {"orders": sums["orders"], "pieces": sums["pieces"], "ordered": money(sums["ordered"], row.currency)}
    view |= {"paid": sums["paid"]}
    view |= {name: money(sums[name], row.currency) for name in ("received", "refunded")}
    if sums["paid"]:
        half_up = (2 * sums["received"] + sums["paid"]) // (2 * sums["paid"])
        view["average"] = money(half_up, row.currency)
    return view


def service_view(
    language: str, days: int, tomorrow: date, by_day: list[Day], limits: Mapping[str, int]
) -> ServiceWindowView:
    first = tomorrow - timedelta(days=days)
    sums: Counter[str] = Counter()
    for day in by_day:
        if day.day >= first:
            sums.update({figure: amount for (name, figure), amount in day.figures.items() if not name})
    position = LANGUAGES.index(language)
    return {
        "days": days,
        "window": {"from": first.isoformat(), "to": tomorrow.isoformat()},
        "measures": [
            {
                "measure": name,
                "measure_label": label("measure", name, language),
                "counts": measure.counts[position],
                "numerator": (share := level(measure, sums)).numerator,
                "denominator": share.denominator,
                "rate": share.rate,
                "more_is_better": measure.more_is_better,
                "limit": (limit := limits[name] / MILLION if name in limits else None),
                "breaks_limit": measure.breaks(share.rate, limit),
            }
            for name, measure in MEASURES.items()
        ],
        "figures": {"placed_orders": sums["orders"], **{name: sums[name] for name in SERVICE}},
    }
