"""Shipping against the clock's own closing, around the due instant: every order of their store calls, with clocks that
are wrong by half a minute and by five."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import pytest

from tests.books.orders import audit
from tests.conftest import TABLE
from tests.proof import counted, size
from tests.schedules import schedules
from tests.store.world import ALL, World, due_soon, world

__all__ = ["world"]
SKEW = 30
SHIPS_AT = (-300, -30, -1, 0, 1, 30, 300)
"""When the shop's request says that it came, in seconds from the due instant: its gateway's clock may be wrong."""
SWEEPS_AT = (-300, -30, 0, 29, 30, 31, 60, 330)


def sweeps_against(second: int) -> list[int]:
    """In quick size every other one, in turn, and always the first that lets lapse what was due."""
    turn = SHIPS_AT.index(second) % 2
    return [swept for place, swept in enumerate(SWEEPS_AT) if size(place % 2 == turn or swept == SKEW + 1, True)]


@pytest.mark.parametrize("second", SHIPS_AT)
def test_one_of_the_two_takes_effect_and_the_other_is_refused(world: World, second: int) -> None:
    played, came = 0, Counter[str]()
    for swept in sweeps_against(second):
        due_soon("shipment")(world)
        for chooser in schedules():
            world.restore()
            ship = world.request("staff", "ship", ALL, now=world.now + timedelta(seconds=second))
            sweep = world.sweep(world.now + timedelta(seconds=swept))
            (status, code), _ = world.baton(chooser).play(ship, sweep)
            world.sweep(world.now + timedelta(hours=1))()  # whatever is left of it
            world.state()
            shipped = status == 200
            lapses = swept - SKEW > 0
            if second > 0:
                assert not shipped, "after the due instant, its lapse comes first whoever writes it"
            elif not lapses:
                assert shipped, "at the due instant and before, the shop is in time until the lapse is written"
            _assert_outcome(world, shipped, code)
            came["shipped" if shipped else "expired"] += 1
            played += 1
    print(json.dumps({"ships at": second, **came}))
    assert came["expired"] and bool(came["shipped"]) == (second <= 0)
    counted("interleavings of ship and expire", played, floor=len(sweeps_against(second)) + 1)


def _assert_outcome(world: World, shipped: bool, code: str) -> None:
    order = world.shop.viewer.get(f"/v1/orders/{world.order_id}").json
    history = [each["action"] for each in world.shop.viewer.every(f"/v1/orders/{world.order_id}/history")]
    alerts = [each for state in ("open", "resolved") for each in world.shop.viewer.every("/v1/alerts", state=state)]
    about = Counter(each["kind"] for each in alerts if each.get("order_id") == world.order_id)
    assert ("ship" in history, "expire_shipment" in history) == (shipped, not shipped)
    if shipped:
        assert (order["status"], order["violations"], order["refunds"]) == ("WAIT_BUYER_ACCEPT_GOODS", [], [])
        assert about["closed_by_clock"] == 0
    else:
        assert (order["status"], order["end_reason"]) == ("FUND_PROCESSING", "seller_send_goods_timeout")
        assert code == "transition_not_allowed"
        assert [each["amount"] for each in order["refunds"]] == [order["amounts"]["received"]]
        assert len(order["violations"]) == about["closed_by_clock"] == 1


def test_the_clock_rule_gives_the_outcome_when_the_platform_says_when_it_happened(world: World) -> None:
    """`at` decides, not when we heard of it, as long as the lapse has not been written."""
    for seconds, shipped in ((-300, True), (0, True), (1, False), (300, False)):
        due_soon("shipment")(world)
        at = (world.now + timedelta(seconds=seconds)).isoformat()
        heard = world.now + timedelta(seconds=400)
        status, _ = world.request("platform", "ship", {**ALL, "at": at}, now=heard)()
        world.sweep(world.now + timedelta(hours=1))()
        assert (status == 200) == shipped, seconds
        _assert_outcome(world, shipped, "transition_not_allowed")
    assert not audit(world.client, TABLE).wrong
