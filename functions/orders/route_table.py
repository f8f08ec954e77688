"""The routes of each module in functions/orders/routes.

A module is imported on the first request for one of its routes. To import all of them, with the models of every body,
takes as long as all other imports of an answer. The keys are those of template.yaml; a test compares them with it and
with the routes that the modules declare. The order is that of the OpenAPI document.
"""

from __future__ import annotations

ROUTES = {
    "orders.order": """
        GET /v1/orders/{order_id}
    """,
    "orders.orders": """
        POST /v1/orders
        GET /v1/orders
        GET /v1/orders/counters
        PATCH /v1/orders/{order_id}
        GET /v1/orders/{order_id}/history
        GET /v1/orders/{order_id}/access
    """,
    "orders.actions": """
        POST /v1/orders/{order_id}/actions/{action}
    """,
    "orders.events": """
        GET /v1/events
    """,
    "orders.after_sales.disputes": """
        GET /v1/disputes
        GET /v1/disputes/{dispute_id}
        POST /v1/disputes/{dispute_id}/actions/{action}
    """,
    "orders.after_sales.evidence": """
        POST /v1/disputes/{dispute_id}/evidence
        POST /v1/disputes/{dispute_id}/actions/{action}
        GET /v1/disputes/{dispute_id}/evidence/{evidence_id}
    """,
    "orders.bulk": """
        POST /v1/bulk/{action}
    """,
    "orders.deadlines": """
        GET /v1/deadlines
    """,
    "orders.picks": """
        GET /v1/pick-list
    """,
    "orders.search": """
        GET /v1/search
    """,
    "orders.parcels": """
        GET /v1/parcels
    """,
    "orders.after_sales.refunds": """
        GET /v1/refunds
        GET /v1/refunds/{refund_id}
    """,
    "orders.funds": """
        GET /v1/funds
        GET /v1/funds/entries
        GET /v1/funds/held
        GET /v1/funds/unexplained
        GET /v1/orders/{order_id}/funds
    """,
    "customers": """
        GET /v1/customers
        GET /v1/customers/{buyer_id}
        PATCH /v1/customers/{buyer_id}
        POST /v1/customers/{buyer_id}/erase
        GET /v1/customers/{buyer_id}/orders
    """,
    "reports": """
        GET /v1/reports/sales
        GET /v1/reports/service-level
        GET /v1/reports/violations
    """,
    "messages": """
        GET /v1/orders/{order_id}/messages
        POST /v1/orders/{order_id}/messages
        POST /v1/orders/{order_id}/messages/read
        GET /v1/messages
        GET /v1/messages/figures
    """,
    "templates": """
        GET /v1/message-templates
        POST /v1/message-templates
        GET /v1/message-templates/{template_id}
        PUT /v1/message-templates/{template_id}
        DELETE /v1/message-templates/{template_id}
        POST /v1/message-templates/{template_id}/preview
    """,
    "exports": """
        POST /v1/exports
        GET /v1/exports
        GET /v1/exports/{export_id}
        GET /v1/exports/{export_id}/files/{n}
        POST /v1/exports/{export_id}/cancel
        POST /v1/exports/{export_id}/retry
        GET /v1/shipment-list
        GET /v1/export-schedule
        PUT /v1/export-schedule
    """,
    "imports": """
        POST /v1/imports
        GET /v1/imports
        GET /v1/imports/template
        GET /v1/imports/{import_id}
        GET /v1/imports/{import_id}/rows
        GET /v1/imports/{import_id}/failed-rows
        POST /v1/imports/{import_id}/apply
        POST /v1/imports/{import_id}/cancel
    """,
    "alerts": """
        GET /v1/alerts
        GET /v1/alerts/counters
        GET /v1/alerts/{alert_id}
        POST /v1/alerts/{alert_id}/acknowledge
        GET /v1/alert-rules
        PUT /v1/alert-rules
        GET /v1/reports/payment-reminders
    """,
    "channels": """
        GET /v1/alert-channels
        POST /v1/alert-channels
        GET /v1/alert-channels/{channel_id}
        PATCH /v1/alert-channels/{channel_id}
        DELETE /v1/alert-channels/{channel_id}
        POST /v1/alert-channels/{channel_id}/test
        POST /v1/alert-channels/{channel_id}/confirmation
        POST /v1/alert-channels/{channel_id}/confirm
        POST /v1/alert-channels/{channel_id}/rotate-secret
        GET /v1/alert-channels/{channel_id}/deliveries
        POST /v1/alert-channels/{channel_id}/deliveries/{delivery_id}/redeliver
    """,
    "stores": """
        GET /v1/store
        PATCH /v1/store
    """,
    "members": """
        GET /v1/members
        POST /v1/members
        PATCH /v1/members/{user_id}
        DELETE /v1/members/{user_id}
        GET /v1/members/history
    """,
    "codes": """
        GET /v1/codes
    """,
    "service": """
        GET /v1/me
        GET /v1/health
    """,
}
_OF_LENGTH: dict[int, list[tuple[str, str, list[str]]]] = {}
"""Module, method and path of the routes by the number of parts that their path has."""
for _module, _keys in ROUTES.items():
    for _method, _path in (key.split() for key in _keys.strip().splitlines()):
        _parts = _path.split("/")
        _OF_LENGTH.setdefault(len(_parts), []).append((_module, _method, _parts))


def modules_for(path: str, method: str | None = None) -> set[str]:
    """The modules that may have a route for this path, for any method if none is named; the resolver decides."""
    parts = path.split("/")
    return {
        module
        for module, route_method, route_parts in _OF_LENGTH.get(len(parts), ())
        if method in (None, route_method) and all(map(_fits, parts, route_parts))
    }


def _fits(part: str, template: str) -> bool:
    return part == template or template.startswith("{")
