"""The end of every list: a full last page has no cursor, and a page that a cursor leads to is never empty."""

from __future__ import annotations

import re

import pytest

from tests import proof
from tests.harness import Api, Client, Shop, ago, parcel, usd

CLAIM = {"kind": "not_received", "claim": usd("5.50"), "solution": "refund", "text": "One is missing."}
EMPTY_HERE = {"/v1/exports", "/v1/funds/unexplained"}
"""Lists that this shop has nothing in: the files of exports need their function, and no money is unexplained."""


@pytest.fixture
def shop(api: Api) -> Shop:
    """A shop with two entries or more in each list."""
    shop = api.shop()
    for number in range(2):
        buyer = {"id": f"buyer-{number}", "country": "US"}
        order_id = shop.platform.place(placed_at=ago(hours=3), buyer=buyer)["order_id"]
        shop.platform.place(placed_at=ago(hours=2), buyer=buyer)
        one = f"/v1/orders/{order_id}"
        for client, path, body in (
            (shop.staff, f"{one}/actions/remind_payment", {}),
            (shop.platform, f"{one}/actions/pay", {}),
            (shop.platform, f"{one}/actions/pass_risk", {}),
            (shop.staff, f"{one}/actions/ship", {"parcels": [parcel(f"LX{number}", line1=1)]}),
            (shop.staff, f"{one}/actions/ship", {"parcels": [parcel(f"LY{number}", line1=1)]}),
            (shop.platform, f"{one}/actions/open_dispute", CLAIM),
            (shop.platform, f"{one}/actions/expire_shipment", {}),
            (shop.platform, f"{one}/messages", {"text": "Where is it?", "from": "buyer"}),
            (shop.staff, f"{one}/messages", {"text": "It left today."}),
            (shop.staff, "/v1/message-templates", {"name": f"t{number}", "text": "Hi."}),
            (shop.owner, "/v1/alert-channels", {"kind": "webhook", "name": "h", "url": "https://hooks.example.com/x"}),
        ):
            answer = client.post(path, body)
            assert answer.status in (200, 201), (path, answer.content)
        assert shop.staff.get(f"{one}?reveal=recipient").status == 200
        assert shop.staff.get(f"{one}?reveal=recipient").status == 200
    price = {"amount": "1.00", "currency": "EUR"}
    euros = [{"line_id": "1", "product_id": "P1", "quantity": 1, "unit_price": price}]
    shop.platform.place(currency="EUR", lines=euros, shipping_fee=price)
    channel_id = shop.owner.get("/v1/alert-channels").json["data"][0]["id"]
    for _ in range(2):
        assert shop.owner.post(f"/v1/alert-channels/{channel_id}/test", {}).status == 202
    return shop


def test_the_last_page_of_every_list_has_no_cursor(api: Api, shop: Shop) -> None:
    document = Client(api.transport, {}, "nobody").get("/v1/openapi.json").json
    listed = shop.owner.every("/v1/reports/violations")[0]["order_id"]
    channel_id = shop.owner.get("/v1/alert-channels").json["data"][0]["id"]
    names = {"order_id": listed, "buyer_id": "buyer-0", "channel_id": channel_id}
    seen, empty = 0, set()
    for path, operations in document["paths"].items():
        parameters = operations.get("get", {}).get("parameters", [])
        if not any(each.get("name") == "cursor" for each in parameters):
            continue
        place = re.sub(r"\{(\w+)\}", lambda match: names[match[1]], path)
        whole = shop.owner.every(place)
        if len(whole) < 2:
            empty.add(path)
            continue
        for limit in (len(whole), len(whole) + 1):
            page = shop.owner.get(place, query={"limit": limit}).json
            assert (page["data"], page["page"]["next_cursor"]) == (whole, None), (place, limit)
        first = shop.owner.get(place, query={"limit": len(whole) - 1}).json
        rest = shop.owner.get(place, query={"limit": len(whole) - 1, "cursor": first["page"]["next_cursor"]}).json
        assert (first["data"] + rest["data"], rest["page"]["next_cursor"]) == (whole, None), place
        assert len(rest["data"]) == 1, place
        seen += 1
    assert empty <= EMPTY_HERE
    proof.counted("lists whose last page has no cursor", seen, 19)


def test_filters_and_merged_partitions_end_in_the_same_way(shop: Shop) -> None:
    count = 0
    for path, filters in (
        ("/v1/orders", {"status": "PLACE_ORDER_SUCCESS"}),
        ("/v1/orders", {"status": "PLACE_ORDER_SUCCESS,WAIT_BUYER_ACCEPT_GOODS"}),
        ("/v1/orders", {"overlay": "unread"}),
        ("/v1/orders", {"sort": "deadline_at"}),
        ("/v1/parcels", {"state": "undelivered"}),
        ("/v1/messages", {"unread": "true"}),
        ("/v1/customers", {"frequency": "new"}),
        ("/v1/funds/entries", {"flow": "received"}),
        ("/v1/reports/sales", {"by": "product"}),
    ):
        answer = shop.viewer.get(path, query=filters)
        if answer.status != 200 or len(answer.json["data"]) < 2:
            continue
        full = shop.viewer.get(path, query={**filters, "limit": len(answer.json["data"])}).json
        assert full["page"]["next_cursor"] is None, (path, filters)
        count += 1
    assert count >= 6
