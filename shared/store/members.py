"""Members in the table: one item for each user and store, one count for each store, and one item for each change.

A user's memberships are one partition, read consistently. The members of a store are one partition of an index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.domain.members import MemberChange, MemberList, Membership, Role
from shared.domain.order.transitions import Actor
from shared.store.dynamodb import indexes, keys, table
from shared.store.dynamodb.indexes import Selection
from shared.store.dynamodb.member_records import MemberChangeRecord, MemberListRecord, MembershipRecord
from shared.store.dynamodb.records import Record
from shared.store.dynamodb.table import ABSENT, Check, Delete, Put, Write, query, stale
from shared.store.pages import Page, Position, page_of


def find(store_id: str, user_id: str) -> Membership | None:
    """One read unit."""
    record = table.get(MembershipRecord, keys.user_pk(user_id), store_id)
    return _membership(record) if record else None


def of_user(user_id: str, page_size: int | None = None) -> Iterator[Membership]:
    """A user's memberships by store id, lazily, `page_size` a request: one read unit for about 15 of them."""
    return map(_membership, query(MembershipRecord, keys.user_pk(user_id), page_size=page_size))


def page(store_id: str, limit: int, after: Position | None) -> Page[Membership]:
    """A page of a store's members by user id; eventually consistent."""
    selection = Selection("by_state", (_state_key(store_id),), forward=True)
    return indexes.page(selection, limit, after, MembershipRecord, _membership)


def load_list(store_id: str) -> MemberList:
    """Version 0 for a store without members."""
    record = table.get(MemberListRecord, store_id, keys.MEMBERS)
    return MemberList(int(record.version), int(record.owners)) if record else MemberList()


def history(store_id: str, limit: int, after: Position | None) -> Page[MemberChange]:
    """A page of the changes of a store's members, the latest first; read consistently."""
    before = int(after.key) if after else keys.MAX_MEMBER_CHANGES
    changes = Record.sk.between(keys.member_change_sk(1), keys.member_change_sk(before - 1))
    records = query(MemberChangeRecord, store_id, changes, limit=limit + 1, forward=False) if before > 1 else ()
    return page_of(map(_change, records), limit, lambda change: str(change.seq))


@dataclass(frozen=True, slots=True)
class Step:
    """One change and the membership before and after it."""

    before: Membership | None
    after: Membership | None
    change: MemberChange


def writes(
    store_id: str, before: MemberList, after: MemberList, steps: Sequence[Step], acting: Membership | None = None
) -> list[Write]:
    """The writes of some steps, at most 49. They raise Stale if the store's members have changed since they were read,
    the role of `acting` included."""
    unchanged = MemberListRecord.version == before.version if before.version else ABSENT
    record = MemberListRecord(store_id, keys.MEMBERS, version=after.version, owners=after.owners)
    made: list[Write] = [Put(record, unchanged, stale)]
    for step in steps:
        made += [_membership_write(step), Put(_change_record(store_id, step.change), ABSENT, stale)]
    if acting is not None and all(not is_same(acting.user_id, step.change.user_id) for step in steps):
        made.append(Check(_record(acting), MembershipRecord.role == acting.role, stale))
    return made


def is_same(user_id: str, other_id: str) -> bool:
    return keys.user_key(user_id) == keys.user_key(other_id)


def _membership_write(step: Step) -> Write:
    unchanged = MembershipRecord.role == step.before.role if step.before else ABSENT
    if step.after is not None:
        return Put(_record(step.after), unchanged, stale)
    assert step.before is not None
    return Delete(_record(step.before), unchanged, stale)


def _state_key(store_id: str) -> str:
    return f"{store_id}#members"


def _record(membership: Membership) -> MembershipRecord:
    return MembershipRecord(
        keys.user_pk(membership.user_id),
        membership.store_id,
        user_id=membership.user_id,
        role=membership.role,
        added_at=membership.added_at,
        added_by=membership.added_by,
        state_key=_state_key(membership.store_id),
        sort_key=keys.user_key(membership.user_id),
    )


def _membership(record: MembershipRecord) -> Membership:
    return Membership(record.sk, record.user_id, Role(record.role), record.added_at, record.added_by)


def _change_record(store_id: str, change: MemberChange) -> MemberChangeRecord:
    return MemberChangeRecord(
        store_id,
        keys.member_change_sk(change.seq),
        at=change.at,
        actor_role=change.actor.role,
        actor_id=change.actor.id,
        user_id=change.user_id,
        before=change.before,
        after=change.after,
    )


def _change(record: MemberChangeRecord) -> MemberChange:
    return MemberChange(
        int(record.sk.removeprefix(keys.MEMBER_CHANGE)),
        record.at,
        Actor(record.actor_role, record.actor_id),
        record.user_id,
        Role(record.before) if record.before else None,
        Role(record.after) if record.after else None,
    )
