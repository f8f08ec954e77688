"""The filter buttons of a BIFF8 sheet: a hidden name for the rows, the number of columns, and for each column a
drop-down object in the sheet's drawing. Excel shows no button without its object.

Numbers in brackets are sections of [MS-XLS], or with an O of [MS-ODRAW].
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import pack

from functions.exports.formats.biff8 import number, record

DRAWING = 1
"""The only drawing of a workbook: the one of its first sheet."""
FIRST_SHAPE = 1024
"""The first shape id of a drawing: ids are given out in clusters of 1,024 (O 2.2.46)."""
DROP_DOWN, COMBO_BOX = 201, 0x0014
"""The kinds of a shape (O 2.4.24, msosptHostControl) and of its object (2.5.143)."""


def info(columns: int) -> bytes:
    """AutoFilterInfo (2.4.8)"""
    return number(0x009D, columns)


def drawing_group(columns: int) -> bytes:
    """MsoDrawingGroup (2.4.171): the ids that the drawing uses, one of them for the group of all shapes."""
    shapes = columns + 1
    ids = pack("<6I", FIRST_SHAPE + shapes, 2, shapes, 1, DRAWING, shapes)  # O 2.2.48: one cluster
    properties = pack("<HIHIHI", 0x00BF, 0x00080008, 0x0181, 0x08000009, 0x01C0, 0x08000040)
    colours = pack("<4I", 0x0800000D, 0x0800000C, 0x08000017, 0x100000F7)
    parts = part(0xF006, ids) + part(0xF00B, properties, 3, 3) + part(0xF11E, colours, 0, 4)
    return record(0x00EB, part(0xF000, parts, 15))


def drop_downs(columns: int) -> Iterator[bytes]:
    """MsoDrawing (2.4.170) and Obj (2.4.181) of each column's button, in the first row. The first record opens the
    drawing, whose length is that of all shapes together."""
    shapes = [_shape(column) for column in range(columns)]
    group = part(0xF004, part(0xF009, bytes(16), 1) + part(0xF00A, pack("<II", FIRST_SHAPE, 0x0005), 2), 15)
    inside = len(group) + sum(map(len, shapes))
    drawing = part(0xF008, pack("<II", columns + 1, FIRST_SHAPE + columns), 0, DRAWING)
    opening = head(0xF002, len(drawing) + 8 + inside, 15) + drawing + head(0xF003, inside, 15) + group
    for column, shape in enumerate(shapes):
        yield record(0x00EC, shape if column else opening + shape)
        yield record(0x005D, _object(column + 1))


def head(kind: int, length: int, version: int = 0, instance: int = 0) -> bytes:
    """O 2.2.1"""
    return pack("<HHI", version | instance << 4, kind, length)


def part(kind: int, content: bytes, version: int = 0, instance: int = 0) -> bytes:
    return head(kind, len(content), version, instance) + content


def _shape(column: int) -> bytes:
    """O 2.2.14: locked, without line and fill, not printed, over the column's first cell."""
    shape = pack("<II", FIRST_SHAPE + 1 + column, 0x0A00)
    properties = pack(
        "<HIHIHIHIHI",
        0x007F,
        0x01040104,
        0x00BF,
        0x00080008,
        0x01BF,
        0x00010000,
        0x01FF,
        0x00080000,
        0x03BF,
        0x000A0000,
    )
    anchor = pack("<9H", 1, column, 0, 0, 0, column + 1, 0, 1, 0)
    parts = part(0xF00A, shape, 2, DROP_DOWN), part(0xF00B, properties, 3, 5), part(0xF010, anchor), part(0xF011, b"")
    return part(0xF004, b"".join(parts), 15)


def _object(number: int) -> bytes:
    """FtCmo, FtSbs, FtLbsData with the length 0x1FEE, which means the list of a filter, and the end (2.5.143 to
    2.5.152)."""
    common = pack("<5H12x", 0x0015, 18, COMBO_BOX, number, 0x2101)
    scrolling = pack("<2H4x8H", 0x000C, 20, 0, 0, 100, 1, 10, 0, 16, 1)
    entries = pack("<2H8H", 0x0013, 0x1FEE, 0, 0, 0x0001, 0x0301, 0, 0x0002, 8, 0x0057)
    return common + scrolling + entries + bytes(4)
