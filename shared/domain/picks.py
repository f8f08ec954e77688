"""The pick list: what is to be packed now, summed by SKU over all orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from shared.domain.order.model import Order


@dataclass(frozen=True, slots=True)
class Pick:
    """`quantity` counts pieces, `orders` the orders that they are for."""

    product_id: str
    quantity: int
    orders: int
    sku: str | None = None
    title: str | None = None
    attributes: Mapping[str, str] | None = None


def picks(orders: Iterable[Order]) -> tuple[list[Pick], int]:
    """What is left to ship of these orders, by SKU, and of how many orders. Lines without a SKU are summed by product
    and attributes. A frozen order cannot be shipped: it is left out."""
    found: dict[tuple[object, ...], Pick] = {}
    packed = 0
    for order in orders:
        left = {} if order.frozen else {part.line_id: part.quantity for part in order.left()}
        packed += bool(left)
        seen = set[tuple[object, ...]]()
        for line in order.lines:
            if quantity := left.get(line.line_id):
                key = (line.sku,) if line.sku else (line.product_id, *sorted((line.attributes or {}).items()))
                before = found.get(key) or Pick(line.product_id, 0, 0, line.sku, line.title, line.attributes)
                found[key] = replace(
                    before, quantity=before.quantity + quantity, orders=before.orders + (key not in seen)
                )
                seen.add(key)
    return sorted(found.values(), key=lambda pick: (pick.sku or pick.product_id, pick.product_id)), packed
