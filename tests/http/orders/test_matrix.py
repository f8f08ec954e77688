"""The whole product of state, overlay, action and role over HTTP, against the table of the domain."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from shared.domain.order import lifecycle
from shared.domain.order.guards import PAID_IN_TIME
from shared.domain.order.lifecycle import ACTIONS, ROWS
from shared.domain.order.transitions import ANY
from tests import proof
from tests.harness import Answer, Api, Client, Shop, ago, ahead, line, new_order, parcel, snapshot, usd

ROLES = ("owner", "staff", "viewer", "platform")
UNPAID = {"PLACE_ORDER_SUCCESS", "PAYMENT_PROCESSING"}
SENT = {"SELLER_PART_SEND_GOODS", "WAIT_BUYER_ACCEPT_GOODS"}
NEEDS = {
    "extend_receipt": "no dispute",
    "confirm_receipt": "no dispute",
    "expire_receipt": "no dispute",
    "release_funds": "awaiting release, no dispute",
    "complete_refund": "accepted refund",
    "unfreeze": "frozen",
    "open_dispute": "not refunding",  # a snapshot's dispute gets its claim
}
"""What an action needs beside the status; who does it, from where and to where is in the table of the domain, which
tests/domain compares with one of its own."""
CHOICES = {"ship": "WAIT_BUYER_ACCEPT_GOODS", "sync": "WAIT_SELLER_SEND_GOODS"}
"""Where a body of `body_of` leads, of the targets that the table has for the action."""
ENDS = {
    "awaiting_release": {"fund_state": "awaiting_release", "end_reason": "buyer_accept_goods"},
    "refunding": {"fund_state": "refunding", "end_reason": "cancel_order_close_trade"},
    "released": {"fund_state": "released", "end_reason": "buyer_accept_goods"},
}
STATES: list[tuple[str, str]] = [
    *((status, "none") for status in sorted(ANY - {"FUND_PROCESSING", "FINISH"})),
    ("FUND_PROCESSING", "awaiting_release"),
    ("FUND_PROCESSING", "refunding"),
    ("FINISH", "released"),
]
WITHOUT_REFUNDS = UNPAID | {"IN_BOOK_SALE"}
"""A snapshot that shows an order unpaid takes back whatever refund was promised."""
OVERLAYS: tuple[tuple[str, ...], ...] = ((), ("dispute",), ("frozen",), ("dispute", "frozen"), ("refund",))


def overlays_of(status: str, fund_state: str) -> list[tuple[str, ...]]:
    """The overlays that an order of this state can have: all, or none and every other, another half for the next."""
    place = STATES.index((status, fund_state))
    lying = [overlays for overlays in OVERLAYS if not (status in WITHOUT_REFUNDS and "refund" in overlays)]
    return [overlays for n, overlays in enumerate(lying) if n == 0 or proof.size((n + place) % 2 == 0, True)]


@dataclass(frozen=True)
class State:
    status: str
    fund_state: str
    overlays: tuple[str, ...]

    @property
    def accepted_refund(self) -> bool:
        return "refund" in self.overlays or self.fund_state == "refunding"

    def allows(self, action: str) -> bool:
        """The oracle: what the table and NEEDS say of an actor of the action."""
        needs = NEEDS.get(action, "")
        return (
            any(self.status in row.sources for row in ROWS[action] if PAID_IN_TIME not in row.guards)
            and ("frozen" not in self.overlays or action in ("unfreeze", "sync"))
            and not ("no dispute" in needs and "dispute" in self.overlays)
            and not ("awaiting release" in needs and self.fund_state != "awaiting_release")
            and not ("not refunding" in needs and self.fund_state == "refunding")
            and not ("accepted refund" in needs and not self.accepted_refund)
            and not (needs == "frozen" and "frozen" not in self.overlays)
        )

    def allowed_to(self, role: str) -> list[str]:
        return sorted(action for action in ACTIONS if role in actors_of(action) and self.allows(action))

    def after(self, action: str) -> tuple[str, str]:
        """The status and fund state where the table leads."""
        if action == "release_funds":
            return ("FUND_PROCESSING" if self.accepted_refund else "FINISH"), "released"
        if action == "complete_refund":
            return ("FINISH", "refunded") if self.fund_state == "refunding" else (self.status, self.fund_state)
        if action in CHOICES:
            return CHOICES[action], "none"
        targets = next(row.targets for row in ROWS[action] if self.status in row.sources)
        (target,) = (each for each in targets if not each.exceptional)
        return (target.status, target.fund_state) if target.status else (self.status, self.fund_state)

    def overlays_after(self, action: str) -> set[str]:
        """Of the two overlays that restrict."""
        held = set(self.overlays) & {"dispute", "frozen"}
        changed = {"freeze": held | {"frozen"}, "unfreeze": held - {"frozen"}, "open_dispute": held | {"dispute"}}
        if action == "complete_refund" and self.fund_state == "refunding":
            return held - {"dispute"}
        return set() if action == "sync" else changed.get(action, held)


def actors_of(action: str) -> set[str]:
    return {"owner", "staff", "platform"} if "seller" in lifecycle.actors_of(action) else {"platform"}


def tries(state: State, action: str) -> set[str]:
    """The roles that try an action in a state: all. In quick size one of its actors, and without an overlay one of the
    others, each in its turn."""
    if proof.FULL:
        return set(ROLES)
    turn = STATES.index((state.status, state.fund_state)) + list(ACTIONS).index(action)
    actors = sorted(actors_of(action))
    others = [] if state.overlays else sorted(set(ROLES).difference(actors))
    return {each[turn % len(each)] for each in (actors, others) if each}


def body_of(action: str, order: dict[str, Any], placed: dict[str, Any]) -> dict[str, Any]:
    """Content that no rule refuses, so that only the state decides."""
    accepted = [refund["refund_id"] for refund in order["refunds"] if refund["state"] == "accepted"]
    bodies: dict[str, dict[str, Any]] = {
        "adjust_price": {"total": usd("21.00")},
        "report_short_payment": {"received": usd("90.00")},
        "ship": {"parcels": [parcel("LX900000001CN")]},
        "edit_shipment": {"parcel_id": "p1", "tracking_no": "LX900000002CN"},
        "report_delivery": {"parcel_id": "p1"},
        "request_cancellation": {"reason": "changed my mind"},
        "reject_cancellation": {"reason": "already packed"},
        "freeze": {"reason": "review"},
        "extend_receipt": {"days": 3},
        "complete_refund": {"refund_id": (accepted or ["rfd_none"])[0]},
        "open_dispute": {"kind": "not_received", "claim": usd("1.00"), "solution": "refund", "text": "not here"},
        "sync": snapshot(placed, "WAIT_SELLER_SEND_GOODS", changed_at=ahead(seconds=30)),
    }
    return bodies.get(action, {})


def bring(shop: Shop, state: State) -> tuple[dict[str, Any], dict[str, Any]]:
    """A fresh order in that state, and its body as the platform sends it."""
    lines = [line("1", 9, "10.00"), line("2", 1, "5.50")]
    placed = new_order(placed_at=ago(hours=4), lines=lines)
    order_id = shop.platform.place(**placed)["order_id"]
    sent = [parcel("LX100000001CN", line1=1) | {"shipped_at": ago(hours=3)}]
    if "refund" in state.overlays:
        # Closing what was not shipped leaves an accepted refund; the platform then shows more pieces to be shipped.
        few = {**placed, "lines": [line("1", 3, "10.00"), line("2", 1, "5.50")]}
        part = snapshot(few, "SELLER_PART_SEND_GOODS", changed_at=ago(hours=2), parcels=sent)
        _done(shop.platform.act(order_id, "sync", part))
        _done(shop.platform.act(order_id, "expire_shipment", {"at": ago(hours=1)}))
    shown = snapshot(
        placed,
        state.status,
        changed_at=ago(minutes=30),
        parcels=sent if state.status in SENT else [],
        overlays=[overlay for overlay in state.overlays if overlay != "refund"],
        **ENDS.get(state.fund_state, {}),
    )
    order = _done(shop.platform.act(order_id, "sync", shown))
    assert (order["status"], order["fund_state"]) == (state.status, state.fund_state)
    assert set(order["overlays"]) >= set(state.overlays)
    return order, placed


def _done(answer: Answer) -> dict[str, Any]:
    assert answer.status == 200, answer.content
    body: dict[str, Any] = answer.json
    return body


def everything_of(shop: Shop, order_id: str) -> list[dict[str, Any]]:
    """The raw items of the order and of the store's counts."""
    client, table = boto3.client("dynamodb"), os.environ["TABLE_NAME"]
    return [
        item
        for key in (f"{shop.name}#{order_id}", shop.name)
        for item in client.query(
            TableName=table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": key}},
        )["Items"]
    ]


def clients(shop: Shop) -> Iterator[tuple[str, Client]]:
    for role in ROLES:
        yield role, getattr(shop, role)


def refuse_everything_else(shop: Shop, state: State, counts: Counter[int]) -> None:
    order, placed = bring(shop, state)
    order_id = order["order_id"]
    before = everything_of(shop, order_id)
    for role, client in clients(shop):
        shown = client.get(f"/v1/orders/{order_id}").json
        assert sorted(shown["actions"]) == state.allowed_to(role), (state, role)
        refused = {each["action"]: each for each in shown["refused_actions"]}
        assert set(refused) == {action for action in ACTIONS if role in actors_of(action)} - set(shown["actions"])
        for action in (each for each in ACTIONS if role in tries(state, each)):
            where = (state, role, action)
            if role not in actors_of(action):
                answer = client.act(order_id, action, body_of(action, order, placed))
                assert (answer.status, answer.code) == (403, "forbidden"), where
                assert set(answer.json["required_role"]) == actors_of(action), where
            elif state.allows(action):
                continue
            else:
                answer = client.act(order_id, action, body_of(action, order, placed))
                assert answer.status == 409, (where, answer.content)
                assert (refused[action]["code"], refused[action]["reason"]) == (answer.code, answer.json["detail"]), (
                    where
                )
                assert sorted(answer.json["allowed_actions"]) == state.allowed_to(role), where
                assert answer.json["order_status"] == state.status, where
                frozen = "frozen" in state.overlays and action != "unfreeze"
                assert answer.code in ({"order_frozen"} if frozen else {"transition_not_allowed", "dispute_open"}), (
                    where
                )
            counts[answer.status] += 1
    assert everything_of(shop, order_id) == before, state


def take_every_step(shop: Shop, state: State, counts: Counter[int]) -> None:
    for role, client in clients(shop):
        for action in (each for each in state.allowed_to(role) if role in tries(state, each)):
            where = (state, role, action)
            order, placed = bring(shop, state)
            answer = client.act(order["order_id"], action, body_of(action, order, placed))
            assert answer.status == 200, (where, answer.content)
            after = answer.json
            assert (after["status"], after["fund_state"]) == state.after(action), where
            assert set(after["overlays"]) & {"dispute", "frozen"} == state.overlays_after(action), where
            assert after["version"] == order["version"] + 1, where
            last = shop.viewer.every(f"/v1/orders/{order['order_id']}/history")[-1]
            recorded = (last["seq"], last["action"], last["from"], last["to"], last["actor"]["role"])
            assert recorded == (after["version"], action, state.status, after["status"], role), where
            counts[200] += 1


@pytest.mark.parametrize(("status", "fund_state"), STATES, ids=lambda part: part)
def test_the_table_decides_over_every_action_of_every_role(in_process: Api, status: str, fund_state: str) -> None:
    shop = in_process.shop(deadline_policy={"mode": "watch"})
    counts: Counter[int] = Counter()
    states = [State(status, fund_state, overlays) for overlays in overlays_of(status, fund_state)]
    for state in states:
        refuse_everything_else(shop, state, counts)
        take_every_step(shop, state, counts)
    tried = Counter(
        role in actors_of(action) for state in states for action in ACTIONS for role in tries(state, action)
    )
    assert (counts[403], counts.total()) == (tried[False], tried.total())
    assert not proof.FULL or counts[403] == 78 * len(states)
    proof.counted("actions over HTTP that the table allows", counts[200], proof.size(2, 6))
    proof.counted("actions over HTTP that the state refuses", counts[409], proof.size(20, 120))
    proof.counted("actions over HTTP that the role may not take", counts[403], proof.size(20, 78))
