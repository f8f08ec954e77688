"""Reports: sales by period, country and product, and the service level. They read daily figures, which change with each
order, so that a report costs the days of its window, however many orders there are."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby, islice
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.orders.call import Call
from functions.orders.models.fields import EARLIEST, LATEST, Currency, Day
from functions.orders.models.reports import (
    By,
    GroupBy,
    ListedViolationView,
    Row,
    SalesView,
    ServiceLevelView,
    row_view,
    service_view,
)
from functions.orders.models.values import instant
from functions.orders.paging import Cursor, Limit, Paging, page_of
from functions.orders.problems import malformed
from functions.orders.responses import documented, reply
from functions.orders.routing import Routes
from shared.domain.labels import labelled
from shared.domain.sentences.sentence import say
from shared.domain.windows import period_of
from shared.store.orders import figures

route = Routes("Reports")
MOST_DAYS = {"total": 366, "country": 366, "product": 31}
"""The longest window: a day has eight items for each currency, and up to 128 items for its products."""
USUAL_DAYS = 30
LOOK_BACK = (7, 30)
"""The days over which the platform counts 成交不卖 (sales that are not fulfilled)."""


@route(
    "GET /v1/reports/sales",
    "Sales by day, week or month; in all, by country or by product",
    documented(
        SalesView,
        "Orders by the local day of their placement, one row for each currency, earliest first; no row without orders.",
    ),
)
def report_sales(
    call: Call,
    group_by: GroupBy = GroupBy.DAY,
    by: By = By.TOTAL,
    currency: Currency | None = None,
    from_: Annotated[Day | None, Query(alias="from")] = None,
    to: Day | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    """`from` and `to` are local days, half-open; by default the last 30 days."""
    first, until = _window(call, by, from_, to)
    query = {"list": "sales", "by": by, "group_by": group_by, "currency": str(currency)}
    query |= {"from": str(first), "to": str(until)}
    paging = Paging(call, query, limit, cursor)
    start = paging.start()
    after = Row.at(start) if start else None
    rows = list(islice(_rows(call, by, group_by, currency, (after.first if after else first, until), after), limit + 1))
    end = rows[limit - 1][0].position() if len(rows) > limit else None
    return reply(
        {
            "data": [row_view(row, sums, by, group_by, until, call.language) for row, sums in rows[:limit]],
            "page": paging.info(end),
            "group_by": group_by,
            "by": by,
            "time_zone": call.store.time_zone,
            "window": {"from": first.isoformat(), "to": until.isoformat()},
            "as_of": instant(call.now),
        }
    )


@route(
    "GET /v1/reports/service-level",
    "On-time shipment, cancellation, dispute and 成交不卖 over 7 and 30 days",
    documented(ServiceLevelView, "By the local day of each event; today is the last day."),
)
def report_service_level(call: Call) -> Response[Any]:
    """How the shop does by the platform's measures, over 7 and 30 days."""
    tomorrow = _today(call) + timedelta(days=1)
    by_day = list(figures.days(call.store.store_id, "total", tomorrow - timedelta(days=max(LOOK_BACK)), tomorrow))
    limits = call.store.service_limits
    return reply(
        {
            "data": [service_view(call.language, days, tomorrow, by_day, limits) for days in LOOK_BACK],
            "time_zone": call.store.time_zone,
            "violations": "/v1/reports/violations",
            "as_of": instant(call.now),
        }
    )


@route(
    "GET /v1/reports/violations",
    "Violations across orders, latest first",
    documented(page_of("ViolationPage", ListedViolationView), "Orders with a violation by the seller."),
)
def list_violations(call: Call, limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """Orders that the seller did not ship in time (成交不卖)."""
    paging = Paging(call, {"list": "violations"}, limit, cursor)
    page = figures.violations(call.store.store_id, limit, paging.start())
    return paging.reply(
        page,
        lambda each: {
            "order_id": each.order_id,
            **labelled("kind", "violation", each.record.kind, call.language),
            "at": instant(each.record.at),
        },
    )


def _today(call: Call) -> date:
    return call.now.astimezone(ZoneInfo(call.store.time_zone)).date()


def _window(call: Call, by: str, first: date | None, until: date | None) -> tuple[date, date]:
    """Raises Problem 400 for a window that is empty, too long, or outside the years 2000 to 2099."""
    for name, day in (("from", first), ("to", until)):
        if day is not None and not EARLIEST.date() <= day <= LATEST.date():
            raise malformed(f"/query/{name}", "time_out_of_range", "A day lies between the years 2000 and 2099.")
    until = until or max(_today(call), first or date.min) + timedelta(days=1)
    first = first or until - timedelta(days=USUAL_DAYS)
    if first >= until:
        raise malformed("/query/to", "window_empty", "The window ends before it begins.")
    if until - first > timedelta(days=MOST_DAYS[by]):
        raise malformed(
            "/query/from",
            "window_too_long",
            say("By {by}, a report is of {days} days at most.", by=by, days=MOST_DAYS[by]),
        )
    return first, until


def _rows(
    call: Call, by: str, group_by: str, currency: str | None, window: tuple[date, date], after: Row | None
) -> Iterator[tuple[Row, Counter[str]]]:
    """The rows after `after`, lazily: a page reads only its own periods. The first period may begin before the
    window."""
    start, until = window
    days = figures.days(call.store.store_id, by, start, until)
    largest = "amount" if by == "product" else "received"
    for _, period in groupby(days, key=lambda day: period_of(day.day, group_by)[0]):
        by_row: dict[tuple[str, str], Counter[str]] = {}
        for day in period:
            if currency is None or day.currency == currency:
                for (name, figure), amount in day.figures.items():
                    by_row.setdefault((day.currency, name), Counter())[figure] += amount
        begins = max(period_of(day.day, group_by)[0], start)
        rows = [
            (Row(begins, code, -sums[largest], name), sums)
            for (code, name), sums in by_row.items()
            if any(sums[figure] for figure in ("orders", "pieces"))
        ]
        for row, sums in sorted(rows, key=lambda each: each[0]):
            if after is None or row > after:
                yield row, sums
