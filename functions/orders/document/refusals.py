"""Which operation answers which error code. Only the document reads these tables; tests hold every answer against them.

CHECKS are the codes of the checks that every request passes, each with the operations that have this check. REFUSALS
are the codes of routes, operations and domain: a code that is raised anywhere needs a row here. The guards of the
lifecycle tables bring their codes themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from functions.orders.call import Access
from functions.orders.identity import READERS, SELLER
from shared.domain.order import lifecycle
from shared.domain.order.choices import ALLOWED_WHILE_FROZEN
from shared.domain.order.transitions import ANY


@dataclass(frozen=True, slots=True)
class Operation:
    """A route of the resolver as the document sees it."""

    name: str
    access: Access
    method: str
    query: frozenset[str]
    has_body: bool

    @classmethod
    def of(cls, route: Any) -> Operation:
        taken = route.dependant
        query = frozenset(param.alias for param in taken.query_params)
        return cls(route.operation_id, route.func.access, route.method, query, bool(taken.body_params))

    @property
    def takes_key(self) -> bool:
        """Whether it honours Idempotency-Key."""
        return self.method == "POST" and self.access.store

    @property
    def is_step(self) -> bool:
        """Whether it is an action on an order or a step of a dispute."""
        return self.name.startswith(("action_", "dispute_"))

    @property
    def reads_fields(self) -> bool:
        return self.has_body or self.access.store or bool(self.query)


CHECKS: tuple[tuple[int, str, Callable[[Operation], bool]], ...] = (
    (400, "unknown_parameter", lambda operation: True),
    (400, "invalid_request", lambda operation: operation.reads_fields),
    (400, "store_required", lambda operation: operation.access.store),
    (400, "cursor_invalid", lambda operation: bool(operation.query & {"cursor", "after"})),
    (401, "unauthorized", lambda operation: operation.access.token),
    (403, "forbidden", lambda operation: operation.access.roles != READERS or "reveal" in operation.query),
    (404, "not_found", lambda operation: operation.access.store),
    (405, "method_not_allowed", lambda operation: True),
    (409, "request_in_progress", lambda operation: operation.takes_key),
    (410, "cursor_expired", lambda operation: "cursor" in operation.query),
    (412, "version_mismatch", lambda operation: operation.access.versioned),
    (413, "body_too_large", lambda operation: operation.has_body),
    (415, "unsupported_media_type", lambda operation: operation.has_body),
    (422, "at_not_allowed", lambda operation: operation.is_step and bool(operation.access.roles & SELLER)),
    (422, "idempotency_key_reused", lambda operation: operation.takes_key),
    (503, "busy", lambda operation: operation.access.store),
)

PLACED = "place_order action_sync"
PROPOSED = "dispute_counter dispute_buyer_counter dispute_decide"
WRITTEN = "post_message create_template change_template"
FILLED = "post_message preview_template"
CHANNEL = "create_alert_channel change_alert_channel"

REFUSALS: Mapping[int, Mapping[str, str]] = {
    400: {
        "cursor_invalid": "list_events",
        "filter_not_indexed": "list_orders list_customers list_messages",
    },
    409: {
        "already_delivered": "action_edit_shipment action_report_delivery",
        "buyer_opted_out": "action_remind_payment",
        "change_too_large": "action_sync",
        "channel_confirmed": "send_alert_channel_confirmation confirm_alert_channel",
        "channel_off": "test_alert_channel redeliver_alert",
        "channel_unconfirmed": "change_alert_channel test_alert_channel redeliver_alert",
        "delivery_pending": "redeliver_alert",
        "edit_window_closed": "action_edit_shipment",
        "edits_exhausted": "action_edit_shipment",
        "evidence_missing": "dispute_add_evidence",
        "export_ended": "cancel_export",
        "export_running": "retry_export",
        "export_succeeded": "retry_export",
        "import_ended": "cancel_import",
        "import_not_previewed": "apply_import",
        "extension_exhausted": "action_extend_receipt",
        "last_owner": "change_member remove_member",
        "mail_not_set_up": "create_alert_channel test_alert_channel",
        "member_exists": "add_member",
        "nothing_to_ship": "create_export",
        "order_exists": "place_order",
        "refund_not_accepted": "action_complete_refund",
        "role_of_a_program": "change_member",
        "secret_not_ours": "rotate_alert_channel_secret",
        "template_name_taken": "create_template change_template",
        "too_many_channels": "create_alert_channel",
        "too_many_parcels": "action_ship",
        "too_many_refunds": "action_sync",
        "too_many_templates": "create_template",
    },
    429: {
        "too_many_codes": "confirm_alert_channel",
        "too_many_confirmations": f"{CHANNEL} send_alert_channel_confirmation",
        "too_many_tests": "test_alert_channel",
    },
    503: {"busy": "get_me"},
    410: {"export_expired": "get_export_file", "import_expired": "list_import_rows get_failed_rows"},
    413: {"order_too_large": PLACED},
    422: {
        "address_missing": "create_alert_channel",
        "address_not_for_kind": CHANNEL,
        "at_not_allowed": "post_message",
        "bom_not_for_format": "create_export",
        "claim_exceeds_remaining": "action_open_dispute",
        "code_wrong": "confirm_alert_channel",
        "column_twice": "create_export",
        "column_unknown": "create_export",
        "columns_twice": "create_export",
        "coupon_exceeds_refund": "action_complete_refund",
        "currency_differs": (
            f"{PLACED} action_pay action_adjust_price action_report_short_payment action_release_funds "
            f"action_complete_refund action_open_dispute {PROPOSED}"
        ),
        "discount_too_large": PLACED,
        "duplicate_deadline": f"{PLACED} action_pay action_pass_risk action_open_dispute",
        "duplicate_line": PLACED,
        "evidence_not_image_or_pdf": "dispute_add_evidence",
        "fees_exceed_funds": "action_release_funds",
        "from_not_allowed": "post_message",
        "fund_state_impossible": "action_sync",
        "in_the_future": "place_order action_* dispute_* post_message",
        "layout_unknown": "create_export",
        "line_unknown": "action_ship action_open_dispute",
        "lines_required": "action_ship",
        "message_empty": f"{WRITTEN} action_remind_payment",
        "message_not_english": f"{WRITTEN} action_remind_payment",
        "message_too_long": f"{WRITTEN} preview_template action_remind_payment",
        "more_than_left": "action_ship",
        "more_than_ordered": "action_sync",
        "not_for_customers": "create_export",
        "not_for_picks": "create_export",
        "not_for_shipments": "create_export",
        "nothing_to_edit": "action_edit_shipment",
        "nothing_to_return": f"action_open_dispute {PROPOSED}",
        "order_id_differs": "action_sync",
        "order_id_reserved": "place_order",
        "parcel_exists": "action_ship action_edit_shipment action_sync",
        "parcel_unknown": "action_edit_shipment action_report_delivery",
        "payment_not_short": "action_report_short_payment",
        "placed_after_snapshot": "action_sync",
        "received_less_than_refunded": "action_pay action_adjust_price action_report_short_payment",
        "refund_exceeds_remaining": f"action_complete_refund {PROPOSED}",
        "refund_unknown": "action_complete_refund",
        "release_exceeds_funds": "action_release_funds",
        "return_without_refund": PROPOSED,
        "secret_not_for_kind": CHANNEL,
        "status_is_overlay": "action_sync",
        "target_host": CHANNEL,
        "target_malformed": CHANNEL,
        "target_not_https": CHANNEL,
        "target_not_public": CHANNEL,
        "target_not_published": CHANNEL,
        "target_port": CHANNEL,
        "target_userinfo": CHANNEL,
        "template_name_empty": "create_template change_template",
        "template_not_allowed": "post_message",
        "template_unknown": "post_message put_alert_rules",
        "template_variable_empty": FILLED,
        "template_variable_not_english": FILLED,
        "template_variable_unknown": "create_template change_template",
        "total_mismatch": PLACED,
        "total_too_large": PLACED,
        "url_missing": "create_alert_channel",
        "url_not_for_kind": CHANNEL,
        "window_empty": "create_export",
        "window_twice": "create_export",
    },
}
"""By status: each code, and the operations that answer it, where * stands for any text."""
PREPARES = {"offer_evidence_form": "add_evidence"}
"""Operations that are refused where a step would be, with the step."""


def codes_of(operation: Operation) -> dict[int, list[str]]:
    """The error codes that an operation can answer, by status, in the order of the alphabet."""
    found: dict[int, set[str]] = defaultdict(set)
    for status, code, has_check in CHECKS:
        if has_check(operation):
            found[status].add(code)
    for status, codes in REFUSALS.items():
        for code, operations in codes.items():
            if any(fnmatchcase(operation.name, pattern) for pattern in operations.split()):
                found[status].add(code)
    if operation.is_step or operation.name in PREPARES:
        found[409] |= _of_lifecycle(PREPARES.get(operation.name) or operation.name.partition("_")[2])
    return {status: sorted(codes) for status, codes in sorted(found.items()) if codes}


def _of_lifecycle(action: str) -> set[str]:
    """The codes of the rows of an action or step, and those of every row (choices.row_for)."""
    rows = lifecycle.ROWS[action]
    codes = {guard.code for row in rows for guard in row.guards}
    if action not in ALLOWED_WHILE_FROZEN:
        codes.add("order_frozen")
    if any(row.stages for row in rows):
        codes.add("dispute_ended")
    if any(row.sources != ANY or row.stages for row in rows):
        codes.add("transition_not_allowed")
    return codes
