"""The items of the table for the members of stores."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.store.dynamodb.attributes import InstantAttribute
from shared.store.dynamodb.records import Record


class MembershipRecord(Record, discriminator="membership"):
    """The role of one user in one store, in the partition of the user. `by_state` has the members of a store."""

    user_id = UnicodeAttribute()
    role = UnicodeAttribute()
    added_at = InstantAttribute()
    added_by = UnicodeAttribute()


class MemberListRecord(Record, discriminator="member_list"):
    """What is counted of a store's members. Every change of a member writes it, so two changes never pass each
    other."""

    version = NumberAttribute()
    owners = NumberAttribute()


class MemberChangeRecord(Record, discriminator="member_change"):
    at = InstantAttribute()
    actor_role = UnicodeAttribute()
    actor_id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    before = UnicodeAttribute(null=True)
    after = UnicodeAttribute(null=True)
