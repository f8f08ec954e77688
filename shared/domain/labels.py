"""Names of statuses and timers for people, in English and in the Chinese of the seller centre."""

from __future__ import annotations

from shared.domain.order.model import Status

STATUSES: dict[Status, tuple[str, str]] = {
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
    Status.FINISH: ("Finished", "已结束"),
    Status.IN_BOOK_SALE: ("Promotion is on", "预售"),
    Status.WAIT_GROUP_SUCCESS: ("Pending operation success", "等待成团"),
}

TIMERS: dict[str, tuple[str, str]] = {
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
