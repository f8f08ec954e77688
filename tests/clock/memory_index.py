"""The partitions and indexes of the table in memory: sorted, paged, projected, and some writes old if asked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque

from tests.clock.expressions import LAST, Item

Key = tuple[str, str]


class Sorted:
    """The items of one partition by sort key; in an index, several may share one."""

    __slots__ = ("keys",)

    def __init__(self) -> None:
        self.keys: list[tuple[str, ...]] = []

    def add(self, key: tuple[str, ...]) -> None:
        if not self.keys or key > self.keys[-1]:
            self.keys.append(key)
        else:
            insort(self.keys, key)

    def remove(self, key: tuple[str, ...]) -> None:
        del self.keys[bisect_left(self.keys, key)]

    def between(
        self, bounds: tuple[str, bool, str, bool], forward: bool, after: tuple[str, ...] | None, limit: int
    ) -> tuple[list[tuple[str, ...]], bool]:
        """Up to `limit` keys, and whether there may be more."""
        lower, lower_in, upper, upper_in = bounds
        keys = self.keys
        begin = bisect_left(keys, (lower,)) if lower_in else bisect_right(keys, (lower, LAST))
        end = bisect_right(keys, (upper, LAST)) if upper_in else bisect_left(keys, (upper,))
        if after is not None and forward:
            begin = max(begin, bisect_right(keys, after))
        elif after is not None:
            end = min(end, bisect_left(keys, after))
        if end <= begin:
            return [], False
        if forward:
            return keys[begin : min(end, begin + limit)], begin + limit < end
        return keys[max(begin, end - limit) : end][::-1], end - limit > begin


class Index:
    """One index: what it shows may be older than the table, never something that never was."""

    def __init__(self, name: str, hash_key: str, range_key: str, *, keys_only: bool) -> None:
        self.name, self.hash_key, self.range_key, self.keys_only = name, hash_key, range_key, keys_only
        self.partitions: dict[str, Sorted] = {}
        self.rows: dict[Key, tuple[str, str, Item]] = {}
        self.pending: deque[tuple[int, Key, Item | None]] = deque()

    def enqueue(self, write: int, key: Key, was: Item | None, item: Item | None) -> None:
        """A write that this index has yet to show, if it has anything to do with it."""
        if (was is not None and self.hash_key in was) or (item is not None and self.hash_key in item):
            self.pending.append((write, key, item))

    def catch_up(self, until: int) -> None:
        pending = self.pending
        while pending and pending[0][0] <= until:
            _, key, item = pending.popleft()
            self._apply(key, item)

    def _apply(self, key: Key, item: Item | None) -> None:
        row = self.rows.get(key)
        partition = item.get(self.hash_key) if item else None
        place = item.get(self.range_key) if item else None
        if row is not None and (row[0], row[1]) != (partition, place):
            there = self.partitions[row[0]]
            there.remove((row[1], *key))
            if not there.keys:
                del self.partitions[row[0]]
            del self.rows[key]
            row = None
        if item is not None and partition is not None and place is not None:
            assert isinstance(partition, str) and isinstance(place, str)
            if row is None:
                self.partitions.setdefault(partition, Sorted()).add((place, *key))
            self.rows[key] = (partition, place, item)

    def shown(self, pk: str, sk: str) -> Item:
        partition, place, item = self.rows[pk, sk]
        return {"pk": pk, "sk": sk, self.hash_key: partition, self.range_key: place} if self.keys_only else item
