"""How DynamoDB counts the bytes of an item: names and values, in UTF-8."""

from __future__ import annotations

from typing import Any


def size_of(item: dict[str, Any]) -> int:
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: dict[str, Any]) -> int:
    ((kind, held),) = value.items()
    if kind == "S":
        return len(held.encode())
    if kind == "N":
        return len(held.lstrip("-").replace(".", "")) // 2 + 2
    if kind == "B":
        return len(held)
    raise AssertionError(f"no size for {kind}")
