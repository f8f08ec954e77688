"""What a search found, in answers."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from functions.orders.models.orders.orders import ListedOrderView, listed_order_view
from functions.orders.paging import PageInfo
from shared.domain.labels import labelled
from shared.store.search.search import Found


class MatchView(TypedDict):
    """`field` is order_id, tracking_no, buyer_id, buyer_name, sku, product_id or phone; of a phone, `value` is its last
    four digits."""

    field: str
    field_label: str
    value: str


class FoundView(ListedOrderView):
    matched: list[MatchView]


class FoundPage(TypedDict):
    """`complete` is false if there are more orders that match than `data` has."""

    data: list[FoundView]
    page: PageInfo
    complete: bool


def found_view(found: Found, language: str) -> FoundView:
    matched: Any = [
        {**labelled("field", "matched_field", each.field, language), "value": each.value} for each in found.matched
    ]
    return {**listed_order_view(found.summary, language), "matched": matched}
