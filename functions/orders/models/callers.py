"""Callers in answers. No Pydantic."""

from __future__ import annotations

from collections.abc import Mapping

from typing_extensions import TypedDict

from functions.orders.identity import Caller
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


def me_view(caller: Caller, stores: Mapping[str, Store]) -> Me:
    return {
        "user_id": caller.user_id,
        "stores": [
            {"store_id": store_id, "role": role, "name": store.name, "time_zone": store.time_zone}
            for store_id, role in sorted(caller.stores.items())
            for store in [stores.get(store_id) or Store(store_id, name=store_id)]
        ],
    }
