"""What one order adds to the daily figures of its store: the day, the currency and the event."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.domain.order.funds.amounts import END_REASONS, Outcome
from shared.domain.reports.figures import CANCELLED, PRODUCTS, SALES, SERVICE, Figure, figures
from shared.domain.reports.service_level import MEASURES, level
from shared.domain.windows import period_of
from tests.domain.build import PLACED, STORE, TOTAL, WATCHING, Life, life_in, line, parcel

SHANGHAI = STORE.time_zone


def figures_of(life: Life, by: str = "total", name: str = "") -> dict[str, int]:
    """The figures of one kind by name. The orders of these tests have each figure on one day only."""
    return {key.figure: amount for key, amount in figures(life.order).items() if (key.by, key.name) == (by, name)}


def days(life: Life, figure: str) -> list[str]:
    return [key.day.isoformat() for key in figures(life.order) if (key.by, key.figure) == ("total", figure)]


@pytest.mark.parametrize(
    ("zone", "placed", "day"),
    [
        ("UTC", "2024-02-28T23:59:59.999999+00:00", "2024-02-28"),
        ("UTC", "2024-02-29T00:00:00+00:00", "2024-02-29"),  # midnight itself begins a day
        ("UTC", "2024-02-29T23:59:59.999999+00:00", "2024-02-29"),
        ("UTC", "2024-03-01T00:00:00+00:00", "2024-03-01"),
        ("Asia/Shanghai", "2024-02-28T15:59:59+00:00", "2024-02-28"),
        ("Asia/Shanghai", "2024-02-28T16:00:00+00:00", "2024-02-29"),
        ("Asia/Shanghai", "2024-02-29T16:00:00+00:00", "2024-03-01"),
        ("America/Los_Angeles", "2024-03-10T07:59:59+00:00", "2024-03-09"),  # the day has 23 hours
        ("America/Los_Angeles", "2024-03-10T08:00:00+00:00", "2024-03-10"),
        ("America/Los_Angeles", "2024-03-11T06:59:59+00:00", "2024-03-10"),
        ("America/Los_Angeles", "2024-03-11T07:00:00+00:00", "2024-03-11"),
        ("America/Los_Angeles", "2024-11-04T07:59:59+00:00", "2024-11-03"),  # and this one 25
        ("America/Los_Angeles", "2024-11-04T08:00:00+00:00", "2024-11-04"),
        ("America/Sao_Paulo", "2018-11-04T02:59:59+00:00", "2018-11-03"),  # midnight was left out: 0:00 was 1:00
        ("America/Sao_Paulo", "2018-11-04T03:00:00+00:00", "2018-11-04"),
        ("America/Sao_Paulo", "2018-02-18T02:30:00+00:00", "2018-02-17"),  # 23:30 came twice
        ("Pacific/Apia", "2011-12-30T09:59:59+00:00", "2011-12-29"),  # there was no 30th
        ("Pacific/Apia", "2011-12-30T10:00:00+00:00", "2011-12-31"),
        ("Pacific/Kiritimati", "2026-12-31T10:00:00+00:00", "2027-01-01"),
    ],
)
def test_an_order_counts_on_the_local_day_that_it_was_placed(zone: str, placed: str, day: str) -> None:
    life = Life(replace(STORE, time_zone=zone), placed_at=datetime.fromisoformat(placed))
    assert days(life, "orders") == [day]


@pytest.mark.parametrize(
    ("day", "group_by", "first", "end"),
    [
        ("2024-02-29", "day", "2024-02-29", "2024-03-01"),
        ("2024-02-29", "month", "2024-02-01", "2024-03-01"),
        ("2023-12-31", "month", "2023-12-01", "2024-01-01"),
        ("2024-03-03", "week", "2024-02-26", "2024-03-04"),  # a Sunday
        ("2024-03-04", "week", "2024-03-04", "2024-03-11"),
        ("2024-12-30", "week", "2024-12-30", "2025-01-06"),  # the first week of 2025
    ],
)
def test_periods_are_calendar_periods_and_weeks_begin_on_mondays(day: str, group_by: str, first: str, end: str) -> None:
    period = period_of(date.fromisoformat(day), group_by)
    assert tuple(each.isoformat() for each in period) == (first, end)


def test_a_change_of_the_stores_zone_moves_no_figure() -> None:
    life = Life(placed_at=datetime(2024, 3, 4, 15, 30, tzinfo=UTC))  # 23:30 in Shanghai
    before = figures(life.order)
    life.store = replace(STORE, time_zone="America/Los_Angeles")
    life.do("pay")
    assert life.order.time_zone == SHANGHAI
    assert {key.day for key in figures(life.order)} == {key.day for key in before} == {date(2024, 3, 4)}


def test_an_order_from_before_there_were_figures_counts_from_its_next_change_on() -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS")
    life.order = replace(life.order, time_zone="")
    assert figures(life.order) == Counter()
    life.do("ship", parcels=[parcel("LX1")])
    assert life.order.time_zone == SHANGHAI
    assert figures_of(life)["received"] == TOTAL and figures_of(life)["paid_orders"] == 1


def test_sales_count_by_country_and_product_once_the_order_is_paid() -> None:
    life = Life(lines=(line("a", 2, 1000), line("b", 1, 500), line("c", 3, 100)), shipping_fee=300)
    assert figures_of(life) == figures_of(life, "country", "FR") == {"orders": 1, "pieces": 6, "ordered": 3100}
    assert figures_of(life, "product", "product-a") == {}
    life.do("pay")
    sold = {"orders": 1, "pieces": 6, "ordered": 3100, "paid": 1, "received": 3100}
    assert figures_of(life, "country", "FR") == sold
    assert figures_of(life) == sold | {"paid_orders": 1}
    assert figures_of(life, "product", "product-a") == {"pieces": 2, "amount": 2000}
    assert figures_of(life, "product", "product-c") == {"pieces": 3, "amount": 300}


def test_lines_of_one_product_count_together() -> None:
    life = Life(lines=(line("a", 2, 1000), replace(line("b", 1, 500), product_id="product-a"))).do("pay")
    assert figures_of(life, "product", "product-a") == {"pieces": 3, "amount": 2500}


def test_pieces_that_are_not_shipped_or_are_returned_count_as_refunded() -> None:
    closed = life_in("PART_CLOSED")  # one of two of line a was sent
    assert figures_of(closed, "product", "product-a") == {"pieces": 2, "amount": 2000, "refunded_pieces": 1}
    back = life_in("wait_confirm_return").do("confirm_return")
    assert figures_of(back, "product", "product-a")["refunded_pieces"] == 2
    assert figures_of(back, "product", "product-b")["refunded_pieces"] == 1
    partly = life_in("wait_buyer").do("buyer_accept")  # money without goods is no product's
    assert "refunded_pieces" not in figures_of(partly, "product", "product-a")
    assert figures_of(partly).get("refunded", 0) == 0
    partly.do("complete_refund", refund_id=partly.refund.refund_id)
    assert figures_of(partly)["refunded"] == figures_of(partly, "country", "FR")["refunded"] == 500


def test_a_snapshot_moves_all_figures_of_an_order() -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS")
    before = figures(life.order)
    buyer = replace(life.order.buyer, country="ES")
    life.sync("WAIT_SELLER_SEND_GOODS", placed_at=PLACED - timedelta(days=3), buyer=buyer, lines=(line("z", 1, 2500),))
    after = figures(life.order)
    sales = {key.day.isoformat() for key in after if key.figure in (*SALES, *PRODUCTS)}
    assert sales == {"2024-03-01"} and days(life, "paid_orders") == ["2024-03-04"]
    assert {key.name for key in after if key.by == "country"} == {"ES"}
    assert {key.name for key in after if key.by == "product"} == {"product-z"}
    assert sum(amount for key, amount in after.items() if key.by == "total" and key.figure == "orders") == 1
    change = after.copy()
    change.subtract(before)
    moved = before.copy()
    moved.update(change)
    assert +moved == after


def test_figures_are_separate_for_each_currency() -> None:
    order = life_in("WAIT_SELLER_SEND_GOODS").order
    assert {key.currency for key in figures(order)} == {"USD"}
    assert {key.currency for key in figures(replace(order, currency="JPY"))} == {"JPY"}


def test_shipment_is_on_time_up_to_the_second_when_it_was_due() -> None:
    for late, figure in ((timedelta(), "shipped_on_time"), (timedelta(microseconds=1), "shipped_late")):
        life = life_in("WAIT_SELLER_SEND_GOODS", WATCHING)
        due = life.due("shipment")
        assert due is not None
        life.on(due + late).do("ship", parcels=[parcel("LX1")])
        assert days(life, figure) == [due.date().isoformat()]
        assert life.order.ship_by == due
        life.wait(hours=1).do("confirm_receipt").wait(hours=1).do("release_funds")
        assert len(days(life, figure)) == 1 and life.order.ship_by == due


def test_a_partly_shipped_order_is_not_shipped_yet() -> None:
    life = life_in("SELLER_PART_SEND_GOODS")
    assert not {"shipped_on_time", "shipped_late", "not_shipped"} & set(figures_of(life))
    life.do("ship", parcels=[parcel("LX2")])
    assert figures_of(life)["shipped_on_time"] == 1


def test_a_freeze_moves_ship_by() -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS", WATCHING)
    due = life.due("shipment")
    assert due is not None
    life.do("freeze").wait(days=20).do("unfreeze").do("ship", parcels=[parcel("LX1")])
    assert life.order.ship_by == due + timedelta(days=20) and "shipped_on_time" in figures_of(life)


def test_without_a_known_ship_by_it_is_neither_on_time_nor_late() -> None:
    life = Life().wait(hours=1).sync("WAIT_BUYER_ACCEPT_GOODS", parcels=[{**parcel("LX1"), "shipped_at": PLACED}])
    assert life.order.shipped_at and not {"shipped_on_time", "shipped_late"} & set(figures_of(life))


@pytest.mark.parametrize("situation", ["WAIT_SELLER_SEND_GOODS", "SELLER_PART_SEND_GOODS"])
def test_an_order_closed_because_it_was_not_shipped_counts_when_shipment_was_due(situation: str) -> None:
    life = life_in(situation)
    due = life.due("shipment")
    assert due is not None
    life.wait(days=30).sweep()
    day = [(due + timedelta(hours=8)).date().isoformat()]
    assert days(life, "not_shipped") == days(life, "violations") == day
    assert not {"shipped_on_time", "shipped_late"} & set(figures_of(life))
    assert days(life, "cancelled_by_seller") == (day if situation == "WAIT_SELLER_SEND_GOODS" else [])


def test_a_snapshot_of_such_an_end_adds_one_violation() -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS", WATCHING)
    due = life.due("shipment")
    life.wait(days=30)
    for _ in range(2):
        life.sync("FUND_PROCESSING", end_reason="seller_send_goods_timeout").wait(hours=1)
    assert [violation.at for violation in life.order.violations] == [due]
    assert figures_of(life)["violations"] == figures_of(life)["cancelled_by_seller"] == 1
    early = life_in("WAIT_SELLER_SEND_GOODS", WATCHING)
    early.sync("FUND_PROCESSING", end_reason="seller_send_goods_timeout")
    assert [violation.at for violation in early.order.violations] == [early.now]


def test_each_cancellation_counts_for_its_cause() -> None:
    assert set(CANCELLED) == {reason for reason, outcome in END_REASONS.items() if outcome is Outcome.CANCELLED}
    for situation, action, figure in (
        ("RISK_CONTROL", "reject_risk", "cancelled_otherwise"),
        ("RISK_CONTROL", "cancel_in_risk", "cancelled_by_buyer"),
        ("WAIT_SELLER_EXAMINE_MONEY", "refuse_payment", "cancelled_otherwise"),
        ("IN_CANCEL", "accept_cancellation", "cancelled_by_buyer"),
        ("WAIT_SELLER_SEND_GOODS", "expire_shipment", "cancelled_by_seller"),
    ):
        life = life_in(situation)
        day = life.now + timedelta(hours=8)
        life.do(action)
        assert {name for name in figures_of(life) if name.startswith("cancelled")} == {figure}
        assert days(life, figure) == [day.date().isoformat()]
        life.wait(days=3).do("complete_refund", refund_id=life.refund.refund_id)
        assert days(life, figure) == [day.date().isoformat()]
    unpaid = life_in("CLOSED")
    assert set(figures_of(unpaid)) == {"orders", "pieces", "ordered"}


def test_an_order_counts_as_disputed_once_on_the_day_of_its_first_dispute() -> None:
    life = life_in("wait_seller")
    first = days(life, "disputed")
    life.wait(days=2).do("withdraw").wait(days=2)
    life.do("open_dispute", kind="not_received", claim=100, solution="refund", text="x")
    assert len(life.order.disputes) == 2 and days(life, "disputed") == first and figures_of(life)["disputed"] == 1


def test_every_figure_of_every_situation_has_a_known_name() -> None:
    known, seen = {*SALES, *PRODUCTS, *SERVICE}, Counter[str]()
    for situation in ("PLACE_ORDER_SUCCESS", "REFUNDING", "PART_CLOSED", "wait_confirm_return", "FINISH", "IN_CANCEL"):
        for key, amount in figures(life_in(situation).order).items():
            assert isinstance(key, Figure) and key.figure in known and amount > 0
            seen[key.figure] += 1
    assert len(seen) >= 11
    assert {name for measure in MEASURES.values() for name in (*measure.part, *measure.whole)} <= set(SERVICE)


@pytest.mark.parametrize(
    ("counts", "rate"),
    [
        ({}, None),
        ({"shipped_late": 2}, 0.0),
        ({"shipped_on_time": 1, "shipped_late": 1, "not_shipped": 1}, 0.3333),
        ({"shipped_on_time": 5}, 1.0),
    ],
)
def test_a_rate_is_a_share_of_its_denominator(counts: dict[str, int], rate: float | None) -> None:
    assert level(MEASURES["on_time_shipment"], counts).rate == rate
