"""The pick list in answers."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from functions.orders.models.values import without_none
from shared.domain.order.picks import Pick


class PickView(TypedDict):
    sku: NotRequired[str]
    product_id: str
    title: NotRequired[str]
    attributes: NotRequired[dict[str, str]]
    quantity: int
    orders: int


class PickList(TypedDict):
    """`available` while an order awaits shipment. `orders` counts those that something is to be packed for; `complete`
    is false if `data` has not all SKUs."""

    available: bool
    orders: int
    data: list[PickView]
    complete: bool


def pick_view(pick: Pick) -> PickView:
    view: PickView = without_none({name: getattr(pick, name) for name in PickView.__annotations__})
    return view
