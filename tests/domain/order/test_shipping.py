"""Parcels and quantities, edits, delivery and the receipt timer."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.order import shipments
from tests.domain.build import Life, days, hours, life_in, line, parcel


def of(*parcels: dict[str, Any]) -> dict[str, Any]:
    return {"parcels": list(parcels)}


def test_one_parcel_without_lines_takes_everything_that_is_left() -> None:
    life = life_in("SELLER_PART_SEND_GOODS").do("ship", "staff", **of(parcel("LX2")))
    assert {part.line_id: part.quantity for part in life.order.parcels[1].lines} == {"a": 1, "b": 1}
    assert (life.status, life.left()) == ("WAIT_BUYER_ACCEPT_GOODS", {})
    assert life.order.shipped_at == life.now


def test_an_order_is_shipped_in_parts() -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS")
    ship_by = life.due("shipment")
    for number, (piece, left) in enumerate((("a", {"a": 1, "b": 1}), ("b", {"a": 1}))):
        life.wait(hours=1).do("ship", "staff", **of(parcel(f"LX{number}", **{piece: 1})))
        assert (life.status, life.left(), life.due("shipment")) == ("SELLER_PART_SEND_GOODS", left, ship_by)
    assert life.do("ship", "staff", **of(parcel("LX8", a=1))).status == "WAIT_BUYER_ACCEPT_GOODS"
    assert [each.parcel_id for each in life.order.parcels] == ["p1", "p2", "p3"]
    progress = life.order.line_progress()
    assert [(line.ordered, line.shipped, line.left) for line in progress.values()] == [(2, 2, 0), (1, 1, 0)]


def test_several_parcels_are_shipped_at_once() -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS").do("ship", "staff", **of(parcel("LX1", a=1), parcel("LX2", a=1, b=1)))
    assert (life.status, len(life.order.parcels)) == ("WAIT_BUYER_ACCEPT_GOODS", 2)
    assert life.actions.count("ship") == 1


REFUSED: tuple[tuple[str, list[dict[str, Any]], str, str], ...] = (
    ("more than ordered", [parcel("LX2", a=3)], "more_than_left", "/parcels/0/lines/0/quantity"),
    ("another line", [parcel("LX2", b=1, z=1)], "line_unknown", "/parcels/0/lines/1/line_id"),
    ("too many in two", [parcel("LX2", a=2), parcel("LX3", b=1, a=1)], "more_than_left", "/parcels/1/lines/1/quantity"),
    ("two without lines", [parcel("LX2"), parcel("LX3")], "lines_required", "/parcels/0/lines"),
    ("second without lines", [parcel("LX2", a=1), parcel("LX3")], "lines_required", "/parcels/1/lines"),
    ("one number twice", [parcel("LX2", a=1), parcel("LX2", b=1)], "parcel_exists", "/parcels/1/tracking_no"),
)


@pytest.mark.parametrize(("what", "parcels", "code", "pointer"), REFUSED, ids=[row[0] for row in REFUSED])
def test_wrong_parcels_are_refused(what: str, parcels: list[dict[str, Any]], code: str, pointer: str) -> None:
    refusal = life_in("WAIT_SELLER_SEND_GOODS").refuses("ship", "staff", parcels=parcels)
    assert (refusal.code, refusal.pointer) == (code, pointer)  # type: ignore[union-attr]


def test_a_line_named_twice_in_a_parcel_is_added_up() -> None:
    twice = {**parcel("LX2"), "lines": [{"line_id": "a", "quantity": 1}, {"line_id": "a", "quantity": 1}]}
    life = life_in("WAIT_SELLER_SEND_GOODS").do("ship", "staff", parcels=[twice])
    assert [(part.line_id, part.quantity) for part in life.order.parcels[0].lines] == [("a", 2)]
    thrice = {**twice, "lines": [*twice["lines"], {"line_id": "a", "quantity": 1}]}
    refusal = life_in("WAIT_SELLER_SEND_GOODS").refuses("ship", "staff", parcels=[thrice])
    assert refusal.pointer == "/parcels/0/lines/2/quantity"  # type: ignore[union-attr]


def test_the_same_number_goes_with_another_carrier() -> None:
    life = life_in("SELLER_PART_SEND_GOODS")
    assert life.refuses("ship", "staff", **of(parcel("LX1", b=1))).code == "parcel_exists"
    life.do("ship", "staff", **of(parcel("LX1", "DHL", b=1)))
    assert len(life.order.parcels) == 2


def test_refunded_pieces_are_not_left_to_ship() -> None:
    life = life_in("PART_CLOSED")
    assert life.left() == {}
    assert life.order.line_progress()["a"].refunded == 1


def test_an_order_has_a_limited_number_of_parcels() -> None:
    life = Life(lines=(line("a", 500),)).do("pay").do("pass_risk")
    pieces = [parcel(f"LX{number}", a=1) for number in range(shipments.MAX_PARCELS)]
    assert life.do("ship", "staff", parcels=pieces).status == "SELLER_PART_SEND_GOODS"
    assert life.refuses("ship", "staff", **of(parcel("LXX", a=1))).code == "too_many_parcels"


def test_a_parcel_is_corrected_twice_and_within_five_days() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS")
    shipped = life.order.parcels[0].shipped_at
    life.do("edit_shipment", "staff", parcel_id="p1", tracking_no="LX77", tracking_url="https://track.example/LX77")
    life.on(shipped + days(5)).do("edit_shipment", "staff", parcel_id="p1", carrier="DHL")
    edited = life.order.parcels[0]
    assert (edited.carrier, edited.tracking_no, edited.edits) == ("DHL", "LX77", 2)
    assert edited.tracking_url == "https://track.example/LX77"
    assert life.refuses("edit_shipment", "staff", parcel_id="p1", carrier="UPS").code == "edits_exhausted"
    late = life_in("WAIT_BUYER_ACCEPT_GOODS").on(shipped + days(5) + hours(0.1))
    assert late.refuses("edit_shipment", "staff", parcel_id="p1", carrier="UPS").code == "edit_window_closed"


def test_a_parcel_that_is_delivered_is_not_corrected() -> None:
    life = (
        life_in("SELLER_PART_SEND_GOODS").do("ship", "staff", **of(parcel("LX2"))).do("report_delivery", parcel_id="p1")
    )
    assert life.refuses("edit_shipment", "staff", parcel_id="p1", carrier="DHL").code == "already_delivered"
    assert life.do("edit_shipment", "staff", parcel_id="p2", carrier="DHL").order.parcels[1].carrier == "DHL"
    life.do("report_delivery", parcel_id="p2")
    assert life.refuses("edit_shipment", "staff", parcel_id="p2", carrier="UPS").code == "already_delivered"


def test_each_parcel_has_corrections_of_its_own() -> None:
    life = life_in("SELLER_PART_SEND_GOODS").do("ship", "staff", **of(parcel("LX2")))
    for parcel_id in ("p1", "p2"):
        for carrier in ("DHL", "UPS"):
            life.do("edit_shipment", "staff", parcel_id=parcel_id, carrier=carrier)
    assert [each.edits for each in life.order.parcels] == [2, 2]


def test_a_correction_that_changes_nothing_does_not_count() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS")
    version = life.order.version
    life.do("edit_shipment", "staff", parcel_id="p1", carrier="EMS", tracking_no="LX9")
    assert (life.order.version, life.order.parcels[0].edits) == (version, 0)


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"parcel_id": "p9", "carrier": "DHL"}, "parcel_unknown", "/parcel_id"),
        ({"parcel_id": "p1"}, "nothing_to_edit", ""),
        ({"parcel_id": "p1", "tracking_no": "LX2"}, "parcel_exists", "/tracking_no"),
    ],
)
def test_wrong_corrections_are_refused(body: dict[str, Any], code: str, pointer: str) -> None:
    life = life_in("SELLER_PART_SEND_GOODS").do("ship", "staff", **of(parcel("LX2")))
    refusal = life.refuses("edit_shipment", "staff", **body)
    assert (refusal.code, refusal.pointer) == (code, pointer)  # type: ignore[union-attr]


def test_delivery_of_the_last_parcel_leaves_seven_days() -> None:
    life = life_in("SELLER_PART_SEND_GOODS").do("ship", "staff", **of(parcel("LX2")))
    window = life.due("receipt")
    assert life.wait(days=3).do("report_delivery", parcel_id="p2").due("receipt") == window
    assert life.wait(days=3).do("report_delivery", parcel_id="p1").due("receipt") == life.now + days(7)
    assert [each.delivered_at is not None for each in life.order.parcels] == [True, True]


def test_delivery_reported_out_of_order_counts_from_the_last_one() -> None:
    life = life_in("SELLER_PART_SEND_GOODS").do("ship", "staff", **of(parcel("LX2"))).wait(days=9)
    life.do("report_delivery", parcel_id="p1").do("report_delivery", parcel_id="p2", at=life.now - days(4))
    assert life.due("receipt") == life.now + days(7)


def test_delivery_never_makes_the_window_longer() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS", delivery_days=5)
    window = life.due("receipt")
    assert life.wait(days=3).do("report_delivery", parcel_id="p1").due("receipt") == window


def test_a_delivery_before_the_last_shipment_does_not_shorten_the_window() -> None:
    life = life_in("SELLER_PART_SEND_GOODS").do("report_delivery", parcel_id="p1").wait(days=1)
    assert life.do("ship", "staff", **of(parcel("LX2"))).due("receipt") == life.now + days(60)


def test_a_delivery_is_reported_once_and_of_a_parcel_of_the_order() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS")
    refusal = life.refuses("report_delivery", parcel_id="p9")
    assert (refusal.code, refusal.pointer) == ("parcel_unknown", "/parcel_id")  # type: ignore[union-attr]
    life.do("report_delivery", parcel_id="p1")
    assert life.refuses("report_delivery", parcel_id="p1").code == "already_delivered"


def test_receipt_is_extended_by_sixty_days_in_all() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS")
    window = life.due("receipt")
    assert window is not None
    life.do("extend_receipt", "staff", days=45)
    assert life.refuses("extend_receipt", "staff", days=16).code == "extension_exhausted"
    life.do("extend_receipt", "staff", days=15)
    assert (life.due("receipt"), life.order.extended_days) == (window + days(60), 60)
    assert life.refuses("extend_receipt", "staff", days=1).code == "extension_exhausted"
    assert "extend_receipt" not in life.may("seller")


def test_receipt_may_be_extended_after_delivery() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS").do("report_delivery", parcel_id="p1")
    assert life.do("extend_receipt", "staff", days=10).due("receipt") == life.now + days(17)
