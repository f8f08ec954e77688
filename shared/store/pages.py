"""Pages of lists, whatever they are of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended: the last item's index key and table key, or its own key alone in the list of one partition.
    The next page starts behind it."""

    key: str
    pk: str = ""
    sk: str = ""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`end` is where a full page ended; None where the list has come to its end."""

    items: tuple[T, ...]
    end: Position | None


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """A record of an order in a list across orders."""

    order_id: str
    record: T
    currency: str = ""


def page_of(items: Iterable[T], limit: int, key: Callable[[T], str]) -> Page[T]:
    """The first `limit` items of one partition; `key` is what the next page starts behind."""
    shown = tuple(islice(items, limit))
    return Page(shown, Position(key(shown[-1])) if len(shown) == limit else None)
