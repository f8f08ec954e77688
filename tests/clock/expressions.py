"""What PynamoDB would make of records, conditions and actions, made here: items as the table in memory keeps them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pynamodb.attributes import NumberAttribute
from pynamodb.exceptions import CancellationReason, VerboseClientError
from pynamodb.expressions import condition as c
from pynamodb.expressions import update as u
from pynamodb.expressions.operand import Path, Value

from shared.store.dynamodb.records import Record

Item = dict[str, str | int | float | bytes]
"""An item as it lies here, by attribute: text, numbers and bytes stand for S, N and B."""
LAST = "\U0010ffff"
"""Behind every text."""


@lru_cache(maxsize=64)
def _attributes(model: type[Record]) -> tuple[dict[str, tuple[str, Callable[[Any], Any]]], frozenset[str]]:
    """(how each attribute is written: its name in the table and its serializer; those that must be there)."""
    written = {}
    for name, attribute in model.get_attributes().items():
        assert attribute.attr_type in ("S", "N", "B"), f"{name} is of a type that the stand-in does not know"
        plain = isinstance(attribute, NumberAttribute)
        written[name] = (attribute.attr_name, (lambda value: value) if plain else attribute.serialize)
    required = {name for name, attribute in model.get_attributes().items() if not attribute.null}
    return written, frozenset(required)


@lru_cache(maxsize=64)
def _readers(model: type[Record]) -> dict[str, tuple[str, Callable[[Any], Any] | None]]:
    """By name in the table: the name on the record, and how it is read; None where it is what it is."""
    plain = (type(Record.pk).deserialize, NumberAttribute.deserialize)
    return {
        attribute.attr_name: (name, None if type(attribute).deserialize in plain else attribute.deserialize)
        for name, attribute in model.get_attributes().items()
    }


def item_of(record: Record) -> Item:
    written, required = _attributes(type(record))
    item: Item = {}
    for name, value in record.attribute_values.items():
        if value is not None:
            attr_name, serialize = written[name]
            item[attr_name] = serialize(value)
    if not required <= item.keys():
        record.serialize()  # says which one is missing
    return item


def raw(item: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The item in DynamoDB's own words."""
    return {
        name: {"S": value}
        if isinstance(value, str)
        else {"B": value}
        if isinstance(value, bytes)
        else {"N": json.dumps(value)}
        for name, value in item.items()
    }


def record_of(item: Item) -> Record:
    model = Record._get_discriminator_attribute().deserialize(item["kind"])
    record: Record = model.__new__(model)
    readers, values = _readers(model), {}
    for attr_name, value in item.items():
        reader = readers.get(attr_name)
        if reader is not None:
            name, read = reader
            values[name] = value if read is None else read(value)
    record.attribute_values = values
    return record


def _scalar(typed: Mapping[str, Any]) -> Any:
    ((kind, value),) = typed.items()
    if kind == "N":
        return json.loads(value)
    if kind not in ("S", "B"):
        raise NotImplementedError(f"values of type {kind}")
    return value


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def holds(condition: c.Condition, item: Mapping[str, Any]) -> bool:
    """Does a condition hold for an item (or for nothing, an empty one)?"""
    kind, values = type(condition), condition.values
    if kind is c.And:
        return holds(values[0], item) and holds(values[1], item)
    if kind is c.Or:
        return holds(values[0], item) or holds(values[1], item)
    if kind is c.Not:
        return not holds(values[0], item)
    if kind is c.Exists:
        return _name(values[0]) in item
    if kind is c.NotExists:
        return _name(values[0]) not in item
    if kind not in (c.Comparison, c.Between, c.BeginsWith):
        raise NotImplementedError(f"conditions like {condition}")
    operands = [_operand(value, item) for value in values]
    if kind is c.Comparison and condition.operator == "<>":
        return not _alike(*operands) or operands[0] != operands[1]
    if not _alike(*operands):
        return False
    if kind is c.Comparison:
        return _COMPARE[condition.operator](*operands)
    if kind is c.Between:
        return bool(operands[1] <= operands[0] <= operands[2])
    return bool(operands[0].startswith(operands[1]))


def _alike(*values: Any) -> bool:
    """Values compare where both are there and of one type."""
    kinds = {(int if isinstance(value, float) else type(value)) for value in values}
    return len(kinds) == 1 and kinds != {type(None)}


def _operand(operand: Any, item: Mapping[str, Any]) -> Any:
    if isinstance(operand, Value):
        return _scalar(operand.value)
    return item.get(_name(operand))


def _name(path: Any) -> str:
    if not isinstance(path, Path) or len(path.path) != 1:
        raise NotImplementedError(f"operands like {path}")
    return str(path.path[0])


def acted(item: Item, actions: Sequence[u.Action]) -> None:
    before = dict(item)
    for action in actions:
        name = _name(action.values[0])
        if type(action) is u.SetAction:
            value = _operand(action.values[1], before)
            if value is None:
                raise refused("UpdateItem", "ValidationException")
            item[name] = value
        elif type(action) is u.AddAction:
            step = _scalar(action.values[1].value)
            item[name] = before.get(name, 0) + step
        elif type(action) is u.RemoveAction:
            item.pop(name, None)
        else:
            raise NotImplementedError(f"actions like {action}")


def bounds(condition: c.Condition | None) -> tuple[str, bool, str, bool]:
    """A key condition as (lower, whether it is in, upper, whether it is in)."""
    if condition is None:
        return "", True, LAST, True
    values = [_scalar(value.value) for value in condition.values[1:]]
    if type(condition) is c.Between:
        if values[0] > values[1]:
            raise refused("Query", "ValidationException")
        return values[0], True, values[1], True
    if type(condition) is c.BeginsWith:
        return values[0], True, values[0] + LAST, True
    if type(condition) is c.Comparison:
        (value,) = values
        return {
            "=": (value, True, value, True),
            "<": ("", True, value, False),
            "<=": ("", True, value, True),
            ">": (value, False, LAST, True),
            ">=": (value, True, LAST, True),
        }[condition.operator]
    raise NotImplementedError(f"key conditions like {condition}")


def refused(operation: str, code: str, reasons: Sequence[CancellationReason | None] = ()) -> VerboseClientError:
    response = {"Error": {"Code": code, "Message": "refused by the stand-in"}}
    return VerboseClientError(response, operation, cancellation_reasons=reasons)
