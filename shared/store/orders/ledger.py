"""The ledger of each order and the store's totals, written in the transaction of the order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from pynamodb.attributes import NumberAttribute

from shared.domain.order.funds import ledger
from shared.domain.order.funds.ledger import Movement
from shared.domain.order.history import Entry
from shared.domain.order.model import Order
from shared.store.dynamodb import keys
from shared.store.dynamodb.indexes import Selection, page_across_orders
from shared.store.dynamodb.records import FundsRecord, LedgerRecord, Record
from shared.store.dynamodb.table import ABSENT, ALWAYS, Put, Update, Write, query, stale
from shared.store.pages import Listed, Page, Position

TOTALS = (*ledger.FLOWS, *ledger.HELD)


def delta_writes(was: Order | None, after: Order, entries: Iterable[Entry]) -> list[Write]:
    """The ledger's writes for a change of an order: one for each movement, and one for the totals of the currency."""
    change = ledger.totals(after)
    change.subtract(ledger.totals(was) if was else {})
    steps = {name: step for name, step in sorted(change.items()) if step}
    if not steps:
        return []
    movements = ledger.movements(was.amounts.held if was else 0, entries)
    return [*(Put(_record(after, each), ABSENT, stale) for each in movements), _totals_write(after, steps)]


def entries(store_id: str, order_id: str) -> list[Movement]:
    """All movements of one order, oldest first."""
    records = query(LedgerRecord, keys.order_pk(store_id, order_id), Record.sk.startswith(keys.LEDGER))
    order = list(ledger.FLOWS)
    return sorted(map(_movement, records), key=lambda each: (each.seq, order.index(each.flow)))


def listed(
    store_id: str,
    flows: Sequence[str],
    currency: str,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    after: Position | None,
) -> Page[Listed[Movement]]:
    """A page of movements of these kinds in one currency across orders, the latest first."""
    partitions = tuple(f"{store_id}#ledger#{flow}#{currency}" for flow in flows)
    selection = Selection("by_state", partitions, since, until)
    return page_across_orders(selection, limit, after, LedgerRecord, _movement)


def totals(store_id: str) -> dict[str, Counter[str]]:
    """The store's current totals by currency: one consistent query of a small item a shard and currency."""
    by_currency: dict[str, Counter[str]] = {}
    for record in query(FundsRecord, store_id, Record.sk.startswith(keys.FUNDS)):
        currency = record.sk.split("#")[1]
        amounts = {name: int(getattr(record, name) or 0) for name in TOTALS}
        by_currency.setdefault(currency, Counter()).update(amounts)
    return by_currency


def _record(order: Order, movement: Movement) -> LedgerRecord:
    return LedgerRecord(
        keys.order_pk(order.store_id, order.order_id),
        keys.ledger_sk(movement.seq, movement.flow),
        at=movement.at,
        flow=movement.flow,
        amount=movement.amount,
        held=movement.held,
        currency=order.currency,
        state_key=f"{order.store_id}#ledger#{movement.flow}#{order.currency}",
        sort_key=keys.sort_key(movement.at, order.order_id, str(movement.seq)),
    )


def _movement(record: LedgerRecord) -> Movement:
    return Movement(keys.ledger_seq(record.sk), record.at, record.flow, int(record.amount), int(record.held))


def _totals_write(order: Order, steps: dict[str, int]) -> Write:
    record = FundsRecord(order.store_id, keys.funds_sk(order.currency, order.shard))
    columns: dict[str, NumberAttribute] = {name: getattr(FundsRecord, name) for name in steps}
    actions = [Record.kind.set(FundsRecord), *(columns[name].add(step) for name, step in steps.items())]
    return Update(record, actions, ALWAYS, stale)
