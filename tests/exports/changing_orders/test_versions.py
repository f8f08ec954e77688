"""Each row of an export is one version of its order, whatever changes it and whenever."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from functions.exports.formats import csv
from tests import proof
from tests.exports.changing_orders.meanwhile import Meanwhile, ended
from tests.exports.changing_orders.past import COLUMNS, Past, check, read_row, window
from tests.exports.office import Office

FIRST, END, MANY_BATCH = proof.size((9, 16, 7), (0, 64, 16))
"""Seeds of the exports that orders change under; in batches, which run as tests of their own. Those of `make test`
bring every kind of change."""


@pytest.mark.parametrize("batch", range(FIRST, END, MANY_BATCH))
def test_whatever_happens_each_row_is_one_version_of_its_order(
    office: Office, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """Orders are paid, shipped, refunded, annotated, repriced, stripped of parcels, placed, and moved into the window,
    within it and out of it, between the pages of a read that is small."""
    monkeypatch.setattr(csv, "MAX_ROWS", 4)
    meanwhile, took, checked, anew = Meanwhile(monkeypatch, size=2), Counter[str](), 0, 0
    for seed in range(batch, batch + MANY_BATCH):
        chosen, past = random.Random(1_000 + seed), Past(office.api.shop())
        for hours in (*range(20, 90, 10), 5, 150):
            order_id = past.place(hours)
            for name, how in (("pay", ()), ("pass_risk", ()), ("ship", (f"A{hours}",)), ("ship", (f"B{hours}",))):
                likely = float(name != "ship") if hours in (20, 30) else 0.8
                if chosen.random() < likely:
                    past.change(order_id, name, *how)
        past.took.clear()
        happenings: list[Callable[[], object]] = []
        for number in range(14):
            name, how = chosen.choice(
                [
                    ("pay", ()),
                    ("pass_risk", ()),
                    ("ship", (f"C{number}",)),
                    ("cancel", ()),
                    ("accept", ()),
                    ("refund", ()),
                    ("note", ()),
                    ("sync", ()),
                    ("reprice", (f"{number}.50",)),
                ]
            )
            order_id = chosen.choice(list(past.bodies))
            happenings.append(partial(past.change, order_id, name, *how))
        for hours in (30.5, 5.5):
            place = chosen.randrange(len(happenings))
            happenings.insert(place, partial(past.come, hours))
        for order_id in list(past.bodies)[:2]:  # paid and not shipped, so that the money can go back
            for step in ("cancel", "accept", "refund"):
                happenings.append(partial(past.change, order_id, step))
        if seed % 2:
            for _ in range(2):
                order_id, hours = chosen.choice(list(past.bodies)), chosen.choice([15, 45.5, 95, 5, 150])
                happenings.insert(chosen.randrange(8), partial(past.change, order_id, "move", hours))
        request = office.ask(past.shop.staff, format="csv", columns=COLUMNS, window=window())
        began = {order_id: len(lived) for order_id, lived in past.versions.items()}
        meanwhile.happenings, meanwhile.at = happenings, lambda _, chosen=chosen: chosen.random() < 0.9  # type: ignore[misc]
        finished = ended(office, past.shop, request)
        meanwhile.happenings = []
        if finished["state"] == "failed":
            assert finished["failed"]["code"] == "orders_keep_moving" and past.took["move"], seed
            continue
        assert finished["state"] == "succeeded", (seed, finished)
        checked += check(past, office.rows(past.shop.staff, finished), began, finished, seed)
        anew += bool(past.took["move"])
        took += past.took
    print(f"\nchanges while they ran: {dict(took)}")
    proof.counted("rows of an export that are one version of their order", checked, MANY_BATCH * 5)
    proof.counted("changes of any kind while an export ran", took.total(), MANY_BATCH * 4)
    proof.counted("exports whose orders moved in time", anew, MANY_BATCH // 3)
    assert {"pay", "ship", "cancel", "accept", "refund", "note", "sync", "reprice", "move", "placed"} <= set(took), took


CHANGES: dict[str, tuple[Any, ...]] = {
    "ship": ("NEW",),
    "cancel": (),
    "sync": (),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_before_any_page_is_in_the_row_whole_or_not_at_all(
    office: Office, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    meanwhile = Meanwhile(monkeypatch, size=1)
    monkeypatch.setattr(csv, "MAX_ROWS", 2)
    before = after = 0
    for at in range(1, 40):
        past = Past(office.api.shop())
        order_ids = [past.place(hours) for hours in (60, 50, 40)]
        for step in ("pay", "pass_risk"):
            past.change(order_ids[1], step)
        if name != "cancel":
            past.change(order_ids[1], "ship", "OLD")
        past.took.clear()
        request = office.ask(past.shop.staff, format="csv", columns=COLUMNS, window=window())
        began = {order_id: len(lived) for order_id, lived in past.versions.items()}
        meanwhile.requests = 0
        meanwhile.happenings = [partial(past.change, order_ids[1], name, *CHANGES[name])]
        meanwhile.at = lambda number, at=at: number == at  # type: ignore[misc]
        export = ended(office, past.shop, request)
        if meanwhile.happenings:
            break
        assert past.took[name] == 1
        rows = office.rows(past.shop.staff, export)
        assert check(past, rows, began, export, (name, at)) == 3
        versions = past.versions[order_ids[1]]
        assert len(versions) == began[order_ids[1]] + 1
        row = next(version for order_id, version in map(read_row, rows) if order_id == order_ids[1])
        before, after = before + (row == versions[-2]), after + (row == versions[-1])
    proof.counted(f"exports with the order before its {name}", before, 3)
    proof.counted(f"exports with the order after its {name}", after, 2)


def test_parts_that_make_the_right_sum_by_chance_are_not_taken_for_the_orders_own(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parcels of versions 4 and 5; the platform replaces both with one, in version 9."""
    meanwhile = Meanwhile(monkeypatch, size=20)
    past = Past(office.api.shop())
    order_id = past.place(50)
    steps = (("pay", ()), ("pass_risk", ()), ("ship", ("OLD1",)), ("ship", ("OLD2",)), *[("note", ())] * 3)
    for name, how in steps:
        past.change(order_id, name, *how)
    assert past.took.total() == 7
    request = office.ask(past.shop.staff, format="csv", columns=COLUMNS, window=window())
    began = {order_id: len(past.versions[order_id])}
    meanwhile.at = lambda number: number == 2  # the parts have been read, the head has not
    meanwhile.happenings = [partial(past.change, order_id, "replace_parcels")]
    export = ended(office, past.shop, request)
    assert past.took["replace_parcels"] == 1 and meanwhile.happenings == [] and export["state"] == "succeeded"
    assert past.versions[order_id][-1][3] == {"SY8"}
    assert check(past, office.rows(past.shop.staff, export), began, export, "") == 1
