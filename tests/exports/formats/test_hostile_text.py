"""Whatever a buyer writes stays text: no formula, no broken file, nothing lost without a word that names the order."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

from functions.exports import kinds
from functions.exports.file_writer import write_file
from functions.orders.request.segments import segment_of
from shared.domain.customers.model import Customer
from shared.domain.exports import model as life
from shared.domain.exports.layouts import columns_of
from shared.domain.exports.model import Format, Job, Kind
from shared.domain.order.model import Buyer, Order
from shared.domain.order.transitions import Actor
from tests import proof
from tests.domain.build import STORE, life_in
from tests.domain.build import line as built_line
from tests.exports.expected.cells import CONTROLS, differences, held, opens_formula
from tests.exports.expected.customers import ExpectedBuyers
from tests.exports.expected.orders import Expected, Known
from tests.exports.files import biff_records, sheet, typed, unpacked
from tests.exports.office import open_office
from tests.harness import ago, line, new_order

SOFFICE = shutil.which("soffice")
ZONE = "Asia/Shanghai"
FORMATS = ("xls", "xlsx", "csv")
FORMULAS = {0x0006, 0x0221, 0x04BC, 0x0236, 0x01B8, 0x0023}
"""BIFF8: formula, array, shared formula, table, hyperlink, a name in another file. [MS-XLS]"""

TEXTS = [
    "=1+1",
    '=HYPERLINK("http://evil.test","click")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1-1",
    "@SUM(A1)",
    "＝1+1",
    "＋1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u3000=1",
    "\ufeff=1",
    "\u200b=1",
    "'=1+1",
    "''quoted'",
    "a\r\nb\rc\nd",
    "a\x01b\x1f\x0b\x0c\x08",
    "\x7f\x85\u2028\u2029",
    "\ufffe\uffff",
    "_x0041_ _x000D_ _x005F_",
    "<f>1+1</f><script>&amp;\"']]>",
    "<!-- & --><?xml?>",
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e8\U0001f1f3",
    "\u0645\u0631\u062d\u0628\u0627 \u202etxt.exe\u202c \u05e9\u05dc\u05d5\u05dd",
    "e\u0301 \u1100\u1161\u11a8 \U0002070e",
    "0012",
    "1E5",
    "2026-01-01",
    "TRUE",
    "#REF!",
    'a,"b";c\t|d',
    "  blanks around  ",
    "%s %n {0} ${jndi} ../..",
    "x" * 128,
    "\U0001f600" * 64,
    "\x02" * 128,
]
PLAIN = re.compile("[\x21-\x7e]{1,64}")


def short(text: str, most: int = 128) -> str:
    return text[:most]


def named(text: str) -> str:
    """For what takes visible ASCII alone."""
    return text if PLAIN.fullmatch(text) else "=1+1"


def hostile(number: int, text: str) -> dict[str, Any]:
    """An order that holds the text wherever a text can be."""
    return new_order(
        order_id=f"00{number:04}",
        buyer={"id": short(text), "country": "US", "name": short(text), "email": (text * 3)[:254]},
        recipient={"country": "US"}
        | {name: short(text) for name in ("name", "state", "city", "zip", "phone", "mobile", "tax_id")}
        | {"street": (text * 4)[:512]},
        chosen_service=short(text),
        memo=(text * 16)[:2000],
        lines=[
            line(
                f"{named(text)[:60]}-{place}",
                2,
                "1.00",
                sku=short(text),
                title=(text * 4)[:512],
                attributes={short(text): (text * 2)[:256], "Color": text[:256]},
                image_url="https://i.test/=1+1",
            )
            | {"product_id": named(text)}
            for place in (1, 2)
        ],
    )


@dataclass
class ExportedFiles:
    orders: list[Known]
    customers: list[dict[str, Any]]
    files: dict[tuple[str, str, bool], tuple[dict[str, Any], bytes]]

    def expected(self, kind: str, chinese: bool) -> Any:
        if kind == "customers":
            return ExpectedBuyers(self.customers, ZONE, chinese)
        return Expected(self.orders, ZONE, chinese, kind)


@pytest.fixture(scope="module")
def exported() -> Iterator[ExportedFiles]:
    with open_office() as office:
        shop = office.api.shop(time_zone=ZONE)
        bodies = []
        for number, text in enumerate(TEXTS):
            body = hostile(number, text)
            bodies.append(body)
            assert shop.platform.post("/v1/orders", body).status == 201, text
            for action in ("pay", "pass_risk"):
                assert shop.platform.act(body["order_id"], action).status == 200
            box = {"carrier": short(text), "tracking_no": named(text)}
            box |= {"lines": [{"line_id": body["lines"][0]["line_id"], "quantity": 1}]}
            assert shop.staff.act(body["order_id"], "ship", {"parcels": [box]}).status == 200
            own = {"note": (text * 8)[:1000], "tags": [text[:50], "b"], "assignee": short(text)}
            assert shop.staff.patch(f"/v1/orders/{body['order_id']}", own).status == 200
            for hours in (2, 1):
                letter = {"text": text * hours, "from": "buyer", "at": ago(hours=hours)}
                assert shop.platform.post(f"/v1/orders/{body['order_id']}/messages", letter).status == 201
            own = {"note": (text * 8)[:1000], "tags": [text[:50], "b"]}
            assert shop.staff.patch(f"/v1/customers/{segment_of(short(text))}", own).status == 200
        files = {}
        for kind in ("orders", "lines", "shipments", "customers"):
            for form in FORMATS:
                for own in (True, False):
                    more: dict[str, Any] = {"columns": list(columns_of(kind)), "language": "en"} if own else {}
                    export = office.make(shop.owner, kind=kind, format=form, **more)
                    files[kind, form, own] = export, office.fetch(shop.owner, export)
        orders = [Known.read(shop.staff, body) for body in bodies]
        customers = shop.viewer.every("/v1/customers")
    yield ExportedFiles(orders, customers, files)


def assert_no_formula(name: str, content: bytes) -> int:
    """Answers with how many parts or records were looked at."""
    if content.startswith(b"PK"):
        parts = dict(unpacked(content))
        for part, xml in parts.items():
            ElementTree.fromstring(xml)
            assert not re.search(rb"<(f|hyperlink|ddeLink|oleLink)[ />]", xml), (name, part)
            names = re.findall(rb'<definedName name="([^"]*)"', xml)
            assert set(names) <= {b"_xlnm.Print_Titles", b"_xlnm._FilterDatabase"}, (name, names)
            assert not re.search("externalLink|vba|macro|connections", part, re.I), (name, part)
            assert b'TargetMode="External"' not in xml, (name, part)
        return len(parts)
    found = biff_records(content)
    assert not FORMULAS & set(found), name
    return len(found)


def test_every_text_comes_back_as_it_was_written(exported: ExportedFiles) -> None:
    cells, wrong = 0, []
    for (kind, form, own), (export, content) in exported.files.items():
        compared, differ = differences(typed(content, export), exported.expected(kind, not own), form)
        cells += compared
        wrong += [f"{kind} {form} {own}: {each}" for each in differ]
    assert not wrong, "\n".join(wrong[:30])
    assert len(exported.files) == 24
    proof.counted("cells of hostile text that come back as written", cells, 20_000)


def test_no_workbook_holds_a_formula_or_a_link(exported: ExportedFiles) -> None:
    looked = [
        assert_no_formula(f"{kind} {form}", content)
        for (kind, form, _), (_, content) in exported.files.items()
        if form != "csv"
    ]
    assert len(looked) == 16
    proof.counted("parts and records of workbooks without a formula", sum(looked), 5_000)


def test_openpyxl_finds_text_and_nothing_that_computes(exported: ExportedFiles) -> None:
    types: dict[str, int] = {}
    for (_, form, _), (_, content) in exported.files.items():
        if form == "xlsx":
            for place in openpyxl.load_workbook(io.BytesIO(content)).worksheets:
                for row in place.iter_rows():
                    for cell in row:
                        types[cell.data_type] = types.get(cell.data_type, 0) + 1
                        assert cell.data_type != "f" and cell.hyperlink is None and cell.comment is None
    proof.counted("cells of hostile text that openpyxl finds to be text", types["s"], 3_000)
    assert not {"e", "b", "f"} & set(types)


def test_what_a_cell_cannot_hold_is_reported_with_its_order_and_column(exported: ExportedFiles) -> None:
    """In the job, and on the second sheet: exactly those, no more and no less."""
    count = 0
    for (kind, form, own), (export, content) in exported.files.items():
        expected = exported.expected(kind, not own)
        headings = typed(content, export)[0]
        lost = set()
        for row in expected.rows:
            for heading in headings:
                said = expected.rule(heading)(row)
                if isinstance(said, str) and CONTROLS.search(said):
                    lost.add((row.name, heading))
        warnings = {
            (each["buyer_id" if kind == "customers" else "order_id"], each["column"])
            for each in export["warnings"]
            if each["code"] == "cleaned" and each["file"] == 1
        }
        assert warnings == lost and export["more_warnings"] == 0, (kind, form)
        assert {each["code"] for each in export["warnings"]} == {"cleaned"}
        if form != "csv":
            shown = {row[1] for row in sheet(content, export, 1) if str(row[0]).startswith(("Characters", "已替换"))}
            assert shown == {held(": ".join(each)) for each in lost}
        count += len(lost)
    proof.counted("cells that lost something, each with a warning", count, 200)


def test_no_cell_of_a_csv_opens_a_formula(exported: ExportedFiles) -> None:
    guarded = texts = 0
    for (kind, form, own), (export, content) in exported.files.items():
        if form == "csv":
            for row in sheet(content, export)[1:]:
                for cell in row:
                    texts += 1
                    assert not re.match(r"[\s\u200b\ufeff]*[=+\-@\t\r\n＝＋－＠]", cell), (kind, own, cell)
                    guarded += cell.startswith("'")
    proof.counted("cells of .csv files guarded against formulas", guarded, 500)


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed: soffice is not on the path")
def test_libreoffice_opens_every_file_and_computes_nothing(exported: ExportedFiles, tmp_path: Path) -> None:
    names = {}
    for place, ((kind, form, own), (_, content)) in enumerate(exported.files.items()):
        if own:
            path = tmp_path / f"{place}.{form}"
            path.write_bytes(content)
            names[path] = (kind, form)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    arguments = ["--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", tmp_path / "out", *names]
    subprocess.run([str(SOFFICE), profile, *arguments], check=True, capture_output=True, timeout=300)
    cells = 0
    for path, (kind, form) in names.items():
        content = (tmp_path / "out" / f"{path.stem}.xlsx").read_bytes()
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            sheets = [packed.read(name) for name in packed.namelist() if name.startswith("xl/worksheets/sheet")]
        assert sheets and not any(re.search(rb"<f[ >]", xml) for xml in sheets), (kind, form)
        if form != "csv":
            compared, differ = differences(typed(content, {"format": "xlsx"}), exported.expected(kind, False), "xlsx")
            assert not differ, differ[:5]
            cells += compared
    assert len(names) == 12
    proof.counted("cells of hostile text that LibreOffice reads the same", cells, 5_000)


# ---- what no request can say, but a table might hold

LONG = ["x" * 40_000, "\U0001f600" * 20_000, "订" * 32_768, "\r\n" * 20_000, "=" + "1" * 40_000]
BROKEN = ["\ud800", "a\udc00b", "\udbff\udbff x", "\x00", "a\x00" * 100]
FIELDS = {
    "memo": "Buyer's memo",
    "note": "Note",
    "assignee": "Assignee",
    "chosen_service": "Chosen service",
    "buyer.id": "Buyer id",
    "buyer.name": "Buyer",
    "buyer.email": "Buyer's email",
    "tags": "Tags",
    "recipient.name": "Recipient",
    "recipient.state": "State",
    "recipient.city": "City",
    "recipient.street": "Street",
    "recipient.zip": "Postcode",
    "recipient.phone": "Phone",
    "recipient.mobile": "Mobile",
    "recipient.tax_id": "Tax id",
    "line.sku": "SKU",
    "line.title": "Title",
    "line.image_url": "Image",
    "parcel.carrier": "Carrier:tracking no.",
    "parcel.tracking_no": "Tracking nos.",
}


def texts(long: bool, place: int) -> list[str]:
    """What a field holds. In `make test` a field that is not long has one of the broken texts, by its place."""
    if long:
        return LONG + BROKEN
    return LONG[:1] + proof.size(BROKEN[place % len(BROKEN) :][:1], BROKEN)


OF_BUYER = {"name": "Buyer", "tags": "Tags", "note": "Note"}


def buyer_with(name: str, text: str, number: int) -> Customer:
    return Customer("shop", f"{number:05}", "FR", **{name: (text,) if name == "tags" else text})  # type: ignore[arg-type]


def with_text(name: str, text: str, number: int) -> Order:
    order = life_in(
        "SELLER_PART_SEND_GOODS", order_id=f"{number:05}", lines=(built_line("a", 2), built_line("b"))
    ).order
    whole, _, part = name.partition(".")
    if whole == "buyer":
        return replace(order, buyer=replace(Buyer("b", "FR"), **{part: text}))
    if whole == "recipient":
        return replace(order, recipient={"country": "FR", part: text})
    if whole == "line":
        return replace(order, lines=(replace(order.lines[0], **{part: text}), *order.lines[1:]))
    if whole == "parcel":
        return replace(order, parcels=(replace(order.parcels[0], **{part: text}),))
    return replace(order, **{name: (text,) if name == "tags" else text})


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", ["orders", "lines", "shipments", "customers"])
def test_text_that_is_too_long_or_broken_is_cut_or_replaced_and_reported(
    kind: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_buyers = kind == "customers"
    fields, long = (OF_BUYER, OF_BUYER) if of_buyers else (FIELDS, ("memo", "line.title"))
    cases = [(name, text) for place, name in enumerate(fields) for text in texts(name in long, place)]
    make: Callable[..., Any] = buyer_with if of_buyers else with_text
    reading = kinds.KINDS[Kind(kind)]
    placed = [(reading.name(each), each) for number, case in enumerate(cases) for each in [make(*case, number)]]
    reading = replace(reading, orders=lambda *_: iter(placed))
    monkeypatch.setitem(kinds.KINDS, Kind(kind), reading)
    now = datetime.now(UTC)
    columns = tuple(columns_of(kind))
    request = life.new_request(STORE, now, Kind(kind), Format(form), columns=columns, language="en", time_zone="UTC")
    path = tmp_path / f"book.{form}"
    written = write_file(Job("shop", "exp_1", request, Actor("owner", "o"), now), path, lambda _: None)
    content = path.read_bytes()
    warnings = {(each.order_id, each.column, each.code) for each in written.warnings}
    headings, *rows = typed(content, {"format": form})
    first = {row[headings.index("Buyer id" if of_buyers else "Order no.")]: row for row in reversed(rows)}
    assert len(first) == len(cases) == written.orders
    seen = 0
    for (called, _), (name, text) in zip(placed, cases, strict=True):
        heading = fields[name]
        if heading not in headings:
            assert kind == "orders" and name.startswith("line.")
            continue
        raw = f"{text}:LX1" if name == "parcel.carrier" else text
        cell, fits = first[called][headings.index(heading)], held(raw)
        assert cell == (f"'{fits}" if form == "csv" and opens_formula(fits) else fits), (name, raw[:20])
        codes = {code for order_id, column, code in warnings if (order_id, column) == (called, heading)}
        cut = len(CONTROLS.sub("\ufffd", raw.replace("\r\n", "\n")).encode("utf-16-le")) > 2 * 32_767
        lost = {"cleaned": CONTROLS.search(raw), "shortened": cut}
        assert codes == {code for code, happened in lost.items() if happened}, (name, raw[:20])
        seen += 1
    if form != "csv":
        assert_no_formula(f"{kind} {form}", content)
        shown = {row[1] for row in typed(content, {"format": form}, 1)}
        assert {f"{order_id}: {column}" for order_id, column, _ in warnings} <= shown
    if form == "xlsx":
        assert openpyxl.load_workbook(path).worksheets[0].max_row == written.rows + 1
    print(json.dumps({"kind": kind, "format": form, "fields": seen, "warnings": len(written.warnings)}))
    assert seen >= (30 if of_buyers else proof.size(40, 100))


def test_what_an_order_lost_is_reported_once_however_many_lines_it_has(tmp_path: Path) -> None:
    lines = tuple(built_line(f"l{number}") for number in range(50))
    order = replace(life_in("SELLER_PART_SEND_GOODS", lines=(*lines, built_line("a"))).order, memo="a\x01b")
    now = datetime.now(UTC)
    request = life.new_request(STORE, now, Kind.LINES, Format.CSV, language="en")
    reading = replace(kinds.KINDS[Kind.LINES], orders=lambda *_: iter([("p", order)]))
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(kinds.KINDS, Kind.LINES, reading)
        job = Job("shop", "exp_1", request, Actor("owner", "o"), now)
        written = write_file(job, tmp_path / "book.csv", lambda _: None)
    assert written.rows == 51
    assert [(each.order_id, each.column) for each in written.warnings] == [(order.order_id, "Buyer's memo")]
