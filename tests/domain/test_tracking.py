"""Tracking numbers: how they are compared, their check digits, and the addresses at which parcels are followed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.domain import tracking
from tests import proof

SERVICES = {
    "ups": "UPS",
    "fedex": "FEDEX",
    "dhl": "DHL",
    "usps": "USPS",
    "dpd": "DPD",
    "canadapost": "CAPOST",
    "s10": "CPAM",
    "yodel": "YODEL",
    "yunexpress": "YUNTU",
    "gofo": "GOFO",
    "landmark": "LANDMARK",
}
"""The files of tracking_number_data, and a service of the marketplace for each."""
RIGHT = {
    "CPAM": ("RB123456785GB", "rb 123 456 785 us", "LX000000005CN"),
    "CAINIAO_STANDARD": ("RB123456785GB", "LP00123456789012", "anything at all"),
    "A CARRIER OF ONE'S OWN": ("RB123456785GB", "42"),
    "UPS": ("1Z5R89390357567127", "1z5r89390357567127", "RB123456786US"),
    "FEDEX": ("986578788855", "477179081230"),
    "DHL": ("3318810025", "73891051146"),
    "USPS": ("9400111202555842332669", "RB123456785US"),
    "CAPOST": ("7035114477138472", "RB123456785GB"),
    "DPD": ("008182709980000020033350276C",),
    "YODEL": ("JJD0002257639032011",),
}
WRONG = {
    "CPAM": ("RB123456786GB", "rb 123 456 786 us", "LX000000001CN"),
    "CAINIAO_STANDARD": ("RB123456786GB",),
    "A CARRIER OF ONE'S OWN": ("RB123456786GB",),
    "UPS": ("1Z5R89390357567128",),
    "FEDEX": ("986578788856",),
    "DHL": ("3318810010",),
    "USPS": ("9400111202555842332660", "RB123456786US"),
    "CAPOST": ("7035114477138471",),
    "DPD": ("008182709980000020033350276D",),
}


@pytest.mark.parametrize(("numbers", "wrong"), [(RIGHT, False), (WRONG, True)])
def test_a_check_digit_is_judged_by_the_formats_of_the_carrier(
    numbers: dict[str, tuple[str, ...]], wrong: bool
) -> None:
    for carrier, each in ((carrier, each) for carrier, several in numbers.items() for each in several):
        assert tracking.checksum_is_wrong(carrier, each) is wrong, (carrier, each)


def test_every_listed_number_is_judged_as_its_list_says(shared_data: Path) -> None:
    valid = judged = 0
    for name, carrier in SERVICES.items():
        for form in json.loads((shared_data / "tracking" / f"{name}.json").read_text("utf-8"))["tracking_numbers"]:
            for number in form["test_numbers"]["valid"]:
                assert not tracking.checksum_is_wrong(carrier, number), (carrier, number)
                valid += 1
            judged += sum(tracking.checksum_is_wrong(carrier, number) for number in form["test_numbers"]["invalid"])
    proof.counted("valid tracking numbers taken without a word", valid, 100)
    proof.counted("wrong check digits found", judged, 20)


def test_every_other_check_digit_of_a_number_is_wrong() -> None:
    tried = 0
    for carrier, number, at in (
        ("CPAM", "RB123456785GB", 10),
        ("UPS", "1Z5R89390357567127", 17),
        ("DHL", "3318810025", 9),
    ):
        for digit in set("0123456789") - {number[at]}:
            assert tracking.checksum_is_wrong(carrier, number[:at] + digit + number[at + 1 :])
            tried += 1
    proof.counted("wrong check digits", tried, 27)


def test_spaces_capitals_and_what_cannot_be_seen_make_no_other_number() -> None:
    for written in (
        "lx 0000 0000 5cn",
        " LX000000005CN\t",
        "LX\u00a00000\u20090000\u200b5CN",
        "ＬＸ００００００００５ＣＮ",
    ):
        assert tracking.normalized(written) == "LX000000005CN"
        assert tracking.parcel_key("cpam ", written) == tracking.parcel_key("CPAM", "LX000000005CN")
    assert tracking.normalized("LX-1") != tracking.normalized("LX1")


def test_a_link_is_the_carriers_own_or_a_general_trackers() -> None:
    assert (
        tracking.tracking_link("usps", "9400 1112") == "https://tools.usps.com/go/TrackConfirmAction?tLabels=94001112"
    )
    assert tracking.tracking_link("CAINIAO_STANDARD", "LP1") == "https://t.17track.net/en#nums=LP1"
    assert tracking.tracking_link("?", "a/b&c=d#e") == "https://t.17track.net/en#nums=A%2FB%26C%3DD%23E"
    for carrier in tracking.CARRIERS:
        assert tracking.tracking_link(carrier, "X1").startswith("https://")
        assert tracking.tracking_link(carrier, "X1").endswith("X1")
