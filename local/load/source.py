"""Read the CSV files of the Olist layout as orders by seller.

An order of several sellers becomes one order for each seller, with this seller's items. Amounts are integer cents and
are read without floats. Times have no zone in the files; they are in America/Sao_Paulo.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE_NAME = "America/Sao_Paulo"
ZONE = ZoneInfo(ZONE_NAME)
ORDERS, ITEMS = "olist_orders_dataset.csv", "olist_order_items_dataset.csv"
CUSTOMERS, SELLERS = "olist_customers_dataset.csv", "olist_sellers_dataset.csv"
PRODUCTS, CATEGORIES = "olist_products_dataset.csv", "product_category_name_translation.csv"

Row = Mapping[str, str]
_AMOUNT = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2})0*)?")


class SourceError(Exception):
    """The files cannot be used; the message is for the user."""


@dataclass(frozen=True, slots=True)
class Item:
    line_id: str
    product_id: str
    title: str | None
    price: int
    freight: int


@dataclass(frozen=True, slots=True)
class Order:
    """One seller's part of an order. Times are UTC, or None if the files have none."""

    order_id: str
    status: str
    placed_at: datetime
    approved_at: datetime | None
    carrier_at: datetime | None
    delivered_at: datetime | None
    ship_by: datetime
    delivery_days: int | None
    buyer_id: str
    recipient: Mapping[str, str]
    items: tuple[Item, ...]

    @property
    def shipping(self) -> int:
        return sum(item.freight for item in self.items)

    @property
    def total(self) -> int:
        return sum(item.price for item in self.items) + self.shipping

    @property
    def known(self) -> tuple[datetime, ...]:
        """The times that the files have: placed, approved, given to the carrier, delivered."""
        times = (self.placed_at, self.approved_at, self.carrier_at, self.delivered_at)
        return tuple(at for at in times if at is not None)


@dataclass(frozen=True, slots=True)
class Shop:
    """A seller. `unreadable` has the ids of orders that cannot be read, with the reason."""

    seller_id: str
    name: str
    orders: tuple[Order, ...]
    unreadable: Mapping[str, str]


def read(folder: Path, stores: int, limit: int | None = None) -> tuple[Shop, ...]:
    """The `stores` sellers with the most orders (then by id), each with its first `limit` orders by id."""
    tables = {name: tuple(_rows(folder / name)) for name in (ORDERS, ITEMS, CUSTOMERS, SELLERS, PRODUCTS, CATEGORIES)}
    try:
        return shops(tables, stores, limit)
    except KeyError as column:
        raise SourceError(f"the files in {folder} have no column {column}") from None


def shops(tables: Mapping[str, Sequence[Row]], stores: int, limit: int | None = None) -> tuple[Shop, ...]:
    """Like `read`, from the rows of each file by its name."""
    orders = {row["order_id"]: row for row in tables[ORDERS]}
    customers = {row["customer_id"]: row for row in tables[CUSTOMERS]}
    sellers = {row["seller_id"]: row for row in tables[SELLERS]}
    english = {row["product_category_name"]: row["product_category_name_english"] for row in tables[CATEGORIES]}
    titles = {row["product_id"]: _title(row["product_category_name"], english) for row in tables[PRODUCTS]}
    sold: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in tables[ITEMS]:
        sold[row["seller_id"]][row["order_id"]].append(row)
    largest = sorted(sold, key=lambda seller: (-len(sold[seller]), seller))[:stores]

    def shop(seller_id: str) -> Shop:
        made: list[Order] = []
        unreadable: dict[str, str] = {}
        for order_id in sorted(sold[seller_id])[:limit]:
            try:
                header = _row_of(orders, order_id, ORDERS)
                customer = _row_of(customers, header["customer_id"], CUSTOMERS)
                made.append(_order(header, customer, sold[seller_id][order_id], titles))
            except ValueError as wrong:
                unreadable[order_id] = str(wrong)
        return Shop(seller_id, _shop_name(seller_id, sellers.get(seller_id)), tuple(made), unreadable)

    return tuple(shop(seller_id) for seller_id in largest)


def without_items(folder: Path) -> int:
    """The number of orders without items, which have no seller and so no store."""
    sold = {row["order_id"] for row in _rows(folder / ITEMS)}
    return sum(row["order_id"] not in sold for row in _rows(folder / ORDERS))


def cents(text: str) -> int:
    """`48.9` is 4890. Raises ValueError for a text that is not an amount of whole cents."""
    match = _AMOUNT.fullmatch(text) if text.isascii() else None
    if match is None:
        raise ValueError(f"{text!r} is not an amount")
    return int(match[1] + (match[2] or "").ljust(2, "0"))


def instant(text: str) -> datetime:
    """A local time of the files in UTC. A time that occurs twice (clock set back) is the first one; a time that does
    not occur (clock set forward) has the offset from before. Both are `fold=0`."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZONE, fold=0).astimezone(UTC)


def _rows(path: Path) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)
    except OSError as refused:
        raise SourceError(f"{path} cannot be read ({refused.strerror}); DATA names a folder with these files") from None


def _row_of(rows: Mapping[str, Row], key: str, file: str) -> Row:
    if key not in rows:
        raise ValueError(f"{key} is not in {file}")
    return rows[key]


def _order(header: Row, customer: Row, items: Sequence[Row], titles: Mapping[str, str | None]) -> Order:
    def time(column: str) -> datetime | None:
        return instant(header[column]) if header[column] else None

    recipient = {
        "country": "BR",
        "state": customer["customer_state"],
        "city": customer["customer_city"],
        "zip": customer["customer_zip_code_prefix"],
    }
    return Order(
        order_id=header["order_id"],
        status=header["order_status"],
        placed_at=instant(header["order_purchase_timestamp"]),
        approved_at=time("order_approved_at"),
        carrier_at=time("order_delivered_carrier_date"),
        delivered_at=time("order_delivered_customer_date"),
        ship_by=max(instant(item["shipping_limit_date"]) for item in items),
        delivery_days=_days(header["order_purchase_timestamp"], header["order_estimated_delivery_date"]),
        buyer_id=customer["customer_unique_id"],
        recipient={name: value for name, value in recipient.items() if value},
        items=tuple(
            Item(
                line_id=item["order_item_id"],
                product_id=item["product_id"],
                title=titles.get(item["product_id"]),
                price=cents(item["price"]),
                freight=cents(item["freight_value"]),
            )
            for item in sorted(items, key=lambda item: int(item["order_item_id"]))
        ),
    )


def _days(placed: str, estimated: str) -> int | None:
    """Calendar days from the purchase to the promised day, at least 1 and at most 365, as the API requires."""
    if not estimated:
        return None
    days = (datetime.fromisoformat(estimated).date() - datetime.fromisoformat(placed).date()).days
    return min(365, max(1, days))


def _title(category: str, english: Mapping[str, str]) -> str | None:
    return english.get(category, category).replace("_", " ").capitalize() or None


def _shop_name(seller_id: str, seller: Row | None) -> str:
    place = f"{seller['seller_city'].title()}, {seller['seller_state']} " if seller else ""
    return f"{place}({seller_id[:8]})"
