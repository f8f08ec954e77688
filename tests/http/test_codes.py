"""Codes that come from outside, of countries, currencies and time zones, and text that is empty."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.domain.countries import COUNTRIES
from tests.domain.test_countries import OWN
from tests.harness import Api, ago, line, new_order, parcel, snapshot, usd
from tests.proof import counted

SALES = "/v1/reports/sales?by=country&group_by=month"


def test_an_order_keeps_its_countrys_code_and_is_reported_under_that_of_iso(api: Api) -> None:
    shop = api.shop()
    for own, iso in OWN.items():
        for code in (own, iso):
            order = new_order(buyer={"id": f"of {iso}", "country": code}, recipient={"country": code})
            assert shop.platform.post("/v1/orders", order).status == 201
            read = shop.viewer.get(f"/v1/orders/{order['order_id']}").json
            assert (read["buyer"]["country"], read["recipient"]["country"]) == (code, code)
    sold = {row["country"]: row["orders"] for row in shop.viewer.get(SALES).json["data"]}
    expected = {iso: sum(2 for each in OWN.values() if each == iso) for iso in OWN.values()}
    assert sold == expected
    customers = {each["buyer_id"]: each["country"] for each in shop.viewer.every("/v1/customers")}
    assert customers == {f"of {iso}": iso for iso in expected}


def test_figures_under_the_former_code_are_those_of_the_same_country(api: Api, monkeypatch: Any) -> None:
    if api.engine == "local":
        pytest.skip("changes the code in this process")
    shop, order = api.shop(), new_order(buyer={"id": "b", "country": "UK"})
    with monkeypatch.context() as former:
        for module in ("reports.figures", "customers.model"):
            former.setattr(f"shared.domain.{module}.iso_country", lambda code: code)
        assert shop.platform.post("/v1/orders", order).status == 201
    shop.platform.act(order["order_id"], "pay")
    shop.platform.post("/v1/orders", new_order(buyer={"id": "b", "country": "GB"}))
    (row,) = shop.viewer.get(SALES).json["data"]
    assert (row["country"], row["orders"], row["paid"], row["ordered"]["amount"]) == ("GB", 2, 1, "57.00")
    assert [each["country"] for each in shop.viewer.every("/v1/customers")] == ["GB"]


@pytest.mark.parametrize("code", ["JJ", "ABC", "us", "U", "OTHER", "England", ""])
def test_what_is_no_country_is_refused(api: Api, code: str) -> None:
    shop = api.shop()
    for body in (new_order(buyer={"id": "b", "country": code}), new_order(recipient={"country": code})):
        refused = shop.platform.post("/v1/orders", body)
        assert (refused.status, refused.json["errors"][0]["pointer"].endswith("/country")) == (400, True)
        assert shop.viewer.get(f"/v1/orders/{body['order_id']}").status == 404


@pytest.mark.parametrize(
    ("currency", "placed_at", "status"),
    [
        ("HRK", "2022-06-01T10:00:00Z", 201),
        ("HRK", "2023-06-01T10:00:00Z", 400),
        ("LTL", "2014-06-01T10:00:00Z", 201),
        ("LTL", "2015-06-01T10:00:00Z", 400),
        ("VEF", "2016-06-01T10:00:00Z", 201),
        ("VEF", "2020-06-01T10:00:00Z", 400),
        ("VES", "2016-06-01T10:00:00Z", 400),
        ("XXX", "2016-06-01T10:00:00Z", 400),
    ],
)
def test_an_order_is_in_a_currency_of_its_day(api: Api, currency: str, placed_at: str, status: int) -> None:
    price = {"amount": "10.00", "currency": currency}
    order = new_order(
        placed_at=placed_at, currency=currency, lines=[line("1") | {"unit_price": price}], shipping_fee=price
    )
    answer = api.shop().platform.post("/v1/orders", order)
    assert answer.status == status, answer.content
    if status == 400:
        assert ("/currency", "currency_unknown") in [(e["pointer"], e["code"]) for e in answer.json["errors"]]


def places(body: Any, found: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The places of all texts, lists and money objects in a body."""
    if isinstance(body, dict) and "currency" in body and "amount" in body:
        return [found]
    children = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    return [found, *(place for name, each in children for place in places(each, (*found, name)))]


def emptied(body: Any, place: tuple[str | int, ...]) -> Any:
    """The body with an empty string at this place."""
    copy = json.loads(json.dumps(body))
    at = copy
    for name in place[:-1]:
        at = at[name]
    at[place[-1]] = ""
    return copy


REQUIRED = {"order_id", "placed_at", "buyer", "recipient", "country", "id", "currency", "lines", "line_id"}
REQUIRED |= {"product_id", "quantity", "unit_price", "shipping_fee", "kind", "due_at", "commission"}
REQUIRED |= {"changed_at", "order", "status", "overlays", "parcels", "carrier", "tracking_no", "shipped_at"}


def full_order() -> dict[str, Any]:
    nothing = usd("0.00")
    bought = {
        "sku": "s",
        "title": "t",
        "attributes": {"colour": "red"},
        "handling_days": 3,
        "image_url": "https://a.b/",
    }
    recipient = dict.fromkeys("name state city street zip phone mobile tax_id".split(), "x")
    return new_order(
        buyer={"id": "b", "country": "ES", "name": "n", "email": "a@b.example"},
        recipient={"country": "ES", **recipient},
        lines=[line("1", 2, "10.00") | bought],
        discount=nothing,
        tax=nothing,
        total=usd("23.00"),
        delivery_days=20,
        chosen_service="c",
        memo="m",
        deadlines=[{"kind": "payment", "due_at": "2099-01-01T00:00:00Z"}],
        fee_rates={"commission": "0.05", "affiliate": "0.01"},
    )


def test_an_empty_string_in_an_optional_field_of_an_order_is_none(api: Api) -> None:
    shop, taken, refused = api.shop(), 0, 0
    for place in places(full_order()):
        if not place or isinstance(place[-1], int) or "attributes" in place[:-1]:
            continue
        order = emptied(full_order() | {"order_id": new_order()["order_id"]}, place)
        answer = shop.platform.post("/v1/orders", order)
        if place[-1] in REQUIRED:
            assert answer.status == 400, (place, answer.content)
            refused += 1
            continue
        assert answer.status == 201, (place, answer.content)
        without = json.loads(json.dumps(order))
        at = without
        for name in place[:-1]:
            at = at[name]
        del at[place[-1]]
        assert shop.platform.post("/v1/orders", without).status == 200, "the same order, written otherwise"
        taken += 1
    counted("optional fields of an order left empty", taken, 24)
    counted("required fields of an order left empty", refused, 15)


def test_an_empty_string_in_an_optional_field_of_a_snapshot_is_none(api: Api) -> None:
    shop, taken = api.shop(), 0
    order = full_order()
    del order["deadlines"]
    assert shop.platform.post("/v1/orders", order).status == 201
    box = parcel(line1=2) | {"tracking_url": "https://t.test/", "shipped_at": ago(seconds=5), "delivered_at": ago()}
    full = snapshot(order, "FUND_PROCESSING", fund_state="refunding", end_reason="payment_refused")
    full |= {"parcels": [box], "reason": "r"}
    for place in places(full):
        if not place or isinstance(place[-1], int) or "attributes" in place[:-1]:
            continue
        answer = shop.platform.act(order["order_id"], "sync", emptied(full, place) | {"changed_at": ago()})
        if place[-1] in REQUIRED - {"lines"} or place == ("order", "lines"):
            assert answer.status == (200 if place == ("changed_at",) else 400), (place, answer.content)
        else:
            assert answer.status == 200, (place, answer.content)
            taken += 1
    counted("optional fields of a snapshot left empty", taken, 27)


@pytest.mark.parametrize(
    "zone", ["localtime", "Factory", "posixrules", "posix/Asia/Tokyo", "right/Asia/Tokyo", "Mars", ""]
)
def test_what_is_no_zone_of_iana_is_refused_wherever_a_zone_is_taken(api: Api, zone: str) -> None:
    shop = api.shop()
    for answer in (
        shop.owner.patch("/v1/store", {"time_zone": zone}),
        shop.staff.post("/v1/exports", {"kind": "orders", "format": "csv", "time_zone": zone}),
    ):
        assert answer.status == 400, answer.content
        assert [(each["pointer"], each["code"]) for each in answer.json["errors"]] == [
            ("/time_zone", "time_zone_unknown")
        ]
    assert shop.owner.patch("/v1/store", {"time_zone": "America/Argentina/Buenos_Aires"}).status == 200


def test_a_country_has_its_name_in_both_languages_in_a_report(api: Api) -> None:
    shop = api.shop()
    shop.platform.post("/v1/orders", new_order(buyer={"id": "b", "country": "UK"}))
    for language, name in zip(("en", "zh-CN"), COUNTRIES["GB"], strict=True):
        (row,) = shop.viewer.get(SALES, headers={"Accept-Language": language}).json["data"]
        (customer,) = shop.viewer.get("/v1/customers", headers={"Accept-Language": language}).json["data"]
        assert (row["country_label"], customer["country_label"]) == (name, name)
