"""One country has one code and a name in both languages, whatever code it comes with."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import pycountry
import pytest
from babel import Locale
from babel.core import get_global

from shared.domain.alerts.order_alerts import AlertProgress, reminder_at
from shared.domain.alerts.rules import AlertRules, PaymentReminders
from shared.domain.countries import COUNTRIES, country_name, is_country, iso_country
from shared.domain.order.model import Buyer
from shared.domain.order.placement import place
from shared.domain.order.transitions import Actor
from tests.domain.build import PLACED, STORE, placement
from tests.proof import counted

ISO = {country.alpha_2 for country in pycountry.countries}
NO_COUNTRY = {"EU", "ZZ"}
ENGLISH, CHINESE = Locale.parse("en"), Locale.parse("zh_Hans_CN")
OWN = {"UK": "GB", "SRB": "RS", "MNE": "ME", "KS": "XK", "ZR": "CD", "TP": "TL", "EAZ": "TZ", "GBA": "GG", "ASC": "SH"}
OWN |= {"BLM": "BL", "MAF": "MF", "GGY": "GG", "JEY": "JE", "SGS": "GS", "TLS": "TL", "ALA": "AX", "YU": "RS"}
OWN |= {"AN": "CW", "Other": "ZZ"}
"""What the marketplace sends where it does not send a code of ISO 3166-1."""


def test_every_country_of_iso_3166_has_its_names_from_the_cldr() -> None:
    assert set(COUNTRIES) == ISO | {"XK"} | NO_COUNTRY
    for code, names in COUNTRIES.items():
        assert names == (ENGLISH.territories[code], CHINESE.territories[code])


def test_a_code_of_three_letters_is_the_same_country() -> None:
    for country in pycountry.countries:
        assert iso_country(country.alpha_3) == iso_country(country.alpha_2) == country.alpha_2


def test_a_withdrawn_code_is_read_as_the_country_of_today() -> None:
    aliases = {
        code: new[0] for code, new in get_global("territory_aliases").items() if re.fullmatch("[A-Z]{2,3}", code)
    }
    read = {code for code, new in aliases.items() if new in ISO and iso_country(code) == new}
    assert {code for code, new in aliases.items() if new in ISO} == read
    counted("withdrawn and other codes of the CLDR", len(read), 280)


def test_the_marketplaces_own_codes_are_read_as_those_of_iso() -> None:
    for code, iso in OWN.items():
        assert (iso_country(code), is_country(code)) == (iso, True)
        assert country_name(code, "en") == COUNTRIES[iso][0]
        assert country_name(code, "zh-CN") == COUNTRIES[iso][1]


def test_every_code_that_the_platform_documents_has_a_name(shared_data: Path) -> None:
    documented = (shared_data / "aliexpress_api/aliexpress_logistics_ds_trackinginfo_query.json").read_text("utf-8")
    codes = set(re.findall(r"\b([A-Z]{2,3}|Other),[A-Z][A-Za-z]", documented))
    with (shared_data / "logistics/country_codes_zh_en.csv").open(encoding="utf-8-sig", newline="") as file:
        codes |= {row["国家简码"] for row in csv.DictReader(file)}
    assert {code for code in codes if iso_country(code) not in COUNTRIES} == set()
    counted("codes that the platform documents", len(codes), 260)


def test_what_is_no_code_of_a_country_is_none() -> None:
    assert not [code for code in ("", "us", "JJ", "ABC", "United States", "U", "OTHER") if is_country(code)]
    assert [is_country(code) for code in ("XX", "QM", "AA", "ZZ", "EU")] == [True] * 5, "left to users by ISO 3166-1"
    assert country_name("XX", "zh-CN") == "XX"


@pytest.mark.parametrize("exempt", ["GB", "UK", "GBR"])
def test_a_rule_exempts_a_country_under_each_of_its_codes(exempt: str) -> None:
    rule = PaymentReminders(enabled=True, exempt_countries=frozenset({exempt}))
    store = replace(STORE, alert_rules=AlertRules(remind_payment=rule))
    for code in ("GB", "UK", "GBR", "FR"):
        order, _ = place(placement(buyer=Buyer("b", code)), store, Actor("platform", "p"), PLACED)
        assert (reminder_at(order, store, AlertProgress()) is None) is (code != "FR")
