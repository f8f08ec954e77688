"""Alerts, the alert rules, and the figures of payment reminders."""

from datetime import UTC, date, timedelta
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.orders.call import Access, Call
from functions.orders.identity import OWNER, SELLER
from functions.orders.models.alerts import (
    AlertCountersView,
    AlertRulesBody,
    AlertRulesView,
    AlertView,
    PaymentRemindersView,
    alert_view,
    counters_view,
    figures_view,
    reminder_view,
    rules_view,
)
from functions.orders.models.fields import Day, Nothing
from functions.orders.paging import Cursor, Limit, Paging, page_of
from functions.orders.problems import malformed
from functions.orders.responses import documented, pending_answer, reply
from functions.orders.routing import Routes
from shared.domain.alerts.model import Alert, Severity, State
from shared.domain.sentences.sentence import say
from shared.operations.alerts import alerts as operations
from shared.store.alerts import alerts
from shared.store.orders import payment_reminders

route = Routes("Alerts")

MAX_DAYS = 366


def _reply(call: Call, alert: Alert) -> Response[Any]:
    return reply(alert_view(alert, call.language, call.store.time_zone))


@route(
    "GET /v1/alerts",
    "Alerts, latest first",
    documented(page_of("AlertPage", AlertView), "Alerts of a state; by default the open ones."),
)
def list_alerts(
    call: Call,
    state: State = State.OPEN,
    severity: Severity | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    """What needs a person, all or of one severity, in one state."""
    severities = (severity,) if severity else tuple(Severity)
    query = {"list": "alerts", "state": str(state), "severities": ",".join(severities)}
    paging = Paging(call, query, limit, cursor)
    page = alerts.listed(call.store.store_id, (state,), severities, limit, paging.start())
    return paging.reply(page, lambda each: alert_view(each, call.language, call.store.time_zone))


@route(
    "GET /v1/alerts/counters",
    "Count open alerts",
    documented(AlertCountersView, "Counts, each with the query of the list that it counts."),
)
def count_alerts(call: Call) -> Response[Any]:
    """How many alerts are open, in all and by severity. Each request counts them in their index."""
    counts = {severity: alerts.count(call.store.store_id, State.OPEN, severity) for severity in Severity}
    return reply(counters_view(counts, call.now, call.language))


@route(
    "GET /v1/alerts/{alert_id}",
    "Read an alert",
    documented(AlertView, "The alert."),
)
def get_alert(call: Call, alert_id: str) -> Response[Any]:
    """One alert: its facts, and when it was raised, acknowledged and resolved."""
    return _reply(call, call.resource(Alert))


@route(
    "POST /v1/alerts/{alert_id}/acknowledge",
    "Acknowledge an alert",
    documented(AlertView, "The alert, acknowledged; a resolved alert stays as it is."),
    Access(SELLER),
)
def acknowledge_alert(call: Call, alert_id: str, body: Nothing) -> Response[Any]:
    """Say that somebody has taken care of it. A resolved alert stays as it is."""
    pending = pending_answer(call, lambda alert: _reply(call, alert))
    return _reply(call, operations.acknowledge(call.resource(Alert), call.actor, call.now, pending))


@route(
    "GET /v1/alert-rules",
    "Read the alert rules",
    documented(AlertRulesView, "When each kind of alert is raised and sent."),
    Access(OWNER),
)
def get_alert_rules(call: Call) -> Response[Any]:
    """When each kind of alert is raised, quiet hours, the digest and payment reminders."""
    return reply(rules_view(call.store.alert_rules, call.store.time_zone))


@route(
    "PUT /v1/alert-rules",
    "Set the alert rules",
    documented(AlertRulesView, "The rules as they are now."),
    Access(OWNER, present=lambda call: rules_view(call.store.alert_rules, call.store.time_zone)),
)
def put_alert_rules(call: Call, body: AlertRulesBody) -> Response[Any]:
    """Set the alert rules. A field left out gets its default."""
    assert call.stored_store is not None
    return reply(rules_view(operations.change_rules(call.stored_store, body.rules(), call.now), call.store.time_zone))


@route(
    "GET /v1/reports/payment-reminders",
    "Payment reminders and how many were paid",
    documented(PaymentRemindersView, "Counts of these days (UTC), and the reminded orders, latest first."),
)
def get_payment_reminders(
    call: Call,
    from_: Annotated[Day | None, Query(alias="from")] = None,
    to: Day | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    """How many orders were reminded in these days, and how many of them were paid."""
    first, last = _days(call, from_, to)
    store_id, paging = call.store.store_id, Paging(call, {"list": "payment-reminders"}, limit, cursor)
    page = payment_reminders.listed(store_id, limit, paging.start())
    report: dict[str, Any] = {"from": first.isoformat(), "to": last.isoformat()}
    report |= figures_view(payment_reminders.figures(store_id, first, last))
    return reply(report | {"data": [reminder_view(each) for each in page.items], "page": paging.info(page.end)})


def _days(call: Call, first: date | None, last: date | None) -> tuple[date, date]:
    """The first and the last day; the last 30 days where neither is given."""
    last = last or call.now.astimezone(UTC).date()
    first = first or last - timedelta(days=29)
    if not timedelta(0) <= last - first < timedelta(days=MAX_DAYS):
        detail = say("From the first day to the last are at most {days} days.", days=MAX_DAYS)
        raise malformed("/query/from", "invalid_value", detail)
    return first, last
