"""Counts of orders, each with the query of the list that it counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, NotRequired
from zoneinfo import ZoneInfo

from typing_extensions import TypedDict

from functions.orders.models.values import instant
from shared.domain.labels import label
from shared.domain.order.deadlines import TIMED
from shared.domain.order.model import FundState, Overlay, Status
from shared.domain.stores import Store
from shared.domain.windows import start_of_day
from shared.store.orders import counters, figures, lists
from shared.store.pages import Count


class CountView(TypedDict):
    """`query` is that of `GET /v1/orders` for the orders that are counted. `cut_off` is there and true if there are
    more than `count`."""

    count: int
    label: str
    query: str
    cut_off: NotRequired[bool]


StatusCounts = TypedDict("StatusCounts", {str(each): CountView for each in Status})  # type: ignore[misc]
OverlayCounts = TypedDict("OverlayCounts", {str(each): CountView for each in Overlay})  # type: ignore[misc]
FundCounts = TypedDict("FundCounts", {str(each): CountView for each in FundState})  # type: ignore[misc]


class CountersView(TypedDict):
    """The counts after `total` change with time. Those of deadlines are exact up to 1,000, and then cut off."""

    statuses: StatusCounts
    overlays: OverlayCounts
    fund_states: FundCounts
    total: CountView
    placed_today: CountView
    due_24h: CountView
    seller_due_24h: CountView
    overdue: CountView
    as_of: str


def counters_view(store: Store, now: datetime, language: str) -> CountersView:
    """Costs the same in a store of any size: `placed_today` is a daily figure, and the counts of deadlines, which are
    counted in their index, are cut off. A status without orders is not asked for."""
    counts, shop = counters.counts(store.store_id), store.store_id
    timed = [status for status in TIMED if counts.of(status)]
    day = now.astimezone(ZoneInfo(store.time_zone)).date()
    today, tomorrow = (start_of_day(each, store.time_zone) for each in (day, day + timedelta(days=1)))
    soon = now + timedelta(hours=24)

    def entry(kind: str, code: str, count: Count, query: str) -> CountView:
        view: CountView = {"count": count.number, "label": label(kind, code, language), "query": query}
        return {**view, "cut_off": True} if count.cut_off else view

    def each(kind: str, facets: type[Status] | type[Overlay] | type[FundState]) -> Any:
        return {str(facet): entry(kind, facet, Count(counts.of(facet)), f"{kind}={facet}") for facet in facets}

    placed = f"placed_from={instant(today)}&placed_to={instant(tomorrow)}"
    due_soon = f"due_from={instant(now)}&due_to={instant(soon)}&sort=deadline_at"
    overdue = f"due_to={instant(now)}&sort=deadline_at"
    sellers = lists.count_deadlines(shop, now, soon, of_seller=True)
    return {
        "statuses": each("status", Status),
        "overlays": each("overlay", Overlay),
        "fund_states": each("fund_state", FundState),
        "total": entry("count", "total", Count(counts["total"]), ""),
        "placed_today": entry("count", "placed_today", _placed_on(store, day), placed),
        "due_24h": entry("count", "due_24h", lists.count_deadlines(shop, now, soon, statuses=timed), due_soon),
        "seller_due_24h": entry("count", "seller_due_24h", sellers, f"{due_soon}&actor=seller"),
        "overdue": entry("count", "overdue", lists.count_deadlines(shop, None, now, statuses=timed), overdue),
        "as_of": instant(now),
    }


ZONES_APART = timedelta(days=2)
"""Longer than the same day lasts in all time zones together."""


def _placed_on(store: Store, day: date) -> Count:
    """The orders placed on a local day. The daily figures have each order under the day of its own time zone, so the
    orders are counted in the index for two days after a change of the store's zone."""
    start, end = (start_of_day(each, store.time_zone) for each in (day, day + timedelta(days=1)))
    if store.zone_since and store.zone_since > start - ZONES_APART:
        return lists.count_placed(store.store_id, start, end)
    return Count(figures.orders_placed(store.store_id, day))
