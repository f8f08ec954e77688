"""What becomes of each row of the source, and a slice of the real one brought in twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.load import __main__ as command
from local.load import check, loader, script, source
from local.load.client import Api, TryAgain, Unreachable, with_retries
from local.load.steps import iso_time, missing
from tests.harness import Server
from tests.proof import size

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PLACED, APPROVED, CARRIED, DELIVERED = (
    "2018-03-01 10:00:00",
    "2018-03-01 12:00:00",
    "2018-03-03 09:00:00",
    "2018-03-09 18:00:00",
)


def item(order_id: str, seller: str = "seller-a", number: int = 1, **changes: str) -> dict[str, str]:
    return {
        "order_id": order_id,
        "order_item_id": str(number),
        "product_id": "product-1",
        "seller_id": seller,
        "shipping_limit_date": "2018-03-05 12:00:00",
        "price": "48.9",
        "freight_value": "16.6",
        **changes,
    }


def header(order_id: str = "o1", status: str = "delivered", *times: str) -> dict[str, str]:
    approved, carried, delivered = times or (APPROVED, CARRIED, DELIVERED)
    return {
        "order_id": order_id,
        "customer_id": "customer-1",
        "order_status": status,
        "order_purchase_timestamp": PLACED,
        "order_approved_at": approved,
        "order_delivered_carrier_date": carried,
        "order_delivered_customer_date": delivered,
        "order_estimated_delivery_date": "2018-03-21 00:00:00",
    }


def tables(
    orders: list[dict[str, str]], items: list[dict[str, str]] | None = None
) -> dict[str, list[Mapping[str, str]]]:
    return {
        source.ORDERS: list(orders),
        source.ITEMS: list(items or [item(each["order_id"]) for each in orders]),
        source.CUSTOMERS: [
            {
                "customer_id": "customer-1",
                "customer_unique_id": "person-1",
                "customer_zip_code_prefix": "09790",
                "customer_city": "sao bernardo do campo",
                "customer_state": "SP",
            }
        ],
        source.SELLERS: [{"seller_id": "seller-a", "seller_city": "mogi guacu", "seller_state": "SP"}],
        source.PRODUCTS: [
            {"product_id": "product-1", "product_category_name": "beleza_saude"},
            {"product_id": "product-2", "product_category_name": ""},
            {"product_id": "product-3", "product_category_name": "pc_gamer"},
        ],
        source.CATEGORIES: [
            {"product_category_name": "beleza_saude", "product_category_name_english": "health_beauty"}
        ],
    }


def order(status: str = "delivered", *times: str) -> source.Order:
    (shop,) = source.shops(tables([header("o1", status, *times)]), 1)
    assert not shop.unreadable
    return shop.orders[0]


def step_actions(which: source.Order, now: datetime = NOW) -> list[str]:
    return [step.action for step in script.steps(which, now)]


@pytest.mark.parametrize(
    ("text", "minor"), [("48.9", 4890), ("16", 1600), ("0.05", 5), ("12.990", 1299), ("1234567.01", 123456701)]
)
def test_amounts_are_read_digit_by_digit(text: str, minor: int) -> None:
    assert source.cents(text) == minor


@pytest.mark.parametrize("text", ["", "-1.00", "1,50", "1.999", ".5", "NaN", "1e3", "٣.٥٠"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        source.cents(text)


def test_amounts_are_spelled_as_the_contract_wants_them() -> None:
    assert [script.money(minor)["amount"] for minor in (4890, 5, 0, 100)] == ["48.90", "0.05", "0.00", "1.00"]


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2018-06-01 12:00:00", "2018-06-01T15:00:00Z"),  # standard time
        ("2018-01-15 12:00:00", "2018-01-15T14:00:00Z"),  # daylight saving
        ("2017-10-15 00:30:00", "2017-10-15T03:30:00Z"),  # never was: the clock went from 0:00 to 1:00
        ("2018-02-17 23:30:00", "2018-02-18T01:30:00Z"),  # came twice: the first counts
        ("2018-02-18 00:30:00", "2018-02-18T03:30:00Z"),
    ],
)
def test_local_times_through_daylight_saving(local: str, utc: str) -> None:
    assert iso_time(source.instant(local)) == utc


def test_an_order_of_two_sellers_becomes_one_in_each_store() -> None:
    rows = [item("o1", "seller-b", 2, price="10"), item("o1"), item("o1", number=3, product_id="product-3"), item("o2")]
    first, second = source.shops(tables([header("o1"), header("o2")], rows), 5)
    assert (first.seller_id, first.name) == ("seller-a", "Mogi Guacu, SP (seller-a)")
    assert [each.order_id for each in first.orders] == ["o1", "o2"]
    assert [line.line_id for line in first.orders[0].items] == ["1", "3"]
    assert [line.title for line in first.orders[0].items] == ["Health beauty", "Pc gamer"]
    (other,) = second.orders
    assert [(line.line_id, line.price) for line in other.items] == [("2", 1000)]
    body = script.placement(other)
    assert body["total"] == {"amount": "26.60", "currency": "BRL"}
    assert body["buyer"] == {"id": "person-1", "country": "BR"}
    assert body["recipient"]["zip"] == "09790"
    assert body["delivery_days"] == 20


def test_the_largest_sellers_come_first_and_ties_go_by_id() -> None:
    rows = [item("o1", "z"), item("o1", "b"), item("o2", "z"), item("o2", "a"), item("o2", "a", 2)]
    assert [shop.seller_id for shop in source.shops(tables([header("o1"), header("o2")], rows), 2)] == ["z", "a"]


def test_rows_that_make_no_sense_are_named_and_stop_nothing() -> None:
    rows = [item("o1"), item("o2", price="abc"), item("gone"), item("o3")]
    (shop,) = source.shops(tables([header("o1"), header("o2"), header("o3") | {"customer_id": "x"}], rows), 1)
    assert [each.order_id for each in shop.orders] == ["o1"]
    assert sorted(shop.unreadable) == ["gone", "o2", "o3"]
    assert "'abc' is not an amount" in shop.unreadable["o2"]


def test_a_missing_file_or_column_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(source.SourceError, match=r"olist_orders_dataset\.csv cannot be read"):
        source.read(tmp_path, 1)
    for name in tables([]):
        (tmp_path / name).write_text("id\n1\n")
    with pytest.raises(source.SourceError, match="no column 'order_id'"):
        source.read(tmp_path, 1)


PAID = ["pay", "pass_risk"]


@pytest.mark.parametrize(
    ("status", "times", "actions", "goal"),
    [
        ("created", ("", "", ""), [], ("PLACE_ORDER_SUCCESS", "none")),
        ("approved", (APPROVED, "", ""), PAID, ("WAIT_SELLER_SEND_GOODS", "none")),
        ("invoiced", (APPROVED, "", ""), PAID, ("WAIT_SELLER_SEND_GOODS", "none")),
        ("processing", (APPROVED, "", ""), PAID, ("WAIT_SELLER_SEND_GOODS", "none")),
        ("processing", ("", "", ""), ["sync"], ("WAIT_SELLER_SEND_GOODS", "none")),
        ("shipped", (APPROVED, CARRIED, ""), [*PAID, "ship"], ("WAIT_BUYER_ACCEPT_GOODS", "none")),
        ("shipped", (CARRIED, APPROVED, ""), ["pay", "sync"], ("WAIT_BUYER_ACCEPT_GOODS", "none")),
        (
            "delivered",
            (APPROVED, CARRIED, DELIVERED),
            [*PAID, "ship", "report_delivery", "confirm_receipt", "release_funds"],
            ("FINISH", "released"),
        ),
        *(
            ("delivered", times, ["pay", "sync", "confirm_receipt", "release_funds"], ("FINISH", "released"))
            for times in (
                (CARRIED, APPROVED, DELIVERED),  # carrier before approval
                (APPROVED, "2018-02-27 09:00:00", DELIVERED),  # carrier before purchase
                (APPROVED, DELIVERED, CARRIED),  # delivered before carrier
                (DELIVERED, APPROVED, CARRIED),  # approved last of all
                (APPROVED, "", DELIVERED),  # no carrier
            )
        ),
        (
            "delivered",
            ("", CARRIED, DELIVERED),
            ["sync", "confirm_receipt", "release_funds"],
            ("FINISH", "released"),
        ),
        ("delivered", (APPROVED, CARRIED, ""), ["pay", "sync"], ("FINISH", "released")),
        ("canceled", ("", "", ""), ["cancel_unpaid"], ("FINISH", "none")),
        (
            "canceled",
            (APPROVED, "", ""),
            [*PAID, "request_cancellation", "accept_cancellation", "complete_refund"],
            ("FINISH", "refunded"),
        ),
        ("canceled", (APPROVED, CARRIED, ""), ["pay", "sync"], ("FINISH", "refunded")),
        ("unavailable", (APPROVED, "", ""), [*PAID, "sync"], ("FINISH", "refunded")),
        ("unavailable", ("", "", ""), ["cancel_unpaid"], ("FINISH", "none")),
    ],
)
def test_each_status_and_anomaly(
    status: str, times: tuple[str, str, str], actions: list[str], goal: tuple[str, str]
) -> None:
    which = order(status, *times)
    assert step_actions(which) == actions
    assert script.goal(which, NOW) == goal
    step_times = [step.at for step in script.steps(which, NOW)]
    assert step_times == sorted(step_times)


def test_the_steps_of_a_delivery_carry_what_the_source_says() -> None:
    pay, risk, ship, arrived, received, released = script.steps(order(), NOW)
    assert pay.content({}) == {"at": "2018-03-01T15:00:00Z"}
    assert risk.content({})["deadlines"] == [{"kind": "shipment", "due_at": "2018-03-05T15:00:00Z"}]
    assert ship.content({})["parcels"] == [{"carrier": "OTHER", "tracking_no": "ORDER-o1"}]
    view: dict[str, Any] = {"parcels": [{"parcel_id": "p1", "tracking_no": "ORDER-o1"}]}
    assert arrived.content(view) == {"at": "2018-03-09T21:00:00Z", "parcel_id": "p1"}
    assert received.at == arrived.at
    assert released.at - received.at == script.RELEASE_AFTER


def test_a_snapshot_tells_every_time_that_is_known() -> None:
    which = order("delivered", CARRIED, APPROVED, DELIVERED)
    body = script.steps(which, NOW)[1].content({})
    assert body["changed_at"] == "2018-03-09T21:00:00Z"
    assert body["parcels"][0]["shipped_at"] == "2018-03-01T15:00:00Z"
    assert body["parcels"][0]["delivered_at"] == "2018-03-09T21:00:00Z"


def test_what_has_not_happened_yet_is_no_step() -> None:
    now = source.instant("2018-03-10 12:00:00")
    assert step_actions(order(), now)[-1] == "confirm_receipt"
    assert script.goal(order(), now) == ("FUND_PROCESSING", "awaiting_release")


def test_a_status_that_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'lost' is not known"):
        step_actions(order("lost"))


def test_only_the_missing_steps_are_left() -> None:
    steps = script.steps(order(), NOW)
    history = [
        {"action": "place", "at": "2018-03-01T13:00:00Z"},
        {"action": "pay", "at": "2018-03-01T15:00:00Z"},
        {"action": "patch", "at": "2026-01-01T00:00:00Z"},
        {"action": "pass_risk", "at": "2018-03-01T15:00:00Z"},
    ]
    assert [step.action for step in missing(steps, history)] == step_actions(order())[2:]
    assert missing(steps, []) == list(steps)


def test_patience_ends() -> None:
    calls = []

    def never() -> None:
        calls.append(1)
        raise TryAgain("503 busy")

    with pytest.raises(TryAgain):
        with_retries(never, attempts=3)
    assert len(calls) == 3


def test_the_check_finds_what_is_lost_and_what_differs() -> None:
    which = order()
    view: dict[str, Any] = {
        "placed_at": iso_time(which.placed_at),
        "amounts": {"total": script.money(which.total), "shipping": script.money(which.shipping)},
        "line_count": 1,
        "buyer": {"id": "person-1"},
        "status": "FINISH",
        "fund_state": "released",
        "paid_at": "2018-03-01T15:00:00Z",
    }
    parcel = {
        "tracking_no": "ORDER-o1",
        "shipped_at": "2018-03-03T12:00:00Z",
        "delivered_at": "2018-03-09T21:00:00Z",
    }
    assert list(check.differences(which, view, {"o1": [parcel]}, NOW)) == []
    wrong = list(check.differences(which, view | {"line_count": 2}, {}, NOW))
    assert [what.partition(":")[0] for what in wrong] == ["parcels", "handed to the carrier", "delivered", "lines"]


def test_a_server_that_is_gone_ends_the_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.load.client.time.sleep", lambda seconds: None)
    with pytest.raises(Unreachable):
        loader.load(Api("http://127.0.0.1:9"), order(), "token", NOW)


def test_a_server_that_does_not_run_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(command.CannotLoad, match="No server answers"):
        command.connect("http://127.0.0.1:9", tmp_path)


def _everything(api: Api, token: str) -> list[dict[str, Any]]:
    return sorted(api.pages("/v1/orders", token), key=lambda each: str(each["order_id"]))


def test_every_way_over_a_server(server: Server) -> None:
    """Each row of the mapping table ends where the table says, and a second run sends nothing."""
    cases = [
        ("created", "", "", ""),
        ("invoiced", APPROVED, "", ""),
        ("approved", "", "", ""),
        ("shipped", APPROVED, CARRIED, ""),
        ("shipped", CARRIED, APPROVED, ""),
        ("delivered", APPROVED, CARRIED, DELIVERED),
        ("delivered", CARRIED, APPROVED, DELIVERED),
        ("delivered", APPROVED, "2018-02-27 09:00:00", DELIVERED),
        ("delivered", APPROVED, DELIVERED, CARRIED),
        ("delivered", DELIVERED, APPROVED, CARRIED),
        ("delivered", APPROVED, "", DELIVERED),
        ("delivered", "", CARRIED, DELIVERED),
        ("delivered", APPROVED, CARRIED, ""),
        ("canceled", "", "", ""),
        ("canceled", APPROVED, "", ""),
        ("canceled", APPROVED, CARRIED, ""),
        ("unavailable", APPROVED, "", ""),
    ]
    headers = [header(f"case-{number}", *case) for number, case in enumerate(cases)]
    rows = [item(each["order_id"], "every-way") for each in headers]
    shops = source.shops(tables(headers, rows), 1)
    api, accounts = command.connect(server.url, server.data_dir)
    first = command.load(api, accounts, shops, threads=4, verify=True)
    assert (first.refused, first.wrong, first.changed) == ([], [], len(cases))
    owner = accounts.token({"every-way": "owner"})
    before = _everything(api, owner)
    again = command.load(api, accounts, shops, threads=4, verify=True)
    assert (again.refused, again.wrong, again.changes, again.requests) == ([], [], 0, len(cases))
    assert _everything(api, owner) == before


def test_a_run_that_was_stopped_goes_on(server: Server) -> None:
    (shop,) = source.shops(tables([header("o1")], [item("o1", "stopped")]), 1)
    (which,) = shop.orders
    api, accounts = command.connect(server.url, server.data_dir)
    platform, owner = (accounts.token({"stopped": role}) for role in ("platform", "owner"))
    loader.open_store(api, shop, loader.Tokens(owner, platform))
    early = source.instant("2018-03-03 12:00:00")
    assert loader.load(api, which, platform, early).changes == 4
    api.call("PATCH", "/v1/orders/o1", owner, {"note": "kept"})
    result = loader.load(api, which, platform, NOW)
    assert (result.changes, result.refused) == (3, [])
    assert loader.load(api, which, platform, NOW).changes == 0
    (view,) = _everything(api, owner)
    assert (view["status"], view["note"], view["version"]) == ("FINISH", "kept", 8)


def test_other_content_under_the_same_number_is_reported_and_stops_nothing(server: Server) -> None:
    rows = [item(number, "refusing") for number in ("o1", "o2")]
    shops = source.shops(tables([header("o1"), header("o2")], rows), 1)
    api, accounts = command.connect(server.url, server.data_dir)
    body = script.placement(shops[0].orders[0]) | {"memo": "another"}
    api.call("POST", "/v1/orders", accounts.token({"refusing": "platform"}), body)
    report = command.load(api, accounts, shops, threads=2, verify=True)
    assert len(report.refused) == 1 and "o1: 409 order_exists" in report.refused[0]
    assert report.loaded == {"refusing": 1}
    assert any("o1" in what for what in report.wrong)


def test_a_real_slice_twice(server: Server, shared_data: Path) -> None:
    folder = shared_data / "olist"
    if not folder.is_dir():
        pytest.skip(f"no Olist files at {folder}")
    count = size(8, 40)
    (shop,) = source.read(folder, stores=1, limit=count)
    shops = [replace(shop, seller_id="a-real-slice")]  # other tests may have loaded this seller's orders before
    api, accounts = command.connect(server.url, server.data_dir)
    first = command.load(api, accounts, shops, threads=8, verify=True)
    assert (first.refused, first.wrong, first.changed) == ([], [], count)
    owner = accounts.token({shops[0].seller_id: "owner"})
    before = _everything(api, owner)
    again = command.load(api, accounts, shops, threads=8, verify=True)
    assert (again.refused, again.wrong, again.changes) == ([], [], 0)
    assert _everything(api, owner) == before
