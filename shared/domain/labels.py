"""The name of every code that a person meets, in English and in the Chinese of the seller centre. Names may change;
programs read the codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.domain.order.model import Status

LANGUAGES = ("en", "zh-CN")
Label = tuple[str, str]
"""In the order of LANGUAGES."""

STATUSES: dict[Status, Label] = {
    Status.PLACE_ORDER_SUCCESS: ("Awaiting payment", "等待买家付款"),
    Status.PAYMENT_PROCESSING: ("Payment processing", "付款处理中"),
    Status.RISK_CONTROL: ("Payment being verified", "风控24小时"),
    Status.RISK_CONTROL_HOLD: ("Verification on hold", "风控挂起"),
    Status.WAIT_SELLER_EXAMINE_MONEY: ("Payment not yet confirmed", "等待您确认金额"),
    Status.WAIT_SELLER_SEND_GOODS: ("Awaiting shipment", "等待您发货"),
    Status.SELLER_PART_SEND_GOODS: ("Partial shipment", "部分发货"),
    Status.WAIT_BUYER_ACCEPT_GOODS: ("Awaiting delivery", "等待买家收货"),
    Status.IN_CANCEL: ("Awaiting cancellation", "买家申请取消"),
    Status.FUND_PROCESSING: ("Funds processing", "资金处理中"),
    Status.FINISH: ("Finished", "订单结束"),
    Status.IN_BOOK_SALE: ("Promotion is on", "预售"),
    Status.WAIT_GROUP_SUCCESS: ("Pending operation success", "等待成团"),
}
"""As the files of the seller centre have them: other tools look for these."""

TIMERS: dict[str, Label] = {
    "payment": ("the buyer's payment", "买家付款"),
    "risk": ("the risk check", "风控审核"),
    "examination": ("examining the payment", "确认金额"),
    "shipment": ("shipping", "发货"),
    "cancellation": ("answering the cancellation", "答复取消申请"),
    "receipt": ("the buyer's receipt", "买家确认收货"),
    "release": ("the release of funds", "放款"),
    "dispute_answer": ("answering the dispute", "答复纠纷"),
    "dispute_buyer": ("the buyer's answer in the dispute", "买家答复纠纷"),
    "return_address": ("giving a return address", "填写退货地址"),
    "return": ("the buyer's return", "买家退货"),
    "confirm_return": ("confirming the return", "确认收到退货"),
    "decision": ("the platform's decision", "平台裁决"),
}

END_REASONS: dict[str, Label] = {
    "buyer_pay_timeout": ("The buyer did not pay in time", "买家付款超时"),
    "buyer_cancel_notpay_order": ("The buyer cancelled before paying", "买家取消未付款订单"),
    "risk_reject_closed": ("The risk check refused the payment", "风控不通过，订单关闭"),
    "buyer_cancel_order_in_risk": ("The buyer cancelled during the risk check", "买家在风控期间取消订单"),
    "payment_refused": ("The seller refused a short payment", "卖家拒绝付款金额不足"),
    "examination_timeout": ("The short payment was not examined in time", "确认金额超时"),
    "cancel_order_close_trade": ("Cancelled at the buyer's request", "买家申请取消，交易关闭"),
    "seller_send_goods_timeout": ("The seller did not ship in time", "卖家发货超时"),
    "buyer_accept_goods": ("The buyer confirmed receipt", "买家确认收货"),
    "buyer_accept_goods_timeout": ("Receipt counted as confirmed after its time", "买家确认收货超时"),
    "seller_accept_issue_no_goods_return": ("Refunded in a dispute, without a return", "卖家同意纠纷，退款不退货"),
    "seller_accept_issue_goods_return": ("Refunded in a dispute, after the return", "卖家同意纠纷，退货退款"),
    "seller_response_issue_timeout": ("The seller did not answer the dispute in time", "卖家答复纠纷超时"),
    "platform_decided_issue": ("The platform decided the dispute", "平台裁决纠纷"),
}

ACTIONS: dict[str, Label] = {
    "place": ("Order placed", "下单"),
    "patch": ("Note, tags or assignee changed", "修改备注、标签或负责人"),
    "start_payment": ("Payment started", "开始付款"),
    "fail_payment": ("Payment failed", "付款失败"),
    "pay": ("Paid", "付款"),
    "adjust_price": ("Price changed", "改价"),
    "remind_payment": ("Buyer reminded to pay", "催付款"),
    "cancel_unpaid": ("Cancelled before payment", "付款前取消"),
    "expire_payment": ("Payment not made in time", "付款超时"),
    "pass_risk": ("Risk check passed", "风控通过"),
    "hold_risk": ("Risk check put on hold", "风控挂起"),
    "reject_risk": ("Risk check not passed", "风控不通过"),
    "cancel_in_risk": ("Cancelled during the risk check", "风控期间取消"),
    "report_short_payment": ("Less was paid than due", "付款金额不足"),
    "accept_payment": ("Short payment accepted", "同意金额"),
    "refuse_payment": ("Short payment refused", "拒绝金额"),
    "expire_examination": ("Payment not examined in time", "确认金额超时"),
    "ship": ("Shipped", "发货"),
    "edit_shipment": ("Shipment corrected", "修改发货信息"),
    "expire_shipment": ("Not shipped in time", "发货超时"),
    "request_cancellation": ("Cancellation requested", "买家申请取消"),
    "accept_cancellation": ("Cancellation accepted", "同意取消"),
    "reject_cancellation": ("Cancellation refused", "拒绝取消"),
    "withdraw_cancellation": ("Cancellation withdrawn", "买家撤销取消申请"),
    "report_delivery": ("Delivery reported", "妥投"),
    "extend_receipt": ("Time for receipt extended", "延长收货时间"),
    "confirm_receipt": ("Receipt confirmed", "确认收货"),
    "expire_receipt": ("Receipt counted as confirmed after its time", "确认收货超时"),
    "release_funds": ("Funds released", "放款"),
    "complete_refund": ("Refund paid", "退款完成"),
    "freeze": ("Frozen", "冻结"),
    "unfreeze": ("Unfrozen", "解冻"),
    "open_dispute": ("Dispute opened", "提起纠纷"),
    "sync": ("Taken over from the platform", "与平台同步"),
    "accept": ("Dispute: proposal accepted", "同意纠纷方案"),
    "counter": ("Dispute: the seller proposed otherwise", "卖家提出新方案"),
    "buyer_accept": ("Dispute: the buyer accepted", "买家同意方案"),
    "buyer_counter": ("Dispute: the buyer proposed otherwise", "买家提出新方案"),
    "escalate": ("Dispute: passed to the platform", "升级至平台裁决"),
    "decide": ("Dispute: the platform decided", "平台裁决"),
    "give_return_address": ("Dispute: return address given", "填写退货地址"),
    "expire_return_address": ("Dispute: no return address in time", "填写退货地址超时"),
    "buyer_returned": ("Dispute: the buyer sent the goods back", "买家退货"),
    "expire_return": ("Dispute: not returned in time", "买家退货超时"),
    "confirm_return": ("Dispute: return confirmed", "确认收到退货"),
    "withdraw": ("Dispute withdrawn", "买家撤销纠纷"),
    "add_evidence": ("Dispute: evidence added", "补充证据"),
}
"""What has happened, as the history tells it; and what happens when a timer lapses."""

COMMANDS: dict[str, Label] = {
    "start_payment": ("Report that payment has started", "报告开始付款"),
    "fail_payment": ("Report that payment failed", "报告付款失败"),
    "pay": ("Report the payment", "报告付款"),
    "adjust_price": ("Change the price", "改价"),
    "remind_payment": ("Remind to pay", "催付款"),
    "cancel_unpaid": ("Cancel before payment", "付款前取消"),
    "expire_payment": ("Close unpaid", "付款超时关闭"),
    "pass_risk": ("Pass the risk check", "风控通过"),
    "hold_risk": ("Put the risk check on hold", "风控挂起"),
    "reject_risk": ("Refuse in the risk check", "风控不通过"),
    "cancel_in_risk": ("Cancel during the risk check", "风控期间取消"),
    "report_short_payment": ("Report a short payment", "报告付款金额不足"),
    "accept_payment": ("Accept the short payment", "同意金额"),
    "refuse_payment": ("Refuse the short payment", "拒绝金额"),
    "expire_examination": ("Close without an examination", "确认金额超时关闭"),
    "ship": ("Ship", "发货"),
    "edit_shipment": ("Correct the shipment", "修改发货信息"),
    "expire_shipment": ("Close what was not shipped", "发货超时关闭"),
    "request_cancellation": ("Request a cancellation", "申请取消"),
    "accept_cancellation": ("Accept the cancellation", "同意取消"),
    "reject_cancellation": ("Refuse the cancellation", "拒绝取消"),
    "withdraw_cancellation": ("Withdraw the cancellation", "撤销取消申请"),
    "report_delivery": ("Report the delivery", "报告妥投"),
    "extend_receipt": ("Extend the time for receipt", "延长收货时间"),
    "confirm_receipt": ("Confirm receipt", "确认收货"),
    "expire_receipt": ("Count receipt as confirmed", "收货超时确认"),
    "release_funds": ("Release the funds", "放款"),
    "complete_refund": ("Pay the refund", "完成退款"),
    "freeze": ("Freeze", "冻结"),
    "unfreeze": ("Unfreeze", "解冻"),
    "open_dispute": ("Open a dispute", "提起纠纷"),
    "sync": ("Take over from the platform", "与平台同步"),
    "accept": ("Accept the proposal", "同意方案"),
    "counter": ("Propose otherwise", "提出新方案"),
    "buyer_accept": ("Report that the buyer accepts", "买家同意方案"),
    "buyer_counter": ("Report the buyer's proposal", "买家提出新方案"),
    "escalate": ("Pass to the platform", "升级至平台裁决"),
    "decide": ("Decide the dispute", "裁决纠纷"),
    "give_return_address": ("Give a return address", "填写退货地址"),
    "expire_return_address": ("Refund without a return address", "填写退货地址超时退款"),
    "buyer_returned": ("Report the return", "买家退货"),
    "expire_return": ("End without the return", "买家退货超时结束"),
    "confirm_return": ("Confirm the return", "确认收到退货"),
    "withdraw": ("Withdraw the dispute", "撤销纠纷"),
    "add_evidence": ("Add evidence", "补充证据"),
}
"""What a person may do, as a button says it."""

LABELS: Mapping[str, Mapping[str, Label]] = {
    "status": {str(status): both for status, both in STATUSES.items()},
    "fund_state": {
        "none": ("Not due yet", "未到放款"),
        "awaiting_release": ("Awaiting release", "等待放款"),
        "refunding": ("Being refunded", "退款中"),
        "released": ("Released", "已放款"),
        "refunded": ("Refunded", "已退款"),
    },
    "outcome": {
        "closed_unpaid": ("Closed unpaid", "未付款关闭"),
        "cancelled": ("Cancelled", "已取消"),
        "succeeded": ("Succeeded", "交易成功"),
        "partly_refunded": ("Partly refunded", "部分退款"),
        "refunded": ("Refunded", "全额退款"),
    },
    "end_reason": END_REASONS,
    "overlay": {
        "dispute": ("Dispute", "纠纷"),
        "frozen": ("Frozen", "冻结"),
        "refund": ("Refund", "退款"),
        "unread": ("Unread message", "未读留言"),
    },
    "count": {
        "total": ("All orders", "全部订单"),
        "placed_today": ("Placed today", "今日新订单"),
        "due_24h": ("Due within 24 hours", "24 小时内到期"),
        "seller_due_24h": ("To do within 24 hours", "24 小时内待您处理"),
        "overdue": ("Overdue", "已逾期"),
    },
    "violation": {"transaction_non_fulfilment": ("Sold and not shipped", "成交不卖")},
    "timer": TIMERS,
    "timer_actor": {
        "buyer": ("The buyer", "买家"),
        "seller": ("The seller", "卖家"),
        "platform": ("The platform", "平台"),
    },
    "action": ACTIONS,
    "command": COMMANDS,
    "refund_state": {
        "requested": ("Requested", "待答复"),
        "accepted": ("Accepted, not yet paid", "待退款"),
        "rejected": ("Refused", "已拒绝"),
        "withdrawn": ("Withdrawn", "已撤销"),
        "paid": ("Paid", "已退款"),
    },
    "refund_source": {
        "risk": ("Risk check", "风控"),
        "examination": ("Short payment", "付款金额不足"),
        "shipment": ("Not shipped", "未发货"),
        "cancellation": ("Cancellation", "取消订单"),
        "dispute": ("Dispute", "纠纷"),
    },
    "stage": {
        "wait_seller": ("The seller's answer", "等待卖家答复"),
        "wait_buyer": ("The buyer's answer", "等待买家答复"),
        "platform": ("The platform's decision", "平台介入"),
        "wait_address": ("The return address", "等待退货地址"),
        "wait_return": ("The return", "等待买家退货"),
        "wait_confirm_return": ("Confirming the return", "等待确认退货"),
        "ended": ("Ended", "已结束"),
    },
    "dispute_kind": {
        "not_received": ("Not received", "未收到货"),
        "not_as_described": ("Not as described", "货不对版"),
    },
    "solution": {"refund": ("Refund", "退款"), "return_and_refund": ("Return and refund", "退货退款")},
    "proposal_state": {
        "open": ("Open", "待答复"),
        "accepted": ("Accepted", "已同意"),
        "superseded": ("Replaced", "已被替代"),
        "lapsed": ("Lapsed", "已失效"),
    },
    "dispute_result": {
        **END_REASONS,
        "no_refund": ("Ended without a refund", "无需退款"),
        "not_returned": ("Not returned in time, no refund", "买家未退货，无需退款"),
        "withdrawn": ("Withdrawn by the buyer", "买家撤销纠纷"),
        "synced": ("Ended on the platform", "平台显示纠纷已结束"),
    },
    "flow": {
        "paid": ("Paid by the buyer", "买家付款"),
        "refund": ("Refunded", "退款"),
        "release": ("Released", "放款"),
        "commission": ("Commission", "平台佣金"),
        "affiliate_fee": ("Affiliate fee", "联盟佣金"),
        "tax": ("Tax withheld", "代扣税费"),
    },
    "held": {
        "in_progress": ("Orders under way", "进行中的订单"),
        "awaiting_release": ("Awaiting release", "等待放款"),
        "refunding": ("Being refunded", "退款中"),
        "frozen": ("Frozen", "冻结"),
        "unexplained": ("Unexplained", "差异金额"),
    },
    "alert": {
        "deadline": ("Deadline", "到期提醒"),
        "release_overdue": ("Release overdue", "放款逾期"),
        "new_order": ("New order", "新订单"),
        "short_payment": ("Short payment", "付款金额不足"),
        "cancellation_requested": ("Cancellation request", "取消申请"),
        "dispute_opened": ("Dispute opened", "新纠纷"),
        "dispute_escalated": ("Dispute with the platform", "升级的纠纷"),
        "message_unanswered": ("Unanswered message", "未回复留言"),
        "closed_by_clock": ("Order closed by the clock", "超时关闭的订单"),
        "closed_unpaid": ("Order closed unpaid", "未付款关闭的订单"),
        "export_failed": ("Export failed", "导出失败"),
        "import_failed": ("Import failed", "导入失败"),
        "import_rows_failed": ("Import with failed rows", "导入有失败的行"),
        "orders_leaving_window": ("Orders leaving the export window", "即将超出导出范围"),
        "channel_disabled": ("Channel switched off", "停用的渠道"),
        "digest": ("Daily digest", "每日汇总"),
    },
    "severity": {"info": ("Information", "一般"), "warning": ("Warning", "重要"), "critical": ("Critical", "紧急")},
    "alert_state": {
        "open": ("Open", "未处理"),
        "acknowledged": ("Acknowledged", "已确认"),
        "resolved": ("Resolved", "已解决"),
    },
    "delivery_state": {
        "pending": ("Pending", "待发送"),
        "delivered": ("Delivered", "已送达"),
        "failed": ("Failed", "失败"),
        "skipped": ("Skipped", "已跳过"),
    },
    "off_reason": {
        "by_owner": ("Switched off by the owner", "店主停用"),
        "gone": ("The target does not exist any more", "目标已不存在"),
        "exhausted": ("It could not be reached for long", "长时间无法送达"),
    },
    "export_kind": {
        "orders": ("Orders", "订单"),
        "lines": ("Order lines", "订单明细"),
        "shipments": ("Shipment list", "发货单"),
        "funds": ("Funds", "资金明细"),
        "customers": ("Customers", "客户"),
        "picks": ("Pick list", "拣货单"),
    },
    "export_state": {
        "queued": ("Queued", "排队中"),
        "running": ("Running", "导出中"),
        "succeeded": ("Finished", "已完成"),
        "failed": ("Failed", "失败"),
        "cancelled": ("Cancelled", "已取消"),
        "expired": ("Expired", "已过期"),
    },
    "import_kind": {"orders": ("Orders", "订单"), "tracking": ("Tracking numbers", "运单号")},
    "import_state": {
        "awaiting_upload": ("Awaiting the file", "等待上传"),
        "queued": ("Queued", "排队中"),
        "running": ("Running", "导入中"),
        "preview": ("Preview", "待确认"),
        "succeeded": ("Finished", "已完成"),
        "failed": ("Failed", "失败"),
        "cancelled": ("Cancelled", "已取消"),
    },
    "row_state": {
        "created": ("Created", "已新建"),
        "updated": ("Updated", "已更新"),
        "unchanged": ("Unchanged", "无变化"),
        "failed": ("Failed", "失败"),
    },
    "effect": {
        "ship": ("Ships the order", "发货"),
        "ship_part": ("Ships a part of the order", "部分发货"),
        "correct": ("Corrects a shipment", "修改发货信息"),
    },
    "hold": {"frozen": ("Frozen: do not ship", "冻结，勿发货"), "dispute": ("In dispute", "纠纷中")},
    "measure": {
        "on_time_shipment": ("On-time shipment", "按时发货率"),
        "transaction_non_fulfilment": ("Sold and not shipped", "成交不卖率"),
        "cancellation": ("Cancellations", "取消率"),
        "dispute": ("Disputes", "纠纷率"),
    },
    "answer": {"yes": ("yes", "是"), "no": ("no", "否")},
    "frequency": {
        "never": ("Never paid", "未付款"),
        "once": ("Once", "一次"),
        "repeat": ("Repeatedly", "多次"),
        "frequent": ("Often", "经常"),
    },
    "amount": {"small": ("Small", "低"), "middle": ("Middle", "中"), "large": ("Large", "高")},
}
"""The labels of the codes of each kind."""


def label(kind: str, code: str, language: str) -> str:
    """The label of a code; the code itself where a stored one is older than the table."""
    both = LABELS[kind].get(code)
    return code if both is None else both[language == "zh-CN"]


def labelled(field: str, kind: str, code: str | None, language: str) -> dict[str, Any]:
    """A field of an answer with its label beside it; nothing for None."""
    if code is None:
        return {}
    return {field: str(code), f"{field}_label": label(kind, code, language)}
