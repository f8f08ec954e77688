"""Reading an order, the most frequent request. It is apart from orders.py, whose bodies and lists need Pydantic."""

from typing import Any, Literal

from aws_lambda_powertools.event_handler import Response

from functions.orders.call import Call
from functions.orders.identity import SELLER
from functions.orders.models.orders.orders import OrderView
from functions.orders.responses import documented, order_reply
from functions.orders.routing import Routes
from shared.domain.errors import Forbidden
from shared.domain.sentences.sentence import say
from shared.store.orders import orders

route = Routes("Orders")


@route(
    "GET /v1/orders/{order_id}",
    "Read an order",
    documented(OrderView, "The order.", headers="ETag"),
)
def get_order(call: Call, order_id: str, reveal: Literal["recipient"] | None = None) -> Response[Any]:
    """Everything about an order, with the actions that this caller may take now. The recipient is masked.

    `reveal=recipient` shows it to owner and staff, and is recorded.
    """
    if reveal is not None:
        if call.actor.role not in SELLER:
            raise Forbidden(say("The role {role} may not see the recipient.", role=call.actor.role), sorted(SELLER))
        from ulid import ULID

        orders.record_access(call.store.store_id, order_id, orders.Access(str(ULID()), call.now, call.actor, reveal))
    return order_reply(call, call.order, reveal=reveal is not None)
