"""The pick list."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.orders.call import Call
from functions.orders.models.orders.picks import PickList, pick_view
from functions.orders.responses import documented, reply
from functions.orders.routing import Routes
from shared.domain.exports.model import ALWAYS, AWAITING_SHIPMENT
from shared.domain.order.picks import picks
from shared.store.orders import timeline

route = Routes("Across orders")

MAX_PICKS = 5_000
"""SKUs in one answer, because an answer of Lambda may have at most 6 MB."""


@route(
    "GET /v1/pick-list",
    "What is to be packed now, summed by SKU",
    documented(PickList, "The SKUs, in their order, each with its pieces and orders."),
)
def get_pick_list(call: Call) -> Response[Any]:
    """What is left to ship of all orders that await shipment, summed by SKU; without a SKU, by product and attributes.
    Frozen orders cannot be shipped and are left out. Reads each of these orders once."""
    found, orders = picks(timeline.placed(call.store.store_id, *ALWAYS, statuses=AWAITING_SHIPMENT))
    data = [pick_view(pick) for pick in found[:MAX_PICKS]]
    return reply({"available": orders > 0, "orders": orders, "data": data, "complete": len(found) <= MAX_PICKS})
