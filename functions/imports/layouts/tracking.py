"""Tracking sheets of sellers, freight agents and ERP systems: an order number, a carrier, a tracking number."""

from __future__ import annotations

from functions.imports.layouts.layout import Layout

HEADINGS = {
    "order_id": ("Order no.", "订单号"),
    "carrier": ("Carrier", "物流商"),
    "tracking_no": ("Tracking no.", "运单号"),
    "pieces": ("Pieces", "件数"),
    "tracking_url": ("Tracking link", "追踪网址"),
}
"""The headings of the empty sheet, in English and Chinese."""

TRACKING = Layout(
    "tracking",
    {
        "order_id": (
            "平台订单号", "platformorderid", "Order no.", "Order number", "Order id", "订单号", "订单编号", "orderid",
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
    },
    required=frozenset({"order_id", "tracking_no"}),
)  # fmt: skip
"""A sheet of an ERP system has its own order number beside that of the platform, which counts."""
