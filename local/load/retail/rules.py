"""The tables of stock codes, countries and remarks of the Online Retail file, for source.py and credits.py."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The kind of a stock code that is not a product. FEE: a fee that the seller pays; it is not part of a sale."""

    CARRIAGE = "carriage"
    CHARGE = "charge"
    FEE = "fee"


CODES: dict[str, Kind] = {
    "POST": Kind.CARRIAGE,
    "DOT": Kind.CARRIAGE,
    "C2": Kind.CARRIAGE,
    "M": Kind.CHARGE,
    "D": Kind.CHARGE,
    "S": Kind.CHARGE,
    "BANK CHARGES": Kind.CHARGE,
    "AMAZONFEE": Kind.FEE,
    "CRUK": Kind.FEE,
    "B": Kind.FEE,
}
"""By code in capitals. Every other code is a product."""

COUNTRIES: dict[str, str] = {
    "Australia": "AU",
    "Austria": "AT",
    "Bahrain": "BH",
    "Belgium": "BE",
    "Brazil": "BR",
    "Canada": "CA",
    "Channel Islands": "JE",
    "Cyprus": "CY",
    "Czech Republic": "CZ",
    "Denmark": "DK",
    "EIRE": "IE",
    "European Community": "EU",
    "Finland": "FI",
    "France": "FR",
    "Germany": "DE",
    "Greece": "GR",
    "Hong Kong": "HK",
    "Iceland": "IS",
    "Israel": "IL",
    "Italy": "IT",
    "Japan": "JP",
    "Lebanon": "LB",
    "Lithuania": "LT",
    "Malta": "MT",
    "Netherlands": "NL",
    "Norway": "NO",
    "Poland": "PL",
    "Portugal": "PT",
    "RSA": "ZA",
    "Saudi Arabia": "SA",
    "Singapore": "SG",
    "Spain": "ES",
    "Sweden": "SE",
    "Switzerland": "CH",
    "USA": "US",
    "United Arab Emirates": "AE",
    "United Kingdom": "GB",
    "Unspecified": "ZZ",
}
"""Each name has a code of its own, so that sums by code equal sums by name."""

NO_COUNTRY = frozenset({"Channel Islands", "European Community", "Unspecified"})
"""Names that are not one country. The code of Jersey is used for all Channel Islands; EU is reserved for the Union, and
ZZ means unknown."""


class Why(StrEnum):
    """The remark on a row. Rows of the first group are in an order, rows of the second are left out, and the third is
    for credit notes."""

    NO_CUSTOMER = "no customer id: the order has a buyer of its own, named by the invoice"
    NOTHING_TO_PAY = "price 0: a line that costs nothing"
    FRACTION = "a price in fractions of a penny: cut to pennies"
    CARRIAGE = "carriage, no product: the order's shipping fee"
    CARRIAGE_ALONE = "carriage, and nothing else in the invoice: a line"
    CHARGE = "no product: a line"
    NO_COUNTRY = "not one country: a substitute code is used"

    STOCK = "price 0 and no customer: a stock movement, not a sale"
    FEE = "a fee that the seller pays: not a sale"
    BOOKS = "neither an invoice nor a credit note: a bookkeeping entry"
    UNREADABLE = "not readable"
    UNREADABLE_BESIDE = "another row of the same invoice is not readable"

    CREDIT_OF_NOTHING = "a credit of 0"
    CREDIT_OF_FEE = "a fee or its repayment: not a refund to a buyer"
    CREDIT_OF_NOBODY = "no customer id: there is no order to refund"
    CREDIT_OF_NO_ORDER = "the buyer has no earlier order in the file for this credit"
    CREDIT_OF_MORE = "more than what remains of the buyer's earlier orders for this credit"


LEFT_OUT = frozenset({Why.STOCK, Why.FEE, Why.BOOKS, Why.UNREADABLE, Why.UNREADABLE_BESIDE})
LEFT_OVER = frozenset({Why.CREDIT_OF_FEE, Why.CREDIT_OF_NOBODY, Why.CREDIT_OF_NO_ORDER, Why.CREDIT_OF_MORE})
