"""Two owners who change members at once, in every order of their store calls: a store never loses its last owner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.domain.errors import Conflict, Forbidden
from shared.domain.members import Role
from shared.domain.order.transitions import Actor
from shared.operations import members as operations
from shared.store import members
from shared.store.dynamodb.errors import Missing
from tests.baton import Baton, baton_calls
from tests.clock.memory_table import MemoryTable
from tests.proof import counted
from tests.schedules import every_schedule

STORE, NOW = "shop", datetime(2026, 12, 1, tzinfo=UTC)
ANN, BOB, ZOE = (Actor("owner", name) for name in ("ann", "bob", "zoe"))
Step = Callable[[], Any]


@pytest.fixture
def table(memory_table: MemoryTable, monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryTable]:
    from shared.store import retries

    monkeypatch.setattr(retries, "sleep", lambda seconds: None)
    with baton_calls():
        yield memory_table


def remove(actor: Actor, user: str) -> Step:
    return lambda: operations.remove_member(STORE, user, actor, NOW)


def change(actor: Actor, user: str, role: Role) -> Step:
    return lambda: operations.change_member(STORE, user, role, actor, NOW)


def add(actor: Actor, user: str, role: Role) -> Step:
    return lambda: operations.add_member(STORE, user, role, actor, NOW)


def outcome_of(step: Step) -> Step:
    """What the caller sees."""

    def run() -> str:
        try:
            step()
        except (Conflict, Forbidden) as refused:
            return refused.code
        except Missing:
            return "not_found"
        return "done"

    return run


def roles() -> dict[str, str]:
    return {each.user_id: each.role.value for each in members.page(STORE, 50, None).items}


def play(table: MemoryTable, owners: list[str], *steps: Step) -> dict[tuple[Any, ...], dict[str, str]]:
    """The members after each pair of answers, over all schedules. Every item agrees in each of them."""
    operations.grant_roles(STORE, dict.fromkeys(owners, Role.OWNER), NOW)
    kept, ends, count = dict(table.items), dict[tuple[Any, ...], dict[str, str]](), 0
    for schedule in every_schedule():
        table.restore(kept)
        answers = tuple(Baton(schedule).play(*map(outcome_of, steps)))
        found, listed = roles(), members.load_list(STORE)
        assert list(found.values()).count("owner") == listed.owners >= 1, (answers, found)
        history = members.history(STORE, 50, None).items
        assert [each.seq for each in history] == list(range(listed.version, 0, -1))
        assert ends.setdefault(answers, found) == found, "one pair of answers has one end"
        count += 1
    counted("schedules of two owners", count, floor=20)
    return ends


def test_of_two_owners_who_remove_each_other_one_ends_as_owner(table: MemoryTable) -> None:
    assert play(table, ["ann", "bob"], remove(ANN, "bob"), remove(BOB, "ann")) == {
        ("done", "not_found"): {"ann": "owner"},
        ("not_found", "done"): {"bob": "owner"},
    }


def test_a_removed_owner_removes_nobody_also_where_a_third_one_stays(table: MemoryTable) -> None:
    assert play(table, ["ann", "bob", "zoe"], remove(ANN, "bob"), remove(BOB, "ann")) == {
        ("done", "not_found"): {"ann": "owner", "zoe": "owner"},
        ("not_found", "done"): {"bob": "owner", "zoe": "owner"},
    }


def test_an_owner_who_is_made_staff_changes_nothing_any_more(table: MemoryTable) -> None:
    assert play(table, ["ann", "bob"], change(ANN, "bob", Role.STAFF), add(BOB, "zoe", Role.OWNER)) == {
        ("done", "forbidden"): {"ann": "owner", "bob": "staff"},
        ("done", "done"): {"ann": "owner", "bob": "staff", "zoe": "owner"},
    }


def test_of_two_owners_who_leave_at_once_one_stays(table: MemoryTable) -> None:
    assert play(table, ["ann", "bob"], remove(ANN, "ann"), remove(BOB, "bob")) == {
        ("done", "last_owner"): {"bob": "owner"},
        ("last_owner", "done"): {"ann": "owner"},
    }


def test_two_owners_who_add_one_user_add_one_member(table: MemoryTable) -> None:
    assert play(table, ["ann", "bob"], add(ANN, "zoe", Role.STAFF), add(BOB, "zoe", Role.VIEWER)) == {
        ("done", "member_exists"): {"ann": "owner", "bob": "owner", "zoe": "staff"},
        ("member_exists", "done"): {"ann": "owner", "bob": "owner", "zoe": "viewer"},
    }


def test_a_member_who_is_removed_and_changed_at_once_comes_to_one_end(table: MemoryTable) -> None:
    operations.grant_roles(STORE, {"zoe": Role.STAFF}, NOW)
    assert play(table, ["ann", "bob"], remove(ANN, "zoe"), change(BOB, "zoe", Role.VIEWER)) == {
        ("done", "not_found"): {"ann": "owner", "bob": "owner"},
        ("done", "done"): {"ann": "owner", "bob": "owner"},
    }
