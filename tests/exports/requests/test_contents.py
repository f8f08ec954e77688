"""What the files of a request hold, and what the request says of them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.exports.files import about, sheet, unpacked
from tests.exports.office import Office
from tests.exports.requests.steps import FORMATS, exports_of
from tests.harness import ago, ahead, line, parcel, usd

SECRET = {
    "name": "Alexandra Examplename",
    "street": "77 Unlisted Street",
    "zip": "QZ9-7XY",
    "phone": "5550177123",
    "mobile": "5550188456",
    "tax_id": "TAX-77-1",
}
EMAIL = "alexandra@example.com"
LETTER = "it is a present"


def test_a_shipment_list_is_there_only_while_some_order_awaits_shipment(office: Office) -> None:
    shop = office.api.shop()
    order_id, other_id = (shop.platform.place()["order_id"] for _ in range(2))
    for client in (shop.owner, shop.staff, shop.viewer, shop.platform):
        assert client.get("/v1/shipment-list").json == {"available": False, "orders": 0}
    refused = shop.owner.post("/v1/exports", {"kind": "shipments"})
    assert (refused.status, refused.code) == (409, "nothing_to_ship") and exports_of(shop) == []
    for each in (order_id, other_id):
        for action in ("pay", "pass_risk"):
            shop.platform.act(each, action)
    assert shop.owner.get("/v1/shipment-list").json == {"available": True, "orders": 2}
    shop.staff.act(order_id, "ship", {"parcels": [parcel("LX1", line1=2)]})
    made = office.make(shop.owner, kind="shipments", format="csv", language="en")
    assert (made["coverage"]["from"], made["coverage"]["to"], made["coverage"]["orders"]) == (None, None, 2)
    headings, *rows = sheet(office.fetch(shop.owner, made), made)
    number, left = headings.index("Order no."), headings.index("To ship")
    found = sorted((row[number], row[left]) for row in rows)
    assert found == sorted([(order_id, "1"), (other_id, "2"), (other_id, "1")])
    for each in (order_id, other_id):
        assert shop.staff.act(each, "ship", {"parcels": [parcel(f"LX9{each}")]}).status == 200
    assert shop.owner.get("/v1/shipment-list").json == {"available": False, "orders": 0}
    assert shop.owner.post("/v1/exports", {"kind": "shipments"}).code == "nothing_to_ship"


def test_a_frozen_order_awaits_no_shipment(office: Office) -> None:
    """Nothing may be shipped while it is frozen, so a list of such orders alone is not there."""
    shop = office.api.shop()
    frozen, disputed = (str(shop.platform.place()["order_id"]) for _ in range(2))
    for action in ("pay", "pass_risk"):
        shop.platform.act(frozen, action)
    shop.platform.act(frozen, "freeze", {"reason": "review"})
    assert shop.owner.get("/v1/shipment-list").json == {"available": False, "orders": 0}
    assert shop.owner.post("/v1/exports", {"kind": "shipments"}).code == "nothing_to_ship"
    for action in ("pay", "pass_risk"):
        shop.platform.act(disputed, action)
    shop.staff.act(disputed, "ship", {"parcels": [parcel("LX1", line1=1)]})
    claim = {"kind": "not_received", "claim": usd("1.00"), "solution": "refund", "text": "It has not come."}
    assert shop.platform.act(disputed, "open_dispute", claim).status == 200
    assert shop.owner.get("/v1/shipment-list").json == {"available": True, "orders": 1}, "a dispute stops no parcel"
    shop.platform.act(frozen, "unfreeze")
    assert shop.owner.get("/v1/shipment-list").json == {"available": True, "orders": 2}
    shop.platform.act(str(shop.platform.place()["order_id"]), "freeze", {"reason": "review"})
    assert shop.owner.get("/v1/shipment-list").json == {"available": True, "orders": 2}, "one that awaits payment"


def test_the_progress_of_funds_counts_the_orders_of_the_file(office: Office) -> None:
    shop = office.api.shop()
    paid, _ = (str(shop.platform.place()["order_id"]) for _ in range(2))
    shop.platform.act(paid, "pay")
    made = office.make(shop.owner, kind="funds", format="csv")
    assert (made["progress"], made["coverage"]["orders"]) == ({"done": 1, "total": 1, "percent": 100}, 1)


def test_a_window_that_ends_in_the_future_is_not_complete(office: Office) -> None:
    shop = office.api.shop()
    shop.platform.place()
    past, future = {"from": ago(days=9), "to": ago(minutes=1)}, {"from": ago(days=9), "to": ahead(days=1)}
    assert [office.make(shop.owner, window=each)["coverage"]["complete"] for each in (past, future)] == [True, False]
    assert office.make(shop.owner)["coverage"]["complete"], "the preset ends now"


@pytest.mark.parametrize("kind", ["orders", "lines", "shipments"])
def test_a_masked_export_shows_no_recipient_anywhere_in_its_bytes(office: Office, kind: str) -> None:
    """Unpacked, in UTF-8 and UTF-16 alike; the same search finds all of it in a full one."""
    shop = office.api.shop()
    buyer = {"id": "b", "country": "US", "email": EMAIL}
    order_id = shop.platform.place(recipient={"country": "US", "city": "Springfield", **SECRET}, buyer=buyer)[
        "order_id"
    ]
    for action in ("pay", "pass_risk"):
        shop.platform.act(order_id, action)
    assert shop.platform.post(f"/v1/orders/{order_id}/messages", {"text": LETTER, "from": "buyer"}).status == 201
    hidden = (*SECRET.values(), EMAIL, LETTER, *SECRET["name"].split(), SECRET["phone"][:8], SECRET["street"][3:])
    every = [
        "order_id",
        "buyer_email",
        "address",
        "recipient_name",
        "street",
        "zip",
        "phone",
        "mobile",
        "tax_id",
        "city",
        "unread_messages",
    ]
    searched = 0
    for form in FORMATS:
        for chosen in ({}, {"columns": every}, {"language": "en"}):
            content = {}
            for recipient in ("full", "masked"):
                made = office.make(shop.owner, kind=kind, format=form, recipient=recipient, **chosen)
                assert made["recipient"] == recipient
                parts = unpacked(office.fetch(shop.owner, made))
                content[recipient] = b"".join(name.encode() + part for name, part in parts)
            for text in hidden:
                spellings = (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"))
                assert not any(spelling in content["masked"] for spelling in spellings), (form, chosen, text)
                if "columns" in chosen:
                    assert any(spelling in content["full"] for spelling in spellings), (form, text)
                searched += 1
            assert b"***" in content["masked"] and (not chosen.get("columns") or b"Springfield" in content["masked"])
    print(f"\n{searched} searches")
    assert searched == 9 * len(hidden)


def test_a_filter_of_statuses_lets_through_those_alone(office: Office) -> None:
    shop = office.api.shop()
    orders = {name: shop.platform.place()["order_id"] for name in ("unpaid", "risk", "ship", "ended")}
    for name, steps in {"risk": "pay", "ship": "pay pass_risk", "ended": "cancel_unpaid"}.items():
        for step in steps.split():
            assert shop.platform.act(orders[name], step).status == 200
    for request, expected in (
        ("RISK_CONTROL", {"risk"}),
        ("FINISH,WAIT_SELLER_SEND_GOODS", {"ended", "ship"}),
        ("FINISH,FINISH", {"ended"}),
        ("IN_CANCEL", set()),
    ):
        for kind in ("orders", "lines"):
            made = office.make(shop.owner, format="csv", status=request, kind=kind)
            assert made["statuses"] == list(dict.fromkeys(request.split(",")))
            assert {row[0] for row in office.rows(shop.owner, made)} == {orders[name] for name in expected}
            assert made["progress"] == {"done": len(expected), "total": len(expected), "percent": 100}


def test_columns_of_ones_own_stand_in_the_order_asked_for(office: Office) -> None:
    office.at(datetime(2026, 11, 24, tzinfo=UTC))
    shop = office.api.shop(time_zone="Asia/Tokyo")
    placed = shop.platform.place(placed_at="2026-11-01T00:00:00Z")
    for form in FORMATS:
        codes = ["total", "order_id", "placed_at", "currency"]
        made = office.make(shop.owner, format=form, columns=codes, language="en", layout=None)
        assert (made["columns"], made["layout"]) == (codes, None)
        rows = sheet(office.fetch(shop.owner, made), made)
        assert rows[0] == ["Order total", "Order no.", "Placed at (Asia/Tokyo)", "Currency"]
        assert Decimal(str(rows[1][0])) == Decimal("28.50") and rows[1][1] == placed["order_id"]
        assert str(rows[1][2]) == "2026-11-01 09:00:00" and rows[1][3] == "USD"
    chinese = office.make(shop.owner, kind="lines", format="csv", columns=["line_id", "quantity"])
    assert sheet(office.fetch(shop.owner, chinese), chinese)[0] == ["子订单号", "数量"]


def test_amounts_in_several_currencies_are_warned_of_where_no_column_says_which(office: Office) -> None:
    shop = office.api.shop()
    shop.platform.place()
    yen = {"amount": "500", "currency": "JPY"}
    shop.platform.place(currency="JPY", shipping_fee=yen, lines=[line("1", 1) | {"unit_price": yen}])
    warned = 0
    for body, expected in (
        ({}, True),
        ({"layout": "seller_centre_2026"}, True),
        ({"layout": "english"}, False),
        ({"columns": ["order_id", "total"]}, True),
        ({"columns": ["order_id", "total", "currency"]}, False),
        ({"columns": ["order_id", "status"]}, False),
        ({"kind": "lines"}, False),
    ):
        for form in FORMATS:
            made = office.make(shop.owner, format=form, **body)
            assert [each["code"] for each in made["warnings"]] == ["several_currencies"] * expected, body
            assert made["totals"] == [{"amount": "1000", "currency": "JPY"}, usd("28.50")]
            if form != "csv":
                summary = about(office.fetch(shop.owner, made), made)
                assert any("several currencies" in str(name) or "多个币种" in str(name) for name in summary) == expected
            warned += expected
    chinese = shop.owner.get("/v1/exports?limit=200", headers={"accept-language": "zh-CN"}).json["data"]
    english = shop.owner.get("/v1/exports?limit=200").json["data"]
    assert any("币种" in each["warnings"][0]["message"] for each in chinese if each["warnings"])
    assert any("currencies" in each["warnings"][0]["message"] for each in english if each["warnings"])
    assert warned == 9


@pytest.mark.parametrize("form", FORMATS)
def test_what_the_request_says_of_a_file_is_what_the_file_is(office: Office, form: str) -> None:
    """Bytes and digest, rows and orders, how far it came and what it adds up to."""
    shop = office.api.shop()
    for days in (1, 2, 3, 200):
        shop.platform.place(placed_at=ago(days=days))
    for kind, rows in (("orders", 3), ("lines", 6)):
        made = office.make(shop.owner, kind=kind, format=form)
        (file,) = made["files"]
        content = office.fetch(shop.owner, made)
        assert (file["bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert (file["n"], file["rows"], file["orders"]) == (1, rows, 3)
        assert len(sheet(content, made)) == rows + 1
        assert made["progress"] == {"done": 3, "total": 3, "percent": 100}
        assert (made["coverage"]["orders"], made["coverage"]["complete"]) == (3, True)
        assert made["totals"] == [usd("85.50")] and made["warnings"] == [] and made["more_warnings"] == 0
        assert made["started_at"] and made["finished_at"] >= made["started_at"]
        listed = exports_of(shop)[0]
        assert {name: value for name, value in made.items() if name != "downloads"} == listed
