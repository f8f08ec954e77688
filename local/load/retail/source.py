"""The Online Retail file as invoices and credit notes, with a remark for every row that is not simply a line. Pure:
a file in, values out.

Amounts are pennies, read digit by digit and never through a float. Times have no zone in the file: they are
Europe/London. An invoice is read as a whole: where one of its rows makes no sense, none of it is taken.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from local.load.retail.rules import CODES, COUNTRIES, NO_COUNTRY, Kind, Why
from local.load.source import SourceError

ZONE_NAME = "Europe/London"
ZONE = ZoneInfo(ZONE_NAME)
COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
MOST_LINES, MOST_PIECES, MOST_TITLE = 1_000, 100_000, 512
"""The API's own bounds."""

Row = Mapping[str, str]
_INVOICE, _CREDIT_NOTE = re.compile(r"[0-9]{1,15}", re.ASCII), re.compile(r"[Cc][0-9]{1,15}", re.ASCII)
_QUANTITY, _CUSTOMER = re.compile(r"-?[0-9]{1,9}", re.ASCII), re.compile(r"([0-9]{1,15})(?:\.0)?", re.ASCII)
_CODE = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,62}[\x21-\x7e]|[\x21-\x7e]")
_PRICE = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,6}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """`row` is where the file has it; in a credit note the pieces are those that came back. `cut` says that
    its price had a fraction of a penny."""

    row: int
    code: str
    title: str | None
    pieces: int
    price: int
    cut: bool = False

    @property
    def amount(self) -> int:
        return self.pieces * self.price

    @property
    def kind(self) -> Kind | None:
        """None for a product."""
        return CODES.get(self.code.upper())


@dataclass(frozen=True, slots=True)
class Invoice:
    """What a buyer bought, or (`credit`) what a buyer was credited. `customer` is None where the file has none."""

    number: str
    at: datetime
    customer: str | None
    country: str
    lines: tuple[Line, ...]
    shipping: int = 0

    @property
    def buyer(self) -> str:
        return self.customer or f"invoice-{self.number}"

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines) + self.shipping


@dataclass(frozen=True, slots=True)
class Remark:
    """`amount` in pennies, negative in a credit note; None where it cannot be read."""

    row: int
    invoice: str
    why: Why
    amount: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    rows: int
    orders: tuple[Invoice, ...]
    credits: tuple[Invoice, ...]
    remarks: tuple[Remark, ...]


def found(folder: Path) -> Path | None:
    """The folder's file of this layout, told by its heading. SourceError where there are several."""
    files = [path for path in sorted(folder.glob("*.csv*")) if path.name.endswith((".csv", ".csv.gz")) and _ours(path)]
    if len(files) > 1:
        raise SourceError(f"{folder} has several files of this layout: {', '.join(path.name for path in files)}")
    return files[0] if files else None


def read(path: Path, limit: int | None = None) -> Reading:
    """The whole file, or as if it ended after its first `limit` invoices and credit notes."""
    rows = 0
    grouped: dict[str, list[tuple[int, Row]]] = {}
    for place, row in numbered(path):
        if row["InvoiceNo"] not in grouped and limit is not None and len(grouped) >= limit:
            break
        grouped.setdefault(row["InvoiceNo"], []).append((place, row))
        rows += 1
    orders: list[Invoice] = []
    credits: list[Invoice] = []
    remarks: list[Remark] = []
    for number, own in grouped.items():
        if _INVOICE.fullmatch(number):
            orders += _sale(number, own, remarks)
        elif _CREDIT_NOTE.fullmatch(number):
            credits += _whole(number, own, -1, remarks)
        else:
            remarks += (Remark(place, number, Why.BOOKS, _worth(row)) for place, row in own)
    return Reading(rows, tuple(orders), tuple(credits), tuple(sorted(remarks, key=lambda each: each.row)))


def numbered(path: Path) -> Iterator[tuple[int, Row]]:
    """Rows with the number of their line in the file. SourceError where it is no such file."""
    try:
        with _opened(path) as file:
            reader = csv.DictReader(file, restval="")
            if missing := [column for column in COLUMNS if column not in (reader.fieldnames or ())]:
                raise SourceError(f"{path.name} has no column {missing[0]!r}")
            for row in reader:
                yield reader.line_num, row
    except OSError as refused:
        raise SourceError(f"{path} cannot be read ({refused.strerror or refused})") from None
    except (UnicodeDecodeError, EOFError, zlib.error, csv.Error) as broken:
        raise SourceError(f"{path.name} is no CSV file in UTF-8 ({broken})") from None


def _opened(path: Path) -> io.TextIOBase:
    if path.name.endswith(".gz"):
        return io.TextIOWrapper(gzip.open(path), encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _ours(path: Path) -> bool:
    try:
        with _opened(path) as file:
            return "InvoiceNo" in file.readline(1_000)
    except (OSError, UnicodeDecodeError, EOFError, zlib.error):
        return False


def pennies(text: str) -> tuple[int, bool]:
    """The amount, and whether a fraction of a penny was cut off. ValueError for what is no amount."""
    match = _PRICE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a price")
    decimals = (match[2] or "").ljust(2, "0")
    return int(match[1] + decimals[:2]), bool(decimals[2:].strip("0"))


def instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZONE, fold=0).astimezone(UTC)


def _sale(number: str, rows: Sequence[tuple[int, Row]], remarks: list[Remark]) -> Iterator[Invoice]:
    """The order that an invoice is; none where it is no sale, or not readable."""
    if all(not row["CustomerID"] and _worth(row) == 0 for _, row in rows):
        remarks += (Remark(place, number, Why.STOCK, 0) for place, _ in rows)
        return
    for invoice in _whole(number, rows, 1, remarks):
        sold = [line for line in invoice.lines if line.kind is not Kind.FEE]
        carriage = [line for line in sold if line.kind is Kind.CARRIAGE]
        alone = len(carriage) == len(sold)
        for line in invoice.lines:
            remarks += (Remark(line.row, number, why, line.amount) for why in _oddities(line, invoice.customer, alone))
        if sold:
            yield replace(
                invoice,
                lines=tuple(line for line in sold if alone or line.kind is not Kind.CARRIAGE),
                shipping=0 if alone else sum(line.amount for line in carriage),
            )


def _oddities(line: Line, customer: str | None, alone: bool) -> Iterator[Why]:
    if line.kind is Kind.FEE:
        yield Why.FEE
        return
    if not customer:
        yield Why.NO_CUSTOMER
    if line.price == 0 and not line.cut:
        yield Why.NOTHING_TO_PAY
    if line.kind is Kind.CARRIAGE:
        yield Why.CARRIAGE_ALONE if alone else Why.CARRIAGE
    if line.kind is Kind.CHARGE:
        yield Why.CHARGE


def _whole(number: str, rows: Sequence[tuple[int, Row]], sign: int, remarks: list[Remark]) -> Iterator[Invoice]:
    """Every row read, or none and why."""
    wrong: dict[int, str] = {}
    lines: list[Line] = []
    for place, row in rows:
        try:
            lines.append(_line(place, row, sign))
            at, customer, country = _head(row, rows[0][1])
        except ValueError as why:
            wrong[place] = str(why)
    if len(rows) > MOST_LINES:
        wrong[rows[MOST_LINES][0]] = f"an order has at most {MOST_LINES} lines"
    if wrong:
        for place, row in rows:
            said = Why.UNREADABLE if place in wrong else Why.UNREADABLE_BESIDE
            remarks.append(Remark(place, number, said, _worth(row), wrong.get(place, "")))
        return
    first = rows[0][1]
    at, customer, country = _head(first, first)
    for line in lines:
        if line.cut:
            remarks.append(Remark(line.row, number, Why.FRACTION, sign * line.amount))
        if first["Country"] in NO_COUNTRY:
            remarks.append(Remark(line.row, number, Why.NO_COUNTRY, sign * line.amount, first["Country"]))
    yield Invoice(number, at, customer, country, tuple(lines))


def _line(place: int, row: Row, sign: int) -> Line:
    if not _QUANTITY.fullmatch(row["Quantity"]):
        raise ValueError(f"{row['Quantity']!r} is not a quantity")
    pieces = sign * int(row["Quantity"])
    if not 0 < pieces <= MOST_PIECES:
        raise ValueError(f"{row['Quantity']} is no quantity of {'an invoice' if sign > 0 else 'a credit note'}")
    if not _CODE.fullmatch(row["StockCode"]):
        raise ValueError(f"{row['StockCode']!r} is not a stock code")
    price, cut = pennies(row["UnitPrice"])
    return Line(place, row["StockCode"], row["Description"].strip()[:MOST_TITLE] or None, pieces, price, cut)


def _head(row: Row, first: Row) -> tuple[datetime, str | None, str]:
    """What an invoice's rows have in common; its time is that of its first row."""
    for column in ("CustomerID", "Country"):
        if row[column] != first[column]:
            raise ValueError(f"its {column} is {row[column]!r}, and {first[column]!r} before")
    customer = _CUSTOMER.fullmatch(row["CustomerID"])
    if row["CustomerID"] and customer is None:
        raise ValueError(f"{row['CustomerID']!r} is not a customer id")
    if row["Country"] not in COUNTRIES:
        raise ValueError(f"{row['Country']!r} is not a country of the table")
    return instant(row["InvoiceDate"]), customer[1] if customer else None, COUNTRIES[row["Country"]]


def _worth(row: Row) -> int | None:
    """Pennies, with their sign, of a row that may be anything; None where that cannot be told."""
    negative = row["UnitPrice"].startswith("-")
    try:
        price = pennies(row["UnitPrice"].removeprefix("-"))[0]
    except ValueError:
        return None
    return (-price if negative else price) * int(row["Quantity"]) if _QUANTITY.fullmatch(row["Quantity"]) else None
