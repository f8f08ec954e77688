"""What an order and a dispute say of the actions that are not possible now, and that the attempt is refused so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness import Api, Client, Shop, usd
from tests.http.orders.after_sales.test_disputes import CLAIM, act, disputed
from tests.proof import counted

BODIES: dict[str, dict[str, Any]] = {
    "counter": {"solution": "refund", "refund": usd("1.00")},
    "buyer_counter": {"solution": "refund", "refund": usd("1.00")},
    "decide": {"solution": "refund", "refund": usd("1.00")},
    "give_return_address": {"address": {"country": "CN"}},
    "add_evidence": {"evidence_id": "evd_01M8KNPRZYTM350K9SZMSEWXSC"},
}
LANGUAGES = ("en", "zh-CN")


@pytest.fixture
def shop(api: Api) -> Shop:
    return api.shop()


def refusals_of(view: dict[str, Any]) -> dict[str, tuple[str, str]]:
    assert len(view["actions"]) == len(view["actions_label"])
    assert all(each["action_label"] for each in view["refused_actions"])
    return {each["action"]: (each["code"], each["reason"]) for each in view["refused_actions"]}


def refused(client: Client, dispute_id: str) -> int:
    """Every step that the dispute says is refused is refused so, in both languages. Their number."""
    tried = 0
    for language in LANGUAGES:
        headers = {"Accept-Language": language}
        for action, said in refusals_of(client.get(f"/v1/disputes/{dispute_id}", headers=headers).json).items():
            answer = act(client, dispute_id, action, BODIES.get(action, {}), headers=headers)
            assert (answer.status, answer.code, answer.json["detail"]) == (409, *said), action
            tried += 1
            if action == "add_evidence":
                form = client.post(f"/v1/disputes/{dispute_id}/evidence", {"media_type": "image/png"}, headers=headers)
                assert (form.status, form.code, form.json["detail"]) == (409, *said)
    return tried


def test_each_step_of_a_dispute_is_refused_as_the_dispute_says(shop: Shop) -> None:
    tried = 0
    for steps in ((), ("counter",), ("escalate",), ("withdraw",)):
        order_id, dispute_id = disputed(shop)
        for step in steps:
            client = shop.staff if step == "counter" else shop.platform
            assert act(client, dispute_id, step, BODIES.get(step)).status == 200
        tried += refused(shop.staff, dispute_id) + refused(shop.platform, dispute_id)
        assert shop.platform.act(order_id, "freeze", {"reason": "review"}).status == 200
        frozen = refusals_of(shop.staff.get(f"/v1/disputes/{dispute_id}").json)
        assert {code for code, _ in frozen.values()} == {"order_frozen"} and len(frozen) == 5
        tried += refused(shop.staff, dispute_id)
    counted("steps of disputes that were refused as said", tried, 120)


def test_a_dispute_that_another_has_followed_says_so(shop: Shop) -> None:
    order_id, first = disputed(shop)
    assert act(shop.platform, first, "withdraw").status == 200
    assert shop.platform.act(order_id, "open_dispute", CLAIM).status == 200
    view = shop.staff.get(f"/v1/disputes/{first}").json
    assert view["actions"] == [] and {code for code, _ in refusals_of(view).values()} == {"dispute_ended"}
    assert refused(shop.staff, first) == 10
    again = shop.staff.get(f"/v1/orders/{order_id}").json["dispute"]
    assert again["actions"] == ["accept", "counter", "add_evidence"]
    assert again["actions_label"] == ["Accept the proposal", "Propose otherwise", "Add evidence"]


def test_a_reminder_that_the_buyer_does_not_want_is_refused_beforehand(shop: Shop) -> None:
    order_id = shop.platform.place()["order_id"]
    assert "remind_payment" in shop.staff.get(f"/v1/orders/{order_id}").json["actions"]
    assert shop.staff.patch("/v1/customers/buyer-1", {"reminder_opt_out": True}).status == 200
    for language in LANGUAGES:
        headers = {"Accept-Language": language}
        order = shop.staff.get(f"/v1/orders/{order_id}", headers=headers).json
        assert "remind_payment" not in order["actions"]
        answer = shop.staff.act(order_id, "remind_payment", headers=headers)
        assert answer.status == 409
        assert refusals_of(order)["remind_payment"] == (answer.code, answer.json["detail"])
    shown = shop.staff.patch(f"/v1/orders/{order_id}", {"note": "x"}).json
    assert refusals_of(shown)["remind_payment"][0] == "buyer_opted_out"


def test_a_role_sees_its_own_actions_alone(shop: Shop) -> None:
    order_id = shop.platform.place()["order_id"]
    views = {role: getattr(shop, role).get(f"/v1/orders/{order_id}").json for role in ("owner", "viewer", "platform")}
    assert (views["viewer"]["actions"], views["viewer"]["refused_actions"]) == ([], [])
    of_seller = {*views["owner"]["actions"], *refusals_of(views["owner"])}
    assert len(of_seller) == 9 and "pay" not in of_seller and "ship" in of_seller
    assert {*views["platform"]["actions"], *refusals_of(views["platform"])} > of_seller
    assert refusals_of(views["owner"])["ship"] == (
        "transition_not_allowed",
        "This is possible only in these statuses: Awaiting shipment, Partial shipment. "
        "The order's status is Awaiting payment.",
    )
