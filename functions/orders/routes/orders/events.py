"""The event feed: what the seller and the clock did, for a program that carries it to the marketplace or the buyer."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.orders import cursors
from functions.orders.call import Call, access
from functions.orders.identity import OWNER, PLATFORM
from functions.orders.models.orders.events import EventFeed, event_view
from functions.orders.paging import Limit
from functions.orders.responses import documented, reply
from shared.store.orders import events

router = Router()

FEED = {"list": "events"}


@router.get(
    "/v1/events",
    summary="What the seller and the clock did",
    tags=["Orders"],
    operation_id="list_events",
    responses=documented(EventFeed, "The events after a cursor, or from the first."),
)
@access(OWNER | PLATFORM)
def list_events(
    after: Annotated[str | None, Query(min_length=1, max_length=1024)] = None, limit: Limit = 50
) -> Response[Any]:
    """The history entries of all orders that the seller or the clock made, in the order in which they were written.
    None is missed, and those of an order are in the order of `seq`; an event may come again. Keep `page.after` and send
    it as `after`, at any later time: it never expires. `page.next_cursor` is the same if more events are there now."""
    call: Call = router.context["call"]
    store_id = call.store.store_id
    start = tuple(cursors.open_lasting(after, store_id, FEED, "after")) if after else events.START
    found = events.after(store_id, start, limit, call.now)
    end = cursors.seal_lasting(list(found.end), store_id, FEED)
    page = {"next_cursor": end if found.more else None, "after": end, "limit": limit}
    return reply({"data": [event_view(each, call.language) for each in found.items], "page": page})
