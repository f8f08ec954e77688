"""The columns that a file of the pick list can have, as a table: a new column is one row. A row is a product that is to
be packed, summed over all orders."""

from __future__ import annotations

from shared.domain.exports.cells import Column, field_of
from shared.domain.exports.columns import spell_attributes

COLUMNS: dict[str, Column] = {
    "sku": Column("SKU", "商家编码", "text", field_of("sku"), 24),
    "product_id": Column("Product id", "商品ID", "text", field_of("product_id")),
    "title": Column("Title", "商品名称", "text", field_of("title"), 40),
    "attributes": Column(
        "Attributes", "产品属性", "text", lambda pick, _, __: spell_attributes(pick.attributes) or None, 24
    ),
    "quantity": Column("Pieces", "待发数量", "number", field_of("quantity")),
    "orders": Column("Orders", "订单数", "number", field_of("orders")),
}
"""The columns by code. A code is the name of the same field in the API, and is never renamed."""
