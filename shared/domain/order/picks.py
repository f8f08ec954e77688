"""The pick list: what is to be packed now, summed by SKU over all orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain

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

    @property
    def key(self) -> tuple[str, ...]:
        """What is summed, and the order of the list: a SKU, or a product with its attributes."""
        return _key(self.sku, self.product_id, self.attributes)


def _key(sku: str | None, product_id: str, attributes: Mapping[str, str] | None) -> tuple[str, ...]:
    if sku:
        return (sku, "")
    return (product_id, product_id, *chain.from_iterable(sorted((attributes or {}).items())))


def picks(orders: Iterable[Order]) -> tuple[list[Pick], int]:
    """What is left to ship of these orders, by SKU, and of how many orders. Lines without a SKU are summed by product
    and attributes. A frozen order cannot be shipped: it is left out."""
    found: dict[tuple[str, ...], Pick] = {}
    packed = 0
    for order in orders:
        left = {} if order.frozen else {part.line_id: part.quantity for part in order.left()}
        packed += bool(left)
        seen = set[tuple[str, ...]]()
        for line in order.lines:
            if quantity := left.get(line.line_id):
                key = _key(line.sku, line.product_id, line.attributes)
                before = found.get(key) or Pick(line.product_id, 0, 0, line.sku, line.title, line.attributes)
                found[key] = replace(
                    before, quantity=before.quantity + quantity, orders=before.orders + (key not in seen)
                )
                seen.add(key)
    return [found[key] for key in sorted(found)], packed
