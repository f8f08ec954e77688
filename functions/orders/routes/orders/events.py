"""The event feed: what the seller and the clock did, for a program that carries it to the marketplace or the buyer."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.orders import cursors
from functions.orders.call import Access, Call
from functions.orders.identity import OWNER, PLATFORM
from functions.orders.models.orders.events import EventFeed, event_view
from functions.orders.paging import Limit
from functions.orders.responses import documented, reply
from functions.orders.routing import Routes
from shared.store.orders import events

route = Routes("Orders")

FEED = {"list": "events"}


@route(
    "GET /v1/events",
    "What the seller and the clock did",
    documented(EventFeed, "The events after a cursor, or from the first."),
    Access(OWNER | PLATFORM),
)
def list_events(
    call: Call, after: Annotated[str | None, Query(min_length=1, max_length=1024)] = None, limit: Limit = 50
) -> Response[Any]:
    """The history entries of all orders that the seller or the clock made, in the order in which they were written.
    None is missed, and those of an order are in the order of `seq`; an event may come again. Keep `page.after` and send
    it as `after`, at any later time: it never expires. `page.next_cursor` is the same if more events are there now."""
    store_id = call.store.store_id
    start = tuple(cursors.open_lasting(after, store_id, FEED, "after")) if after else events.START
    found = events.after(store_id, start, limit, call.now)
    end = cursors.seal_lasting(list(found.end), store_id, FEED)
    page = {"next_cursor": end if found.more else None, "after": end, "limit": limit}
    return reply({"data": [event_view(each, call.language) for each in found.items], "page": page})
