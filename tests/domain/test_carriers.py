"""Carriers: found by code, by name in both languages, and by a number that only they have."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from shared.domain.imports import carriers
from tests import proof


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CAINIAO_STANDARD", "CAINIAO_STANDARD"),
        ("cainiao standard", "CAINIAO_STANDARD"),
        ("AliExpress 无忧物流－标准", "CAINIAO_STANDARD"),
        ("aliexpress standard shipping", "CAINIAO_STANDARD"),
        ("ｅ邮宝", "EMS_ZX_ZX_US"),
        ("联邦快递", "FEDEX"),
        ("UPS", "UPS"),
        ("other", "Other"),
    ],
)
def test_a_carrier_is_found_by_its_code_or_a_name(text: str, code: str) -> None:
    assert carriers.named(text) == (code,)


def test_a_name_that_carriers_share_is_not_decided() -> None:
    assert carriers.named("印尼本地物流") == ("JNE", "ACOMMERCE")


def test_a_slip_names_the_carrier_that_was_meant_and_a_strange_name_none() -> None:
    assert carriers.nearest("CAINIAO_STANDRD") == "CAINIAO_STANDARD"
    assert carriers.nearest("Fedx") == "FEDEX"
    assert carriers.nearest("A van of our own") is None


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("RR123456785CN", "CPAM"),
        ("ea 123 456 785 cn", "EMS"),
        ("RB123456785GB", "ROYAL_MAIL"),
        ("1Z5R89390357567127", "UPS"),
        ("YT2229521272164446", "YUNTU"),
        ("9400111202555842332669", "USPS"),
        ("LX000000005CN", None),
        ("986578788855", None),
        ("LP00123456789012", None),
    ],
)
def test_a_number_tells_the_carrier_that_alone_has_such_numbers(number: str, code: str | None) -> None:
    assert carriers.of_number(number) == code


def test_every_service_of_the_marketplace_is_known_by_all_its_names(shared_data: Path) -> None:
    checked = 0
    with (shared_data / "logistics" / "aliexpress_service_codes.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            code = row["service_code"]
            if not row["name_zh"] and not row["name_en"]:
                continue
            assert carriers.named(code)[0].casefold() == code.casefold()
            for name in (row["name_zh"], row["name_en"]):
                if name and "(seen as" not in name and name != "HUAPT":  # a slip in the list
                    found = carriers.named(name)
                    assert code in found or (found and found[0].casefold() in (name.casefold(), code.casefold())), name
                    checked += 1
    proof.counted("names of carriers", checked, 250)


def test_no_listed_number_tells_another_carrier(shared_data: Path) -> None:
    services = {"ups": {"UPS"}, "usps": {"USPS"}, "yunexpress": {"YUNTU"}, "dhl": {"DHL"}}
    checked = 0
    for path in sorted((shared_data / "tracking").glob("*.json")):
        courier = path.stem
        for format_ in json.loads(path.read_text("utf-8"))["tracking_numbers"]:
            for number in format_["test_numbers"]["valid"]:
                code = carriers.of_number(number)
                if courier != "s10":
                    assert code is None or code in services.get(courier, set()), (courier, number, code)
                checked += 1
    proof.counted("listed tracking numbers", checked, 100)
