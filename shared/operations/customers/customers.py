"""The seller's own data about a customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shared.domain.customers.model import Customer
from shared.operations.orders import check_version
from shared.store.customers import customers
from shared.store.retries import retry


def patch_customer(customer: Customer, fields: Mapping[str, Any], expected: frozenset[int] | None) -> Customer:
    """Set tags, note, block or opt-out. Retried if an order of the buyer changes at the same time. Raises
    PreconditionFailed, Missing, or Busy."""

    def step(customer: Customer) -> Customer:
        check_version(customer, expected)
        after = replace(customer, **fields)
        return customer if after == customer else customers.save(customer, after)

    return retry(step, lambda: customers.load(customer.store_id, customer.buyer_id), customer)
