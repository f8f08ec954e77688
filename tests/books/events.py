"""Audits the event feed: the entries of the seller and the clock have numbers, and those of a shard have no gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from shared.domain.order.transitions import CLOCK, SELLER, Actor
from shared.domain.shards import FEW, shard_of
from shared.store.dynamodb import keys

Item = Mapping[str, Any]


class EventBooks:
    def __init__(self) -> None:
        self._numbers: dict[str, list[int]] = defaultdict(list)
        self._last: dict[str, int] = {}
        self._shards: dict[str, int] = {}
        self._in: list[tuple[str, str, str, int]] = []
        self._of_orders: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._wrong: list[str] = []

    def take(self, item: Item) -> None:
        pk, sk, kind = item["pk"], item["sk"], item["kind"]
        if kind == "counter":
            self._last[keys.events_key(pk, keys.counter_shard(sk))] = int(item.get("events", 0))
        if kind == "order":
            self._shards[pk] = int(item.get("shards", FEW))
        if kind != "history":
            return
        in_feed = "state_key" in item
        if in_feed != (Actor(item["actor_role"], item["actor_id"]).kind in (SELLER, CLOCK)):
            self._wrong.append(f"{pk} {sk}: {item['action']} of {item['actor_role']}, in the feed: {in_feed}")
        if not in_feed:
            return
        self._in.append((pk, sk, item["state_key"], int(item["sort_key"])))
        self._of_orders[pk].append((sk, int(item["sort_key"])))

    def wrong(self) -> list[str]:
        wrong = list(self._wrong)
        for pk, sk, feed, number in self._in:
            shard = keys.events_key(keys.split_pk(pk)[0], shard_of(*keys.split_pk(pk), self._shards[pk]))
            if feed != shard:
                wrong.append(f"{pk} {sk}: in the feed of {feed}")
            self._numbers[shard].append(number)
        for shard in self._numbers.keys() | self._last.keys():
            numbers, last = sorted(self._numbers[shard]), self._last.get(shard)
            if numbers != list(range(1, (last or 0) + 1)):
                wrong.append(f"{shard}: events {numbers}, the last is {last}")
        for pk, entries in self._of_orders.items():
            numbers = [number for _, number in sorted(entries)]
            if numbers != sorted(numbers):
                wrong.append(f"{pk}: the events of the history have the numbers {numbers}")
        return wrong
