"""Disputes over HTTP: lists, steps, what each caller may do, and what a retry comes to."""

from __future__ import annotations

from typing import Any

from tests.harness import Api, Client, Shop, ago, new_order, parcel, snapshot, usd

CLAIM = {"kind": "not_as_described", "claim": usd("10.00"), "solution": "refund", "text": "One is scratched."}


def disputed(shop: Shop, **claim: Any) -> tuple[str, str]:
    """(order, dispute) of a sent order."""
    order_id = str(shop.platform.place()["order_id"])
    for action in ("pay", "pass_risk"):
        assert shop.platform.act(order_id, action).status == 200
    assert shop.staff.act(order_id, "ship", {"parcels": [parcel(f"LX{order_id}")]}).status == 200
    opened = shop.platform.act(order_id, "open_dispute", {**CLAIM, **claim})
    assert opened.status == 200, opened.content
    return order_id, str(opened.json["dispute"]["dispute_id"])


def act(client: Client, dispute_id: str, action: str, body: Any = None, **kwargs: Any) -> Any:
    return client.post(f"/v1/disputes/{dispute_id}/actions/{action}", {} if body is None else body, **kwargs)


def test_a_dispute_is_negotiated_returned_and_refunded(api: Api) -> None:
    shop = api.shop()
    order_id, dispute_id = disputed(shop, line_ids=["1"])
    shown = shop.staff.get(f"/v1/disputes/{dispute_id}").json
    assert (shown["stage"], shown["claim"], shown["solution"], shown["line_ids"]) == (
        "wait_seller",
        usd("10.00"),
        "refund",
        ["1"],
    )
    assert shown["on_silence"] == "accept" and shown["respond_by"]
    assert shown["actions"] == ["accept", "counter", "add_evidence"]
    assert shop.viewer.get(f"/v1/disputes/{dispute_id}").json["actions"] == []

    offer = {"solution": "return_and_refund", "refund": usd("20.00"), "text": "Send it back, all of it."}
    countered = act(shop.staff, dispute_id, "counter", offer).json
    assert (countered["stage"], countered["on_silence"]) == ("wait_buyer", "escalate")
    proposals = [(each["by"], each["refund"], each["state"]) for each in countered["proposals"]]
    assert proposals == [("buyer", usd("10.00"), "open"), ("seller", usd("20.00"), "open")]
    assert act(shop.platform, dispute_id, "buyer_accept").json["stage"] == "wait_address"
    address = {"country": "CN", "city": "Shenzhen", "street": "1 Example Road"}
    assert act(shop.staff, dispute_id, "give_return_address", {"address": address}).json["return_address"] == address
    back = {"carrier": "EMS", "tracking_no": "RT1"}
    assert act(shop.platform, dispute_id, "buyer_returned", back).json["return_tracking_no"] == "RT1"
    ended = act(shop.staff, dispute_id, "confirm_return")
    assert (ended.json["stage"], ended.json["result"]) == ("ended", "seller_accept_issue_goods_return")
    assert ended.json["actions"] == [] and "respond_by" not in ended.json

    order = shop.viewer.get(f"/v1/orders/{order_id}").json
    assert ended.headers["etag"] == f'"{order["version"]}"'
    assert order["status"] == "WAIT_BUYER_ACCEPT_GOODS" and order["overlays"] == ["refund"]
    assert [(line["returned"]) for line in order["lines"]] == [2, 0]
    assert [(each["amount"], each["source"]) for each in order["refunds"]] == [(usd("20.00"), "dispute")]
    steps = [entry["action"] for entry in shop.viewer.every(f"/v1/orders/{order_id}/history")][5:]
    assert steps == ["counter", "buyer_accept", "give_return_address", "buyer_returned", "confirm_return"]


def test_the_dispute_in_an_order_is_the_dispute_itself(api: Api) -> None:
    """To the last field, for every role and in an answer to an action: also what this caller may do."""
    shop = api.shop()
    order_id, dispute_id = disputed(shop)

    def compare() -> list[str]:
        steps = []
        for client in (shop.owner, shop.staff, shop.viewer, shop.platform):
            own = client.get(f"/v1/disputes/{dispute_id}").json
            assert client.get(f"/v1/orders/{order_id}").json["dispute"] == own
            steps.append(" ".join(own["actions"]))
        return steps

    seller = "accept counter add_evidence"
    *sellers, viewer, platform = compare()
    assert (sellers, viewer) == ([seller, seller], "") and "withdraw" in platform.split()
    offer = {"solution": "refund", "refund": usd("1.00"), "text": "Half of it."}
    assert act(shop.staff, dispute_id, "counter", offer).status == 200
    noted = shop.staff.patch(f"/v1/orders/{order_id}", {"note": "x"}).json
    assert noted["dispute"] == shop.staff.get(f"/v1/disputes/{dispute_id}").json
    assert act(shop.platform, dispute_id, "withdraw").status == 200
    assert compare() == [""] * 4, "it has ended"


def test_disputes_are_listed_by_stage_latest_first(api: Api) -> None:
    shop = api.shop()
    ids = [disputed(shop)[1] for _ in range(3)]
    act(shop.platform, ids[0], "withdraw")
    act(shop.platform, ids[1], "escalate")
    listed = shop.viewer.every("/v1/disputes")
    assert [row["dispute_id"] for row in listed] == ids[::-1]
    assert [row["dispute_id"] for row in shop.viewer.every("/v1/disputes", stage="platform")] == [ids[1]]
    (waiting,) = shop.viewer.every("/v1/disputes", stage="wait_seller")
    one = shop.viewer.get(f"/v1/disputes/{ids[2]}").json
    of_caller = {name: one.pop(name) for name in ("actions", "actions_label", "refused_actions")}
    assert waiting == one and not any(of_caller.values())
    assert shop.viewer.get("/v1/disputes?stage=lost").status == 400
    assert [row["dispute_id"] for row in shop.viewer.every("/v1/disputes", limit=1)] == ids[::-1]


def test_an_order_keeps_every_dispute_it_has_had(api: Api) -> None:
    shop = api.shop()
    order_id, first = disputed(shop)
    act(shop.platform, first, "withdraw")
    second = shop.platform.act(order_id, "open_dispute", CLAIM).json["dispute"]["dispute_id"]
    assert shop.viewer.get(f"/v1/disputes/{first}").json["result"] == "withdrawn"
    assert shop.viewer.get(f"/v1/disputes/{second}").json["stage"] == "wait_seller"
    refused = act(shop.staff, first, "accept")
    assert (refused.status, refused.code) == (409, "dispute_ended"), "never the one that was opened since"


def test_a_step_that_the_stage_forbids_says_what_may_be_done(api: Api) -> None:
    shop = api.shop()
    order_id, dispute_id = disputed(shop)
    refused = act(shop.staff, dispute_id, "confirm_return")
    assert (refused.status, refused.code) == (409, "transition_not_allowed")
    assert refused.json["allowed_actions"] == ["accept", "counter", "add_evidence"]
    assert refused.json["order_status"] == "WAIT_BUYER_ACCEPT_GOODS"
    assert act(shop.staff, dispute_id, "decide").status == 403
    assert shop.platform.post(f"/v1/orders/{order_id}/actions/accept", {}).status == 404, "no step of an order"


def test_what_no_offer_may_say(api: Api) -> None:
    shop = api.shop()
    _, dispute_id = disputed(shop)
    offer = {"solution": "refund", "refund": usd("28.51"), "text": "Too much."}
    for body, status, code, field in (
        (offer, 422, "refund_exceeds_remaining", "/refund"),
        ({**offer, "refund": {"amount": "1.00", "currency": "EUR"}}, 422, "currency_differs", "/refund/currency"),
        ({**offer, "solution": "exchange"}, 400, "invalid_request", "/solution"),
        ({**offer, "refund": usd("0.00"), "solution": "return_and_refund"}, 422, "return_without_refund", "/refund"),
        ({**offer, "at": "2026-01-01T00:00:00Z"}, 422, "at_not_allowed", "/at"),
    ):
        refused = act(shop.staff, dispute_id, "counter", body)
        assert (refused.status, refused.code, refused.fields) == (status, code, [field]), body
    assert shop.viewer.get(f"/v1/disputes/{dispute_id}").json["stage"] == "wait_seller"


def test_a_step_sent_twice_with_its_key_is_taken_once(api: Api) -> None:
    shop = api.shop()
    order_id, dispute_id = disputed(shop)
    key = {"Idempotency-Key": "k1"}
    first, again = (act(shop.staff, dispute_id, "accept", headers=key) for _ in range(2))
    assert (first.status, again.status, again.json) == (200, 200, first.json)
    assert again.headers["idempotent-replayed"] == "true"
    assert len(shop.viewer.get(f"/v1/orders/{order_id}").json["refunds"]) == 1
    assert act(shop.staff, dispute_id, "accept").status == 409
    stale = act(shop.platform, disputed(shop)[1], "escalate", headers={"If-Match": '"1"'})
    assert stale.status == 412


def test_a_full_refund_ends_the_order(api: Api) -> None:
    shop = api.shop()
    order_id, dispute_id = disputed(shop, claim=usd("28.50"))
    assert act(shop.owner, dispute_id, "accept").json["result"] == "seller_accept_issue_no_goods_return"
    order = shop.viewer.get(f"/v1/orders/{order_id}").json
    assert (order["status"], order["fund_state"], order["outcome"]) == ("FUND_PROCESSING", "refunding", "refunded")
    counters = shop.viewer.get("/v1/orders/counters").json
    assert counters["overlays"]["dispute"]["count"] == 0 and counters["fund_states"]["refunding"]["count"] == 1


def test_a_dispute_without_a_claim_is_not_accepted_by_silence(api: Api) -> None:
    shop = api.shop()
    body = new_order(placed_at=ago(hours=9))
    order_id = shop.platform.place(**body)["order_id"]
    parcels = [parcel() | {"shipped_at": ago(hours=3)}]
    shown = snapshot(body, "WAIT_BUYER_ACCEPT_GOODS", overlays=["dispute"], parcels=parcels)
    order = shop.platform.act(order_id, "sync", shown).json
    assert order["dispute"]["on_silence"] is None and order["dispute"]["respond_by"]
    (listed,) = shop.viewer.get("/v1/orders").json["data"]
    for each in (order, listed):
        assert [(timer["kind"], timer["on_lapse"]) for timer in each["deadlines"] if "due_at" in timer] == [
            ("dispute_answer", None)
        ]


def test_held_timers_are_shown_with_the_time_since_when(api: Api) -> None:
    shop = api.shop()
    order_id = shop.platform.place(placed_at=ago(hours=9))["order_id"]
    for action, hours in (("pay", 8), ("pass_risk", 7)):
        shop.platform.act(order_id, action, {"at": ago(hours=hours)})
    shop.platform.act(order_id, "ship", {"parcels": [parcel()], "at": ago(hours=6)})
    disputed, frozen = ago(hours=5), ago(hours=4)
    claim = {"kind": "not_received", "claim": usd("5.00"), "solution": "refund", "text": "Where is it?"}
    order = shop.platform.act(order_id, "open_dispute", {**claim, "at": disputed}).json
    (listed,) = shop.viewer.get("/v1/orders").json["data"]
    for each in (order, listed):
        assert [(timer["kind"], timer.get("held_since")) for timer in each["deadlines"]] == [
            ("dispute_answer", None),
            ("receipt", disputed),
        ]
        assert "due_at" in each["deadlines"][0] and "due_at" not in each["deadlines"][1]
    order = shop.platform.act(order_id, "freeze", {"reason": "review", "at": frozen}).json
    (listed,) = shop.viewer.get("/v1/orders").json["data"]
    for each in (order, listed):
        assert {timer["kind"]: timer["held_since"] for timer in each["deadlines"]} == {
            "dispute_answer": frozen,
            "receipt": disputed,
        }
    assert listed["deadline_at"] is None
