"""The structs that `timeline.placed` decodes orders into.

Creating a frozen dataclass of 38 fields takes longer than decoding its content. These structs have the attributes of
Order, Line, Parcel and Amounts under the same names, and use the same properties and methods. A test compares every
attribute and every column for every kind of order.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import MISSING, fields
from inspect import isfunction
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec

from shared.domain.order.funds.amounts import Amounts
from shared.domain.order.model import Line, Order, Parcel

NOT_READ = frozenset(
    "platform_at placed_digest supplied watched reminded_at ship_by time_zone erased_at shards".split()
)
"""The fields of an order that no export uses."""


def _struct_of(original: Any, without: Collection[str] = ()) -> Any:
    """A struct with the fields, in their order, the properties and the methods of a dataclass."""
    types = get_type_hints(original)
    members = [
        (each.name, types[each.name]) if each.default is MISSING else (each.name, types[each.name], each.default)
        for each in fields(original)
        if each.name not in without
    ]
    own = {
        name: value
        for name, value in vars(original).items()
        if not name.startswith("_") and (isinstance(value, property) or isfunction(value))
    }
    return msgspec.defstruct(f"{original.__name__}Read", members, namespace=own, gc=False)


if TYPE_CHECKING:
    LineRead = Line
    AmountsRead = Amounts
    ParcelRead = Parcel
else:
    LineRead, AmountsRead, ParcelRead = map(_struct_of, (Line, Amounts, Parcel))
OrderRead = _struct_of(Order, NOT_READ)
