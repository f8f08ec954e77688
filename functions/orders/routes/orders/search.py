"""One box in which a person types whatever they know of an order."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.orders.call import Call
from functions.orders.models.orders.search import FoundPage, found_view
from functions.orders.problems import malformed
from functions.orders.responses import documented, reply
from functions.orders.routing import Routes
from shared.domain import search as domain
from shared.operations import terms
from shared.store.search import search

route = Routes("Across orders")

Text = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=128,
        description="An order number or its last 4 or more characters, a tracking number, a buyer's id, the first "
        "letters of words of a buyer's name, a SKU, a product id, or the last 4 digits of a phone",
    ),
]


@route(
    "GET /v1/search",
    "Find orders by what a person knows of them",
    documented(FoundPage, "At most 50 orders, the latest first, and what of each matched."),
)
def search_orders(call: Call, q: Text = None) -> Response[Any]:
    """Orders by number (whole, or its last 4 or more characters), tracking number (any case, spaces ignored), buyer's
    id, buyer's name (words, from their first letters: two, or one in Chinese and Japanese; any script, accents and case
    folded), SKU, product id, or the last 4 digits of a phone. Each says what matched."""
    query = domain.Query(q or "")
    if not query.folded:
        raise malformed("/query/q", "invalid_value", "Name what to search for.")
    found, complete = search.find(call.store.store_id, query)
    complete = terms.are_complete(call.store.store_id, call.now) and complete
    data = [found_view(each, call.language) for each in found]
    page = {"next_cursor": None, "limit": domain.MAX_FOUND}
    return reply({"data": data, "page": page, "complete": complete})
