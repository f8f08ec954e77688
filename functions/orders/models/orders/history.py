"""History entries in answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NotRequired

from typing_extensions import TypedDict

from functions.orders.models.values import ActorView, MoneyView, instant, money, rate, without_none
from shared.domain.labels import labelled
from shared.domain.order.history import NOTES, Entry

RATES = frozenset({"commission_rate", "affiliate_rate"})
"""Parts per million, answered as decimal strings."""
AMOUNTS = frozenset({"amount", "coupon", "claim", "refund", "unit_price"})
"""The amounts in the records of an order, beside those in `amounts`."""

Path = tuple[str, ...]
ChangedValue = str | int | bool | MoneyView | list[str] | None
ChangeView = TypedDict("ChangeView", {"from": ChangedValue, "to": ChangedValue})
"""The value of a field before and after. `***` stands for a value that the history does not keep."""

EntryView = TypedDict(
    "EntryView",
    {
        "seq": int,
        "at": str,
        "recorded_at": str,
        "actor": ActorView,
        "action": str,
        "action_label": str,
        "from": str | None,
        "from_label": NotRequired[str],
        "to": str,
        "to_label": str,
        "reason": NotRequired[str],
        "changes": NotRequired[dict[str, ChangeView]],
        "skipped": NotRequired[list[str]],
        "kept": NotRequired[list[str]],
        "reopened": NotRequired[bool],
        "message_id": NotRequired[str],
    },
)


def entry_view(entry: Entry, order_currency: str = "", language: str = "en") -> EntryView:
    """`order_currency` is that of the amounts in an entry of the former code, which has none of its own."""
    currency = entry.currency or order_currency
    fields = {name: value for name, value in entry.changes.items() if name not in NOTES}
    came_from = labelled("from", "status", entry.from_status, language) or {"from": None}
    view: EntryView = came_from | without_none(
        {
            "seq": entry.seq,
            "at": instant(entry.at),
            "recorded_at": instant(entry.recorded_at),
            "actor": {"role": entry.actor.role, "id": entry.actor.id},
            **labelled("action", "action", entry.action, language),
            **labelled("to", "status", entry.to_status, language),
            "reason": entry.reason,
            "changes": {".".join(path): change for path, change in _changes(fields, (), currency)} or None,
            **{name: entry.changes.get(name) for name in NOTES},
        }
    )
    return view


def _changes(
    tree: Mapping[str, Any], path: tuple[str, ...], currency: str
) -> Iterator[tuple[tuple[str, ...], ChangeView]]:
    """Each leaf of the tree with its path: `("parcels", "p1", "carrier")`."""
    for name, below in tree.items():
        to_it = (*path, name)
        if isinstance(below, Mapping):
            yield from _changes(below, to_it, currency)
        else:
            before, after = (_value(to_it, value, currency) for value in below)
            yield to_it, {"from": before, "to": after}


def _value(path: Path, value: Any, currency: str) -> Any:
    if not isinstance(value, int):
        return value
    if path[-1] in RATES:
        return rate(value)
    is_amount = path[0] == "amounts" or (len(path) > 1 and path[-1] in AMOUNTS)
    return money(value, currency) if is_amount else value
