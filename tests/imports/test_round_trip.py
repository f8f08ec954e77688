"""An export of ours goes into an empty store, is exported again there, and has the same cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import proof
from tests.exports.files import typed
from tests.exports.formats.test_hostile_text import TEXTS, hostile, named, short
from tests.exports.office import Office, open_office
from tests.harness import Shop, ago, line, new_order, parcel, usd
from tests.imports.importer import Importer

KINDS = {"orders": ("seller_centre_2016", "seller_centre_2026", "english", "chinese"), "lines": ("english", "chinese")}
LAYOUTS = [(kind, layout) for kind, layouts in KINDS.items() for layout in layouts]
FORMATS = ("xls", "xlsx", "csv")
CASES = proof.size(
    [(*layout, FORMATS[place % 3]) for place, layout in enumerate(LAYOUTS)],
    [(*layout, format_) for layout in LAYOUTS for format_ in FORMATS],
)
"""In quick size each layout in one format, and each format twice."""


@pytest.fixture(scope="module")
def desk() -> Iterator[tuple[Office, Importer, Shop]]:
    """A shop with orders in every state, and with hostile text in every field."""
    with open_office() as office:
        importer = Importer.beside(office)
        shop = office.api.shop(time_zone="America/Los_Angeles")
        fill(shop)
        yield office, importer, shop


def fill(shop: Shop) -> None:
    platform, staff = shop.platform, shop.staff

    def step(order: dict[str, Any], action: str, body: Any = None) -> None:
        client = staff if action in ("ship", "accept_payment", "accept_cancellation") else platform
        answer = client.act(order["order_id"], action, body)
        assert answer.status == 200, answer.content

    paths: tuple[tuple[tuple[str, Any], ...], ...] = (
        (),
        (("pay", None),),
        (("pay", None), ("pass_risk", None)),
        (("pay", None), ("pass_risk", None), ("ship", {"parcels": [parcel("LX000000011CN", line1=1)]})),
        (("pay", None), ("pass_risk", None), ("ship", {"parcels": [parcel("LX000000012CN")]})),
        (("pay", None), ("pass_risk", None), ("request_cancellation", {"reason": "no longer needed"})),
        (("pay", None), ("pass_risk", None), ("freeze", {"reason": "checked"})),
        (
            ("pay", None),
            ("pass_risk", None),
            ("ship", {"parcels": [parcel("LX000000013CN")]}),
            ("confirm_receipt", None),
        ),
        (
            ("pay", None),
            ("pass_risk", None),
            ("ship", {"parcels": [parcel("LX000000014CN")]}),
            ("confirm_receipt", None),
            ("release_funds", {"amount": usd("12.00"), "commission": usd("1.59")}),
        ),
        (("pay", None), ("reject_risk", None)),
        (
            ("pay", None),
            ("pass_risk", None),
            ("ship", {"parcels": [parcel("LX000000015CN")]}),
            (
                "open_dispute",
                {"kind": "not_received", "claim": usd("5.00"), "solution": "refund", "text": "It never came."},
            ),
        ),
        (("cancel_unpaid", None),),
    )
    for number, path in enumerate(paths):
        order = new_order(
            placed_at=ago(hours=30 + number),
            buyer={"id": f"buyer-{number}", "country": "US", "name": f"Buyer {number}", "email": "b@example.invalid"},
            lines=[
                line("1", 3, "3.33", title="Mouse", sku="M-1", attributes={"Color": "Red", "Size": "a:b、c"}),
                line("2", 2, "0.05", title="【2】 tricky\n(SKU: x)"),
            ],
            tax=usd("1.00"),
            discount=usd("0.50"),
            memo="please, a gift",
            chosen_service="AliExpress Standard Shipping",
        )
        assert platform.post("/v1/orders", order).status == 201
        for action, body in path:
            step(order, action, body)
        if number % 3 == 0:
            staff.patch(f"/v1/orders/{order['order_id']}", {"note": "call first", "tags": ["vip", "gift"]})
    for number, text in enumerate(TEXTS):
        body = hostile(number, text)
        answer = platform.post("/v1/orders", body)
        assert answer.status == 201, answer.content
        if number % 2:
            for action in ("pay", "pass_risk"):
                step(body, action)
            box = {"carrier": short(text), "tracking_no": named(text)}
            step(
                body, "ship", {"parcels": [box | {"lines": [{"line_id": body["lines"][0]["line_id"], "quantity": 1}]}]}
            )
            own = {"note": (text * 8)[:1000], "tags": ["a", "b"], "assignee": short(text)}
            assert staff.patch(f"/v1/orders/{body['order_id']}", own).status == 200


def counters(shop: Shop) -> dict[str, Any]:
    """What the orders of a shop count, but for messages, which no file has."""
    found = shop.viewer.get("/v1/orders/counters").json
    return {
        **{
            name: each["count"]
            for group in ("statuses", "fund_states", "overlays")
            for name, each in found[group].items()
        },
        **{name: found[name]["count"] for name in ("total", "placed_today")},
    }


@pytest.mark.parametrize(("kind", "layout", "format_"), CASES)
def test_an_export_comes_back_as_it_was(
    desk: tuple[Office, Importer, Shop], kind: str, layout: str, format_: str
) -> None:
    office, importer, shop = desk
    request = {"kind": kind, "layout": layout, "format": format_, "time_zone": "America/Los_Angeles"}
    exported = office.make(shop.staff, **request)
    content = office.fetch(shop.staff, exported)
    before = typed(content, exported)

    other = office.api.shop(time_zone="America/Los_Angeles")
    job = importer.load(other.staff, content, kind="orders", file_name=f"orders.{format_}")
    assert job["state"] == "succeeded", job
    failed = importer.rows(other.staff, job, state="failed")
    assert failed == [], failed[:3]

    if kind == "orders" and layout in ("english", "chinese"):
        assert counters(other) == counters(shop)
    again = office.make(other.staff, **request)
    after = typed(office.fetch(other.staff, again), again)
    assert before[0] == after[0]
    cells = 0
    different: list[Any] = []
    for row, same in zip(before[1:], after[1:], strict=True):
        for heading, *pair in zip(before[0], row, same, strict=True):
            cell, back = pair
            cells += 1
            if format_ == "xls" and isinstance(cell, str):
                cell = cell.replace("\ufeff", "")  # calamine takes it for a mark at the beginning of a text
                back = back.replace("\ufeff", "")
            if cell != back:
                different.append((row[0], heading, cell, back))
    assert different == [], (len(different), sorted({each[1] for each in different}), different[:6])
    proof.counted("cells that came back as they were", cells, 1_000)


@pytest.mark.parametrize(("kind", "format_"), [(kind, format_) for kind in KINDS for format_ in FORMATS])
def test_amounts_come_back_in_the_currency_of_their_order(
    desk: tuple[Office, Importer, Shop], kind: str, format_: str
) -> None:
    """Yen have no digits behind the point and dinars three, in a file as in the store."""
    office, importer, _ = desk
    shop, other = office.api.shop(), office.api.shop()
    orders = []
    for hours, (currency, price) in enumerate((("JPY", "3800"), ("KWD", "38.001"), ("USD", "10.50"))):
        amount = {"amount": price, "currency": currency}
        order = shop.platform.place(
            placed_at=ago(hours=hours + 2),
            currency=currency,
            lines=[line("1", 3) | {"unit_price": amount}],
            shipping_fee=amount,
        )
        assert shop.platform.act(order["order_id"], "pay").status == 200
        orders.append(order["order_id"])
    exported = office.make(shop.staff, kind=kind, layout="english", format=format_)
    job = importer.load(other.staff, office.fetch(shop.staff, exported), kind="orders", file_name=f"orders.{format_}")
    assert (job["state"], job["counts"]["created"], job["counts"]["failed"]) == ("succeeded", 3, 0)
    for order_id in orders:
        before, after = (each.staff.get(f"/v1/orders/{order_id}").json for each in (shop, other))
        assert before["amounts"] == after["amounts"]
