"""The cell 产品信息: all products of an order, in the format of the seller centre's files.

    【1】 title
    (产品属性: Color:Red、Size:M)
    (商家编码:J21101_1__L)
    (产品数量:1 piece)
    (物流等级&买家选择物流:...)

The line of the seller's code is missing where there is none, and the last line is only in newer files. Our own files in
English have English words. A title may hold anything, 【2】 included: a product begins after the end of the one before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from functions.imports.layouts import cells
from functions.imports.layouts.cells import CellContext, CellError
from shared.domain.exports.formulas import unguard

ATTRIBUTES = re.compile(r"\n[(（](?:产品属性|Attributes)[:：] ?")
SKU = re.compile(r"\n[(（](?:商家编码[:：]|SKU[:：] ?)")
QUANTITY = re.compile(r"\n[(（](?:产品数量|Quantity)[:：] ?([0-9０-９]{1,7})(?![0-9０-９])")
_ENDS = tuple(f"{sign}{word}" for sign in "(（" for word in ("产品数量", "Quantity", "物流等级"))
_CLOSED = (")", "）")
"""How the last lines of a product begin."""


@dataclass(frozen=True, slots=True)
class Product:
    title: str
    quantity: int
    sku: str | None = None
    attributes: dict[str, str] | None = None


def products(cell: Any, context: CellContext) -> tuple[Product, ...]:
    """Raises CellError `products_invalid`."""
    return _products(cells.text(cell, context) or "")


def products_exactly(cell: Any, context: CellContext) -> tuple[Product, ...]:
    """The same, without taking blanks and apostrophes for decoration."""
    return _products(unguard(cell) if context.is_text else cell)


def _products(found: str) -> tuple[Product, ...]:
    lines = found.split("\n")
    starts: list[int] = []
    for position, line in enumerate(lines):
        if line.startswith(f"【{len(starts) + 1}】") and (not starts or lines[position - 1].startswith(_ENDS)):
            starts.append(position)
    if not starts or starts[0] != 0:
        raise CellError("products_invalid", value=found[:80])
    ends = [*starts[1:], len(lines)]
    return tuple(_product("\n".join(lines[start:end])) for start, end in zip(starts, ends, strict=True))


def _product(item: str) -> Product:
    quantity = _last(QUANTITY, item)
    if quantity is None or int(quantity[1]) < 1:
        raise CellError("products_invalid", value=item[:80])
    rest, sku = item[: quantity.start()], None
    attributes, code = _last(ATTRIBUTES, rest), _last(SKU, rest)
    if code and rest.endswith(_CLOSED) and (attributes is None or code.start() > attributes.start()):
        before = rest[: code.start()]
        if attributes is None or before.endswith(_CLOSED):
            sku, rest = rest[code.end() : -1], before
    pairs = None
    if attributes and rest.endswith(_CLOSED):
        pairs, rest = _attributes(rest[attributes.end() : -1]), rest[: attributes.start()]
    title = rest.partition("】")[2].removeprefix(" ")
    return Product(title, int(quantity[1]), sku or None, pairs)


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for found in pattern.finditer(text):  # noqa: B007  the last one
        pass
    return found


def attributes(cell: Any, context: CellContext) -> dict[str, str] | None:
    text = cell if isinstance(cell, str) else str(cell)
    return _attributes(unguard(text) if context.is_text else text)


def attributes_by_comma(cell: Any, context: CellContext) -> dict[str, str] | None:
    """As Etsy writes them."""
    return _attributes(str(cell).strip(), ",")


def _attributes(text: str, separator: str = "、") -> dict[str, str] | None:
    """Pairs with a separator between them; the first colon ends a name. A part without a colon, or with a name that was
    there already, belongs to the value before it."""
    if ":" not in text:
        text = text.replace("：", ":")
    pairs: dict[str, str] = {}
    last = ""
    for part in text.split(separator) if text else ():
        name, colon, value = part.partition(":")
        if (not colon or name in pairs) and pairs:
            pairs[last] += f"{separator}{part}"
        else:
            last = name if colon else ""
            pairs[last] = value if colon else part
    return pairs or None
