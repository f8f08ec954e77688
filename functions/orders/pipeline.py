"""The order in which every request is checked (api.md): 401, 404, 403, 415 / 400 / 413, idempotency, and only then the
route, which answers 412, 409 and 422.

Powertools would validate a request before any middleware of ours runs, which would tell a stranger about fields before
telling them that there is nothing here. So its validation is the last of our own checks. It is loaded for a request
that has a body or a query: what else there is, a path's parameters, is text and is looked up.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from functions.orders import problems
from functions.orders.buyers import buyer_of
from functions.orders.identity import READERS, Caller, identify
from functions.orders.labels import language
from functions.orders.problems import FieldError, Problem
from shared.domain.alerts.channels import Channel
from shared.domain.alerts.model import Alert
from shared.domain.customers.model import Customer
from shared.domain.exports.model import Job
from shared.domain.messages.templates import Template
from shared.domain.order.model import Dispute, Order
from shared.domain.order.transitions import Actor
from shared.domain.stores import Store
from shared.operations.stores import open_store
from shared.settings import settings
from shared.store import stores
from shared.store.alerts import alerts, channels
from shared.store.customers import customers
from shared.store.exports import exports
from shared.store.idempotency import PendingAnswer
from shared.store.messages import templates
from shared.store.orders import orders, part_lists
from shared.telemetry import logger

WITHOUT_BODY = frozenset({"GET", "DELETE"})
MAX_BODY = 1_000_000
MAX_ORDER = 256 * 1024
MAX_DEPTH = 64
ORDER_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_VERSION = re.compile(r'(W/)?"([^"]*)"')

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Access:
    """What a route asks of its caller: a role in the store, or nothing but a token, or nothing at all."""

    roles: frozenset[str] = READERS
    store: bool = True
    token: bool = True


@dataclass(slots=True)
class Call:
    """One request as the routes see it."""

    now: datetime
    path: str
    request_id: str
    language: str
    caller: Caller | None = None
    stored_store: stores.StoredStore | None = None
    loaded: orders.Loaded | None = None
    job: Job | None = None
    found: Template | None = None
    reached: Channel | None = None
    dispute_id: str = ""
    known: Customer | None = None
    alert: Alert | None = None
    expected: frozenset[int] | None = None
    pending: PendingAnswer | None = None

    @property
    def store(self) -> Store:
        assert self.stored_store is not None
        return self.stored_store.store

    @property
    def order(self) -> Order:
        assert self.loaded is not None
        return self.loaded.order

    @property
    def dispute(self) -> Dispute:
        return next(each for each in self.order.disputes if each.dispute_id == self.dispute_id)

    @property
    def customer(self) -> Customer:
        assert self.known is not None
        return self.known

    @property
    def export(self) -> Job:
        assert self.job is not None
        return self.job

    @property
    def template(self) -> Template:
        assert self.found is not None
        return self.found

    @property
    def told(self) -> Alert:
        assert self.alert is not None
        return self.alert

    @property
    def channel(self) -> Channel:
        assert self.reached is not None
        return self.reached

    @property
    def actor(self) -> Actor:
        assert self.caller is not None
        return self.caller.actor_in(self.store.store_id)

    def answer_with(self, render: Callable[[Any], Any]) -> PendingAnswer | None:
        """The answer to be kept with this request's effect, where it has an idempotency key."""
        if self.pending is not None:
            self.pending.render = render
        return self.pending


def access(roles: frozenset[str] = READERS, *, store: bool = True, token: bool = True) -> Callable[[F], F]:
    """Declare on a route who may call it."""

    def declare(route: F) -> F:
        route.access = Access(roles, store, token)  # type: ignore[attr-defined]
        return route

    return declare


def begin(event: Mapping[str, Any]) -> Call:
    """The clock of a request is API Gateway's: when it came in, not when we got round to it."""
    context = event["requestContext"]
    now = datetime.fromtimestamp(context["timeEpoch"] / 1000, UTC)
    headers = event.get("headers") or {}
    return Call(now, event.get("rawPath", ""), context.get("requestId", ""), language(headers.get("accept-language")))


def checks(app: Any, next_middleware: NextMiddleware) -> Response[Any]:
    """Everything that is settled before a route runs."""
    route, call, event = app.context["_route"], app.context["call"], app.current_event.raw_event
    asked: Access = getattr(route.func, "access", Access())
    headers: Mapping[str, str] = event.get("headers") or {}
    if event.get("routeKey") == "$default":
        raise problems.not_found()  # API Gateway saw no route here, so nobody has checked a token
    if asked.token:
        call.caller = identify(event, settings())
    if asked.store:
        _locate(call, app.context["_route_args"], headers)
        role = call.caller.role_in(call.store.store_id)
        if role not in asked.roles:
            raise Problem(
                403, "forbidden", f"The role {role} may not do this.", extra={"required_role": sorted(asked.roles)}
            )
    to_validate = bool(event.get("queryStringParameters")) or route.method not in WITHOUT_BODY
    if to_validate:
        _refuse_unknown_parameters(event, route)
        if route.dependant.body_params:
            _refuse_media_type(headers, bool(event.get("body")))
            app.context["body"] = read_json(_body_text(event))
            _refuse_large_order(app.context["body"])
    if asked.store:
        call.expected = _if_match(headers.get("if-match"))
    if to_validate:
        from functions.orders.validation import VALIDATION

        return VALIDATION.handler(app, next_middleware)
    return next_middleware(app)


def _locate(call: Call, path: Mapping[str, str], headers: Mapping[str, str]) -> None:
    assert call.caller is not None
    store_id = call.caller.choose_store(headers.get("x-store-id"))
    call.stored_store = open_store(store_id, call.caller.role_in(store_id), call.now)
    logger.append_keys(store_id=store_id)
    if "order_id" in path:
        if not ORDER_ID.fullmatch(path["order_id"]):
            raise problems.not_found()
        call.loaded = orders.load(store_id, path["order_id"])
    if "dispute_id" in path:
        call.dispute_id, call.loaded = _disputed(store_id, path["dispute_id"])
    if "buyer_id" in path:
        call.known = customers.load(store_id, buyer_of(path["buyer_id"]))
    if "export_id" in path:
        if not ORDER_ID.fullmatch(path["export_id"]):
            raise problems.not_found()
        call.job = exports.load(store_id, path["export_id"])
    if "template_id" in path:
        if not ORDER_ID.fullmatch(path["template_id"]):
            raise problems.not_found()
        call.found = templates.load(store_id, path["template_id"])
    if "alert_id" in path:
        if not ORDER_ID.fullmatch(path["alert_id"]):
            raise problems.not_found()
        call.alert = alerts.load(store_id, path["alert_id"])
    if "channel_id" in path:
        if not ORDER_ID.fullmatch(path["channel_id"]):
            raise problems.not_found()
        call.reached = channels.load(store_id, path["channel_id"])


def _disputed(store_id: str, dispute_id: str) -> tuple[str, orders.Loaded]:
    """The order of this dispute; the index names it, and may be a moment behind."""
    if ORDER_ID.fullmatch(dispute_id):
        found = part_lists.find_dispute(store_id, dispute_id)
        loaded = orders.load(store_id, found.order_id) if found else None
        if loaded and any(each.dispute_id == dispute_id for each in loaded.order.disputes):
            return dispute_id, loaded
    raise problems.not_found()


def kept(response: Response[Any]) -> dict[str, Any]:
    """An answer as it is kept for its idempotency key."""
    return {
        "status": response.status_code,
        "type": response.content_type,
        "headers": dict(response.headers or {}),
        "body": response.body,
    }


def read_json(text: str) -> Any:
    """The body as JSON values, an empty one as {}. Raises Problem 413 or 400, which names the place.

    Refused beside malformed JSON: numbers that JSON has no words for, a name given twice, NUL characters and lone
    surrogates, which no table, file or person can hold.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BODY:
        raise Problem(413, "body_too_large", f"A body is at most {MAX_BODY:,} bytes.")
    if not text.strip():
        return {}
    try:
        body = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_unique)
    except RecursionError:
        raise problems.malformed("", "json_invalid", "The JSON is nested too deeply.") from None
    except ValueError as error:
        reason = getattr(error, "msg", "a number is too long" if "digits" in str(error) else str(error))
        raise problems.malformed("", "json_invalid", f"This is not JSON: {reason}.") from None
    if not isinstance(body, dict):
        raise problems.malformed("", "json_invalid", "The body is a JSON object.")
    _refuse_hostile_text(body)
    return body


def _refuse_large_order(body: Mapping[str, Any]) -> None:
    """An order's lines lie in one item, and DynamoDB's items end at 400 KB."""
    order = body.get("order", body)
    size = len(json.dumps(order, ensure_ascii=False, separators=(",", ":")).encode())
    if size > MAX_ORDER and isinstance(order, dict) and "lines" in order:
        raise Problem(413, "order_too_large", f"An order is at most {MAX_ORDER:,} bytes; this one has {size:,}.")


def _body_text(event: Mapping[str, Any]) -> str:
    """API Gateway hands over what is not text as base64."""
    body: str = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body
    try:
        return base64.b64decode(body).decode()
    except UnicodeDecodeError:
        raise problems.malformed("", "json_invalid", "The body is not UTF-8.") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice in one object")
    return found


def _refuse_hostile_text(body: Any) -> None:
    waiting: list[tuple[str, Any, int]] = [("", body, 0)]
    while waiting:
        pointer, value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise problems.malformed("", "json_invalid", "The JSON is nested too deeply.")
        if isinstance(value, dict):
            for name, each in value.items():
                waiting.append((f"{pointer}/{name.encode('utf-8', 'replace').decode()}", each, depth + 1))
                waiting.append((pointer, name, depth + 1))
        elif isinstance(value, list):
            waiting += [(f"{pointer}/{position}", each, depth + 1) for position, each in enumerate(value)]
        elif isinstance(value, str) and ("\x00" in value or any("\ud800" <= char <= "\udfff" for char in value)):
            raise problems.malformed(pointer, "invalid_text", "Text holds a NUL character or half of a surrogate pair.")


def _refuse_media_type(headers: Mapping[str, str], body: bool) -> None:
    media_type, _, parameters = headers.get("content-type", "" if body else "application/json").partition(";")
    charset = next(
        (
            value
            for name, _, value in (part.strip().partition("=") for part in parameters.split(";"))
            if name.lower() == "charset"
        ),
        "utf-8",
    )
    if media_type.strip().lower() != "application/json" or charset.strip('" ').lower() not in ("utf-8", "utf8"):
        raise Problem(
            415,
            "unsupported_media_type",
            "A body is application/json in UTF-8.",
            [FieldError("/header/content-type", "unsupported_media_type", "not application/json in UTF-8")],
        )


def _refuse_unknown_parameters(event: Mapping[str, Any], route: Any) -> None:
    known = {param.alias for param in route.dependant.query_params}
    unknown = sorted(set(event.get("queryStringParameters") or {}) - known)
    if unknown:
        raise Problem(
            400,
            "unknown_parameter",
            f"There is no parameter {', '.join(unknown[:5])} here.",
            [FieldError(f"/query/{name}", "unknown_parameter", "unknown parameter") for name in unknown],
        )


def _if_match(header: str | None) -> frozenset[int] | None:
    """The versions that If-Match admits: None for no header or `*`; a weak tag admits none."""
    if header is None or header.strip() == "*":
        return None
    tags = [_VERSION.fullmatch(part.strip()) for part in header.split(",")]
    if not all(tags):
        raise problems.malformed("/header/if-match", "invalid_value", 'An entity tag is written like "7".')
    return frozenset(
        int(tag[2]) for tag in tags if tag and not tag[1] and tag[2].isascii() and tag[2].isdigit() and len(tag[2]) < 16
    )
