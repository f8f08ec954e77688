"""Counts of orders, each with the query of the list that it counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from functions.orders.models.values import instant
from shared.domain.labels import label
from shared.domain.order.model import FundState, Overlay, Status
from shared.domain.stores import Store
from shared.domain.windows import start_of_day
from shared.store.orders import counters, lists


def counters_view(store: Store, now: datetime, language: str) -> dict[str, Any]:
    """The counts after `total` change with time: each request counts them in their index."""
    counts = counters.counts(store.store_id)
    day = now.astimezone(ZoneInfo(store.time_zone)).date()
    today, tomorrow = (start_of_day(each, store.time_zone) for each in (day, day + timedelta(days=1)))

    def placed(since: datetime, until: datetime) -> dict[str, Any]:
        query = f"placed_from={instant(since)}&placed_to={instant(until)}"
        return {"count": lists.count_placed(store.store_id, since, until), "query": query}

    def due(since: datetime | None, until: datetime, *, of_seller: bool = False) -> dict[str, Any]:
        query = [*([f"due_from={instant(since)}"] if since else []), f"due_to={instant(until)}", "sort=deadline_at"]
        query += ["actor=seller"] if of_seller else []
        count = lists.count_deadlines(store.store_id, since, until, of_seller=of_seller)
        return {"count": count, "query": "&".join(query)}

    def each(facets: type[Status] | type[Overlay] | type[FundState], name: str) -> dict[str, Any]:
        return {
            facet: {"count": counts.of(facet), "label": label(name, facet, language), "query": f"{name}={facet}"}
            for facet in facets
        }

    return {
        "statuses": each(Status, "status"),
        "overlays": each(Overlay, "overlay"),
        "fund_states": each(FundState, "fund_state"),
        "total": {"count": counts["total"], "query": ""},
        "placed_today": placed(today, tomorrow),
        "due_24h": due(now, now + timedelta(hours=24)),
        "seller_due_24h": due(now, now + timedelta(hours=24), of_seller=True),
        "overdue": due(None, now),
        "as_of": instant(now),
    }
