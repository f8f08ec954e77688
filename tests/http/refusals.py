"""Requests that must be refused, and what every refusal is held against: its form, and that nothing changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from tests import proof
from tests.harness import Answer, Api, Client, Shop, ago, line, new_order, parcel, usd

OVER_A_SOCKET = proof.size(4, 1)


@dataclass(frozen=True)
class Case:
    """One bad request and the answer that it must get. `pointer` is where the problem lies, or begins."""

    name: str
    client: Client
    method: str
    path: str
    status: int
    code: str | None = None
    pointer: str | None = None
    body: Any = None
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""


@dataclass(frozen=True)
class Desk:
    """A shop with one order and one that is disputed, a message template, an alert channel, and requests that would
    succeed in form."""

    shop: Shop
    order_id: str
    dispute_id: str
    template_id: str
    channel_id: str
    api: Api

    def picture(self) -> Any:
        """All there is: the counts, every list, the order and its history."""
        owner = self.shop.owner
        counts = owner.get("/v1/orders/counters").json
        moving = ("as_of", "placed_today", "due_24h", "seller_due_24h", "overdue")
        return [
            {name: value for name, value in counts.items() if name not in moving},
            *(owner.every(path) for path in ("/v1/orders", "/v1/deadlines", "/v1/parcels", "/v1/refunds")),
            *(owner.every(path) for path in ("/v1/messages", "/v1/message-templates", "/v1/alerts")),
            owner.get("/v1/alert-rules").json,
            owner.get("/v1/alert-channels").json,
            owner.every(f"/v1/alert-channels/{self.channel_id}/deliveries"),
            *(owner.get(f"/v1/orders/{self.order_id}{part}").json for part in ("", "/history", "/access")),
            owner.get(f"/v1/disputes/{self.dispute_id}").json,
            owner.get("/v1/store").json,
        ]


def open_desk(api: Api) -> Desk:
    shop = api.shop()
    order_id, disputed_id = (shop.platform.place(**order(deadlines=None))["order_id"] for _ in range(2))
    for action in ("pay", "pass_risk"):
        assert shop.platform.act(disputed_id, action).status == 200
    assert shop.staff.act(disputed_id, "ship", {"parcels": [parcel("LX1")]}).status == 200
    claim = {"kind": "not_received", "claim": usd("1.00"), "solution": "refund", "text": "not here"}
    disputed = shop.platform.act(disputed_id, "open_dispute", claim)
    template = shop.staff.post("/v1/message-templates", {"name": "hello", "text": "Order {order_id}."})
    assert template.status == 201, template.content
    robot = {"kind": "dingtalk", "name": "a robot", "url": "https://oapi.dingtalk.com/robot/send?access_token=x"}
    channel = shop.owner.post("/v1/alert-channels", robot)
    assert channel.status == 201, channel.content
    off = shop.owner.patch(f"/v1/alert-channels/{channel.json['id']}", {"enabled": False})
    assert off.status == 200, "or a local run would really call the robot"
    ids = (disputed.json["dispute"]["dispute_id"], template.json["template_id"], channel.json["id"])
    return Desk(shop, order_id, *ids, api)


def order(**changes: Any) -> dict[str, Any]:
    """An order with every field there is."""
    full = line("1", 2, "10.00", sku="S", title="T", attributes={"Color": "Red"}, handling_days=3)
    full["image_url"] = "https://i.test/1.jpg"
    body = new_order(lines=[full, line("2", 1, "5.50")], discount=usd("0.00"), tax=usd("0.00"), total=usd("28.50"))
    body["buyer"] |= {"name": "Alex Example", "email": "alex@example.com"}
    body |= {"delivery_days": 30, "chosen_service": "STANDARD", "memo": "m"}
    return {**body, "deadlines": [{"kind": "payment", "due_at": ago(minutes=1)}], **changes}


def check(case: Case) -> Answer:
    answer = case.client.request(
        case.method, f"{case.path}?{case.query}", case.body, raw=case.raw, headers=case.headers
    )
    content = answer.content[:500]
    assert answer.status == case.status, (case.name, answer.status, content)
    assert answer.headers["content-type"] == "application/problem+json", (case.name, content)
    problem = answer.json
    assert problem["status"] == answer.status
    assert problem["request_id"] == answer.headers["x-request-id"], case.name
    assert {"type", "title", "detail", "instance"} <= set(problem), case.name
    assert case.code in (None, problem["code"]), (case.name, content)
    if case.status in (400, 422) and case.pointer is not None:
        assert problem["errors"], case.name
        assert any(found == case.pointer or found.startswith(f"{case.pointer}/") for found in answer.fields), (
            case.name,
            case.pointer,
            answer.fields,
        )
    return answer


def run(desk: Desk, cases: Iterable[Case], floor: int) -> None:
    """Over a socket one case in so many: every one is refused before the store, and was in process."""
    share = OVER_A_SOCKET if desk.api.engine == "local" else 1
    before = desk.picture()
    failures, count = [], 0
    for case in islice(cases, 0, None, share):
        count += 1
        try:
            check(case)
        except AssertionError as failed:
            failures.append(str(failed).splitlines()[0])
    assert not failures, "\n".join(failures)
    assert desk.picture() == before
    proof.counted("bad requests refused by name", count, floor // share)
