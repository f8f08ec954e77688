"""What is due: orders whose timers lapse, and what is to be told of orders, of their messages and of stores.

Each kind lies in an index of its own, spread over shards. What the index says is a hint: whoever acts on it asks again.
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
    """An entry of an index of what is due: its sort key there, and whom it names. Without an order it is the store
    itself; `what` tells something of the order from the order."""

    key: str
    store_id: str
    order_id: str = ""
    what: str = ""

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.key.partition("#")[0])


def shards(kind: DueKind) -> list[str]:
    return keys.clock_shards() if kind is DueKind.LAPSES else keys.reminder_shards()


def due(kind: DueKind, shard: str, until: datetime) -> Iterator[Due]:
    """What a shard says is due before `until`, earliest first, lazily. One query where nothing is."""
    for key, _ in indexes.due(INDEXES[kind], shard, until):
        yield Due(key, *key.split("#")[1:])


def due_between(kind: DueKind, shard: str, first: str, last: str) -> Iterator[Due]:
    """The same from one key to another, both included."""
    for key, _ in indexes.due_between(INDEXES[kind], shard, first, last):
        yield Due(key, *key.split("#")[1:])
