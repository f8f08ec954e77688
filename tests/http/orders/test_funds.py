"""Where the money is: totals, ledgers, and what a release should have come to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness import Api, Shop, line, new_order, parcel, snapshot, usd

ZERO = usd("0.00")


def received(shop: Shop, **changes: Any) -> str:
    """An order that awaits the release of its funds."""
    order_id = str(shop.platform.place(**changes)["order_id"])
    for action in ("pay", "pass_risk"):
        assert shop.platform.act(order_id, action).status == 200
    assert shop.staff.act(order_id, "ship", {"parcels": [parcel(f"LX{order_id}")]}).status == 200
    assert shop.platform.act(order_id, "confirm_receipt").status == 200
    return order_id


def totals(shop: Shop, currency: str = "USD") -> dict[str, str]:
    (found,) = [each for each in shop.viewer.get("/v1/funds").json["data"] if each["currency"] == currency]
    amounts = {name: each["amount"] for part in ("moved", "held") for name, each in found[part].items()}
    assert all(amount["currency"] == currency for amount in amounts.values())
    return {name: amount["amount"] for name, amount in amounts.items() if float(amount["amount"])}


def sample(**changes: Any) -> dict[str, Any]:
    """marketplace.md 2.1: 171.60 at 5 % and 8 % gives 149.29; with a tax that the platform keeps."""
    rates = {"commission": "0.05", "affiliate": "0.08"}
    return {"lines": [line("1", 1, "171.60")], "shipping_fee": ZERO, "tax": usd("10.30"), "fee_rates": rates, **changes}


def test_a_release_is_held_against_what_was_expected_to_the_cent(api: Api) -> None:
    shop = api.shop()
    order_id = received(shop, **sample())
    waiting = shop.viewer.get(f"/v1/orders/{order_id}/funds").json
    assert (waiting["expected"], waiting["held"], waiting["unexplained"]) == (usd("149.29"), usd("181.90"), ZERO)
    (row,) = shop.viewer.every("/v1/orders", fund_state="awaiting_release")
    assert row["amounts"]["expected_release"] == usd("149.29")
    assert [timer["due_at"] for timer in row["deadlines"]] == [waiting["expected_at"]]
    assert totals(shop) == {"paid": "181.90", "awaiting_release": "181.90"}

    fees = {"commission": usd("8.58"), "affiliate_fee": usd("13.73")}
    done = shop.platform.act(order_id, "release_funds", {"amount": usd("149.29"), **fees}).json
    assert (done["status"], done["amounts"]["tax_withheld"]) == ("FINISH", usd("10.30"))
    funds = shop.viewer.get(f"/v1/orders/{order_id}/funds").json
    assert (funds["released"], funds["difference"], funds["held"], funds["unexplained"]) == (
        usd("149.29"),
        ZERO,
        ZERO,
        ZERO,
    )
    moved = [(entry["flow"], entry["amount"]["amount"], entry["held"]["amount"]) for entry in funds["entries"]]
    assert moved == [
        ("paid", "181.90", "181.90"),
        ("release", "-149.29", "32.61"),
        ("commission", "-8.58", "24.03"),
        ("affiliate_fee", "-13.73", "10.30"),
        ("tax", "-10.30", "0.00"),
    ]
    assert totals(shop) == {
        "paid": "181.90",
        "release": "149.29",
        "commission": "8.58",
        "affiliate_fee": "13.73",
        "tax": "10.30",
    }
    assert shop.viewer.every("/v1/funds/unexplained") == []


@pytest.mark.parametrize(
    ("amount", "difference", "unexplained"), [("149.28", "-0.01", "0.01"), ("140.00", "-9.29", "9.29")]
)
def test_a_cent_that_nobody_can_explain_is_flagged(api: Api, amount: str, difference: str, unexplained: str) -> None:
    shop = api.shop()
    order_id = received(shop, **sample())
    fees = {"commission": usd("8.58"), "affiliate_fee": usd("13.73")}
    done = shop.platform.act(order_id, "release_funds", {"amount": usd(amount), **fees}).json
    assert (done["status"], done["amounts"]["unexplained"]) == ("FINISH", usd(unexplained))
    funds = shop.viewer.get(f"/v1/orders/{order_id}/funds").json
    assert (funds["difference"], funds["unexplained"]) == (usd(difference), usd(unexplained))
    assert [row["order_id"] for row in shop.viewer.every("/v1/funds/unexplained")] == [order_id]
    assert totals(shop)["unexplained"] == unexplained


def test_a_released_order_of_which_the_platform_says_no_amount_does_not_add_up(api: Api) -> None:
    shop = api.shop()
    body = new_order()
    shop.platform.place(**body)
    shown = snapshot(body, "FINISH", end_reason="buyer_accept_goods")
    assert shop.platform.act(body["order_id"], "sync", shown).json["amounts"]["unexplained"] == usd("28.50")
    assert totals(shop) == {"paid": "28.50", "unexplained": "28.50"}


def test_rates_come_from_the_order_or_else_from_the_store(api: Api) -> None:
    shop = api.shop(fee_rates={"commission": "0.08", "affiliate": "0.02"})
    assert shop.viewer.get("/v1/store").json["fee_rates"] == {"commission": "0.08", "affiliate": "0.02"}
    theirs, own = received(shop), received(shop, fee_rates={"commission": "0.05"})
    assert shop.viewer.get(f"/v1/orders/{theirs}/funds").json["expected"] == usd("25.65")
    assert shop.viewer.get(f"/v1/orders/{own}/funds").json["expected"] == usd("27.08"), "27.075, rounded half up"
    refused = shop.owner.patch("/v1/store", {"fee_rates": {"commission": "0.6", "affiliate": "0.4"}})
    assert (refused.status, refused.fields) == (400, ["/fee_rates"])
    for wrong in ("5%", "1", "0.0000001", "-0.1", ".05", 0.05):
        assert shop.owner.patch("/v1/store", {"fee_rates": {"commission": wrong}}).status == 400, wrong


def test_totals_follow_each_order_through_its_states(api: Api) -> None:
    shop = api.shop()
    order_id = str(shop.platform.place()["order_id"])
    assert shop.viewer.get("/v1/funds").json["data"] == []
    shop.platform.act(order_id, "pay")
    assert totals(shop) == {"paid": "28.50", "in_progress": "28.50"}
    shop.platform.act(order_id, "freeze", {"reason": "review"})
    assert totals(shop) == {"paid": "28.50", "frozen": "28.50"}
    shop.platform.act(order_id, "unfreeze")
    shop.platform.act(order_id, "reject_risk")
    assert totals(shop) == {"paid": "28.50", "refunding": "28.50"}
    (refund,) = shop.viewer.every("/v1/refunds", state="accepted")
    body = {"refund_id": refund["refund_id"], "coupon": usd("8.50")}
    done = shop.platform.act(order_id, "complete_refund", body).json
    assert totals(shop) == {"paid": "28.50", "refund": "28.50"} and done["status"] == "FINISH"
    (paid,) = done["refunds"]
    assert (paid["amount"], paid["cash"], paid["coupon"]) == (usd("28.50"), usd("20.00"), usd("8.50"))
    again = shop.platform.act(order_id, "complete_refund", body)
    assert (again.status, totals(shop)["refund"]) == (409, "28.50"), "no retry pays twice"


def test_a_coupon_is_no_more_than_its_refund(api: Api) -> None:
    shop = api.shop()
    order_id = str(shop.platform.place()["order_id"])
    shop.platform.act(order_id, "pay")
    refund = shop.platform.act(order_id, "reject_risk").json["refunds"][0]["refund_id"]
    body = {"refund_id": refund, "amount": usd("5.00"), "coupon": usd("5.01")}
    refused = shop.platform.act(order_id, "complete_refund", body)
    assert (refused.status, refused.code, refused.fields) == (422, "coupon_exceeds_refund", ["/coupon"])


def test_a_partly_refunded_order_says_so_in_the_list(api: Api) -> None:
    shop = api.shop()
    order_id = received(shop)
    claim = {"kind": "not_as_described", "claim": usd("5.50"), "solution": "refund", "text": "One is scratched."}
    dispute = shop.platform.act(order_id, "open_dispute", claim).json["dispute"]
    assert shop.staff.post(f"/v1/disputes/{dispute['dispute_id']}/actions/accept").status == 200
    assert totals(shop) == {"paid": "28.50", "awaiting_release": "23.00", "refunding": "5.50"}
    (refund,) = shop.viewer.every("/v1/refunds", state="accepted")
    shop.platform.act(order_id, "complete_refund", {"refund_id": refund["refund_id"]})
    shop.platform.act(order_id, "release_funds")
    (row,) = shop.viewer.every("/v1/orders", status="FINISH")
    assert (row["outcome"], row["amounts"]["refunded"]) == ("partly_refunded", usd("5.50"))
    assert totals(shop) == {"paid": "28.50", "refund": "5.50", "release": "23.00"}


def test_the_entries_behind_a_total_add_up_to_it(api: Api) -> None:
    shop = api.shop()
    for _ in range(3):
        shop.platform.act(received(shop), "release_funds", {"commission": usd("1.50")})
    yen = {"amount": "500", "currency": "JPY"}
    received(shop, currency="JPY", lines=[line() | {"unit_price": yen}], shipping_fee=yen)
    found = totals(shop)
    for flow in ("paid", "release", "commission"):
        entries = shop.viewer.every("/v1/funds/entries", flow=flow, currency="USD")
        assert len(entries) == 3 and [entry["at"] for entry in entries] == sorted(
            (e["at"] for e in entries), reverse=True
        )
        assert sum(round(100 * float(entry["amount"]["amount"])) for entry in entries) in (
            round(100 * float(found[flow])),
            -round(100 * float(found[flow])),
        )
    assert len(shop.viewer.every("/v1/funds/entries")) == 9, "in the store's own currency"
    assert [entry["amount"] for entry in shop.viewer.every("/v1/funds/entries", currency="JPY")] == [
        {"amount": "1500", "currency": "JPY"}
    ]
    page = shop.viewer.get("/v1/funds/entries?limit=4").json
    rest = shop.viewer.get("/v1/funds/entries", query={"flow": "paid", "cursor": page["page"]["next_cursor"]})
    assert rest.status == 400, "a cursor belongs to its query"
    assert shop.viewer.get("/v1/funds/entries?flow=profit").status == 400
    assert shop.viewer.get("/v1/funds/entries?currency=usd").status == 400


def test_a_held_list_says_what_it_is_of(api: Api) -> None:
    shop = api.shop()
    order_id = str(shop.platform.place()["order_id"])
    assert shop.viewer.every("/v1/funds/held", kind="in_progress") == [], "nothing is paid"
    for action in ("pay", "pass_risk"):
        shop.platform.act(order_id, action)
    (entry,) = shop.viewer.get("/v1/funds/held?kind=in_progress", headers={"accept-language": "zh-CN"}).json["data"]
    assert (entry["kind_label"], entry["status_label"]) == ("进行中的订单", "等待您发货")
    assert (entry["order_id"], entry["amount"]) == (order_id, usd("28.50"))
    assert shop.viewer.every("/v1/funds/held", kind="in_progress", currency="EUR") == []
    assert shop.viewer.get("/v1/funds/held").json["data"] == [], "by default what awaits release"
    for query in ("?kind=lost", "?kind=in_progress&currency=usd", "?kind=in_progress&order=1"):
        assert shop.viewer.get(f"/v1/funds/held{query}").status == 400, query
