"""The state of an order in a file: its status, why it ended, and what else the file says of it.

The words of each source are a table. A source without a status column says it by its dates: paid, shipped, received.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from functions.imports.layouts.cells import half_width
from functions.imports.layouts.layout import normalised
from shared.domain.errors import Unprocessable
from shared.domain.labels import LABELS, STATUSES
from shared.domain.money import Money
from shared.domain.order.funds.amounts import END_REASONS
from shared.domain.order.model import FundState, Overlay, RefundState, Status
from shared.domain.order.placement import Placement
from shared.domain.order.snapshots.facts import DisputeFact, Facts, RefundFact

Get = Callable[[str], Any]
NONE: frozenset[Overlay] = frozenset()
_SHIPS = frozenset({Status.WAIT_SELLER_SEND_GOODS, Status.SELLER_PART_SEND_GOODS, Status.IN_CANCEL})


@dataclass(frozen=True, slots=True)
class State:
    """`is_own`: the file is our own, so its cells are taken as they are."""

    status: Status
    overlays: frozenset[Overlay] = NONE
    end_reason: str | None = None
    fund_state: FundState | None = None
    is_own: bool = False

    @property
    def part(self) -> bool:
        return self.status is Status.SELLER_PART_SEND_GOODS

    def facts(self, get: Get, amounts: Mapping[str, int], placement: Placement) -> Facts:
        total, lines = get("total"), sum(line.amount for line in placement.lines)
        computed = lines + amounts["shipping"] - amounts["discount"] + amounts["tax"]
        adjustment = get("adjustment")
        if adjustment is None and total is not None and not placement_is_by_row(get):
            adjustment = total - computed
        refunded = get("refunded")
        return Facts(
            paid_at=get("paid_at"),
            shipped_at=get("shipped_at") if self.status not in _SHIPS else None,
            received_at=get("received_at"),
            finished_at=get("finished_at"),
            adjustment=adjustment,
            received=get("received"),
            refunded=refunded,
            commission=get("commission"),
            affiliate_fee=get("affiliate_fee"),
            released=get("released"),
            refunds=tuple(filter(None, (refund_of(line, placement.currency) for line in get("refunds") or ()))),
            dispute=DisputeFact(get("dispute_stage"), get("dispute_claim"), get("dispute_result"))
            if get("dispute_stage")
            else None,
            violations=tuple((get("violations") or "").split("\n")) if get("violations") else (),
            exact=self.is_own,
            settled=not self.is_own,
        )


def placement_is_by_row(get: Get) -> bool:
    """A total in a file with one row a line may be that of the row."""
    return get("quantity") is not None and get("lines_amount") is None


ALIEXPRESS: Mapping[str, State] = {
    **{names[1]: State(status) for status, names in STATUSES.items()},
    **{names[0].lower(): State(status) for status, names in STATUSES.items()},
    **{str(status).lower(): State(status) for status in Status},
    "archive": State(Status.FINISH),
    "等待您确认金额": State(Status.WAIT_SELLER_EXAMINE_MONEY),
    "订单处于风控24小时中": State(Status.RISK_CONTROL),
    "订单处于风控24小时中,从买家在线支付完成后开始,持续24小时": State(Status.RISK_CONTROL),
    "买家确认收货后等待退放款处理": State(Status.FUND_PROCESSING),
    "等待退放款处理": State(Status.FUND_PROCESSING),
    "已结束": State(Status.FINISH),
    "已结束的订单": State(Status.FINISH),
    "订单关闭": State(Status.FINISH),
    "交易完成": State(Status.FINISH),
    "交易关闭": State(Status.FINISH),
    "含纠纷的订单": State(Status.WAIT_BUYER_ACCEPT_GOODS, frozenset({Overlay.DISPUTE})),
    "纠纷中": State(Status.WAIT_BUYER_ACCEPT_GOODS, frozenset({Overlay.DISPUTE})),
    "冻结中的订单": State(Status.WAIT_SELLER_SEND_GOODS, frozenset({Overlay.FROZEN})),
    "冻结中": State(Status.WAIT_SELLER_SEND_GOODS, frozenset({Overlay.FROZEN})),
}
"""The words of the seller centre and of its API, and the codes."""
_REFUND = re.compile(r"(?P<source>.+?): ?(?P<amount>[0-9.]+) (?P<currency>[A-Z]{3}), ?(?P<state>.+)")
_CODES: Mapping[str, Mapping[str, str]] = {
    kind: {half_width(text): code for code, both in LABELS[kind].items() for text in (code, *both)}
    for kind in ("refund_source", "refund_state")
}


def state_of(layout: str, get: Get) -> State | None:
    """None for a status that the table does not have."""
    return _BY_LAYOUT[layout](get)


def _aliexpress(get: Get) -> State | None:
    text = get("status")
    if text is None:
        # A cut-down export for packing: it has no status, and its orders are to be shipped.
        return State(Status.WAIT_SELLER_SEND_GOODS)
    found = ALIEXPRESS.get(normalised(text))
    if found is None or found.status not in (Status.FINISH, Status.FUND_PROCESSING):
        return found
    return State(found.status, NONE, _end_reason(get))


def _end_reason(get: Get) -> str:
    """Why an order ended, by its dates: the file does not say it."""
    if get("received_at"):
        return "buyer_accept_goods"
    if not get("paid_at"):
        return "buyer_pay_timeout"
    return "buyer_accept_goods_timeout" if get("shipments") or get("shipped_at") else "cancel_order_close_trade"


def _by_dates(get: Get) -> State:
    if get("cancelled_at"):
        return State(Status.FINISH, NONE, "cancel_order_close_trade" if get("paid_at") else "buyer_cancel_notpay_order")
    if get("received_at"):
        return State(Status.FINISH, NONE, "buyer_accept_goods")
    if get("shipped_at") or get("tracking_no"):
        return State(Status.WAIT_BUYER_ACCEPT_GOODS)
    return State(Status.WAIT_SELLER_SEND_GOODS if get("paid_at") else Status.PLACE_ORDER_SUCCESS)


def _amazon(get: Get) -> State:
    """The reports list paid orders that are to be shipped."""
    shipped, quantity = get("shipped"), get("quantity")
    if shipped and quantity:
        return State(Status.WAIT_BUYER_ACCEPT_GOODS if shipped >= quantity else Status.SELLER_PART_SEND_GOODS)
    return State(Status.WAIT_SELLER_SEND_GOODS)


SHOPIFY_PAID = frozenset({"paid", "partially_refunded", "partially_paid", "authorized"})


def _shopify(get: Get) -> State | None:
    payment, shipment = (get("payment") or "").lower(), (get("shipment") or "").lower()
    if payment in ("refunded", "voided"):
        return State(Status.FINISH, NONE, "cancel_order_close_trade" if payment == "refunded" else "buyer_pay_timeout")
    if get("cancelled_at"):
        return _by_dates(get)
    if payment in ("pending", "expired", ""):
        return State(Status.PLACE_ORDER_SUCCESS)
    if payment not in SHOPIFY_PAID:
        return None
    if shipment == "partial":
        return State(Status.SELLER_PART_SEND_GOODS)
    return State(Status.WAIT_BUYER_ACCEPT_GOODS if shipment == "fulfilled" else Status.WAIT_SELLER_SEND_GOODS)


def _own(get: Get) -> State | None:
    code, fund_state, reason = get("status_code"), get("fund_state"), get("end_reason")
    overlays = frozenset(Overlay(each) for each in get("overlays") or () if each in ("dispute", "frozen"))
    if code not in Status.__members__ or (reason and reason not in END_REASONS):
        return None
    if reason is None and code == Status.FINISH:
        reason = "cancel_order_close_trade" if fund_state == FundState.REFUNDED else _end_reason(get)
    known = fund_state in FundState._value2member_map_
    return State(Status(code), overlays, reason, FundState(fund_state) if known else None, is_own=True)


def refund_of(line: str, currency: str) -> RefundFact | None:
    """A refund as our own files write it: source, amount and state. None for any other text."""
    match = _REFUND.fullmatch(half_width(line).strip())
    if not match or match["currency"] != currency:
        return None
    source, state = _CODES["refund_source"].get(match["source"]), _CODES["refund_state"].get(match["state"])
    try:
        amount = Money.parse(match["amount"], currency).minor
    except Unprocessable:
        return None
    return RefundFact(source, RefundState(state), amount) if source and state else None


_BY_LAYOUT: Mapping[str, Callable[[Get], State | None]] = {
    "aliexpress": _aliexpress,
    "orderkeep": _own,
    "amazon": _amazon,
    "shopify": _shopify,
    "ebay": _by_dates,
    "etsy": _by_dates,
}
