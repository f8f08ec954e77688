"""Undecoded items of the table, compared with what this code would write in their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.store.dynamodb.attributes import PackedAttribute
from shared.store.dynamodb.records import Record
from shared.store.dynamodb.table import query_items

Item = Mapping[str, Mapping[str, Any]]


def read(pk: str, sk: str) -> Item | None:
    """One item, read consistently."""
    return next(query_items(pk, sk, sk), None)


def records(items: Sequence[Item]) -> list[Record]:
    """Raises ValueError for an item of a kind that this code does not know: newer code has written it."""
    return [Record.from_raw_data(dict(item)) for item in items]


def differs(stored: Item, record: Record) -> bool:
    """Does `record` say anything else than the stored item, or pack it in another way? How JSON is spelled and how well
    bytes are compressed does not count: it may differ from machine to machine. Raises ValueError if the item has
    attributes that this code does not know."""
    kind = type(record)
    known = {attribute.attr_name for attribute in kind.get_attributes().values()}
    if unknown := sorted(stored.keys() - known):
        raise ValueError(f"{stored['kind']['S']} has unknown attributes: {', '.join(unknown)}")
    written = record.serialize()
    if _are_packed(kind, stored) != _are_packed(kind, written):
        return True
    was, now = records([stored, written])
    return bool(was.attribute_values != now.attribute_values)


def _are_packed(kind: type[Record], item: Item) -> dict[str, bool]:
    packed = [name for name, each in kind.get_attributes().items() if isinstance(each, PackedAttribute)]
    return {name: PackedAttribute.is_packed(item[name]["B"]) for name in packed if name in item}
