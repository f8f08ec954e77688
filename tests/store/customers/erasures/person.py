"""A buyer of a shop, and all that the shop keeps of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import boto3

from functions.orders.request.segments import segment_of
from tests.harness import BUCKET, Shop, ago, new_order, parcel, usd

PNG = b"\x89PNG\r\n\x1a\n"
RECIPIENT = ("name", "state", "city", "street", "zip", "phone", "mobile", "tax_id")
ODD = "a#b/../c"
"""A buyer's id may hold what parts the pieces of a key."""


@dataclass
class Person:
    """A buyer, and every string that can be read off what the shop keeps of them."""

    shop: Shop
    buyer: str
    marks: list[str] = field(default_factory=list)
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)

    def mark(self, what: str) -> str:
        text = f"{what}-of-{self.buyer}-{len(self.marks):03d}"
        self.marks.append(text)
        return text

    def body(self, **more: Any) -> dict[str, Any]:
        recipient = {"country": "FR"} | {name: self.mark(name)[-30:] for name in RECIPIENT}
        self.marks = [*self.marks[: -len(RECIPIENT)], *(recipient[name] for name in RECIPIENT)]
        buyer = {"id": self.buyer, "country": "FR", "name": self.mark("name"), "email": f"{self.mark('email')}@x.test"}
        return new_order(buyer=buyer, recipient=recipient, memo=self.mark("memo"), placed_at=ago(days=30), **more)

    def place(self, *steps: tuple[str, Any]) -> str:
        body = self.body()
        assert self.shop.platform.post("/v1/orders", body).status == 201
        order_id = str(body["order_id"])
        self.bodies[order_id] = body
        self.do(order_id, *steps)
        noted = {"note": self.mark("note"), "tags": [self.mark("tag")]}
        assert self.shop.staff.patch(f"/v1/orders/{order_id}", noted).status == 200
        return order_id

    def do(self, order_id: str, *steps: tuple[str, Any]) -> None:
        for action, content in steps:
            answer = self.shop.platform.act(order_id, action, {"at": ago(days=20), **content})
            assert answer.status == 200, (action, answer.content)

    def says(self, order_id: str, sender: str = "buyer") -> None:
        who = self.shop.platform if sender == "buyer" else self.shop.staff
        origin = {"from": "buyer"} if sender == "buyer" else {}
        answer = who.post(f"/v1/orders/{order_id}/messages", {"text": f"It is {self.mark('words')}.", **origin})
        assert answer.status == 201, answer.content

    def disputed(self) -> str:
        """Sent, disputed with words and files, settled, paid and finished; what nobody added lies there, too."""
        order_id = self.place(("pay", {}), ("pass_risk", {}))
        box = parcel("LX1") | {"tracking_url": f"https://x.test/?to={self.mark('label')}"}
        self.do(order_id, ("ship", {"parcels": [box]}), ("freeze", {"reason": self.mark("reason")}), ("unfreeze", {}))
        claim = {"kind": "not_as_described", "claim": usd("5.00"), "solution": "refund", "text": self.mark("says")}
        opened = self.shop.platform.act(order_id, "open_dispute", claim)
        dispute_id = opened.json["dispute"]["dispute_id"]
        for added in (True, False):
            form = self.shop.staff.post(f"/v1/disputes/{dispute_id}/evidence", {"media_type": "image/png"}).json
            for _ in range(2):
                content = PNG + self.mark("file").encode()
                boto3.client("s3").put_object(Bucket=BUCKET, Key=form["upload"]["fields"]["key"], Body=content)
            if added:
                body = {"evidence_id": form["evidence_id"], "text": self.mark("evidence")}
                self.step(dispute_id, "staff", "add_evidence", body)
        offer = {"solution": "refund", "refund": usd("2.00"), "text": self.mark("counter")}
        self.step(dispute_id, "staff", "counter", offer)
        self.step(dispute_id, "platform", "buyer_accept", {})
        refund = self.shop.platform.get(f"/v1/orders/{order_id}").json["refunds"][0]["refund_id"]
        for action, content in (
            ("complete_refund", {"refund_id": refund}),
            ("confirm_receipt", {}),
            ("release_funds", {}),
        ):
            answer = self.shop.platform.act(order_id, action, content)
            assert answer.status == 200, (action, answer.content)
        for sender in ("buyer", "seller", "buyer"):
            self.says(order_id, sender)
        return order_id

    def step(self, dispute_id: str, role: str, action: str, body: dict[str, Any]) -> None:
        answer = getattr(self.shop, role).post(f"/v1/disputes/{dispute_id}/actions/{action}", body)
        assert answer.status == 200, (action, answer.content)

    def cancelled(self) -> str:
        order_id = self.place(("pay", {}), ("pass_risk", {}))
        self.do(order_id, ("request_cancellation", {"reason": self.mark("reason")}), ("accept_cancellation", {}))
        refund = self.shop.platform.get(f"/v1/orders/{order_id}").json["refunds"][0]["refund_id"]
        self.do(order_id, ("complete_refund", {"refund_id": refund}))
        return order_id

    def unpaid(self) -> str:
        order_id = self.place(("cancel_unpaid", {}))
        self.says(order_id)
        return order_id

    def noted(self) -> None:
        changes = {"note": self.mark("note"), "tags": [self.mark("tag")], "reminder_opt_out": True}
        assert self.shop.staff.patch(f"/v1/customers/{segment_of(self.buyer)}", changes).status == 200


def someone(shop: Shop, buyer: str, *, orders: tuple[str, ...] = ("disputed", "cancelled", "unpaid")) -> Person:
    person = Person(shop, buyer)
    for name in orders:
        getattr(person, name)()
    person.noted()
    return person
