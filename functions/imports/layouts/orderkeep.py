"""Orderkeep's own exports of orders and lines, in both languages: the headings are those of the export columns.

Texts are taken exactly as they are, so that an order from a file has the same cells when it is exported again.
"""

from __future__ import annotations

from collections.abc import Mapping

from functions.imports.layouts.cells import (
    Grammar,
    deadlines,
    exact,
    exact_lines,
    exact_number,
    named_shipments,
    shipments,
    unread_messages,
)
from functions.imports.layouts.layout import GRAMMARS, Layout
from functions.imports.layouts.products import products_exactly
from shared.domain.exports.columns import COLUMNS

READ = frozenset(
    """
    order_id status status_code fund_state end_reason overlays violations assignee note tags memo unread_messages
    buyer buyer_id buyer_email placed_at paid_at ship_by deadlines shipped_at received_at finished_at delivered_at
    currency lines_amount shipping discount tax adjustment total received refunded commission affiliate_fee released
    refunds dispute_stage dispute_claim dispute_result products recipient_name country country_code state city street
    zip phone mobile tax_id chosen_service
    shipments shipped_with line_id product_id sku title attributes quantity unit_price
    line_amount shipped line_refunded handling_days image_url
    """.split()
)
"""The columns that say something of an order; the others are computed from these."""


_TYPED = {"money", "number", "minute", "day"}
_EXACT: Mapping[str, Grammar] = {
    **{code: exact for code in READ if COLUMNS[code].kind not in _TYPED and code not in GRAMMARS},
    "order_id": exact_number,
    **dict.fromkeys(("line_id", "product_id", "sku"), exact),
    "deadlines": deadlines,
    "unread_messages": unread_messages,
    "refunds": exact_lines,
    "shipments": shipments,
    "shipped_with": named_shipments,
    "products": products_exactly,
}
_HEADINGS = {code: (column.english, column.chinese) for code, column in COLUMNS.items()}
_COLUMNS = {code: names for code, names in _HEADINGS.items() if code in READ}
_IGNORED = tuple(name for code, names in _HEADINGS.items() if code not in READ for name in names)

OWN_ORDERS = Layout(
    "orderkeep",
    {code: names for code, names in _COLUMNS.items() if not COLUMNS[code].of_line},
    required=frozenset({"order_id", "status_code", "products", "lines_amount", "currency", "placed_at", "buyer_id"}),
    ignored=_IGNORED,
    grammars=_EXACT,
)
OWN_LINES = Layout(
    "orderkeep",
    {code: names for code, names in _COLUMNS.items() if code != "products"},
    required=frozenset({"order_id", "line_id", "quantity", "unit_price", "status_code", "currency", "placed_at"}),
    by_line=True,
    ignored=_IGNORED,
    grammars=_EXACT,
)
