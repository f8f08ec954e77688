"""The store's settings."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.orders.call import Access, Call
from functions.orders.identity import OWNER
from functions.orders.models.stores import PatchStore, StoreView, store_view
from functions.orders.responses import documented, reply
from functions.orders.routing import Routes
from shared.operations.stores import change_store

route = Routes("Store")


@route(
    "GET /v1/store",
    "Read the store's settings",
    documented(StoreView, "The store."),
)
def get_store(call: Call) -> Response[Any]:
    """The settings of the store: zone, currency, working days, deadlines and fee rates."""
    return reply(store_view(call.store))


@route(
    "PATCH /v1/store",
    "Change the store's settings",
    documented(StoreView, "The store as it is now."),
    Access(OWNER, present=lambda call: store_view(call.store)),
)
def patch_store(call: Call, body: PatchStore) -> Response[Any]:
    """Change settings of the store. A field left out stays."""
    assert call.stored_store is not None
    body.check()
    return reply(store_view(change_store(call.stored_store, body.change, call.now)))
