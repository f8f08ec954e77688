"""A layout: which heading stands for which field. The layouts of each source are tables in the modules beside this one.

The codes of the fields are those of the export columns (shared/domain/exports/columns.py) where both exist.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from functions.imports.layouts import cells
from functions.imports.layouts.cells import Grammar
from functions.imports.layouts.products import attributes, products
from shared.domain.time_zones import zones

GRAMMARS: Mapping[str, Grammar] = {
    "order_id": cells.order_number,
    **dict.fromkeys(("line_id", "product_id", "sku", "tracking_no"), cells.identifier),
    **dict.fromkeys(("country_code", "currency", "status_code"), cells.identifier),
    **dict.fromkeys(
        ("placed_at", "paid_at", "ship_by", "shipped_at", "received_at", "finished_at", "delivered_at", "cancelled_at"),
        cells.instant,
    ),
    **dict.fromkeys(("lines_amount", "shipping", "discount", "tax", "adjustment", "total", "received"), cells.money),
    **dict.fromkeys(("refunded", "commission", "affiliate_fee", "released", "tax_withheld"), cells.money),
    **dict.fromkeys(("unit_price", "line_amount", "dispute_claim", "line_tax", "line_discount"), cells.money),
    **dict.fromkeys(("line_shipping", "line_shipping_tax", "line_shipping_discount"), cells.money),
    **dict.fromkeys(("quantity", "handling_days", "pieces", "shipped", "line_refunded"), cells.count),
    **dict.fromkeys(("product_ids", "skus", "tracking_nos", "shipments", "refunds"), cells.texts),
    "tags": cells.comma_list,
    "overlays": cells.codes,
    "products": products,
    "attributes": attributes,
}
"""The grammar of each field that is not plain text."""

_BLANKS = re.compile(r"\s+")
_ZONE = re.compile(r"\((?P<zone>[A-Za-z0-9_+/-]+)\)$")
_REMARK = re.compile(r"[_ ]*\(双击.*$")


@dataclass(frozen=True, slots=True)
class Layout:
    """`columns`: the headings of each field; of two columns of a field the one that is named first counts. A file has
    this layout if it has all the `required` fields.

    `by_line`: a row is a line of an order, and the rows of an order stand together. `ignored` are the headings of known
    columns that are not read. `zone` is the zone of times, and `currency` that of amounts without a code; None: the
    store's. `formats` are the forms of times that do not begin with the year. `grammars` replaces GRAMMARS. Every line
    has a value in the field `line`: a row without one says something of the whole order. A short row below the table
    that has one of the `footers` in it is no order.
    """

    name: str
    columns: Mapping[str, tuple[str, ...]]
    required: frozenset[str]
    by_line: bool = False
    zone: str | None = None
    currency: str | None = None
    ignored: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    grammars: Mapping[str, Grammar] = field(default_factory=dict)
    line: str | None = None
    footers: tuple[str, ...] = ()

    def is_footer(self, cells: Sequence[Any]) -> bool:
        return len(cells) <= 3 and any(text in str(cell).lower() for text in self.footers for cell in cells)

    def grammar(self, code: str) -> Grammar:
        return self.grammars.get(code) or GRAMMARS.get(code, cells.text)


@dataclass(frozen=True, slots=True)
class Recognised:
    """The layout of a file: which column holds which field, the zone that its headings name, and the unknown
    headings."""

    layout: Layout
    fields: Mapping[int, str]
    headings: tuple[str, ...]
    zone: ZoneInfo | None = None
    unknown: tuple[str, ...] = ()

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(self.fields.values())


class NotRecognised(Exception):
    """No layout fits. `missing` are (heading, the nearest heading of the file or "") of the layout that fits best."""

    def __init__(self, layout: Layout, missing: Sequence[tuple[str, str]]) -> None:
        super().__init__(layout.name)
        self.layout, self.missing = layout, tuple(missing)


def normalised(heading: str) -> str:
    """A heading without differences that mean nothing: width of signs, blanks, case, remarks, a mark for "required"."""
    plain = _BLANKS.sub(" ", unicodedata.normalize("NFKC", str(heading)).replace("\ufeff", "")).strip().lower()
    return _REMARK.sub("", plain).strip(" *_:")


def recognise(headings: Sequence[str], layouts: Iterable[Layout]) -> Recognised:
    """The layout whose required fields are all there and of which the most columns are. Raises NotRecognised."""
    plain, zone = [], None
    for heading in headings:
        name = unicodedata.normalize("NFKC", str(heading)).strip()
        zoned = _ZONE.search(name)
        known = known_zone(zoned["zone"]) if zoned else None
        zone = zone or known
        plain.append(normalised(name[: zoned.start()] if zoned and known else name))
    best: tuple[tuple[int, int], Layout, dict[int, str]] | None = None
    for layout in layouts:
        codes = {normalised(name): code for code, names in layout.columns.items() for name in names}
        fields: dict[int, str] = {}
        passed_over = {normalised(name) for name in layout.ignored}
        for position, name in enumerate(plain):
            # A heading may have a remark of its own behind it, as "跟踪号（必填）" has.
            code = codes.get(name) or (None if name in passed_over else codes.get(name.partition("(")[0].strip(" *")))
            if code:
                _assign(fields, plain, position, layout.columns[code], code)
        missing = layout.required - set(fields.values())
        rank = (-len(missing), len(fields))
        if best is None or rank > best[0]:
            best = rank, layout, fields
    assert best is not None, "there are layouts"
    (lacking, _), layout, fields = best
    if lacking:
        raise NotRecognised(layout, _nearest(layout, layout.required - set(fields.values()), headings, fields))
    ignored = {normalised(name) for name in layout.ignored}
    unknown = tuple(
        str(heading)
        for position, heading in enumerate(headings)
        if position not in fields and plain[position] and plain[position] not in ignored
    )
    return Recognised(layout, fields, tuple(str(heading) for heading in headings), zone, unknown)


def _assign(fields: dict[int, str], plain: Sequence[str], position: int, names: Sequence[str], code: str) -> None:
    """Take the column for the field, unless a former one has a name that stands earlier in the layout."""
    ranks = {normalised(name): rank for rank, name in enumerate(names)}
    former = next((at for at, each in fields.items() if each == code), None)
    if former is not None:
        if ranks.get(plain[former], len(ranks)) <= ranks.get(plain[position], len(ranks)):
            return
        del fields[former]
    fields[position] = code


def in_zone(heading: str, zone: str) -> str:
    """The heading, with this zone for the one that it names."""
    name = unicodedata.normalize("NFKC", heading).strip()
    named = _ZONE.search(name)
    return f"{name[: named.start()]}({zone})" if named and known_zone(named["zone"]) else heading


def known_zone(name: str) -> ZoneInfo | None:
    return ZoneInfo(name) if name in zones() else None


def _nearest(
    layout: Layout, missing: Iterable[str], headings: Sequence[str], fields: Mapping[int, str]
) -> list[tuple[str, str]]:
    free = {normalised(str(heading)): str(heading) for at, heading in enumerate(headings) if at not in fields}
    pairs = []
    for code in sorted(missing):
        names = layout.columns[code]
        near = [match for name in names for match in difflib.get_close_matches(normalised(name), free, 1, 0.5)]
        pairs.append((names[0].partition("\n")[0], free[near[0]] if near else ""))
    return pairs
