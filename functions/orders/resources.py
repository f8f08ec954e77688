"""Path parameters: one row for each that names something of the store, which is loaded before a route runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from functions.orders.problems import not_found
from functions.orders.request.segments import text_of
from shared.domain.customers.model import Customer
from shared.domain.members import Membership
from shared.store import members
from shared.store.alerts import alerts, channels
from shared.store.customers import customers
from shared.store.exports import exports
from shared.store.imports import imports
from shared.store.messages import templates
from shared.store.orders import orders, part_lists

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
ANY_TEXT = re.compile(r".*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Resource:
    """`load` takes the store id and the parameter. It raises Missing, or Problem 404."""

    pattern: re.Pattern[str]
    load: Callable[[str, str], Any]


def _order_of_dispute(store_id: str, dispute_id: str) -> orders.Loaded:
    """The index that finds the order is eventually consistent, so the order itself must have the dispute."""
    listed = part_lists.find_dispute(store_id, dispute_id)
    loaded = orders.load(store_id, listed.order_id) if listed else None
    if loaded is None or all(each.dispute_id != dispute_id for each in loaded.order.disputes):
        raise not_found()
    return loaded


def _customer(store_id: str, segment: str) -> Customer:
    return customers.load(store_id, text_of(segment))


def _member(store_id: str, segment: str) -> Membership:
    found = members.find(store_id, text_of(segment))
    if found is None:
        raise not_found()
    return found


RESOURCES = {
    "order_id": Resource(ID, orders.load),
    "dispute_id": Resource(ID, _order_of_dispute),
    "buyer_id": Resource(ANY_TEXT, _customer),
    "export_id": Resource(ID, exports.load),
    "import_id": Resource(ID, imports.load),
    "template_id": Resource(ID, templates.load),
    "alert_id": Resource(ID, alerts.load),
    "channel_id": Resource(ID, channels.load),
    "user_id": Resource(ANY_TEXT, _member),
}


def load_resources(store_id: str, parameters: Mapping[str, str]) -> dict[type, Any]:
    """What the path parameters name, by type. A parameter without a row is left to its route. Raises Missing, or
    Problem 404."""
    loaded: dict[type, Any] = {}
    for name, row in RESOURCES.items():
        if name in parameters:
            if not row.pattern.fullmatch(parameters[name]):
                raise not_found()
            resource = row.load(store_id, parameters[name])
            loaded[type(resource)] = resource
    return loaded
