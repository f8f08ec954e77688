"""Who is calling, and health. No Pydantic here: a health check is often the first request."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.orders.call import Access, Call
from functions.orders.models.callers import Me, me_view
from functions.orders.responses import documented, reply
from functions.orders.routing import Routes
from shared.store import members, stores

route = Routes("Store")
MOST_STORES = 1000
"""So many stores are one answer. A program may be the platform of more; it names each by its id."""


@route(
    "GET /v1/me",
    "Who am I",
    documented(Me, f"The caller, and the first {MOST_STORES} stores by id."),
    Access(store=False),
)
def get_me(call: Call) -> Response[Any]:
    """Who the token says the caller is, and the role in each store, with the store's name and time zone."""
    assert call.caller is not None
    held = [each for each in members.of_user(call.caller.user_id) if call.caller.may_have(each.role)][:MOST_STORES]
    return reply(me_view(call.caller, held, stores.by_id(each.store_id for each in held)))


@route(
    "GET /v1/health",
    "Is it up",
    documented(dict[str, str], "The function runs."),
    Access(store=False, token=False),
    tag="Service",
)
def get_health(call: Call) -> Response[Any]:
    """Whether the function runs. It reads no table."""
    return reply({"status": "ok"})
