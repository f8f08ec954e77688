"""Rows of an .xlsx file, in pieces of a few thousand, so that memory does not grow with the file.

calamine reads a sheet whole. So the sheet is inflated as a stream and cut between rows, and calamine reads each piece
as a small workbook with the styles and shared strings of the file. Nothing is extracted to the disk; links, macros and
formulas are not read, only the values that were saved.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from python_calamine import CalamineError, load_workbook

from functions.imports.readers.limits import MAX_ROW_BYTES, OnAbout, Refused, Rows
from shared.domain.exports.about import SHEET

PIECE_ROWS = 4_000
PIECE_GAP = 1_000
"""A piece ends where more than so many rows are missing: calamine holds a missing row as it holds any other."""
READ_BYTES = 256 * 1024
MAX_PARTS = 2_000
MAX_SMALL_PART = 4 * 1024 * 1024
MAX_SHARED_STRINGS = 96 * 1024 * 1024
MAX_SHEET = 768 * 1024 * 1024

_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_ROW_START = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_ROW_NUMBER = re.compile(rb"\br=[\"'](\d+)[\"']")
_SHEET_DATA = re.compile(rb"<((?:\w+:)?)sheetData[^>]*>")
_FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)

CONTENT_TYPES = b"""<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" \
ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" \
ContentType="application/xml"/></Types>"""
ROOT = b"""<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" \
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" \
Target="xl/workbook.xml"/></Relationships>"""
WORKBOOK = b"""<?xml version="1.0" encoding="UTF-8"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" \
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">%s<sheets>\
<sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>"""
WORKBOOK_RELATIONS = b"""<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" \
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" \
Target="worksheets/sheet1.xml"/><Relationship Id="r2" \
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship \
Id="r3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" \
Target="sharedStrings.xml"/></Relationships>"""


def rows(path: Path, on_about: OnAbout) -> Rows:
    """The rows of the first visible sheet. Raises Refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _rows(archive, on_about)
    except (zipfile.BadZipFile, zlib.error, EOFError, ElementTree.ParseError, KeyError, CalamineError) as error:
        raise Refused("file_damaged") from error
    except (RuntimeError, NotImplementedError) as error:  # an encrypted part, or an unknown compression
        raise Refused("file_encrypted") from error


def _rows(archive: zipfile.ZipFile, on_about: OnAbout) -> Rows:
    if len(archive.infolist()) > MAX_PARTS:
        raise Refused("file_too_complex")
    names = {name.lower().lstrip("/"): name for name in archive.namelist()}
    workbook = _part(archive, names["xl/workbook.xml"], MAX_SMALL_PART)
    relations = ElementTree.fromstring(_part(archive, names["xl/_rels/workbook.xml.rels"], MAX_SMALL_PART))
    targets = {each.get("Id"): each for each in relations.iter(_RELATIONS)}
    shared = [
        (path, _part(archive, names[target], limit))
        for kind, path, limit in (
            ("styles", "xl/styles.xml", MAX_SMALL_PART),
            ("sharedStrings", "xl/sharedStrings.xml", MAX_SHARED_STRINGS),
        )
        for each in targets.values()
        if (each.get("Type") or "").endswith(f"/{kind}") and (target := _path(each)) in names
    ]
    sheets, date_1904 = _visible_sheets(ElementTree.fromstring(workbook))
    base = [
        ("[Content_Types].xml", CONTENT_TYPES),
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", WORKBOOK % (b'<workbookPr date1904="1"/>' if date_1904 else b"")),
        ("xl/_rels/workbook.xml.rels", WORKBOOK_RELATIONS),
        *shared,
    ]

    def rows_of(sheet: str) -> Rows:
        with archive.open(names[_path(targets[sheet])]) as stream:
            for piece in _pieces(stream):
                yield from _piece_rows(base, piece)

    yield from rows_of(sheets[0][1])
    for name, sheet in sheets[1:]:
        if name in SHEET:
            on_about(rows_of(sheet))


def _visible_sheets(workbook: ElementTree.Element) -> tuple[list[tuple[str, str]], bool]:
    """((name, relation id) of the visible sheets, whether dates count from 1904)."""
    sheets, date_1904 = list[tuple[str, str]](), False
    for each in workbook.iter():
        tag = each.tag.rpartition("}")[2]
        if tag == "sheet" and each.get("state", "visible") == "visible":
            ids = [value for name, value in each.attrib.items() if name.rpartition("}")[2] == "id"]
            sheets += [(each.get("name", ""), sheet) for sheet in ids]
        elif tag == "workbookPr":
            date_1904 = each.get("date1904") in ("1", "true")
    if not sheets:
        raise Refused("empty_file")
    return sheets, date_1904


def _path(relation: ElementTree.Element) -> str:
    target = relation.get("Target") or ""
    return (target.lstrip("/") if target.startswith("/") else f"xl/{target}").lower()


def _part(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """A part of the file. Its stated size can be false, so no more than the limit is inflated."""
    with archive.open(name) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise Refused("file_too_complex")
    _check(content)
    return content


def _check(content: bytes) -> None:
    if _FORBIDDEN.search(content) or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Refused("file_too_complex")


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """The sheet as sheets of up to PIECE_ROWS rows, each a document of its own."""
    head, rest, expanded = b"", b"", 0
    data = stream.read(READ_BYTES)
    while True:
        found = _SHEET_DATA.search(rest := rest + data)
        if found:
            break
        data = stream.read(READ_BYTES)
        if not data or len(rest) > MAX_SMALL_PART:
            raise Refused("file_damaged")
    prefix = found[1]
    _check(rest[: found.end()])
    head = re.sub(rb"<(?:\w+:)?dimension\b[^>]*>", b"", rest[: found.end()])
    if found[0].endswith(b"/>"):
        return
    end, tail = b"</" + prefix + b"row>", b"</" + prefix + b"sheetData></" + prefix + b"worksheet>"
    rest, count, piece = rest[found.end() :], 0, [head]
    last = 0
    while True:
        cut = rest.rfind(end)
        whole, rest = (rest[: cut + len(end)], rest[cut + len(end) :]) if cut >= 0 else (b"", rest)
        if len(rest) > MAX_ROW_BYTES + READ_BYTES:
            raise Refused("cell_too_long")
        begin = 0
        for match in _ROW_START.finditer(whole):
            numbered = _ROW_NUMBER.search(match[1])
            number = int(numbered[1]) if numbered else last + 1
            if count and (count >= PIECE_ROWS or number - last > PIECE_GAP):
                yield b"".join((*piece, whole[begin : match.start()], tail))
                piece, begin, count = [head], match.start(), 0
            count, last = count + 1, number
        piece.append(whole[begin:])
        data = stream.read(READ_BYTES)
        expanded += len(data)
        if not data:
            break
        if expanded > MAX_SHEET:
            raise Refused("file_too_complex")
        rest += data
    if b"</" + prefix + b"sheetData" not in rest:
        raise Refused("file_damaged")  # the sheet was cut off, perhaps with rows
    if count:
        yield b"".join((*piece, tail))


def _piece_rows(base: list[tuple[str, bytes]], sheet: bytes) -> Rows:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as piece:
        for name, content in (*base, ("xl/worksheets/sheet1.xml", sheet)):
            piece.writestr(name, content)
    buffer.seek(0)
    cells = load_workbook(buffer).get_sheet_by_index(0)
    if cells.start is None:
        return
    first_row, first_column = cells.start
    before = [""] * first_column
    for number, row in enumerate(cells.to_python(skip_empty_area=True), first_row + 1):
        yield number, before + row
