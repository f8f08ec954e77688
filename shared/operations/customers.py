"""What the seller notes about a customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shared.domain.customers.model import Customer
from shared.operations.orders import ATTEMPTS, PreconditionFailed, pause
from shared.store.customers import customers
from shared.store.dynamodb.errors import Busy, Stale


def patch_customer(customer: Customer, fields: Mapping[str, Any], expected: frozenset[int] | None) -> Customer:
    """Set tags, note, block or opt-out; repeated where an order of the buyer changed meanwhile. Raises
    PreconditionFailed, Missing, or Busy."""
    for _ in range(ATTEMPTS):
        if expected is not None and customer.version not in expected:
            raise PreconditionFailed(customer.version)
        after = replace(customer, **fields)
        if after == customer:
            return customer
        try:
            return customers.save(customer, after)
        except Stale:
            pause()
            customer = customers.load(customer.store_id, customer.buyer_id)
    raise Busy("the customer keeps changing")
