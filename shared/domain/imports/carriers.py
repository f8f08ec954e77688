"""Which carrier a text names, by its code or a name in either language, and which a tracking number tells."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from shared.domain.carriers import CARRIERS
from shared.domain.tracking import normalized

OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "CAINIAO_ECONOMY": ("无忧物流-简易", "无忧简易"),
    "CAINIAO_PREMIUM": ("无忧物流-优先", "无忧优先"),
    "CAINIAO_STANDARD": ("无忧物流-标准", "无忧标准", "菜鸟无忧标准"),
    "CHP": ("瑞士邮政",),
    "DHL": ("DHL Express", "DHL快递", "敦豪"),
    "EMS": ("EMS国际快递", "国际EMS"),
    "EMS_ZX_ZX_US": ("国际E邮宝",),
    "FEDEX": ("联邦快递", "Federal Express"),
    "ITELLA": ("芬兰邮政",),
    "POST_MY": ("马来西亚邮政",),
    "POST_NL": ("荷兰邮政",),
    "PTT": ("土耳其邮政",),
    "SEP": ("瑞典邮政",),
    "SF": ("顺丰", "顺丰国际"),
    "SGP": ("新加坡邮政",),
    "SUNYOU_RM": ("顺友物流",),
    "UPS": ("UPS快递", "联合包裹"),
    "USPS": ("United States Postal Service",),
    "YUNTU": ("云途物流",),
}
"""What sellers write for a carrier beside the names of the marketplace."""
NEAR = 0.88
"""How alike a text and a name are at least if one is taken for a slip of the other; 1 is the same."""
_OF_COUNTRY: Mapping[str, str] = dict(
    pair.split("=")
    for pair in (
        "AT=ATPOST AU=AUSPOST BE=BPOST BR=CORREIOS_BR CA=CAPOST CH=CHP DE=DEUTSCHE_POST EE=EEPOST ES=CORREOS "
        "FI=ITELLA FR=LAPOSTE GB=ROYAL_MAIL HK=HKPAM HU=HUPOST IT=POSTEITALIANE KR=POSTKR MN=MNPOST MY=POST_MY "
        "NL=POST_NL NZ=NZPOST RU=RUSSIAN_POST SE=SEP SG=SGP TH=THPOST TR=PTT TW=TWPOST UA=UAPOST US=USPS VN=VNPOST"
    ).split()
)
"""The post of the country at the end of an S10 number."""
_OF_CHINA: Mapping[str, str] = {"R": "CPAM", "C": "CPAP", "E": "EMS"}
"""The service of a Chinese S10 number by its first letter: registered, parcel, express. The others, L among them, are
used by several services."""
_S10 = re.compile(r"([A-Z])[A-Z]\d{9}([A-Z]{2})")
_SHAPES: Mapping[re.Pattern[str], str] = {
    re.compile(r"1Z[A-Z\d]{16}"): "UPS",
    re.compile(r"YT\d{16}"): "YUNTU",
    re.compile(r"9[1-5]\d{20}(?:\d{4})?"): "USPS",
    re.compile(r"J[A-Z]{2,3}\d{9,10}"): "DHL",
}
"""Only shapes that no other carrier has: digits alone tell nothing."""


def named(text: str) -> tuple[str, ...]:
    """The codes of the carriers of this code or name: one code, several where they share the name, or none."""
    return _names().get(_folded(text), ())


def nearest(text: str) -> str | None:
    """The code of the carrier whose code or name is nearly this text."""
    found = difflib.get_close_matches(_folded(text), _names(), 1, NEAR)
    return _names()[found[0]][0] if found else None


def of_number(tracking_no: str) -> str | None:
    """The code of the carrier that alone has numbers like this one."""
    number = normalized(tracking_no)
    for shape, code in _SHAPES.items():
        if shape.fullmatch(number):
            return code
    post = _S10.fullmatch(number)
    if post is None:
        return None
    return _OF_CHINA.get(post[1]) if post[2] == "CN" else _OF_COUNTRY.get(post[2])


@cache
def _names() -> Mapping[str, tuple[str, ...]]:
    found = {_folded(code): (code,) for code in CARRIERS}
    shared: dict[str, tuple[str, ...]] = {}
    for code, names in CARRIERS.items():
        for name in {_folded(text) for text in (*names, *OTHER_NAMES.get(code, ()))}:
            shared[name] = (*shared.get(name, ()), code)
    return shared | found


def _folded(text: str) -> str:
    """Without regard to case, width, blanks and signs."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in plain if character.isalnum())
