"""What may be wrong with the tracking numbers that a step tells. They are taken all the same."""

from __future__ import annotations

from collections.abc import Iterator

from functions.orders.models.fields import Body
from functions.orders.models.orders.actions import EditShipment, Ship, Sync
from functions.orders.models.orders.parcels import ParcelWarning, warning
from shared.domain.order.model import Order
from shared.domain.tracking import checksum_is_wrong, parcel_key
from shared.store.orders import lists

MAX_NAMED = 10
"""Other orders that a warning names."""


def parcel_warnings(order: Order, body: Body, language: str) -> list[ParcelWarning]:
    """The warnings for the numbers that this body adds to the order. One index query for each, and half a read unit for
    each other order that has it."""
    warnings: list[ParcelWarning] = []
    for pointer, carrier, tracking_no in _new_numbers(order, body):
        if checksum_is_wrong(carrier, tracking_no):
            warnings.append({**warning("tracking_checksum", language), "pointer": pointer})
        if others := lists.open_orders_of_parcel(order.store_id, tracking_no, order.order_id):
            named = others[:MAX_NAMED]
            warnings.append({**warning("tracking_duplicate", language), "pointer": pointer, "order_ids": named})
    return warnings


def _new_numbers(order: Order, body: Body) -> Iterator[tuple[str, str, str]]:
    """(pointer, carrier, number)"""
    known = {parcel_key(parcel.carrier, parcel.tracking_no) for parcel in order.parcels}
    if isinstance(body, Ship | Sync):
        for index, new in enumerate(body.parcels):
            if parcel_key(new.carrier, new.tracking_no) not in known:
                yield f"/parcels/{index}/tracking_no", new.carrier, new.tracking_no
    elif isinstance(body, EditShipment) and (parcel := order.parcel(body.parcel_id)) is not None:
        carrier, tracking_no = body.carrier or parcel.carrier, body.tracking_no or parcel.tracking_no
        if parcel_key(carrier, tracking_no) not in known:
            yield "/tracking_no" if body.tracking_no else "/carrier", carrier, tracking_no
