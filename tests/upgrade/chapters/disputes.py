"""Every step of a dispute at every stage, evidence, refunds, and where the money is."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.upgrade.recorder import CLAIM, Recorder, Shop, parcel, usd

OFFER = {"solution": "refund", "refund": usd("5.00"), "text": "Half of it."}
RETURN = {"solution": "return_and_refund", "refund": usd("10.00"), "text": "Send it back."}
ADDRESS = {"address": {"country": "CN", "city": "Shenzhen", "street": "1 Example Road"}}
BACK = {"carrier": "EMS", "tracking_no": "RT1"}
BODIES: dict[str, dict[str, Any]] = {
    "accept": {},
    "counter": OFFER,
    "buyer_accept": {},
    "buyer_counter": OFFER,
    "escalate": {},
    "decide": OFFER,
    "give_return_address": ADDRESS,
    "expire_return_address": {},
    "buyer_returned": BACK,
    "expire_return": {},
    "confirm_return": {},
    "withdraw": {},
    "add_evidence": {"evidence_id": "evd_01KBVTEST0000000000000000A"},
}
TO_RETURN = {"solution": "return_and_refund"}
Steps = tuple[tuple[str, str, dict[str, Any]], ...]
STAGES: dict[str, tuple[dict[str, Any], Steps]] = {
    "wait_seller": ({}, ()),
    "wait_buyer": ({}, (("staff", "counter", OFFER),)),
    "platform": ({}, (("platform", "escalate", {}),)),
    "wait_address": (TO_RETURN, (("staff", "accept", {}),)),
    "wait_return": (TO_RETURN, (("staff", "accept", {}), ("staff", "give_return_address", ADDRESS))),
    "wait_confirm_return": (
        TO_RETURN,
        (("staff", "accept", {}), ("owner", "give_return_address", ADDRESS), ("platform", "buyer_returned", BACK)),
    ),
    "ended": ({}, (("platform", "withdraw", {}),)),
}
PARTS = 4
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def record_steps(recorder: Recorder, part: int) -> None:
    """Every step at every fourth stage: refused to each role that may not take it now, taken by each that may."""
    shop = recorder.shop(f"disputes-{part}")
    for stage in list(STAGES)[part::PARTS]:
        for role in ("viewer", "owner", "staff", "platform"):
            order_id, dispute_id = bring(shop, stage)
            allowed = shop.callers[role].get(f"/v1/disputes/{dispute_id}").json["actions"]
            for action, body in BODIES.items():
                if action not in allowed:
                    shop.callers[role].dispute(dispute_id, action, body)
            shop.viewer.get(f"/v1/orders/{order_id}/history")
            for action in allowed if role in ("staff", "platform") else ():
                _, dispute_id = bring(shop, stage)
                shop.callers[role].dispute(dispute_id, action, BODIES[action])
    shop.viewer.get("/v1/orders/counters")


def record(recorder: Recorder) -> None:
    shop = recorder.shop("disputes")
    for stage in STAGES:
        bring(shop, stage)
    offers(shop)
    evidence(shop)
    endings(shop)
    refunds(shop)
    lists(shop)


def bring(shop: Shop, stage: str) -> tuple[str, str]:
    claim, steps = STAGES[stage]
    order_id, dispute_id = shop.disputed(**claim)
    for role, action, body in steps:
        answer = shop.callers[role].dispute(dispute_id, action, body)
        assert answer.status == 200, answer.content
    return order_id, dispute_id


def offers(shop: Shop) -> None:
    order_id, dispute_id = shop.disputed()
    for body in (
        {**OFFER, "refund": usd("28.51")},
        {**OFFER, "refund": {"amount": "1.00", "currency": "EUR"}},
        {**OFFER, "solution": "exchange"},
        {**RETURN, "refund": usd("0.00")},
        {**OFFER, "at": shop.recorder.world.ago(days=1)},
        {},
    ):
        shop.staff.dispute(dispute_id, "counter", body)
    for claim in (
        {"claim": usd("28.51")},
        {"line_ids": ["9"]},
        {"kind": "not_received", "solution": "return_and_refund"},
        {"kind": "rude"},
        {"claim": {"amount": "1.00", "currency": "EUR"}},
        {"deadlines": [{"kind": "dispute_answer", "due_at": shop.recorder.world.ahead(days=1)}]},
    ):
        shop.platform.act(shop.sent(), "open_dispute", {**CLAIM, **claim})
    shop.platform.act(order_id, "open_dispute", CLAIM)
    for tag in ('"1"', "*", '"5"', "x"):
        shop.staff.dispute(dispute_id, "counter", OFFER, headers={"If-Match": tag})
    key = {"Idempotency-Key": "twice"}
    for _ in range(2):
        shop.platform.dispute(dispute_id, "buyer_counter", RETURN, headers=key)
    shop.platform.dispute(dispute_id, "buyer_counter", OFFER, headers=key)


def evidence(shop: Shop) -> None:
    _, dispute_id = shop.disputed()
    path = f"/v1/disputes/{dispute_id}/evidence"
    for media_type in ("image/png", "image/jpeg", "text/html", None):
        shop.platform.post(path, {"media_type": media_type})
    shop.viewer.post(path, {"media_type": "image/png"})
    for content in (PNG, b"<html>"):
        form = shop.staff.post(path, {"media_type": "image/png"}).json
        body = {"evidence_id": form["evidence_id"], "text": "The packing photo."}
        shop.staff.dispute(dispute_id, "add_evidence", body)  # nothing is there yet
        shop.recorder.world.put(form["upload"]["fields"]["key"], content)
        for _ in range(2):
            shop.staff.dispute(dispute_id, "add_evidence", body)
        for accept in ("application/json", "*/*"):
            shop.viewer.get(f"{path}/{form['evidence_id']}", headers={"Accept": accept})
    shop.viewer.get(f"{path}/evd_none")
    late = shop.staff.post(path, {"media_type": "image/png"}).json
    shop.recorder.world.put(late["upload"]["fields"]["key"], PNG)
    shop.recorder.world.tick(hours=2)
    shop.staff.dispute(dispute_id, "add_evidence", {"evidence_id": late["evidence_id"]})


def endings(shop: Shop) -> None:
    """Disputes that end with all, some or none of the money."""
    for claim, role, action, body in (
        ({"claim": usd("28.50")}, "owner", "accept", {}),
        ({"claim": usd("28.50")}, "platform", "escalate", {}),
        ({}, "staff", "counter", {**OFFER, "refund": usd("0.00")}),
    ):
        order_id, dispute_id = shop.disputed(**claim)
        shop.callers[role].dispute(dispute_id, action, body)
        shop.platform.dispute(dispute_id, "decide", {**OFFER, "refund": usd("28.50")})
        shop.platform.dispute(dispute_id, "buyer_accept")
        shop.viewer.get(f"/v1/orders/{order_id}")
        shop.viewer.get(f"/v1/orders/{order_id}/funds")
    order_id, dispute_id = shop.disputed()
    shop.platform.act(order_id, "freeze", {"reason": "Review."})
    shop.staff.dispute(dispute_id, "accept")
    shop.platform.act(order_id, "unfreeze")
    shop.recorder.minutes(2, days=6)  # nobody has answered
    shop.viewer.get(f"/v1/disputes/{dispute_id}")
    shop.platform.act(order_id, "open_dispute", {**CLAIM, "claim": usd("3.00")})
    shop.viewer.get(f"/v1/orders/{order_id}")


def refunds(shop: Shop) -> None:
    """Money: paid short, paid too much, cancelled, given back in parts, released."""
    for action in ("accept_payment", "refuse_payment"):
        order_id = shop.place()
        shop.platform.act(order_id, "pay", {"amount": usd("20.00"), "method": "card"})
        shop.platform.act(order_id, "report_short_payment", {"received": usd("20.00")})
        shop.owner.act(order_id, action)
        settle(shop, order_id)
    order_id = shop.paid()
    shop.platform.act(order_id, "request_cancellation", {"reason": "Twice by mistake."})
    shop.staff.act(order_id, "accept_cancellation")
    settle(shop, order_id)
    order_id = shop.paid()
    shop.staff.act(order_id, "ship", {"parcels": [parcel("LX7", line1=1)]})
    for parcels in ([parcel("LX8", line1=5)], [parcel("LX8", line9=1)], [{"carrier": "", "tracking_no": "1"}], []):
        shop.staff.act(order_id, "ship", {"parcels": parcels})
    shop.staff.act(
        order_id, "edit_shipment", {"parcel_id": "p1", "carrier": "DHL", "tracking_url": "https://dhl.example/7"}
    )
    shop.staff.act(order_id, "edit_shipment", {"parcel_id": "p9", "carrier": "DHL"})
    shop.platform.act(order_id, "expire_shipment")
    settle(shop, order_id)
    order_id = shop.sent(fee_rates={"commission": "0.08", "affiliate": "0.01"})
    shop.platform.act(order_id, "report_delivery", {"parcel_id": "p1"})
    for days in (10, 51, 50, 0):
        shop.owner.act(order_id, "extend_receipt", {"days": days})
    shop.platform.act(order_id, "confirm_receipt")
    for body in (
        {"amount": usd("99.00")},
        {"amount": usd("20.00"), "commission": usd("2.28"), "affiliate_fee": usd("0.29")},
    ):
        shop.platform.act(order_id, "release_funds", body)
    shop.viewer.get(f"/v1/orders/{order_id}/funds")


def settle(shop: Shop, order_id: str) -> None:
    order = shop.viewer.get(f"/v1/orders/{order_id}").json
    for refund in order["refunds"]:
        shop.viewer.get(f"/v1/refunds/{refund['refund_id']}")
        for body in ({"amount": usd("999.00")}, {"coupon": usd("1.00")}, {}, {}):
            shop.platform.act(order_id, "complete_refund", {"refund_id": refund["refund_id"], **body})
        shop.viewer.get(f"/v1/refunds/{refund['refund_id']}")
    shop.viewer.get(f"/v1/orders/{order_id}/funds")


def lists(shop: Shop) -> None:
    viewer, world = shop.viewer, shop.recorder.world
    for stage in (*STAGES, "lost"):
        viewer.get("/v1/disputes", query={"stage": stage})
    viewer.pages("/v1/disputes", 20)
    for state in ("requested", "accepted", "rejected", "withdrawn", "paid", "lost"):
        viewer.pages("/v1/refunds", 10, state=state)
    viewer.get("/v1/refunds/none")
    viewer.get("/v1/refunds/" + quote("%2e%2e"))
    viewer.get("/v1/funds")
    for query in (
        {},
        {"flow": "payment"},
        {"flow": "refund"},
        {"flow": "theft"},
        {"currency": "EUR"},
        {"currency": "E"},
        {"at_from": world.ago(days=2), "at_to": world.ahead(days=1)},
        {"at_from": "x"},
    ):
        viewer.pages("/v1/funds/entries", 20, **query)
    viewer.pages("/v1/funds/unexplained", 2)
    for fund_state in ("awaiting_release", "refunding", "refunded", "released"):
        viewer.pages("/v1/orders", 10, fund_state=fund_state)
    for overlay in ("dispute", "refund", "unread"):
        viewer.pages("/v1/orders", 10, overlay=overlay)
    viewer.get("/v1/orders/counters")
    viewer.pages("/v1/reports/violations", 2)
    for query in (
        {"group_by": "day"},
        {"group_by": "week", "by": "country"},
        {"group_by": "month", "by": "product", "limit": 2},
        {"from": "2026-12-01", "to": "2026-12-31", "currency": "USD"},
        {"from": "2026-12-31", "to": "2026-12-01"},
        {"from": "2020-01-01", "to": "2026-12-01"},
        {"group_by": "year"},
        {"by": "planet"},
    ):
        viewer.get("/v1/reports/sales", query=query)
    viewer.get("/v1/reports/service-level")
