"""Read the Online Retail file as invoices and credit notes, with a remark for every row that is not simply a line.

Amounts are pennies and are read without floats. Times have no zone in the file; they are in Europe/London. If one row
of an invoice cannot be read, the whole invoice is left out.
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
"""The limits of the API."""

Row = Mapping[str, str]
_INVOICE, _CREDIT_NOTE = re.compile(r"[0-9]{1,15}", re.ASCII), re.compile(r"[Cc][0-9]{1,15}", re.ASCII)
_QUANTITY, _CUSTOMER = re.compile(r"-?[0-9]{1,9}", re.ASCII), re.compile(r"([0-9]{1,15})(?:\.0)?", re.ASCII)
_CODE = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,62}[\x21-\x7e]|[\x21-\x7e]")
_PRICE = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,6}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """`row` is the line number in the file. In a credit note, `pieces` were returned. `cut`: the price had a fraction
    of a penny, which was dropped."""

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
    """An invoice, or a credit note. `customer` is None if the file has none."""

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
    """`amount` is in pennies, negative in a credit note, and None if it cannot be read."""

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


def find(folder: Path) -> Path | None:
    """The file of this layout in the folder, known by its heading. Raises SourceError if there are several."""
    files = [path for path in sorted(folder.glob("*.csv*")) if path.name.endswith((".csv", ".csv.gz")) and _ours(path)]
    if len(files) > 1:
        raise SourceError(f"{folder} has several files of this layout: {', '.join(path.name for path in files)}")
    return files[0] if files else None


def read(path: Path, limit: int | None = None) -> Reading:
    """Read the file, or only its first `limit` invoices and credit notes."""
    rows = 0
    grouped: dict[str, list[tuple[int, Row]]] = {}
    for row_number, row in numbered(path):
        if row["InvoiceNo"] not in grouped and limit is not None and len(grouped) >= limit:
            break
        grouped.setdefault(row["InvoiceNo"], []).append((row_number, row))
        rows += 1
    orders: list[Invoice] = []
    credits: list[Invoice] = []
    remarks: list[Remark] = []
    for number, own in grouped.items():
        if _INVOICE.fullmatch(number):
            orders += _sale(number, own, remarks)
        elif _CREDIT_NOTE.fullmatch(number):
            credits += _read_all(number, own, -1, remarks)
        else:
            remarks += (Remark(row_number, number, Why.BOOKS, _value(row)) for row_number, row in own)
    return Reading(rows, tuple(orders), tuple(credits), tuple(sorted(remarks, key=lambda each: each.row)))


def numbered(path: Path) -> Iterator[tuple[int, Row]]:
    """Rows with their line numbers. Raises SourceError if the file does not have this layout."""
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
    """The amount, and whether a fraction of a penny was cut off. Raises ValueError for a text that is not a price."""
    match = _PRICE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a price")
    decimals = (match[2] or "").ljust(2, "0")
    return int(match[1] + decimals[:2]), bool(decimals[2:].strip("0"))


def instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZONE, fold=0).astimezone(UTC)


def _sale(number: str, rows: Sequence[tuple[int, Row]], remarks: list[Remark]) -> Iterator[Invoice]:
    """The order of an invoice; nothing if it is not a sale or cannot be read."""
    if all(not row["CustomerID"] and _value(row) == 0 for _, row in rows):
        remarks += (Remark(row_number, number, Why.STOCK, 0) for row_number, _ in rows)
        return
    for invoice in _read_all(number, rows, 1, remarks):
        sold = [line for line in invoice.lines if line.kind is not Kind.FEE]
        carriage = [line for line in sold if line.kind is Kind.CARRIAGE]
        alone = len(carriage) == len(sold)
        for line in invoice.lines:
            remarks += (Remark(line.row, number, why, line.amount) for why in _remarks(line, invoice.customer, alone))
        if sold:
            yield replace(
                invoice,
                lines=tuple(line for line in sold if alone or line.kind is not Kind.CARRIAGE),
                shipping=0 if alone else sum(line.amount for line in carriage),
            )


def _remarks(line: Line, customer: str | None, alone: bool) -> Iterator[Why]:
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


def _read_all(number: str, rows: Sequence[tuple[int, Row]], sign: int, remarks: list[Remark]) -> Iterator[Invoice]:
    """The invoice with all its rows, or nothing, with remarks that give the reason."""
    wrong: dict[int, str] = {}
    lines: list[Line] = []
    for row_number, row in rows:
        try:
            lines.append(_line(row_number, row, sign))
            at, customer, country = _head(row, rows[0][1])
        except ValueError as error:
            wrong[row_number] = str(error)
    if len(rows) > MOST_LINES:
        wrong[rows[MOST_LINES][0]] = f"an order has at most {MOST_LINES} lines"
    if wrong:
        for row_number, row in rows:
            why = Why.UNREADABLE if row_number in wrong else Why.UNREADABLE_BESIDE
            remarks.append(Remark(row_number, number, why, _value(row), wrong.get(row_number, "")))
        return
    first = rows[0][1]
    at, customer, country = _head(first, first)
    for line in lines:
        if line.cut:
            remarks.append(Remark(line.row, number, Why.FRACTION, sign * line.amount))
        if first["Country"] in NO_COUNTRY:
            remarks.append(Remark(line.row, number, Why.NO_COUNTRY, sign * line.amount, first["Country"]))
    yield Invoice(number, at, customer, country, tuple(lines))


def _line(row_number: int, row: Row, sign: int) -> Line:
    if not _QUANTITY.fullmatch(row["Quantity"]):
        raise ValueError(f"{row['Quantity']!r} is not a quantity")
    pieces = sign * int(row["Quantity"])
    if not 0 < pieces <= MOST_PIECES:
        raise ValueError(f"{row['Quantity']} is no quantity of {'an invoice' if sign > 0 else 'a credit note'}")
    if not _CODE.fullmatch(row["StockCode"]):
        raise ValueError(f"{row['StockCode']!r} is not a stock code")
    price, cut = pennies(row["UnitPrice"])
    return Line(row_number, row["StockCode"], row["Description"].strip()[:MOST_TITLE] or None, pieces, price, cut)


def _head(row: Row, first: Row) -> tuple[datetime, str | None, str]:
    """The values that all rows of an invoice share; its time is that of its first row."""
    for column in ("CustomerID", "Country"):
        if row[column] != first[column]:
            raise ValueError(f"its {column} is {row[column]!r}, and {first[column]!r} before")
    customer = _CUSTOMER.fullmatch(row["CustomerID"])
    if row["CustomerID"] and customer is None:
        raise ValueError(f"{row['CustomerID']!r} is not a customer id")
    if row["Country"] not in COUNTRIES:
        raise ValueError(f"{row['Country']!r} is not a country of the table")
    return instant(row["InvoiceDate"]), customer[1] if customer else None, COUNTRIES[row["Country"]]


def _value(row: Row) -> int | None:
    """The value of any row in pennies, with its sign; None if it cannot be read."""
    negative = row["UnitPrice"].startswith("-")
    try:
        price = pennies(row["UnitPrice"].removeprefix("-"))[0]
    except ValueError:
        return None
    return (-price if negative else price) * int(row["Quantity"]) if _QUANTITY.fullmatch(row["Quantity"]) else None
