"""Callers in answers. No Pydantic."""

from __future__ import annotations

from typing_extensions import TypedDict

from functions.orders.identity import Caller


class HeldStore(TypedDict):
    store_id: str
    role: str


class Me(TypedDict):
    user_id: str
    stores: list[HeldStore]


def me_view(caller: Caller) -> Me:
    stores: list[HeldStore] = [{"store_id": store_id, "role": role} for store_id, role in sorted(caller.stores.items())]
    return {"user_id": caller.user_id, "stores": stores}
