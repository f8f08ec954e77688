"""Clients of a running server that place and act at random, and remember what they were promised."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from shared.domain.order.model import FundState, Overlay, Status
from tests.books.orders import wrong_steps
from tests.harness import Shop, new_order, parcel

STEPS: list[tuple[str, str, Any]] = [
    *[("platform", "pay", {}), ("platform", "pass_risk", {})] * 4,
    *[("staff", "ship", {"parcels": []}), ("staff", "ship", "rest")] * 3,
    ("platform", "request_cancellation", {"reason": "changed"}),
    ("staff", "accept_cancellation", {}),
    ("staff", "reject_cancellation", {"reason": "sent"}),
    ("platform", "freeze", {"reason": "review"}),
    *[("platform", "unfreeze", {})] * 2,
    ("platform", "confirm_receipt", {}),
    ("platform", "release_funds", {}),
    ("platform", "complete_refund", "refund"),
    ("platform", "reject_risk", {}),
    ("platform", "start_payment", {}),
    ("staff", "adjust_price", {"total": {"amount": "20.00", "currency": "USD"}}),
]


@dataclass
class Promises:
    """`versions` holds every (order, version) that a 200 or 201 has promised, with its action."""

    versions: dict[tuple[str, int], str] = field(default_factory=dict)
    figures: Counter[str] = field(default_factory=Counter)

    def heard(self, order_id: str, action: str, answer: Any) -> None:
        self.figures["operations"] += 1
        if answer.status in (200, 201):
            self.figures["acknowledged"] += 1
            self.versions.setdefault((order_id, answer.json["version"]), action)
        elif answer.status in (409, 412, 422):
            self.figures["conflicts" if answer.status == 412 else "refused"] += 1
        else:
            self.figures[str(answer.status)] += 1


def act(shop: Shop, order_id: str, promises: Promises, chance: random.Random) -> None:
    """One random step, legal or not, at times with a key sent twice, at times with If-Match. Raises httpx errors."""
    role, action, body = chance.choice(STEPS)
    client = getattr(shop, role)
    headers: dict[str, str] = {}
    if body == "refund":
        refunds = client.get(f"/v1/orders/{order_id}").json["refunds"]
        body = {"refund_id": refunds[-1]["refund_id"] if refunds else "rfd_none"}
    elif action == "ship":
        piece = {} if body == "rest" else {"line1": 1}
        body = {"parcels": [parcel(f"LX{uuid.uuid4().hex[:12]}", **piece)]}
    if chance.random() < 0.3:
        headers["If-Match"] = f'"{chance.randint(1, 4)}"'
    again = chance.random() < 0.3
    if again:
        headers["Idempotency-Key"] = uuid.uuid4().hex
    answer = client.act(order_id, action, body, headers=headers)
    promises.heard(order_id, action, answer)
    if again and answer.status == 200:
        replay = client.act(order_id, action, body, headers=headers)
        assert (replay.status, replay.content) == (answer.status, answer.content)
        assert replay.headers["idempotent-replayed"] == "true"
        promises.figures["replayed"] += 1


def place(shop: Shop, promises: Promises) -> str:
    body = new_order()
    answer = shop.platform.post("/v1/orders", body)
    promises.heard(body["order_id"], "place", answer)
    return str(body["order_id"])


def events(shop: Shop) -> list[tuple[str, int]]:
    """The whole event feed, in its order."""
    found, after = list[tuple[str, int]](), {}
    while True:
        answer = shop.owner.get("/v1/events", query={"limit": 200, **after})
        assert answer.status == 200, answer.content
        found += [(each["order_id"], each["seq"]) for each in answer.json["data"]]
        if answer.json["page"]["next_cursor"] is None:
            return found
        after = {"after": answer.json["page"]["after"]}


def check(shop: Shop, promises: Promises) -> int:
    """Histories, the event feed, promises and counters agree; the number of history entries read."""
    rows, entries, made = shop.viewer.every("/v1/orders"), 0, list[tuple[str, int]]()
    actions: dict[tuple[str, int], str] = {}
    for row in rows:
        history = shop.viewer.every(f"/v1/orders/{row['order_id']}/history")
        assert not (wrong := wrong_steps(history)), (row["order_id"], wrong)
        assert (history[-1]["seq"], history[-1]["to"]) == (row["version"], row["status"]), row["order_id"]
        actions.update({(row["order_id"], entry["seq"]): entry["action"] for entry in history})
        entries += len(history)
        made += [(row["order_id"], each["seq"]) for each in history if each["actor"]["role"] != "platform"]
    fed = events(shop)
    assert sorted(fed, key=lambda event: event[0]) == sorted(made), "none missed, none out of order within an order"
    for promised, action in promises.versions.items():
        # An answer that changed nothing (the same price again) names a version that something else has made.
        made = actions.get(promised)
        assert made == action or (made and action == "adjust_price"), (promised, action, made)
    counters = shop.viewer.get("/v1/orders/counters").json
    assert counters["total"]["count"] == len(rows)
    for facet, name, values in (
        ("statuses", "status", Status),
        ("fund_states", "fund_state", FundState),
        ("overlays", "overlay", Overlay),
    ):
        for value in values:
            listed = len(shop.viewer.every("/v1/orders", **{name: value}))
            assert counters[facet][value]["count"] == listed, (value, counters[facet][value], listed)
    return entries


UNREACHABLE = (httpx.HTTPError,)
