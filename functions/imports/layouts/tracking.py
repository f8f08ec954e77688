"""Tracking sheets of sellers, freight agents and ERP systems: an order number, a carrier, a tracking number."""

from __future__ import annotations

from functions.imports.layouts.layout import Layout

TRACKING = Layout(
    "tracking",
    {
        "order_id": (
            "Order no.", "Order number", "Order id", "订单号", "订单编号", "平台订单号", "platformorderid", "orderid",
            "order-id", "Order",
        ),
        "carrier": (
            "Carrier", "Shipping carrier", "Logistics", "物流商", "物流公司", "运输服务", "物流方式", "承运商",
            "实际发货物流", "快递公司", "server", "carrier-name",
        ),
        "tracking_no": (
            "Tracking no.", "Tracking number", "Tracking", "跟踪号", "运单号", "物流单号", "追踪号", "快递单号",
            "实际发货单号", "tracknum", "tracking-number",
        ),
        "pieces": ("Pieces", "Quantity", "件数", "数量", "发货数量"),
        "tracking_url": ("Tracking link", "Tracking url", "追踪网址", "查询网址", "tracklink"),
        "shipments": ("Shipped with", "实际发货物流:运单号"),
    },
    required=frozenset({"order_id", "tracking_no"}),
)  # fmt: skip
"""A heading that stands first here is the one of the empty sheet that sellers download."""
