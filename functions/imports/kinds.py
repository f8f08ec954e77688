"""The kinds of import: how the rows of a sheet belong together, and how they are carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.imports import order_rows, tracking_rows
from functions.imports.sheet import Sheet, Values
from shared.domain.imports.model import Import, Kind, RowResult
from shared.domain.stores import Store

Group = Sequence[Values]
"""Rows that are carried out together: all rows of one order."""


@dataclass(frozen=True, slots=True)
class ImportKind:
    """`groups` are the groups of a sheet after the first `position` rows, always in the same order. `carry_out` returns
    one result for each row of a group; it may run twice."""

    groups: Callable[[Sheet, int], Iterator[Group]]
    carry_out: Callable[[Store, Import, Sheet, Group, datetime], list[RowResult]]


KINDS: dict[Kind, ImportKind] = {
    Kind.ORDERS: ImportKind(order_rows.groups, order_rows.carry_out),
    Kind.TRACKING: ImportKind(tracking_rows.groups, tracking_rows.carry_out),
}
