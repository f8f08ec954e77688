"""Customers and exports that a request or a worker changes while they are rewritten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.operations.migration import migrate
from shared.store.customers import customers
from shared.store.dynamodb import keys
from shared.store.exports import exports
from shared.store.former.steps import OF_KIND
from shared.store.retries import retry
from shared.store.secrets import search_secret
from tests.baton import Baton, baton_calls
from tests.clock.expressions import raw
from tests.clock.memory_client import plain
from tests.clock.memory_table import MemoryTable
from tests.proof import counted
from tests.schedules import schedules
from tests.upgrade.former import load
from tests.upgrade.migration.results import complete


def save_customer(pk: str, sk: str) -> None:
    customer = customers.load(keys.split_pk(pk)[0], sk.removeprefix(keys.CUSTOMER))
    customers.save(customer, replace(customer, note="calls on Mondays"))


def save_export(pk: str, sk: str) -> None:
    job = exports.load(*pk.split("#export#"))
    exports.save(job, job)


CASES: list[tuple[str, dict[str, Any], Callable[[str, str], None]]] = [
    ("customer", {"country": "UK"}, save_customer),
    ("export", {}, save_export),
]


@pytest.mark.parametrize(("kind", "former", "save"), CASES)
def test_a_change_beside_the_script_is_kept(
    memory_table: MemoryTable, kind: str, former: dict[str, Any], save: Callable[[str, str], None]
) -> None:
    stored = ({**plain(item), **former} for item in load().items)
    item = next(each for each in stored if each["kind"] == kind and OF_KIND[kind].is_former([raw(each)]))
    memory_table.place(item)
    search_secret()
    key, before, played = (str(item["pk"]), str(item["sk"])), dict(memory_table.items), 0
    with baton_calls():
        for schedule in schedules():
            memory_table.restore(before)
            done, _ = Baton(schedule).play(migrate, lambda: retry(lambda _: save(*key), lambda: None))
            complete(done)
            assert memory_table.items[key]["version"] == int(str(item["version"])) + 1, schedule.trace
            assert not migrate(dry_run=True).former
            played += 1
    counted(f"interleavings of a migration and a change: {kind}", played, floor=4)
