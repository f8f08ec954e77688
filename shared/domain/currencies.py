"""Every currency of ISO 4217 in which an order can be: in use now, or withdrawn since the year 2000.

The codes without a unit of their own (gold, SDR, the code for tests) are left out: no price is in them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

_TABLE = """
AED 2 1
AFN 2 2 2002-10-07
ALL 2 2
AMD 2 3
AOA 2 3
ARS 2 3
AUD 2 0
AWG 2 0
AZN 2 0 2006-01-01
BAM 2 0
BBD 2 0
BDT 2 2
BHD 3 0
BIF 0 3
BMD 2 0
BND 2 0
BOB 2 1
BOV 2 0
BRL 2 1
BSD 2 0
BTN 2 2
BWP 2 1
BYN 2 0 2016-07-01
BZD 2 0
CAD 2 0
CDF 2 3
CHE 2 0
CHF 2 0
CHW 2 0
CLF 4 -2
CLP 0 3
CNY 2 1
COP 2 4
COU 2 1
CRC 2 3
CUP 2 1
CVE 2 2
CZK 2 1
DJF 0 2
DKK 2 1
DOP 2 2
DZD 2 2
EGP 2 2
ERN 2 1
ETB 2 2
EUR 2 0
FJD 2 0
FKP 2 0
GBP 2 0
GEL 2 0
GHS 2 1 2007-07-03
GIP 2 0
GMD 2 2
GNF 0 4
GTQ 2 1
GYD 2 2
HKD 2 1
HNL 2 1
HTG 2 2
HUF 2 3
IDR 2 4
ILS 2 1
INR 2 2
IQD 3 3
IRR 2 5
ISK 0 2
JMD 2 2
JOD 3 0
JPY 0 2
KES 2 2
KGS 2 2
KHR 2 4
KMF 0 3
KPW 2 3
KRW 0 3
KWD 3 -1
KYD 2 0
KZT 2 3
LAK 2 4
LBP 2 5
LKR 2 2
LRD 2 2
LSL 2 1
LYD 3 1
MAD 2 1
MDL 2 1
MGA 2 4
MKD 2 2
MMK 2 3
MNT 2 4
MOP 2 1
MRU 2 2 2018-01-01
MUR 2 2
MVR 2 1
MWK 2 3
MXN 2 1
MXV 2 0
MYR 2 1
MZN 2 2 2006-07-01
NAD 2 1
NGN 2 3
NIO 2 2
NOK 2 1
NPR 2 2
NZD 2 0
OMR 3 0
PAB 2 0
PEN 2 1
PGK 2 1
PHP 2 2
PKR 2 2
PLN 2 1
PYG 0 4
QAR 2 1
RON 2 1 2005-07-01
RSD 2 2 2006-10-25
RUB 2 2
RWF 0 3
SAR 2 1
SBD 2 1
SCR 2 1
SDG 2 3 2007-01-10
SEK 2 1
SGD 2 0
SHP 2 0
SLE 2 1 2022-07-01
SOS 2 3
SRD 2 2 2004-01-01
SSP 2 4 2011-07-18
STN 2 1 2018-01-01
SVC 2 1
SYP 2 4
SZL 2 1
THB 2 2
TJS 2 1 2000-10-26
TMT 2 1 2009-01-01
TND 3 0
TOP 2 0
TRY 2 2 2005-01-01
TTD 2 1
TWD 2 1
TZS 2 3
UAH 2 2
UGX 0 4
USD 2 0
USN 2 0
UYI 0 1
UYU 2 2
UYW 4 1
UZS 2 4
VED 2 2
VES 2 2 2018-08-20
VND 0 4
VUV 0 2
WST 2 0
XAD 2 -1 2025-05-12
XAF 0 3
XCD 2 0
XCG 2 0 2025-03-31
XOF 0 3
XPF 0 2
YER 2 2
ZAR 2 1
ZMW 2 1 2013-01-01
ZWG 2 1 2024-06-25

ADP 0 2 .. 2001-12-31
AFA 2 4 .. 2002-12-31
ANG 2 0 .. 2025-06-30
AON 2 7 .. 2000-02-01
AOR 2 7 .. 2000-02-01
ATS 2 1 .. 2002-02-28
AYM 2 4 .. 2005-10-31
AZM 2 4 .. 2006-12-31
BEF 0 2 .. 2002-02-28
BGL 2 3 .. 2003-11-30
BGN 2 0 .. 2026-01-31
BYB 0 6 .. 2000-12-31
BYR 0 4 2000-01-01 2017-01-01
CHC 2 0 .. 2004-11-30
CSD 2 2 2002-05-15 2006-10-25
CUC 2 0 .. 2021-06-01
CYP 2 0 .. 2008-01-31
DEM 2 0 .. 2002-05-15
ECS 2 4 .. 2000-10-02
ECV 2 4 .. 2000-01-09
EEK 2 1 .. 2010-12-31
ESP 0 2 .. 2002-02-28
FIM 2 1 .. 2002-02-28
FRF 2 1 .. 2002-02-17
GHC 2 4 .. 2007-12-31
GRD 0 3 .. 2002-02-28
HRK 2 1 .. 2023-01-14
IEP 2 0 .. 2002-02-09
ITL 0 3 .. 2002-02-28
LTL 2 0 .. 2014-12-31
LUF 0 2 .. 2002-02-28
LVL 2 0 .. 2013-12-31
MGF 0 4 .. 2004-12-31
MRO 2 3 .. 2018-06-30
MTL 2 0 .. 2008-01-31
MZM 2 4 .. 2006-12-31
NLG 2 0 .. 2002-02-28
PTE 0 2 .. 2002-02-28
ROL 2 4 .. 2006-12-31
RUR 2 1 .. 2004-01-31
SDD 2 2 .. 2007-06-30
SIT 2 2 .. 2007-01-14
SKK 2 1 .. 2009-01-01
SLL 2 4 .. 2023-12-31
SRG 2 3 .. 2003-12-31
STD 2 4 .. 2017-12-31
TJR 2 3 .. 2000-10-25
TMM 2 4 .. 2009-01-01
TPE 0 2 .. 2002-05-20
TRL 0 6 .. 2005-12-31
USS 2 0 .. 2014-03-01
VEB 2 3 .. 2008-06-30
VEF 2 1 2008-01-01 2018-08-20
YUM 2 2 .. 2002-05-15
ZMK 2 4 .. 2013-01-01
ZWD 2 2 .. 2008-08-01
ZWL 2 3 2009-02-02 2024-08-31
ZWN 2 3 2006-08-01 2008-08-01
ZWR 2 3 2008-08-01 2009-02-02
"""
"""Code, decimals, magnitude, first and last day of use; `..` stands for a day before the year 2000. Days are those of
the Unicode CLDR, where it has them, else of the lists of ISO."""


class Currency(NamedTuple):
    """`digits`: decimals of an amount. `magnitude`: the power of ten that is nearest to the price of a US dollar, at
    the time when the currency was last in use; it only groups customers by spend, and converts no amount."""

    digits: int
    magnitude: int
    first: date | None
    last: date | None

    def is_of(self, at: datetime) -> bool:
        """Is it a currency of ISO 4217 at this time, in any time zone?"""
        east, west = (at + timedelta(hours=14)).date(), (at - timedelta(hours=12)).date()
        return (self.first is None or self.first <= east) and (self.last is None or west <= self.last)


def _row(row: str) -> tuple[str, Currency]:
    code, digits, magnitude, *days = row.split()
    first, last = ((date.fromisoformat(day) if day not in ("", "..") else None) for day in (*days, "", "")[:2])
    return code, Currency(int(digits), int(magnitude), first, last)


CURRENCIES: dict[str, Currency] = dict(_row(row) for row in _TABLE.split("\n") if row)
