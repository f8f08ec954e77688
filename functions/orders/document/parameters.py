"""The parameters of requests that no signature has, and what those mean that many routes share."""

from __future__ import annotations

from typing import Any

from functions.orders.document.refusals import Operation

PATH_PARAMETERS = {
    "alert_id": "An alert: `alr_` and a ULID.",
    "buyer_id": "A buyer. Letters, digits, - and _ as they are; every other byte of UTF-8 as ~ and two hexadecimal "
    "digits. The `href` of a customer is written so.",
    "channel_id": "An alert channel: `chn_` and a ULID.",
    "delivery_id": "A delivery to an alert channel.",
    "dispute_id": "A dispute: `dsp_` and a ULID.",
    "evidence_id": "A piece of evidence: `evd_` and a ULID.",
    "export_id": "An export: `exp_` and a ULID.",
    "import_id": "An import: `imp_` and a ULID.",
    "n": "The number of a file in its export, from 1.",
    "order_id": "The platform's own order number.",
    "refund_id": "A refund: `rfd_` and a ULID.",
    "template_id": "A message template: `tpl_` and a ULID.",
    "user_id": "A user or a program. Other characters than letters, digits, - and _ may be written as the buyer id's.",
}
QUERY_PARAMETERS = {
    "after": "The `page.after` of the page before; it does not expire.",
    "limit": "How many entries a page has at most.",
    "cursor": "The `next_cursor` of the page before. It belongs to the same query and lives 24 hours.",
    "sort": "The order of the list; - is descending.",
    "status": "One status, or several with commas between them.",
    "currency": "A code of ISO 4217.",
    "from": "The first day, like 2027-02-06.",
    "to": "The day at which it ends, like 2027-02-06.",
    "buyer": "The id of a buyer.",
    "tracking_no": "The tracking number of a parcel.",
    "placed_from": "Orders placed at this time or later.",
    "placed_to": "Orders placed before this time.",
    "due_from": "Orders with a timer due at this time or later.",
    "due_to": "Orders with a timer due before this time.",
    "at_from": "Movements at this time or later.",
    "at_to": "Movements before this time.",
    "shipped_from": "Parcels shipped at this time or later.",
    "shipped_to": "Parcels shipped before this time.",
    "last_order_from": "Customers whose last order was at this time or later.",
    "last_order_to": "Customers whose last order was before this time.",
    "overlay": "Orders with this overlay.",
    "fund_state": "Orders in this fund state.",
    "reveal": "`recipient` shows the recipient in full. It needs owner or staff, and is recorded.",
    "state": "Only those in this state.",
    "stage": "Only disputes in this stage.",
    "severity": "Only alerts of this severity.",
    "unread": "Only messages of buyers that nobody has read.",
    "unanswered_for": "Only messages of buyers that have waited so long: a duration like PT12H, or hours.",
    "frequency": "Only customers of this group by their number of orders.",
    "amount": "Only customers of this group by what they spent.",
    "blocked": "Only customers who are blocked.",
    "opted_out": "Only customers who want no reminders.",
    "tag": "Those with this tag.",
    "flow": "Only movements of this kind.",
    "by": "One row for each period, country or product.",
    "kind": "The kind of import that the sheet is for.",
    "group_by": "How long a period is.",
}

HEADERS: dict[str, Any] = {
    name: {"name": name, "in": "header", "required": False, "schema": {"type": "string"} | schema, "description": text}
    for name, schema, text in (
        (
            "X-Store-Id",
            {},
            "Which store, where the caller is a member of several. The first request that names a new store creates it "
            "and makes the caller its owner, or its platform; staff and viewers of other stores create none.",
        ),
        (
            "Accept-Language",
            {"examples": ["zh-CN", "en"]},
            "The language of labels and texts: `zh-CN`, or else `en`. Codes are the same in both.",
        ),
        (
            "Idempotency-Key",
            {"minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
            "The same key and body within 24 hours answers as the first did.",
        ),
        (
            "If-Match",
            {"examples": ['"7"']},
            "The ETag that the change is meant for; a stale one answers 412.",
        ),
        (
            "If-None-Match",
            {"examples": ['"7"']},
            "The ETag of the answer that the caller has; if it is still the same, 304 is answered.",
        ),
    )
}
"""The parameters of the document's components."""


def headers_of_request(operation: Operation) -> list[dict[str, Any]]:
    access = operation.access
    taken = (access.store, True, operation.takes_key, access.versioned, access.cached)
    return [
        {"$ref": f"#/components/parameters/{name}"} for name, is_taken in zip(HEADERS, taken, strict=True) if is_taken
    ]
