"""Tracking numbers: how they are compared, whether their check digit is right, and where a parcel is followed.

The formats, check digits and addresses are those of tracking_number_data (MIT licence, Jeff Keen), as far as the
marketplace has a service of the carrier. S10 is the numbering of the Universal Postal Union, which most services use.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from shared.domain.countries import COUNTRIES

GENERAL_TRACKER = "https://t.17track.net/en#nums={}"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
Check = Callable[[str], str]
"""The check digit for a serial number."""


def normalized(number: str) -> str:
    """The number as it is compared: in capitals, without spaces and invisible characters."""
    folded = unicodedata.normalize("NFKC", number).upper()
    return "".join(character for character in folded if unicodedata.category(character)[0] not in "CZ")


def parcel_key(carrier: str, tracking_no: str) -> tuple[str, str]:
    """Parcels of one order with the same key are the same parcel."""
    return normalized(carrier), normalized(tracking_no)


def _s10(serial: str) -> str:
    remainder = sum(int(digit) * weight for digit, weight in zip(serial, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return {0: "5", 1: "0"}.get(remainder, str(11 - remainder))


def _mod7(serial: str) -> str:
    return str(int(serial) % 7)


def _mod10(even: int, odd: int, *, from_right: bool = False) -> Check:
    """`even` and `odd` are the weights of the first character and of the second, in turns."""

    def check(serial: str) -> str:
        values = [int(each) if each.isdigit() else (ord(each) - 3) % 10 for each in serial]
        if from_right:
            values.reverse()
        return str(-sum(value * (odd if position % 2 else even) for position, value in enumerate(values)) % 10)

    return check


def _weighted(*weights: int) -> Check:
    return lambda serial: str(sum(int(digit) * weight for digit, weight in zip(serial, weights, strict=True)) % 11 % 10)


def _mod37_36(serial: str) -> str:
    rest = 36
    for each in serial:
        rest = (rest + _DIGITS.index(each) - 1) % 36 + 1
        rest = rest * 2 % 37
    return _DIGITS[(37 - rest) % 36]


@dataclass(frozen=True, slots=True)
class Format:
    """`pattern` has the groups `serial` and `digit`. Without `check` every number of the pattern is right."""

    pattern: re.Pattern[str]
    check: Check | None = None

    def accepts(self, number: str) -> bool | None:
        """None if the number is not of this format."""
        match = self.pattern.fullmatch(number)
        if match is None:
            return None
        return self.check is None or self.check(match["serial"]) == match["digit"]


def _format(pattern: str, check: Check | None = None) -> Format:
    return Format(re.compile(pattern, re.ASCII), check)


_EXPRESS_WEIGHTS = (3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)
_LONG_WEIGHTS = (1, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)
S10 = _format(rf"[A-Z]{{2}}(?P<serial>\d{{8}})(?P<digit>\d)(?:{'|'.join(COUNTRIES)})", _s10)
FORMATS: Mapping[str, tuple[Format, ...]] = {
    "post": (S10,),
    "ups": (
        _format(r"1Z(?P<serial>[A-Z\d]{15})(?P<digit>\d)", _mod10(1, 2)),
        _format(r"[AHJKTV](?P<serial>\d{9})(?P<digit>\d)", _mod10(1, 2)),
    ),
    "fedex": (
        _format(r"(?P<serial>\d{11})(?P<digit>\d)", _weighted(*_EXPRESS_WEIGHTS)),
        _format(r"3\d{15}(?P<serial>\d{11})(?P<digit>\d)\d{4}", _weighted(*_EXPRESS_WEIGHTS)),
        _format(r"[0-8]\d{19}(?P<serial>\d{13})(?P<digit>\d)", _weighted(*_LONG_WEIGHTS)),
        _format(r"(?P<serial>\d{14})(?P<digit>\d)", _mod10(1, 3)),
        _format(r"\d{2}(?P<serial>\d{15})(?P<digit>\d)", _mod10(3, 1)),
        _format(r"96\d{5}(?P<serial>\d{14})(?P<digit>\d)", _mod10(1, 3)),
        _format(r"96\d{18}(?P<serial>\d{13})(?P<digit>\d)", _weighted(*_LONG_WEIGHTS)),
    ),
    "dhl": (
        _format(r"(?P<serial>\d{9,10})(?P<digit>\d)", _mod7),
        _format(r"J[A-Z]{2,3}\d{9,10}"),
        _format(r"(?:GM|LX|RX|UV|CN|SG|TH|IN|HK|MY)(?=.*\d)[A-Z\d]{10,39}"),
        _format(r"\d{14}"),
    ),
    "usps": (
        S10,
        _format(r"(?P<serial>\d{19})(?P<digit>\d)", _mod10(3, 1)),
        _format(r"(?P<serial>\d{19})(?P<digit>\d)", lambda serial: _mod10(3, 1)("91" + serial)),
        _format(
            r"(?:420\d{5}(?:\d{4})?)?(?P<serial>9[1-5]\d{19}(?:\d{4})?)(?P<digit>\d)", _mod10(3, 1, from_right=True)
        ),
    ),
    "dpd": (_format(r"(?P<serial>\d{27}|\d{14})(?P<digit>[A-Z\d])", _mod37_36),),
    "canada_post": (S10, _format(r"(?P<serial>\d{15})(?P<digit>\d)", _mod10(3, 1))),
    "none": (),
}
"""A number is wrong only if it is of a format of its carrier and no such format accepts it: others are not judged."""

_CARRIERS: Mapping[str, tuple[str, str]] = {
    "UPS": ("ups", "https://wwwapps.ups.com/WebTracking/track?track=yes&trackNums={}"),
    "FEDEX": ("fedex", "https://www.fedex.com/apps/fedextrack/?tracknumbers={}"),
    "DHL": ("dhl", "https://www.dhl.com/en/express/tracking.html?brand=DHL&AWB={}"),
    "USPS": ("usps", "https://tools.usps.com/go/TrackConfirmAction?tLabels={}"),
    "DPD": ("dpd", "https://www.dpdgroup.com/nl/mydpd/my-parcels/track?lang=en&parcelNumber={}"),
    "CANADA_POST": (
        "canada_post",
        "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={}",
    ),
    "YODEL": ("none", "https://www.yodel.co.uk/tracking/{}"),
    "YUNEXPRESS": ("none", "https://www.yuntrack.com/parcelTracking?id={}"),
    "LANDMARK": ("none", "https://track.landmarkglobal.com/?search={}"),
    "GOFO": ("none", "https://www.gofoexpress.com/tracking.html?searchID={}"),
}
_SERVICES = """
UPS UPSE UPS_US = UPS
FEDEX FEDEX_IE = FEDEX
DHL DHLECOM DHL_UK DHL_DE DHL_ES DHL_FR DHL_IT EMS_SH_ZX_US = DHL
USPS = USPS
DPD = DPD
CAPOST CANADA_POST = CANADA_POST
YODEL = YODEL
YUNTU YUNEXPRESS = YUNEXPRESS
LANDMARK = LANDMARK
GOFO = GOFO
"""
CARRIERS: Mapping[str, tuple[str, str]] = {
    service: _CARRIERS[carrier]
    for services, _, carrier in (row.partition(" = ") for row in _SERVICES.strip().splitlines())
    for service in services.split()
}
"""The formats and the address of the services that have their own, by the marketplace's code. All others are taken for
postal services: their numbers may be S10, and the general tracker knows them."""


def checksum_is_wrong(carrier: str, tracking_no: str) -> bool:
    formats, _ = _of(carrier)
    verdicts = {format.accepts(normalized(tracking_no)) for format in FORMATS[formats]}
    return False in verdicts and True not in verdicts


def tracking_link(carrier: str, tracking_no: str) -> str:
    """Where the carrier, or else a general tracker, shows the parcel."""
    return _of(carrier)[1].format(quote(normalized(tracking_no), safe=""))


def _of(carrier: str) -> tuple[str, str]:
    return CARRIERS.get(normalized(carrier), ("post", GENERAL_TRACKER))
