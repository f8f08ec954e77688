"""An upload as an import works with it: its layout, and its rows as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from functions.imports.layouts.all_layouts import ALL_LAYOUTS
from functions.imports.layouts.cells import CellContext, CellError
from functions.imports.layouts.layout import NotRecognised, Recognised, known_zone, recognise
from functions.imports.readers.limits import Refused
from functions.imports.readers.reader import Cell, Row, Spool
from shared.domain.imports.model import Import, ImportWarning, Kind
from shared.domain.money import CURRENCY_DIGITS
from shared.domain.stores import Store

MAX_SHOWN = 200
"""The most characters of a cell that the result of its row shows."""
HEADING_WITHIN = 10
"""The headings stand in one of the first rows: some files begin with remarks."""


@dataclass(frozen=True, slots=True)
class Values:
    """A row as values by field. `error` is the first cell that says nothing sensible."""

    row: int
    values: Mapping[str, Any]
    error: CellError | None = None
    column: str | None = None
    cell: str | None = None

    def get(self, code: str) -> Any:
        return self.values.get(code)


@dataclass(slots=True)
class Sheet:
    """`heading_row` is the number of the row with the headings; `count` are the rows below it."""

    spool: Spool
    recognised: Recognised
    context: CellContext
    heading_row: int
    count: int
    warnings: tuple[ImportWarning, ...] = ()
    _new: list[ImportWarning] = field(default_factory=list)
    _first: dict[str, int] = field(default_factory=dict)
    _columns: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self._columns = {code: at for at, code in self.recognised.fields.items()}

    def cells(self) -> Iterator[Row]:
        """The rows below the headings, as they came."""
        for number, cells in self.spool.rows():
            if number > self.heading_row and not self.recognised.layout.is_footer(cells):
                yield number, cells

    def rows(self) -> Iterator[Values]:
        """The rows below the headings as values. The amounts of a row are in the currency that it names; a row that
        names none and is of the same order as the row above is in the currency of that one."""
        layout = self.recognised.layout
        grammars = [(at, code, layout.grammar(code)) for at, code in self.recognised.fields.items()]
        contexts, context, order = {self.context.currency: self.context}, self.context, ""
        for number, cells in self.cells():
            values: dict[str, Any] = {}
            bad: tuple[CellError, str, Cell] | None = None
            if "currency" in self._columns:
                currency, above, order = self._cell(cells, "currency"), order, self._cell(cells, "order_id")
                if currency in CURRENCY_DIGITS:
                    context = contexts.setdefault(currency, replace(self.context, currency=currency))
                elif order != above:
                    context = self.context
            context.on_ambiguous = partial(self.warn, "time_ambiguous", number)
            for at, code, grammar in grammars:
                cell = cells[at] if at < len(cells) else ""
                if cell == "":
                    continue
                try:
                    values[code] = grammar(cell, context)
                except CellError as error:
                    bad = bad or (error, self.recognised.headings[at], cell)
            yield Values(number, values, *((bad[0], bad[1], str(bad[2])[:MAX_SHOWN]) if bad else ()))

    def _cell(self, cells: Sequence[Cell], code: str) -> str:
        """The text of the cell of a field."""
        at = self._columns.get(code, len(cells))
        return str(cells[at]).strip() if at < len(cells) else ""

    def heading(self, code: str) -> str | None:
        """The heading of a field in this file."""
        at = self._columns.get(code)
        return None if at is None else self.recognised.headings[at].partition("\n")[0]

    def note_order(self, order_id: str | None, row: int) -> None:
        """Note the first row of each order, so that a row that stands apart is found. About 100 bytes an order."""
        if order_id:
            self._first.setdefault(order_id, row)

    def first_row(self, order_id: str) -> int | None:
        return self._first.get(order_id)

    def take_warnings(self) -> tuple[ImportWarning, ...]:
        """The warnings about rows since the last call."""
        taken, self._new = tuple(self._new), []
        return taken

    def warn(self, code: str, row: int, field: str | None = None, **facts: str) -> None:
        """Note something about a row that a person should know, once. `field` is the code of the field; `facts` go into
        the sentence."""
        warning = ImportWarning(code, row, (self.heading(field) if field else None) or "", facts)
        if warning not in self._new:
            self._new.append(warning)


def open_sheet(spool: Spool, job: Import, store: Store) -> Sheet:
    """Recognise the layout. Raises NotRecognised, with the layout that fits best; Refused `empty_file`."""
    layouts = ALL_LAYOUTS[job.request.kind]
    chosen = [layout for layout in layouts if job.request.layout in (None, layout.name)] or layouts
    best: tuple[int, NotRecognised] | None = None
    for position, (number, cells) in enumerate(spool.rows()):
        if position >= HEADING_WITHIN:
            break
        try:
            found = recognise([str(cell) for cell in cells], chosen)
        except NotRecognised as error:
            lacking = len(error.missing) - len(error.layout.required)
            if best is None or lacking < best[0]:
                best = lacking, error
            continue
        layout = found.layout
        zone = ZoneInfo(job.request.time_zone) if job.request.time_zone else found.zone or known_zone(spool.zone)
        context = CellContext(
            zone or ZoneInfo(layout.zone or store.time_zone),
            layout.currency or store.currency,
            layout.formats,
            spool.is_text,
        )
        said = found.codes | ({"status"} if "status_code" in found.codes else set())
        missing = [code for code in ("status", "placed_at") if code in layout.columns and code not in said]
        timers_lapse = store.enforces and job.request.kind is Kind.ORDERS
        warnings = (
            *(ImportWarning("column_ignored", column=name[:80]) for name in found.unknown),
            *(ImportWarning(f"{code}_missing") for code in missing),
            *([ImportWarning("deadlines_missing")] if timers_lapse and "deadlines" not in found.codes else []),
        )
        return Sheet(spool, found, context, number, spool.count - position - 1, warnings)
    if best is None:
        raise Refused("empty_file")
    raise best[1]
