"""An erasure ends the same wherever it is cut, and whatever runs beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from shared.operations.customers import erasures
from shared.store.customers import customers
from shared.store.orders import orders
from tests.baton import KILLED_AFTER, KILLED_BEFORE, LOST, Killed
from tests.books.orders import audit
from tests.exports.test_kill_points import Calls, counted
from tests.harness import Shop
from tests.proof import counted as counts
from tests.proof import size
from tests.store.customers.erasures.contents import FIGURES, Picture, figures, left, of_kind, of_person, table
from tests.store.customers.erasures.person import someone
from tests.store.customers.erasures.runs import asked, never, run

CUTS = (KILLED_BEFORE, KILLED_AFTER, LOST)


@pytest.mark.parametrize("fault", CUTS)
def test_it_ends_the_same_wherever_it_is_cut(shop: Shop, fault: str) -> None:
    """The clock's run dies at each of its calls, in both passes; the next goes on."""
    first, second = someone(shop, "first", orders=("disputed", "unpaid")), someone(shop, "second", orders=("unpaid",))
    theirs, books, before = of_person(second), of_kind(*FIGURES), figures(shop)
    asked(shop, "first")
    picture, began = Picture.take(), datetime.now(UTC) + timedelta(seconds=1)
    turns: list[Callable[[], int]] = [
        lambda: erasures.resume(began, never),
        lambda: erasures.resume(began + timedelta(seconds=61), never),
    ]
    cut: Counter[str] = Counter()
    for place, turn in enumerate(turns):
        picture.show()
        for earlier in turns[:place]:
            assert earlier() == 1
        at_the_turn = Picture.take()
        with counted(Calls()) as calls:
            assert turn() == 1
        for at, operation in enumerate(list(calls.made)):
            if size(at % (2 * len(CUTS)) != 2 * CUTS.index(fault) + place, False):
                continue  # another fault happens there, or none; the two passes make much the same calls
            at_the_turn.show()
            with counted(Calls(at, fault)) as broken, suppress(Killed, Exception):
                turn()
            assert broken.made[at] == operation, "each run makes the same calls"
            erasure = run(shop, "first", began + timedelta(minutes=5))
            where = (place, at, operation, fault)
            assert (erasure["state"], erasure["orders"], erasure["open_orders"]) == ("done", 2, 0), where
            assert not (there := left(first.marks)), (where, there)
            assert of_person(second) == theirs and of_kind(*FIGURES) == books, where
            for order_id in first.bodies:
                steps = [each.action for each in orders.history(shop.name, order_id, after_seq=0, limit=99)]
                assert steps.count("erase") == 1, (where, steps)
            cut[operation] += 1
        assert figures(shop) == before
        assert not (wrong := audit(boto3.client("dynamodb"), table()).wrong), wrong
    print(f"\n{fault} at {dict(cut)}")
    wanted = {"GetItem", "PutItem", "UpdateItem", "Query", "TransactWriteItems", "ListObjectVersions", "DeleteObjects"}
    wanted |= {"PutObject"}
    assert set(cut) == wanted or size(set(cut) < wanted, False)
    counts(f"erasures cut: {fault}", cut.total(), floor=size(6, 40))


def test_two_runs_at_once_and_one_that_is_late_do_no_harm(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that stood still while another ended it finds that it has been overtaken."""
    person = someone(shop, "first", orders=("unpaid", "cancelled"))
    asked(shop, "first")
    now = datetime.now(UTC) + timedelta(seconds=1)
    real, within = erasures._save_progress, []

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        if not within:
            within.append(True)
            assert erasures.resume(now + timedelta(seconds=1), never) == 1
        return real(*args, **kwargs)

    monkeypatch.setattr(erasures, "_save_progress", overtaken)
    assert erasures.resume(now, never) == 0, "the one that was overtaken"
    erasure = run(shop, "first", now + timedelta(seconds=63))
    assert (erasure["state"], erasure["orders"]) == ("done", 2) and not left(person.marks)
    assert customers.load(shop.name, "first").erasure is not None
