"""The membership of a caller in the store of a request, and the store that a caller's first request opens.

A membership that was read is used for VALID_FOR in this execution environment, so a removal takes effect everywhere
within that time. That somebody is no member is not kept: who is added may act at once.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice

from functions.orders.identity import Caller
from functions.orders.problems import Problem, not_found
from shared.domain.members import Membership, Role
from shared.domain.order.transitions import Actor
from shared.operations.stores import found_store
from shared.store import members
from shared.store.dynamodb.errors import Exists

VALID_FOR = timedelta(seconds=5)
MOST_KEPT = 10_000
_STORE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_kept: dict[tuple[Caller, str | None], tuple[datetime, Membership]] = {}


def membership_of(caller: Caller, requested: str | None, now: datetime) -> Membership:
    """The membership in the store that X-Store-Id names; without it, in the caller's only store. One read unit, or
    none where it was read in the last VALID_FOR.

    Raises Problem 400 `store_required`, or 404 for a store of which the caller is no member.
    """
    read_at, membership = _kept.get((caller, requested), (None, None))
    if read_at is None or membership is None or abs(now - read_at) >= VALID_FOR:
        membership = _only(caller) if requested is None else _named(caller, requested, now)
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[caller, requested] = now, membership
    return membership


def forget() -> None:
    """Read every membership anew; this environment has changed one."""
    _kept.clear()


def _only(caller: Caller) -> Membership:
    mine = (each for each in members.of_user(caller.user_id, page_size=3) if caller.may_have(each.role))
    found = list(islice(mine, 2))
    if len(found) > 1:
        raise Problem(400, "store_required", "This token holds several stores: name one in X-Store-Id.")
    if not found:
        raise not_found()
    return found[0]


def _named(caller: Caller, store_id: str, now: datetime) -> Membership:
    if not _STORE_ID.fullmatch(store_id):
        raise not_found()
    found = members.find(store_id, caller.user_id)
    if found is None and (role := _founding_role(caller)):
        with suppress(Exists):  # by another request of this caller, or by somebody else
            found_store(store_id, Actor(role.value, caller.user_id), now)
        found = members.find(store_id, caller.user_id)
    if found is None or not caller.may_have(found.role):
        raise not_found()
    return found


def _founding_role(caller: Caller) -> Role | None:
    """The role in a store that this caller opens. Staff and viewers of other stores open none."""
    if caller.is_program:
        return Role.PLATFORM
    mine = [each.role for each in members.of_user(caller.user_id)]
    return Role.OWNER if Role.OWNER in mine or not mine else None
