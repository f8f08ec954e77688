"""Callers in answers. No Pydantic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from typing_extensions import TypedDict

from functions.orders.identity import Caller
from shared.domain.members import Membership
from shared.domain.stores import Store


class HeldStore(TypedDict):
    """A store that nobody has used yet has its id as its name."""

    store_id: str
    role: str
    name: str
    time_zone: str


class Me(TypedDict):
    user_id: str
    stores: list[HeldStore]


def me_view(caller: Caller, held: Sequence[Membership], stores: Mapping[str, Store]) -> Me:
    return {
        "user_id": caller.user_id,
        "stores": [
            {"store_id": each.store_id, "role": each.role.value, "name": store.name, "time_zone": store.time_zone}
            for each in held
            for store in [stores.get(each.store_id) or Store(each.store_id, name=each.store_id)]
        ],
    }
