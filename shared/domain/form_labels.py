"""The names of what a form offers to choose, beside those of labels.py. Only `GET /v1/codes` needs them."""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.labels import Label

FORM_LABELS: Mapping[str, Mapping[str, Label]] = {
    "channel_kind": {
        "email": ("Email", "电子邮件"),
        "webhook": ("Webhook", "Webhook 回调"),
        "dingtalk": ("DingTalk", "钉钉"),
        "wecom": ("WeCom", "企业微信"),
        "feishu": ("Feishu", "飞书"),
        "slack": ("Slack", "Slack 频道"),
    },
    "role": {
        "owner": ("Owner", "店主"),
        "staff": ("Staff", "员工"),
        "viewer": ("Viewer", "只读"),
        "platform": ("Platform", "平台"),
        "clock": ("The clock", "系统定时"),
    },
    "party": {"buyer": ("Buyer", "买家"), "seller": ("Seller", "卖家"), "platform": ("Platform", "平台")},
    "language": {"en": ("English", "英文"), "zh-CN": ("Chinese", "中文")},
    "mode": {
        "enforce": ("Lapses take effect", "超时自动生效"),
        "watch": ("The platform's own clock acts", "仅提醒，由平台执行"),
    },
    "cadence": {"daily": ("Daily", "每天"), "weekly": ("Weekly", "每周"), "monthly": ("Monthly", "每月")},
    "report_group": {
        "total": ("In all", "合计"),
        "country": ("By country", "按国家"),
        "product": ("By product", "按商品"),
    },
    "report_period": {"day": ("By day", "按日"), "week": ("By week", "按周"), "month": ("By month", "按月")},
    "export_format": {
        "xls": ("Excel 97-2003 (.xls)", "Excel 97-2003 工作簿（.xls）"),
        "xlsx": ("Excel (.xlsx)", "Excel 工作簿（.xlsx）"),
        "csv": ("CSV (.csv)", "CSV 文件（.csv）"),
    },
    "export_layout": {
        "seller_centre_2016": ("Seller centre of 2016", "卖家后台 2016 版"),
        "seller_centre_2026": ("Seller centre of 2026", "卖家后台 2026 版"),
        "english": ("All columns, in English", "全部列，英文表头"),
        "chinese": ("All columns, in Chinese", "全部列，中文表头"),
    },
    "import_layout": {
        "aliexpress": ("AliExpress", "速卖通"),
        "orderkeep": ("Orderkeep", "Orderkeep 导出文件"),
        "amazon": ("Amazon", "亚马逊"),
        "shopify": ("Shopify", "Shopify 店铺"),
        "ebay": ("eBay", "eBay 店铺"),
        "etsy": ("Etsy", "Etsy 店铺"),
    },
    "message_variable": {
        "order_id": ("Order number", "订单号"),
        "buyer_name": ("Name of the buyer", "买家名称"),
        "store_name": ("Name of the store", "店铺名称"),
        "status": ("Status", "订单状态"),
        "placed_on": ("Day of the order", "下单日期"),
        "total": ("Total", "订单金额"),
        "currency": ("Currency", "币种"),
        "pieces": ("Number of pieces", "商品件数"),
        "carrier": ("Carrier", "物流商"),
        "tracking_no": ("Tracking number", "运单号"),
        "tracking_url": ("Tracking link", "物流查询链接"),
        "pay_by": ("To be paid by", "付款期限"),
        "ship_by": ("To be shipped by", "发货期限"),
        "receive_by": ("To be received by", "收货期限"),
    },
}
