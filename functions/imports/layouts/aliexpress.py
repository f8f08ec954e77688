"""The order exports of AliExpress (速卖通) since 2013: one row an order, all products of it in one cell.

Headings of the same thing changed over the years, so one table reads all of them. Times are those of the seller centre,
US Pacific time; amounts are in US dollars.
"""

from __future__ import annotations

from functions.imports.layouts import cells
from functions.imports.layouts.layout import Layout
from functions.imports.layouts.products import products_exactly

SELLER_CENTRE = Layout(
    "aliexpress",
    {
        "order_id": ("订单号", "订单编号"),
        "status": ("订单状态",),
        "assignee": ("负责人(业务员)", "负责人"),
        "buyer": ("买家名称",),
        "buyer_email": ("买家邮箱", "联系邮件"),
        "placed_at": ("下单时间",),
        "paid_at": ("付款时间",),
        "lines_amount": ("产品总金额",),
        "shipping": ("物流费用",),
        "tax": ("预计增值税",),
        "total": ("订单金额",),
        "received": ("买家实付金额",),
        "discount": ("满立减", "店铺优惠"),
        "product_ids": ("商品ID",),
        "products": ("产品信息", "商品信息"),
        "pieces": ("产品数量",),
        "skus": ("商品编码",),
        "memo": ("订单备注",),
        "address": ("收货地址", "完整收货地址"),
        "recipient_name": ("收货人名称", "收件人名称"),
        "country": ("收货国家",),
        "state": ("州/省",),
        "city": ("城市",),
        "street": ("地址", "详细地址"),
        "zip": ("邮编",),
        "phone": ("联系电话",),
        "mobile": ("手机",),
        "tax_id": ("税号",),
        "chosen_service": ("买家选择物流",),
        "ship_by": ("发货期限",),
        "shipments": ("实际发货物流:运单号", "实际发货单号"),
        "shipped_at": ("发货时间",),
        "received_at": ("确认收货时间",),
    },
    required=frozenset({"order_id", "products", "lines_amount", "shipping", "total", "country"}),
    zone="America/Los_Angeles",
    currency="USD",
    ignored=(
        "支付方式",
        "供货价",
        "平台是否代征代缴",
        "DDP关税",
        "托管商家折扣",
        "平台补贴",
        "EANcode",
        "完整收货地址（常用语言）",
        "扩展城市（德/意/波/墨为真实的城市）",
        "National address（仅沙特使用）",
        "订单业务模式",
        "定制信息",
        "店铺",
        "记录 ID",
    ),
    formats=("%m/%d/%y %H:%M",),
    grammars={
        **dict.fromkeys(
            """
            assignee buyer buyer_email memo recipient_name state city street zip phone mobile tax_id chosen_service
            """.split(),
            cells.exact,
        ),
        "products": products_exactly,
        "product_ids": cells.exact_lines,
        "shipments": cells.shipments,
    },
)
