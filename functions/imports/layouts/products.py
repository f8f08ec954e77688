"""The cell 产品信息: all products of an order, in the format of the seller centre's files.

    【1】 title
    (产品属性: Color:Red、Size:M)
    (商家编码:J21101_1__L)
    (产品数量:1 piece)
    (物流等级&买家选择物流:...)

The line of the seller's code is missing where there is none, and the last line is only in newer files. A title may hold
anything, 【2】 included: a product begins at a line that begins with the next number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from functions.imports.layouts import cells
from functions.imports.layouts.cells import CellContext, CellError

_FIELD = re.compile(r"\((产品属性|商家编码|产品数量|物流等级&买家选择物流)[:：] ?", re.DOTALL)
_QUANTITY = re.compile(r"([0-9]{1,7})\b")


@dataclass(frozen=True, slots=True)
class Product:
    title: str
    quantity: int
    sku: str | None = None
    attributes: dict[str, str] | None = None


def products(cell: Any, context: CellContext) -> tuple[Product, ...]:
    """Raises CellError `products_invalid`."""
    found = cells.text(cell, context)
    if found is None:
        return ()
    lines = found.splitlines()
    starts: list[int] = []
    for position, line in enumerate(lines):
        if line.startswith(f"【{len(starts) + 1}】") and (not starts or lines[position - 1].endswith(")")):
            starts.append(position)
    if not starts or starts[0] != 0:
        raise CellError("products_invalid", value=found[:80])
    ends = [*starts[1:], len(lines)]
    return tuple(
        _product("\n".join(lines[start:end]).partition("】")[2]) for start, end in zip(starts, ends, strict=True)
    )


def _product(item: str) -> Product:
    fields: dict[str, str] = {}
    title = item
    quantity_at = item.rfind("\n(产品数量")
    if quantity_at < 0:
        raise CellError("products_invalid", value=item[:80])
    found = _FIELD.match(item, quantity_at + 1)
    number = _QUANTITY.match(item, found.end()) if found else None
    if number is None or int(number[1]) < 1:
        raise CellError("products_invalid", value=item[:80])
    rest = item[:quantity_at]
    for name in ("商家编码", "产品属性"):
        at = rest.rfind(f"\n({name}")
        found = _FIELD.match(rest, at + 1) if at >= 0 else None
        if found and found[1] == name and rest.endswith(")"):
            fields[name], rest = rest[found.end() : -1], rest[:at]
    title = rest.removeprefix(" ")
    return Product(title, int(number[1]), fields.get("商家编码") or None, _attributes(fields.get("产品属性", "")))


def _attributes(text: str) -> dict[str, str] | None:
    """Pairs separated by 、; the first colon ends a name. A part without a colon belongs to the value before it."""
    pairs: dict[str, str] = {}
    name = ""
    for part in text.split("、") if text.strip() else ():
        before, colon, after = part.partition(":")
        if colon:
            name = before.strip()
            pairs[name] = after
        elif name:
            pairs[name] += f"、{part}"
    return pairs or None
