"""Customers: what their orders come to, lists by group and time, notes, and what an opt-out prevents."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from functions.orders.request.segments import segment_of, text_of
from tests.harness import Api, Shop, ago, line, parcel, usd

IDS = ("buyer-1", "..", ".", "a/b", "100%", "%2F", "a b+c", "买家", "😀", "~7E", "~", "a#b?c&d", "x\ny", "é" * 128, '"')


def buy(shop: Shop, buyer: str, price: str = "10.00", times: int = 1, **more: Any) -> list[str]:
    """Orders of that price, paid."""
    made = []
    for _ in range(times):
        body = {"lines": [line("1", 1, price)], "shipping_fee": usd("0.00"), "buyer": {"id": buyer, "country": "US"}}
        made.append(str(shop.platform.place(**body | more)["order_id"]))
        assert shop.platform.act(made[-1], "pay").status == 200
    return made


def ids(shop: Shop, **query: Any) -> list[str]:
    return [each["buyer_id"] for each in shop.viewer.every("/v1/customers", **query)]


def test_a_customer_is_what_the_orders_come_to(api: Api) -> None:
    shop = api.shop()
    first, second = buy(shop, "b", times=2, placed_at=ago(days=9))
    unpaid = shop.platform.place(buyer={"id": "b", "country": "FR", "name": "Alex"}, placed_at=ago(days=1))
    refund = shop.platform.act(first, "reject_risk").json["refunds"][0]["refund_id"]
    shop.platform.act(first, "complete_refund", {"refund_id": refund})
    shop.platform.act(second, "pass_risk")
    shop.staff.act(second, "ship", {"parcels": [parcel("LX1")]})
    claim = {"kind": "not_received", "claim": usd("1.00"), "solution": "refund", "text": "not here"}
    shop.platform.act(second, "open_dispute", claim)
    shop.platform.act(unpaid["order_id"], "cancel_unpaid")
    answer = shop.viewer.get("/v1/customers/b")
    customer = answer.json
    assert answer.headers["etag"] == f'"{customer["version"]}"'
    wanted = {"orders": 3, "paid_orders": 2, "refunded_orders": 1, "disputed_orders": 1, "cancelled_orders": 1}
    wanted |= {"closed_unpaid_orders": 1, "spend": [usd("10.00")], "refund_rate": 0.5, "dispute_rate": 0.5}
    wanted |= {"name": "Alex", "country": "FR", "frequency": "repeat", "amount": "small"}
    assert {name: customer[name] for name in wanted} == wanted
    assert customer["first_order_at"] < customer["last_order_at"] == unpaid["placed_at"]
    listed = shop.viewer.every(f"{customer['href']}/orders")
    assert listed[0]["order_id"] == unpaid["order_id"]
    assert {each["order_id"] for each in listed} == {first, second, unpaid["order_id"]}


@pytest.mark.parametrize("buyer", IDS)
def test_any_buyer_id_is_reached_by_its_href(api: Api, buyer: str) -> None:
    shop = api.shop()
    shop.platform.place(buyer={"id": buyer, "country": "US"})
    (listed,) = shop.viewer.every("/v1/customers")
    assert listed["buyer_id"] == buyer
    assert set(listed["href"]) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~/")
    assert shop.viewer.get(listed["href"]).json == listed
    assert shop.staff.patch(listed["href"], {"note": "n"}).json["note"] == "n"
    assert len(shop.viewer.every(f"{listed['href']}/orders")) == 1
    assert text_of(segment_of(buyer)) == buyer


def test_an_id_may_also_be_sent_as_the_gateway_decodes_it(api: Api) -> None:
    shop = api.shop()
    for buyer in ("a.b", "a b", "x@y", "100%"):
        shop.platform.place(buyer={"id": buyer, "country": "US"})
        assert shop.viewer.get(f"/v1/customers/{quote(buyer, safe='')}").json["buyer_id"] == buyer
    for nobody in ("~FF", "~00", "x" * 129, "~41" * 200, "nobody", "%20", "a%2Fb", "x" * 3000):
        answer = shop.viewer.get(f"/v1/customers/{nobody}")
        assert (answer.status, answer.code) == (404, "not_found"), nobody[:20]


def test_lists_by_group_and_time_of_the_last_order(api: Api) -> None:
    shop = api.shop(deadline_policy={"mode": "watch"})
    buy(shop, "once", placed_at=ago(days=40))
    buy(shop, "repeat", "60.00", times=2, placed_at=ago(days=20))
    buy(shop, "frequent", "200.00", times=5, placed_at=ago(days=10))
    shop.platform.place(buyer={"id": "never", "country": "US"}, placed_at=ago(days=1))
    assert ids(shop) == ["never", "frequent", "repeat", "once"]
    assert ids(shop, sort="last_order_at") == ["once", "repeat", "frequent", "never"]
    assert ids(shop, limit=1) == ids(shop), "page by page"
    for query, wanted in (
        ({"frequency": "once"}, ["once"]),
        ({"frequency": "repeat", "amount": "middle"}, ["repeat"]),
        ({"amount": "large"}, ["frequent"]),
        ({"amount": "small"}, ["never", "once"]),
        ({"last_order_to": ago(days=15)}, ["repeat", "once"]),
        ({"last_order_from": ago(days=30), "last_order_to": ago(days=15)}, ["repeat"]),
        ({"frequency": "frequent", "last_order_to": ago(days=15)}, []),
    ):
        assert ids(shop, **query) == wanted, query
    shop.staff.patch("/v1/customers/repeat", {"blocked": True})
    shop.staff.patch("/v1/customers/once", {"reminder_opt_out": True})
    assert (ids(shop, blocked="true"), ids(shop, opted_out="true")) == (["repeat"], ["once"])
    assert ids(shop, frequency="repeat") == ids(shop, frequency="once") == [], (
        "who may not be written to is in no group"
    )
    shop.staff.patch("/v1/customers/once", {"blocked": True})
    assert (ids(shop, blocked="true"), ids(shop, opted_out="true")) == (["repeat", "once"], ["once"])
    assert ids(shop) == ["never", "frequent", "repeat", "once"]
    for query in ({"blocked": "true", "opted_out": "true"}, {"blocked": "true", "amount": "small"}):
        refused = shop.viewer.get("/v1/customers", query=query)
        assert (refused.status, refused.code) == (400, "filter_not_indexed")


def test_a_cursor_holds_the_longest_id(api: Api) -> None:
    shop = api.shop()
    for number in range(2):
        shop.platform.place(buyer={"id": "😀" * 127 + str(number), "country": "US"})
    assert len(ids(shop, limit=1)) == 2


def test_notes_are_kept_by_version_and_outlive_the_figures(api: Api) -> None:
    shop = api.shop()
    buy(shop, "b")
    before = shop.staff.get("/v1/customers/b").json
    patched = shop.staff.patch("/v1/customers/b", {"tags": ["vip", "vip", "a"], "note": "kind"}).json
    assert (patched["tags"], patched["note"], patched["version"]) == (["vip", "a"], "kind", before["version"] + 1)
    stale = shop.staff.patch("/v1/customers/b", {"note": "x"}, headers={"If-Match": f'"{before["version"]}"'})
    assert (stale.status, stale.code, stale.json["current_version"]) == (412, "version_mismatch", patched["version"])
    fresh = shop.staff.patch("/v1/customers/b", {"note": None}, headers={"If-Match": f'"{patched["version"]}"'}).json
    assert (fresh["note"], fresh["tags"]) == (None, ["vip", "a"])
    assert shop.staff.patch("/v1/customers/b", {}).json == fresh
    buy(shop, "b")
    after = shop.staff.get("/v1/customers/b").json
    assert (after["tags"], after["orders"]) == (["vip", "a"], 2)
    for bad in ({"blocked": None}, {"blocked": "yes"}, {"tags": [""]}, {"name": "x"}, {"note": "x" * 1001}):
        assert shop.staff.patch("/v1/customers/b", bad).status == 400, bad


def test_nobody_reminds_a_buyer_who_has_opted_out_or_is_blocked(api: Api) -> None:
    shop = api.shop()
    order_id, other = (
        shop.platform.place()["order_id"],
        shop.platform.place(buyer={"id": "c", "country": "US"})["order_id"],
    )
    for flag in ("reminder_opt_out", "blocked"):
        assert "remind_payment" in shop.staff.get(f"/v1/orders/{order_id}").json["actions"]
        assert shop.staff.patch("/v1/customers/buyer-1", {flag: True}).status == 200
        assert "remind_payment" not in shop.staff.get(f"/v1/orders/{order_id}").json["actions"]
        answered = shop.staff.act(order_id, "adjust_price", {"total": usd("20.00")}).json["actions"]
        assert "adjust_price" in answered and "remind_payment" not in answered
        refused = shop.staff.act(order_id, "remind_payment", headers={"Accept-Language": "zh-CN"})
        assert (refused.status, refused.code) == (409, "buyer_opted_out")
        assert refused.json["detail"].startswith("买家")
        for dry_run in (True, False):
            body = {"items": [{"order_id": order_id}], "dry_run": dry_run}
            (result,) = shop.staff.post("/v1/bulk/remind_payment", body).json["results"]
            assert (result["status"], result["problem"]["code"]) == ("failed", "buyer_opted_out")
        assert shop.staff.patch("/v1/customers/buyer-1", {flag: False}).status == 200
    assert shop.staff.act(order_id, "remind_payment").status == 200
    assert shop.staff.act(other, "remind_payment").status == 200
    assert shop.staff.act(order_id, "remind_payment").code == "already_reminded"


def test_an_erasure_is_asked_for_by_the_owner_and_carried_out_by_the_clock(api: Api) -> None:
    shop = api.shop()
    buy(shop, "b")
    assert shop.staff.patch("/v1/customers/b", {"note": "a secret note"}).status == 200
    for client in (shop.staff, shop.viewer, shop.platform):
        refused = client.post("/v1/customers/b/erase", {})
        assert (refused.status, refused.json["required_role"]) == (403, ["owner"])
    assert "erasure" not in shop.viewer.get("/v1/customers/b").json
    version = shop.viewer.get("/v1/customers/b").json["version"]
    stale = shop.owner.post("/v1/customers/b/erase", {}, headers={"If-Match": f'"{version - 1}"'})
    assert (stale.status, stale.json["current_version"]) == (412, version)
    key = {"Idempotency-Key": "erase-b", "If-Match": f'"{version}"'}
    first, again = (shop.owner.post("/v1/customers/b/erase", {}, headers=key) for _ in range(2))
    assert first.status == again.status == 202 and first.content == again.content
    assert again.headers["idempotent-replayed"] == "true" and first.headers["location"] == "/v1/customers/b"
    assert b"secret" not in first.content, "what is kept for the key is nothing of the buyer's"
    erasure = first.json["erasure"]
    assert (erasure["state"], erasure["requested_by"]) == ("queued", {"role": "owner", "id": "owner"})
    copy = {"what": "answers", "what_label": "answers stored for repeated requests", "until": None}
    assert erasure["not_reached"][0] == copy and erasure["finished_at"] is None
    assert (erasure["state"], erasure["state_label"]) == ("queued", "Queued")
    assert shop.viewer.get("/v1/customers/b").json["version"] == version + 1
    assert shop.owner.post("/v1/customers/nobody/erase", {}).status == 404
    assert shop.owner.post("/v1/customers/b/erase", {"include_open": None}).status == 400
