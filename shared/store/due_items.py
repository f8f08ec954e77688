"""Due items: orders whose timers lapse, and the alerts of orders, messages and stores that are due.

Each kind has its own index, spread over shards. The index is eventually consistent: read the item before you act on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from shared.store.dynamodb import indexes, keys


class DueKind(StrEnum):
    LAPSES = "lapses"
    REMINDERS = "reminders"


INDEXES = {DueKind.LAPSES: indexes.CLOCK, DueKind.REMINDERS: indexes.REMINDER}


class Due(NamedTuple):
    """An entry of an index of due times. `key` is its sort key. An empty `order_id` means the store itself; `what` is
    empty for the order and names another item of it otherwise."""

    key: str
    store_id: str
    order_id: str = ""
    what: str = ""

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.key.partition("#")[0])


def shards(kind: DueKind) -> list[str]:
    return (keys.LAPSES if kind is DueKind.LAPSES else keys.REMINDERS).all()


def due(kind: DueKind, shard: str, until: datetime) -> Iterator[Due]:
    """The entries of a shard that are due before `until`, earliest first, lazily. One query where nothing is due."""
    for key, _ in indexes.due(INDEXES[kind], shard, until):
        yield Due(key, *key.split("#")[1:])


def due_between(kind: DueKind, shard: str, first: str, last: str) -> Iterator[Due]:
    """The entries from one key to another, both included."""
    for key, _ in indexes.due_between(INDEXES[kind], shard, first, last):
        yield Due(key, *key.split("#")[1:])
