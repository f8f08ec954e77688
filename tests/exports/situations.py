"""Orders in every situation, placed and acted upon over the API: exports and links of funds are held against them."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.domain.order.lifecycle import DISPUTE_ACTIONS
from tests.exports.expected.orders import Known
from tests.exports.office import Office
from tests.harness import Shop, new_order, snapshot
from tests.proof import size

DIGITS = {"USD": 2, "JPY": 0, "KWD": 3}
LINES, TIMES = size((100, 30), (700, 1))
"""Lines of the largest order, and how often each says its title: the products do not fit into a cell."""
COUNTRY = {"USD": "US", "JPY": "JP", "KWD": "KW"}

# Around both changes of the clock in Los Angeles in 2026, with the local time that a cell must show.
CHANGES = {
    "2026-03-08T07:59:59.999999Z": "2026-03-07 23:59:59",
    "2026-03-08T09:59:59Z": "2026-03-08 01:59:59",
    "2026-03-08T10:00:00Z": "2026-03-08 03:00:00",
    "2026-03-08T10:00:00.000001Z": "2026-03-08 03:00:00",
    "2026-03-09T07:00:00Z": "2026-03-09 00:00:00",
    "2026-11-01T08:00:00Z": "2026-11-01 01:00:00",
    "2026-11-01T08:59:59Z": "2026-11-01 01:59:59",
    "2026-11-01T09:00:00Z": "2026-11-01 01:00:00",
    "2026-11-01T09:59:59Z": "2026-11-01 01:59:59",
    "2026-11-01T10:00:00Z": "2026-11-01 02:00:00",
    "2026-11-02T08:00:00Z": "2026-11-02 00:00:00",
}

Step = tuple[str, Any]
PAID: tuple[Step, ...] = (("pay", {}), ("pass_risk", {}))


def box(number: str, carrier: str = "CAINIAO_STANDARD", **lines: int) -> dict[str, Any]:
    body: dict[str, Any] = {"carrier": carrier, "tracking_no": number}
    pieces = [{"line_id": name.removeprefix("line"), "quantity": quantity} for name, quantity in lines.items()]
    return body | ({"lines": pieces} if pieces else {})


def shipped(*boxes: dict[str, Any]) -> Step:
    return "ship", {"parcels": list(boxes)}


ALL = shipped(box("00340434161094042557"))
PART = shipped(box("000000000000000000000000000001", "EMS: express, 国际", line1=1))
DISPUTE = {"kind": "not_received", "claim": "1", "solution": "refund", "text": "It has not come.", "line_ids": ["1"]}
SITUATIONS: dict[str, tuple[Step, ...]] = {
    "unpaid": (),
    "paying": (("start_payment", {}),),
    "in risk control": (("pay", {}),),
    "held": (("pay", {}), ("hold_risk", {})),
    "short of money": (("pay", {}), ("report_short_payment", {"received": "7"})),
    "to ship": PAID,
    "shipped in part": (*PAID, PART),
    "shipped in parts": (
        *PAID,
        PART,
        shipped(box("RR000000000000000000002CN", "4PX", line1=1), box("0", "4PX", line3=1)),
    ),
    "shipped": (*PAID, ALL),
    "delivered": (*PAID, PART, ALL, ("report_delivery", {"parcel_id": "p2"}), ("report_delivery", {"parcel_id": "p1"})),
    "received": (*PAID, ALL, ("confirm_receipt", {})),
    "finished": (
        *PAID,
        ALL,
        ("confirm_receipt", {}),
        ("release_funds", {"commission": "1", "affiliate_fee": "2"}),
    ),
    "cancelling": (*PAID, ("request_cancellation", {"reason": "changed my mind"})),
    "cancelled": (*PAID, ("request_cancellation", {"reason": "x"}), ("accept_cancellation", {})),
    "refunded": (
        *PAID,
        ("request_cancellation", {"reason": "x"}),
        ("accept_cancellation", {}),
        ("complete_refund", {}),
    ),
    "rejected": (("pay", {}), ("reject_risk", {})),
    "not shipped in time": (*PAID, PART, ("expire_shipment", {})),
    "never shipped": (*PAID, ("expire_shipment", {})),
    "frozen": (*PAID, ("freeze", {"reason": "checked"})),
    "frozen in part": (*PAID, PART, ("freeze", {"reason": "checked"})),
    "disputed": (*PAID, ALL, ("open_dispute", DISPUTE)),
    "disputed in part": (*PAID, PART, ("open_dispute", DISPUTE)),
    "settled": (*PAID, ALL, ("open_dispute", DISPUTE), ("accept", {}), ("complete_refund", {"coupon": "1"})),
    "settled, released for less": (
        *PAID,
        ALL,
        ("confirm_receipt", {}),
        ("open_dispute", DISPUTE),
        ("accept", {}),
        ("release_funds", {"amount": "20", "commission": "2"}),
    ),
    "withdrawn": (*PAID, ALL, ("open_dispute", DISPUTE), ("withdraw", {})),
    "sent back": (
        *PAID,
        ALL,
        ("open_dispute", {**DISPUTE, "kind": "not_as_described", "solution": "return_and_refund"}),
        ("accept", {}),
        ("give_return_address", {"address": {"country": "CN"}}),
        ("buyer_returned", {"carrier": "EMS", "tracking_no": "RT1"}),
        ("confirm_return", {}),
    ),
    "cancelled unpaid": (("cancel_unpaid", {}),),
    "expired unpaid": (("expire_payment", {}),),
    "cheaper": (("adjust_price", {"total": "3"}),),
    "dearer": (("adjust_price", {"total": "99"}), *PAID),
}
MONEY = ("received", "claim", "total", "commission", "affiliate_fee", "amount", "coupon")


@dataclass
class Life:
    """Orders of one shop, placed and acted upon hour by hour; what was sent is exported."""

    office: Office
    shop: Shop
    bodies: list[dict[str, Any]] = field(default_factory=list)
    due: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def place(self, placed_at: str, currency: str = "USD", **changes: Any) -> dict[str, Any]:
        number = next(self.numbers)
        body = new_order(
            order_id=changes.pop("order_id", None) or f"{number:03}0000000000000017"[: 15 + number % 5],
            placed_at=placed_at,
            currency=currency,
            shipping_fee=money("3.05", currency),
            buyer={"id": f"b{number}", "country": "ES"} | ({"name": "Alex Example"} if number % 2 else {}),
            recipient={
                "country": COUNTRY[currency],
                "name": "Alex Example",
                "city": "Springfield" if number % 3 else "春田市",
                "street": "1 Example Street, Flat 2",
                "zip": f"0{number:04}",
                "phone": f"00{number:06}",
            },
            lines=[
                line("1", 3, "10.05", currency, sku=f"00{number}", title=f"标题 {number} \U0001f600"),
                line("2", 1, "0.00", currency, attributes={"Color": "Red", "尺寸": "L"}, handling_days=number % 9),
                line("3", 2, "5.55", currency, image_url="https://i.test/3.jpg"),
            ],
        )
        body |= changes
        self.bodies.append(body)
        answer = self.shop.platform.post("/v1/orders", body)
        assert answer.status == 201, answer.content
        return body

    def act(self, body: dict[str, Any], *steps: Step) -> None:
        order_id, at = body["order_id"], datetime.fromisoformat(body["placed_at"])
        for action, content in steps:
            at += timedelta(hours=1, seconds=7, microseconds=999_999)
            fields = {name: money(each, body["currency"]) if name in MONEY else each for name, each in content.items()}
            if action == "complete_refund":
                refunds = self.shop.platform.get(f"/v1/orders/{order_id}").json["refunds"]
                fields |= {"refund_id": refunds[-1]["refund_id"]}
            about = f"/v1/orders/{order_id}"
            if action in DISPUTE_ACTIONS:
                about = f"/v1/disputes/{self.shop.platform.get(about).json['dispute']['dispute_id']}"
            answer = self.shop.platform.post(f"{about}/actions/{action}", fields | {"at": at.isoformat()})
            assert answer.status == 200, (action, answer.content)
            for due in answer.json.get("deadlines", ()):
                if "due_at" in due:  # a held timer has none
                    self.due[order_id][due["kind"]] = due["due_at"]

    def known(self, body: dict[str, Any], *, masked: bool = False) -> Known:
        return Known.read(self.shop.staff, body, masked=masked, due=self.due[body["order_id"]])


def money(amount: str, currency: str) -> dict[str, str]:
    return {"amount": f"{Decimal(amount):.{DIGITS[currency]}f}", "currency": currency}


def line(line_id: str, quantity: int, price: str, currency: str, **more: Any) -> dict[str, Any]:
    body = {"line_id": line_id, "product_id": f"0{line_id}00500123456789", "quantity": quantity}
    return body | {"unit_price": money(price, currency)} | more


def live(life: Life) -> str:
    """Orders of every sort, in `make test` each situation in one currency; answers with the number of one whose
    products fit into no cell."""
    at = datetime.fromisoformat("2026-02-03T17:30:59Z")
    for place, (name, steps) in enumerate(SITUATIONS.items()):
        for currency in size(list(DIGITS)[place % 3 :][:1], list(DIGITS)):
            at += timedelta(days=3, hours=1, minutes=1)
            body = life.place(at.isoformat(), currency)
            life.act(body, *steps)
            if name in ("to ship", "finished"):
                note = {"note": "=SUM(A1)\nsecond line", "tags": ["vip", "大客户"], "assignee": "业务员 007"}
                assert life.shop.staff.patch(f"/v1/orders/{body['order_id']}", note).status == 200
    for number, change in enumerate(CHANGES):
        body = life.place(change, order_id=f"00000000000000000{number:02}")
        life.act(body, *(PAID if number % 2 else ()))
    for currency, digits in DIGITS.items():
        most = str((10**15 - 1) / Decimal(10**digits))
        life.place(
            "2026-05-05T05:05:05Z", currency, lines=[line("1", 1, most, currency)], shipping_fee=money("0", currency)
        )
        third = str((10**15 - 1) // 3 / Decimal(10**digits))
        more = {"tax": money("0", currency), "discount": money(third, currency)}
        body = life.place("2026-05-06T05:05:05.5Z", currency, lines=[line("1", 3, third, currency)], **more)
        life.act(body, *PAID, ("ship", {"parcels": [box("9" * 30, "DHL")]}), ("confirm_receipt", {}))
    life.place(
        "2026-06-01T00:00:00Z",
        order_id="9999999999999999999",
        buyer={"id": "0012", "country": "US", "name": "Alex Example", "email": "alex@example.com"},
        recipient={"country": "ZZ", "phone": "+44 00 0000", "mobile": "-00 11", "tax_id": "000123", "zip": "00501"},
        memo=" leading blank\nsecond line\ttabbed ",
        chosen_service="CAINIAO_STANDARD",
        delivery_days=30,
        tax={"amount": "1.10", "currency": "USD"},
        discount={"amount": "2.20", "currency": "USD"},
    )
    life.place("2026-06-01T00:00:00Z", order_id="0", recipient={"country": "DE"})
    presale = life.place("2026-06-02T00:00:00Z", order_id="A_-z")
    for changed_at, status in (
        ("2026-06-03T00:00:00Z", "IN_BOOK_SALE"),
        ("2026-06-04T00:00:00Z", "WAIT_GROUP_SUCCESS"),
    ):
        answer = life.shop.platform.act("A_-z", "sync", snapshot(presale, status, changed_at=changed_at))
        assert answer.status == 200, answer.content
    for number, currency in enumerate((*DIGITS, "USD")):
        again = life.place(f"2026-06-1{number}T00:00:00Z", currency, buyer={"id": "买家 0012", "country": "DE"})
        life.act(again, *(PAID if number < 3 else (("cancel_unpaid", {}),)))
    fields = {"tags": ["vip", "大客户"], "note": "=SUM(A1)\nsecond line", "blocked": True, "reminder_opt_out": True}
    assert life.shop.staff.patch("/v1/customers/0012", fields).status == 200
    lines = [
        line(str(n), n % 3 + 1, f"{n}.99", "USD", title=f"Title {n} 标题 \U0001f600" * TIMES, sku=f"S{n}")
        for n in range(LINES)
    ]
    many: dict[str, Any] = life.place("2026-07-04T12:00:00Z", order_id="0000700000000000000", lines=lines)
    life.act(many, *PAID, shipped(box("LX000000700CN", line0=1, line1=1, **{f"line{LINES - 1}": 1})))
    return str(many["order_id"])
