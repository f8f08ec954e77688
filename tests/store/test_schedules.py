"""One schedule of each kind shows all that every schedule shows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.proof import counted, size
from tests.schedules import every_schedule, kind_of, one_of_each_kind, touch_of
from tests.store.test_interleavings import PAIRS, Pair
from tests.store.world import World, timeless, world

__all__ = ["world"]
FEW = {"ship -1 s vs expire", "accept vs reject"}
"""Pairs with few schedules: of a request and a sweep, and of two requests."""


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if size(pair.name in FEW, True)], ids=lambda pair: pair.name)
def test_one_schedule_of_each_kind_shows_what_every_schedule_shows(world: World, pair: Pair) -> None:
    pair.begin(world)
    shown: list[dict[Any, Any]] = []
    played: list[int] = []
    for schedules in (one_of_each_kind, every_schedule):
        shown.append({})
        played.append(0)
        for schedule in schedules():
            world.restore()
            baton = world.baton(schedule)
            *answers, state = *baton.play(*pair.clients(world)), timeless(world.state())
            kind = kind_of([(client, touch_of(call)) for client, call in baton.taken])
            came = (*answers, state)
            assert shown[-1].setdefault(kind, came) == came, "schedules of one kind come to the same"
            played[-1] += 1
    assert shown[0] == shown[1]
    assert played[0] == len(shown[0]) < played[1], "none is played twice, and fewer than all are"
    counted("schedules, all of them", played[1], floor=3)


@pytest.mark.parametrize("touched", [("a", "a"), ("a", "b")])
def test_calls_that_touch_nothing_in_common_have_one_order(touched: tuple[str, str]) -> None:
    """And calls that write the same item have as many as there are."""
    puts = [("PutItem", {"Item": {"pk": {"S": name}, "sk": {"S": "1"}}}) for name in touched]
    count = 0
    for schedule in one_of_each_kind():
        left = {0: [puts[0]] * 2, 1: [puts[1]] * 2}
        while left:
            client = schedule.choose(sorted(left), {each: calls[0] for each, calls in left.items()})
            left[client].pop(0)
            left = {each: calls for each, calls in left.items() if calls}
        count += 1
    assert count == (6 if touched[0] == touched[1] else 1)
