"""The events of the feed in answers: entries of the history, each with its order."""

from __future__ import annotations

from typing_extensions import TypedDict

from functions.orders.models.orders.history import EntryView, entry_view
from shared.domain.order.history import Entry
from shared.store.pages import Listed


class EventView(EntryView):
    """`order_id` and `seq` together identify an event."""

    order_id: str


class EventPage(TypedDict):
    """`after` is the position of the next request, also where there are no events yet; it never expires."""

    next_cursor: str | None
    after: str
    limit: int


class EventFeed(TypedDict):
    data: list[EventView]
    page: EventPage


def event_view(event: Listed[Entry], language: str) -> EventView:
    return {"order_id": event.order_id, **entry_view(event.record, language=language)}
