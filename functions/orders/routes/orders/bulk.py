"""`POST /v1/bulk/{action}`: one action or message for each of up to 500 orders, each in a transaction of its own."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from aws_lambda_powertools.event_handler import Response
from pydantic import ValidationError

from functions.orders import problems, resources
from functions.orders.call import Access, Call
from functions.orders.identity import SELLER
from functions.orders.models.fields import Body
from functions.orders.models.messages import MessageText, text_of
from functions.orders.models.orders.actions import ACTION_BODIES, Step, request_for
from functions.orders.models.orders.bulk import BULK_ACTIONS, Bulk, BulkResults, ItemResult, bulk_of
from functions.orders.models.orders.parcel_warnings import parcel_warnings
from functions.orders.models.orders.parcels import ParcelWarning
from functions.orders.problems import Problem, malformed
from functions.orders.request.validation import invalid
from functions.orders.request.versions import expected_versions
from functions.orders.responses import documented, reply
from functions.orders.routing import Routes
from shared.domain.messages.model import SELLER as SHOP
from shared.domain.messages.model import Message
from shared.domain.order.model import Order
from shared.operations import orders as operations
from shared.operations.messages import messages
from shared.operations.messages.templates import find_template
from shared.store.dynamodb.errors import Answered
from shared.store.idempotency import PendingAnswer, look_up
from shared.store.orders import orders
from shared.store.orders.orders import Loaded
from shared.telemetry import logger

route = Routes("Bulk")

BUDGET_SECONDS = 20.0
"""After that, the other items answer `not_attempted`: API Gateway would end a longer request without an answer."""


INTERNAL = Problem(500, "internal_error", "Something went wrong here with this item; it may be sent again.")


Effect = Callable[[Call, Any, PendingAnswer | None, bool], Any]
"""Takes the call, the body and the pending answer of an item, and whether it is a dry run. Returns the record that the
item writes."""


def _action_effect(action: str) -> Callable[[], Effect]:
    def effect(item: Call, body: Body, pending: PendingAnswer | None, dry_run: bool) -> Order:
        return operations.change_order(
            item.store, item.resource(Loaded), request_for(item, action, body), pending, dry_run=dry_run
        )

    return lambda: effect


def _message_effect() -> Effect:
    """Reads each template once for all items."""
    find = cache(find_template)

    def effect(item: Call, body: MessageText, pending: PendingAnswer | None, dry_run: bool) -> Message | None:
        message = messages.draft(SHOP, text_of(item, body, find), None, item.now)
        if dry_run:
            return None
        return messages.post_message(item.store, item.order, message, item.now, pending, item.expected)

    return effect


def _items(bulk: Bulk) -> list[tuple[str, dict[str, Any]]]:
    """(order_id, body) of each item. Raises Problem 400 for an item without an order id, or with a repeated one."""
    items: list[tuple[str, dict[str, Any]]] = []
    seen: set[str] = set()
    for position, item in enumerate(bulk.items):
        order_id = item.get("order_id")
        if not isinstance(order_id, str) or not resources.ID.fullmatch(order_id):
            raise malformed(f"/items/{position}/order_id", "invalid_value", "An item names its order.")
        if order_id in seen:
            raise malformed(f"/items/{position}/order_id", "duplicate_item", "This order is given twice.")
        seen.add(order_id)
        items.append((order_id, {name: value for name, value in item.items() if name != "order_id"}))
    return items


def _attempt(
    call: Call,
    effect: Effect,
    model: type[Body],
    order_id: str,
    content: dict[str, Any],
    key: str | None,
    dry_run: bool,
) -> ItemResult:
    pending: PendingAnswer | None = None
    warnings: list[ParcelWarning] = []

    def succeeded(record: Order | Message | None) -> ItemResult:
        done: ItemResult = {"order_id": order_id, "status": "succeeded"}
        if warnings:
            done["warnings"] = warnings
        if isinstance(record, Order) and not dry_run:
            done["version"] = record.version
        elif isinstance(record, Message):
            done["message_id"] = record.message_id
        return done

    try:
        loaded = orders.load(call.store.store_id, order_id)
        if_match = content.pop("if_match", None)
        body = model.model_validate(content)
        warnings = parcel_warnings(loaded.order, body, call.language)
        item = replace(call, resources={Loaded: loaded}, expected=_expected(if_match), pending=None)
        if key is not None and not dry_run:
            scope = (call.actor.id, "POST", call.path, key, order_id)
            pending = look_up(call.store.store_id, scope, content, call.now)
            pending.render = succeeded
        try:
            operations.check_version(loaded.order, item.expected)
            record = effect(item, body, pending, dry_run)
            if pending and not pending.saved:
                pending.save(succeeded(record))
            return succeeded(record)
        except Exception:
            if pending:
                pending.check()
            raise
    except Answered as answered:
        return answered.answer  # type: ignore[no-any-return]
    except ValidationError as error:
        problem = invalid(error.errors())
    except Exception as error:
        refused = problems.from_error(error)
        if refused is None:
            logger.exception("bulk item failed")
        problem = refused or INTERNAL
    refusal: Any = problem.as_json(call.path, call.request_id, call.language)
    return {"order_id": order_id, "status": "failed", "problem": refusal}


def _expected(if_match: Any) -> frozenset[int] | None:
    """The versions that an item admits; a number is a version. Raises Problem 400."""
    if isinstance(if_match, int) and not isinstance(if_match, bool):
        return frozenset({if_match})
    if if_match is not None and not isinstance(if_match, str):
        raise malformed("/if_match", "invalid_value", 'A version is a number, or an entity tag like "7".')
    return expected_versions(if_match, "/if_match")


def _final(result: ItemResult) -> bool:
    """Whether the item has its last answer. An item that failed for lack of time or of a reachable table runs again
    when the request is sent again."""
    problem: Any = result.get("problem", {})
    status = problem.get("status", 200)
    temporary = status == 429 or status >= 500 or problem.get("code") == "request_in_progress"
    return result["status"] != "not_attempted" and not temporary


def _route(action: str, model: type[Body], begin: Callable[[], Effect]) -> None:
    bulk_model: Any = bulk_of(action, model)

    @route(
        f"POST /v1/bulk/{action}",
        f"{action.replace('_', ' ').capitalize()} for many orders",
        documented(BulkResults, "The result of each item, in order."),
        Access(SELLER),
        operation_id=f"bulk_{action}",
    )
    def bulk(call: Call, body: bulk_model) -> Response[Any]:
        key = (route.current_event.headers or {}).get("idempotency-key")
        began, effect = time.monotonic(), begin()
        results: list[ItemResult] = []
        for order_id, content in _items(body):
            if time.monotonic() - began > BUDGET_SECONDS:
                results.append({"order_id": order_id, "status": "not_attempted"})
            else:
                results.append(_attempt(call, effect, model, order_id, content, key, body.dry_run))
        if call.pending is not None and not all(map(_final, results)):
            call.pending.final = False
        return reply({"dry_run": body.dry_run, "results": results})


for _action in BULK_ACTIONS:
    _route(_action, ACTION_BODIES.get(_action, Step), _action_effect(_action))
_route("message", MessageText, _message_effect)
