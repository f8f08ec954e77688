"""The month twice, by perfect and by hostile runs, and what is wrong with either or differs between the two."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.stores import Mode
from shared.store import keys
from tests.clock import firings, month, oracle
from tests.clock.memory_table import Item
from tests.clock.month import BEGIN, END, Shop, Step
from tests.clock.run import SKEW, Run, run


@dataclass(frozen=True)
class Told:
    wrong: list[str]
    counts: dict[str, Any]


def compare(seed: int, orders: int, *, jump: bool = False, progress: Callable[[str], None] = lambda _: None) -> Told:
    """A month of 50 stores and so many orders. `jump` as in `run`."""
    shops = month.shops(seed)
    steps = month.plan(seed, shops, orders)
    troubled, troubles = firings.hostile(firings.MINUTE, seed)
    began = time.process_time()
    perfect = run(shops, steps, firings.perfect(firings.MINUTE), jump=jump, progress=_days("perfect", progress))
    between = time.process_time()
    hostile = run(shops, steps, troubled, lag=5, seed=seed, jump=jump, progress=_days("hostile", progress))
    ended = time.process_time()
    due = {
        keys.order_pk(shops[step.shop].store.store_id, step.order_id): step for step in steps if step.action == "place"
    }
    lapses, lapses_of_hostile = Counter[str](), Counter[str]()
    wrong = [
        *(f"perfect: {each}" for each in (*perfect.wrong, *_lapses(perfect, shops, due, lapses))),
        *(f"hostile: {each}" for each in (*hostile.wrong, *_lapses(hostile, shops, due, lapses_of_hostile))),
        *_differences(perfect, hostile),
    ]
    counts = {
        "stores": len(shops),
        "stores that watch": sum(shop.store.policy.mode is Mode.WATCH and not shop.enforces_from for shop in shops),
        "stores that begin to enforce": sum(shop.enforces_from is not None for shop in shops),
        "orders": len(due),
        "steps": len(steps),
        "refusals": Counter(answer for answer in perfect.answers if answer != "done"),
        "lapses": lapses,
        "items": len(perfect.memory.items),
        "perfect": perfect.counts | {"transactions": perfect.memory.writes, "seconds": round(between - began)},
        "hostile": hostile.counts | {"transactions": hostile.memory.writes, "seconds": round(ended - between)},
        "what befell the hostile runs": troubles,
    }
    return Told(wrong, counts)


def _days(name: str, progress: Callable[[str], None]) -> Callable[[datetime], None]:
    return lambda day: progress(f"{name} {day:%m-%d}")


def _lapses(run: Run, shops: list[Shop], placed: Mapping[str, Step], lapses: Counter[str]) -> list[str]:
    """What the oracle says about every order of a run."""
    wrong: list[str] = []
    for pk, entries in oracle.histories(run.memory.items):
        step = placed[pk]
        shop = shops[step.shop]
        assert step.placement is not None
        payment_due = step.placement.placed_at + shop.store.policy.durations["payment"]
        since = shop.enforces_from or (BEGIN if shop.store.policy.mode is Mode.ENFORCE else None)
        found = oracle.audit(entries, payment_due, since, END - SKEW, lapses)
        wrong += [f"{pk}: {each}" for each in found]
    return wrong


def _differences(perfect: Run, hostile: Run) -> list[str]:
    """Where two runs did not come to the same answers and the same items."""
    one, other = perfect.memory.items, hostile.memory.items
    wrong = [
        f"step {number} was {ours} and {theirs}"
        for number, (ours, theirs) in enumerate(zip(perfect.answers, hostile.answers, strict=True))
        if ours != theirs
    ]
    wrong += [f"only one run has {key}" for key in one.keys() ^ other.keys() if "#moved#" not in key[0]]
    for key in one.keys() & other.keys():
        ours, theirs = _settled(*key, one[key]), _settled(*key, other[key])
        if ours != theirs:
            names = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
            wrong.append(f"{key}: { ({name: (ours.get(name), theirs.get(name)) for name in names}) }")
    return wrong


def _settled(pk: str, sk: str, item: Item) -> Item:
    """An item without what depends on when a run came: when we heard of a change, and which write brought it."""
    if sk.startswith(keys.HISTORY):
        return {name: value for name, value in item.items() if name != "recorded_at"}
    if sk.startswith((f"{keys.ORDER}#", keys.CUSTOMER)):
        return {name: value for name, value in item.items() if name != "version"}
    if sk == keys.ORDER:
        return {name: value for name, value in item.items() if name != "part_versions"}
    if sk.startswith((keys.COUNTER, keys.FUNDS)):
        return {name: value for name, value in item.items() if value}  # nothing, or nothing written
    return item
