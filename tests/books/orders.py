"""The auditor: reads a whole table raw and says whether histories, heads, index keys and counts tell one story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.alerts import order_alerts
from shared.domain.alerts.order_alerts import AlertProgress
from shared.domain.customers import model as customer_rules
from shared.domain.order.deadlines import TIMERS
from shared.domain.order.history import Entry
from shared.domain.order.lifecycle import ROWS
from shared.domain.order.model import Order
from shared.domain.reports import figures as domain
from shared.domain.stores import Store
from shared.store import stores
from shared.store.customers import all_customers
from shared.store.dynamodb import keys
from shared.store.orders import counters, figures, items, orders, parts
from tests.books.alerts import AlertBooks
from tests.books.events import EventBooks


def wrong_steps(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """What is illegal about a history: entries as the API shows them, oldest first."""
    wrong: list[str] = []
    status: str | None = None
    for place, entry in enumerate(entries, 1):
        action, before, after = entry["action"], entry["from"], entry["to"]
        if entry["seq"] != place:
            wrong.append(f"seq {entry['seq']} where {place} was expected")
        if before != status:
            wrong.append(f"{place} {action}: from {before}, but the order was {status}")
        if (action == "place") != (place == 1):
            wrong.append(f"{place}: {action}")
        if action not in ("place", "patch", "sync", "erase"):
            role = "seller" if entry["actor"]["role"] in ("owner", "staff") else entry["actor"]["role"]
            rows = [row for row in ROWS[action] if role in row.actors and before in row.sources]
            if not rows:
                wrong.append(f"{place} {action}: {role} may not do this from {before}")
            elif not any(after in row.next_statuses(before) for row in rows):
                wrong.append(f"{place} {action}: from {before} to {after}")
        status = after
    return wrong


def _entry_body(entry: Entry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "action": entry.action,
        "actor": {"role": entry.actor.role},
        "from": entry.from_status and str(entry.from_status),
        "to": str(entry.to_status),
    }


@dataclass(frozen=True)
class Books:
    orders: dict[str, Order]
    entries: int
    wrong: list[str]
    figures: int = 0
    """How many kept figures were recounted."""


def audit(client: Any, table: str, *, armed: bool = True) -> Books:
    """Every order of every store in the table. `armed`: the clock's index must agree with each store's mode, too."""
    found: dict[str, Order] = {}
    wrong: list[str] = []
    counted: dict[str, Counter[str]] = {}
    figured: dict[str, Counter[domain.Figure]] = {}
    held: dict[str, Counter[domain.Figure]] = {}
    violations: dict[str, int] = {}
    settings: dict[str, Store] = {}
    entries = 0
    alerted, fed, watched = AlertBooks(), EventBooks(), dict[str, tuple[Order, AlertProgress, Sequence[Entry]]]()
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for raw in page["Items"]:
            store_id, order_id = keys.split_pk(raw["pk"]["S"])
            if raw["sk"]["S"] == keys.STORE:
                counted.setdefault(store_id, Counter())
            if raw["kind"]["S"] in ("figures", "change_figures"):
                for figure, amount in figures.of_item(raw):
                    held.setdefault(store_id, Counter())[figure] += amount
            if raw["kind"]["S"] == "violation":
                violations[raw["pk"]["S"]] = violations.get(raw["pk"]["S"], 0) + 1
            alerted.take(raw)
            fed.take({name: next(iter(value.values())) for name, value in raw.items()})
            if raw["sk"]["S"] != keys.ORDER:
                continue
            loaded = orders.load(store_id, order_id)
            order = found[raw["pk"]["S"]] = loaded.order
            counted.setdefault(store_id, Counter()).update(
                counters.facets(order.status, order.fund_state, order.overlays)
            )
            figured.setdefault(store_id, Counter()).update(domain.figures(order))
            past = orders.history(store_id, order_id, after_seq=0, limit=10_000)
            watched[raw["pk"]["S"]] = order, loaded.progress, past
            history = [_entry_body(entry) for entry in past]
            entries += len(history)
            wrong += [f"{order_id}: {each}" for each in wrong_steps(history)]
            if not history or (history[-1]["seq"], history[-1]["to"]) != (order.version, order.status):
                wrong.append(f"{order_id}: version {order.version} {order.status}, history ends {history[-1:]}")
            if store_id not in settings:
                settings[store_id] = stores.load(store_id).store
            store = settings[store_id]
            head = items.head_of(
                order,
                part_versions=parts.versions_checksum(loaded.versions),
                armed=store.enforces,
                revision=loaded.revision,
                progress=loaded.progress,
                remind_at=order_alerts.next_check_at(order, store, loaded.progress),
            ).serialize()
            drop = () if armed else ("clock_shard", "fires_at", "reminder_shard", "remind_at")
            differs = {
                name for name in head.keys() | raw.keys() if name not in drop and head.get(name) != raw.get(name)
            }
            if differs:
                wrong.append(f"{order_id}: the head's {sorted(differs)} are not those of the order")
            if any(timer.kind not in TIMERS for timer in order.timers):
                wrong.append(f"{order_id}: unknown timers")
    for store_id, counts in counted.items():
        kept = {name: count for name, count in counters.counts(store_id).items() if count}
        if kept != +counts:
            wrong.append(f"{store_id}: counters {kept}, counted {dict(+counts)}")
        wrong += _wrong_customers(store_id, [order for order in found.values() if order.store_id == store_id])
    for store_id in figured.keys() | held.keys():
        have, want = held.get(store_id, Counter()), figured.get(store_id, Counter())
        differ = {name: (have[name], want[name]) for name in have.keys() | want.keys() if have[name] != want[name]}
        if differ:
            wrong.append(f"{store_id}: figures kept and recounted: {differ}")
    wrong += [
        f"{pk}: {violations.get(pk, 0)} records of {len(order.violations)} violations"
        for pk, order in found.items()
        if violations.get(pk, 0) != len(order.violations)
    ]
    wrong += alerted.wrong(watched)
    wrong += fed.wrong()
    return Books(found, entries, wrong, sum(map(len, figured.values())))


def _wrong_customers(store_id: str, there: list[Order]) -> list[str]:
    """Each customer's figures against those of all orders, counted anew: none too many, none missing."""

    def figures_of(customer: customer_rules.Customer) -> Any:
        return customer.counts, customer.spend, customer.first_at, customer.last_at

    counted: dict[str, customer_rules.Customer] = {}
    for order in there:
        customer = counted.get(order.buyer.id) or customer_rules.Customer(store_id, order.buyer.id)
        counted[order.buyer.id] = customer_rules.updated(customer, None, order, lambda: None)
    anew = {buyer: figures_of(customer) for buyer, customer in counted.items()}
    kept = {each.buyer_id: figures_of(each) for each in all_customers.after(store_id) if each.counts.get("orders")}
    return [
        f"{store_id}: customer {buyer} kept {kept.get(buyer)}, counted {anew.get(buyer)}"
        for buyer in anew.keys() | kept.keys()
        if kept.get(buyer) != anew.get(buyer)
    ]
