"""Pages of lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Position:
    """The last item of a page: its index key and table key, or only its own key in a list of one partition. The next
    page starts after it."""

    key: str
    pk: str = ""
    sk: str = ""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`end` is the position of the last item where more follow; None at the end of the list."""

    items: tuple[T, ...]
    end: Position | None


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """A part or message of an order, in a list across orders."""

    order_id: str
    record: T
    currency: str = ""


class Count(NamedTuple):
    """The number of items in a list. `cut_off`: there are more, which were not counted."""

    number: int
    cut_off: bool = False


def every(page_after: Callable[[Position | None], Page[T]]) -> Iterator[T]:
    """All items of a list, read page by page as they are needed."""
    after: Position | None = None
    while True:
        page = page_after(after)
        yield from page.items
        if page.end is None:
            return
        after = page.end


def page_of(items: Iterable[T], limit: int, key: Callable[[T], str]) -> Page[T]:
    """The first `limit` items of one partition. `items` has one more where the list goes on. `key` makes the position
    after which the next page starts."""
    taken = tuple(islice(items, limit + 1))
    return Page(taken[:limit], Position(key(taken[limit - 1])) if len(taken) > limit else None)
