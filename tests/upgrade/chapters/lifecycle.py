"""Every action on an order in every state: refused where state or role forbids it, taken where both allow it."""

from __future__ import annotations

import random
from typing import Any

from tests.upgrade.recorder import ROLES, Recorder, Shop, line, parcel, usd

SELLERS_ACTIONS = (
    "adjust_price",
    "remind_payment",
    "accept_payment",
    "refuse_payment",
    "ship",
    "edit_shipment",
    "accept_cancellation",
    "reject_cancellation",
    "extend_receipt",
)
ACTIONS = (
    "start_payment",
    "fail_payment",
    "pay",
    *SELLERS_ACTIONS,
    "cancel_unpaid",
    "expire_payment",
    "pass_risk",
    "hold_risk",
    "reject_risk",
    "cancel_in_risk",
    "report_short_payment",
    "expire_examination",
    "expire_shipment",
    "request_cancellation",
    "withdraw_cancellation",
    "report_delivery",
    "confirm_receipt",
    "expire_receipt",
    "release_funds",
    "complete_refund",
    "freeze",
    "unfreeze",
    "open_dispute",
    "sync",
)
SENT = ("SELLER_PART_SEND_GOODS", "WAIT_BUYER_ACCEPT_GOODS")
STATES: tuple[tuple[str, dict[str, str]], ...] = (
    ("PLACE_ORDER_SUCCESS", {}),
    ("PAYMENT_PROCESSING", {}),
    ("RISK_CONTROL", {}),
    ("RISK_CONTROL_HOLD", {}),
    ("WAIT_SELLER_EXAMINE_MONEY", {}),
    ("WAIT_SELLER_SEND_GOODS", {}),
    ("SELLER_PART_SEND_GOODS", {}),
    ("IN_CANCEL", {}),
    ("WAIT_BUYER_ACCEPT_GOODS", {}),
    ("IN_BOOK_SALE", {}),
    ("WAIT_GROUP_SUCCESS", {}),
    ("FUND_PROCESSING", {"fund_state": "awaiting_release", "end_reason": "buyer_accept_goods"}),
    ("FUND_PROCESSING", {"fund_state": "refunding", "end_reason": "cancel_order_close_trade"}),
    ("FINISH", {"fund_state": "released", "end_reason": "buyer_accept_goods"}),
    ("ARCHIVE", {"end_reason": "buyer_pay_timeout"}),
)
PARTS = 5
OVERLAYS = (["dispute"], ["frozen"], ["dispute", "frozen"])


def record(recorder: Recorder, part: int) -> None:
    """All actions on plain orders; with each overlay, a choice of them that a seed makes. A part has every fifth
    state."""
    shop = recorder.shop(f"lifecycle-{part}", deadline_policy={"mode": "watch"})
    chance = random.Random(9902 + part)
    for status, end in STATES[part::PARTS]:
        refuse(shop, status, end, [], ACTIONS, ROLES[3:])
        refuse(shop, status, end, [], chance.sample(ACTIONS, 8), ROLES[:3])
        take(shop, status, end, [], chance)
        for overlays in OVERLAYS:
            refuse(shop, status, end, overlays, chance.sample(ACTIONS, 6), ("staff", "platform"))
    for status in ("PLACE_ORDER_SUCCESS", "FINISH"):
        shop.viewer.pages("/v1/orders", 50, status=status)
    shop.viewer.get("/v1/orders/counters")


def bring(shop: Shop, status: str, end: dict[str, str], overlays: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """An order that a snapshot shows in that state: (its answer, its body)."""
    world = shop.recorder.world
    lines = [line("1", 9, "10.00"), line("2", 1, "5.50")]
    placed = shop.new_order(placed_at=world.ago(hours=4), lines=lines)
    parcels = [parcel("LX100000001CN", line1=1) | {"shipped_at": world.ago(hours=3)}]
    shop.platform.post("/v1/orders", placed)
    snapshot = {
        "changed_at": world.ago(minutes=30),
        "order": placed,
        "status": status,
        "overlays": overlays,
        "parcels": parcels if status in SENT else [],
        **end,
    }
    answer = shop.platform.act(placed["order_id"], "sync", snapshot)
    return answer.json, placed


def body_of(shop: Shop, action: str, order: dict[str, Any], placed: dict[str, Any]) -> dict[str, Any]:
    """Content that no rule refuses, so that only the state decides."""
    accepted = [refund["refund_id"] for refund in order.get("refunds", ()) if refund["state"] == "accepted"]
    claim = {"kind": "not_received", "claim": usd("1.00"), "solution": "refund", "text": "Not here."}
    snapshot = {"order": placed, "status": "WAIT_SELLER_SEND_GOODS", "overlays": [], "parcels": []}
    bodies: dict[str, dict[str, Any]] = {
        "adjust_price": {"total": usd("21.00")},
        "report_short_payment": {"received": usd("90.00")},
        "ship": {"parcels": [parcel("LX900000001CN")]},
        "edit_shipment": {"parcel_id": "p1", "tracking_no": "LX900000002CN"},
        "report_delivery": {"parcel_id": "p1"},
        "request_cancellation": {"reason": "Changed my mind."},
        "reject_cancellation": {"reason": "Already packed."},
        "freeze": {"reason": "Review."},
        "extend_receipt": {"days": 3},
        "complete_refund": {"refund_id": (accepted or ["rfd_none"])[0]},
        "open_dispute": claim,
        "sync": {**snapshot, "changed_at": shop.recorder.world.now.isoformat()},
    }
    return bodies.get(action, {})


def refuse(
    shop: Shop, status: str, end: dict[str, str], overlays: list[str], actions: Any, roles: tuple[str, ...]
) -> None:
    """Actions that leave the order as it is."""
    for role in roles:
        order, placed = bring(shop, status, end, overlays)
        if "order_id" not in order:
            return  # no snapshot may show this
        caller = shop.callers[role]
        shown = caller.get(f"/v1/orders/{order['order_id']}").json
        for action in actions:
            if action not in shown["actions"]:
                caller.act(order["order_id"], action, body_of(shop, action, order, placed))


def take(shop: Shop, status: str, end: dict[str, str], overlays: list[str], chance: random.Random) -> None:
    """Every action that is allowed here, each on an order of its own, by the seller where the seller may."""
    order, _ = bring(shop, status, end, overlays)
    if "order_id" not in order:
        return
    for action in shop.platform.get(f"/v1/orders/{order['order_id']}").json["actions"]:
        order, placed = bring(shop, status, end, overlays)
        role = chance.choice(("owner", "staff", "platform")) if action in SELLERS_ACTIONS else "platform"
        shop.callers[role].act(order["order_id"], action, body_of(shop, action, order, placed))
        shop.viewer.get(f"/v1/orders/{order['order_id']}/history")
        if chance.random() < 0.3:
            shop.viewer.get(f"/v1/orders/{order['order_id']}/funds")
