"""The month twice, by perfect and by hostile runs, and what is wrong with either or differs between the two."""

from __future__ import annotations

import json
import multiprocessing
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from shared.domain.stores import Mode
from shared.store.dynamodb import keys
from tests.books.events import EventBooks
from tests.clock import alerts_oracle, firings, month, oracle
from tests.clock.alerts_oracle import Raised
from tests.clock.expressions import Item
from tests.clock.month import BEGIN, END, Shop, Step
from tests.clock.run import SKEW, Ended, Schedule, run

EVERY = {"sweep": firings.MINUTE, "reminder": 5 * firings.MINUTE}
OF_STORES = frozenset({"digest"})
"""Alerts that are no order's: one digest a day."""


@dataclass(frozen=True)
class Comparison:
    wrong: list[str]
    counts: dict[str, Any]


@dataclass(frozen=True)
class Played:
    """One run, and what its auditors found and counted."""

    ended: Ended
    wrong: list[str]
    lapses: Counter[str] = field(default_factory=Counter)
    spared: Counter[str] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)


def compare(
    seed: int,
    orders: int,
    *,
    stores: int = 50,
    alone: bool = False,
    jump: bool = False,
    apart: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """A month of so many stores and orders. `jump` as in `run`; `apart` plays the hostile runs in a process of their
    own meanwhile; `alone` leaves them out, and their auditors look at the perfect runs only."""
    shops = month.shops(seed, stores)
    steps = month.plan(seed, shops, orders)
    placed = {
        keys.order_pk(shops[step.shop].store.store_id, step.order_id): step for step in steps if step.action == "place"
    }
    on_time = Schedule({kind: firings.perfect(every) for kind, every in EVERY.items()})

    def play(name: str, schedule: Schedule) -> Played:
        ended = run(shops, steps, schedule, jump=jump, progress=lambda day: progress(f"{name} {day:%m-%d}"))
        played = Played(ended, [f"{name}: {each}" for each in ended.wrong])
        played.wrong.extend(f"{name}: {each}" for each in _audit(played, shops, placed))
        return played

    if alone:
        return Comparison(play("perfect", on_time).wrong, {"orders": len(placed)})
    troubled = {kind: firings.hostile(every, seed) for kind, every in EVERY.items()}
    hostilely = Schedule({kind: fired for kind, (fired, _) in troubled.items()}, hostile=True, seed=seed)
    theirs = _aside(lambda: play("hostile", hostilely)) if apart else lambda: play("hostile", hostilely)
    ours = play("perfect", on_time)
    perfect, hostile = ours.ended, theirs()
    wrong = [*ours.wrong, *hostile.wrong, *_differences(perfect, hostile.ended)]
    counts = {
        "stores": len(shops),
        "stores that watch": sum(shop.store.policy.mode is Mode.WATCH and not shop.enforces_from for shop in shops),
        "stores that begin to enforce": sum(shop.enforces_from is not None for shop in shops),
        "orders": len(placed),
        "steps": len(steps),
        "refusals": Counter(answer for answer in perfect.answers if answer != "done"),
        "lapses": ours.lapses,
        "ran out and did not lapse": ours.spared,
        "alerts": dict(sorted(ours.alerts.items())),
        "items": len(perfect.items),
        "perfect": perfect.counts,
        "hostile": hostile.ended.counts,
        "what befell the hostile runs": {kind: counts for kind, (_, counts) in troubled.items()},
    }
    return Comparison(wrong, counts)


def _aside(play: Callable[[], Played]) -> Callable[[], Played]:
    """Played in a process of its own, which was forked here; what is returned waits for it."""
    forking = multiprocessing.get_context("fork")
    there, here = forking.Pipe(duplex=False)
    playing = forking.Process(target=lambda: here.send(play()))
    playing.start()
    here.close()

    def played() -> Played:
        result: Played = there.recv()
        playing.join()
        return result

    return played


def _audit(played: Played, shops: list[Shop], placed: Mapping[str, Step]) -> list[str]:
    """What the oracles say about every order of a run."""
    wrong, items = list[str](), played.ended.items
    raised = _raised(items)
    talks = {
        pk: [items[key] for key in found]
        for pk, found in groupby(sorted(key for key in items if key[1].startswith(keys.MESSAGE)), lambda key: key[0])
    }
    for pk, entries in oracle.histories(items, played.ended.written):
        step = placed[pk]
        shop = shops[step.shop]
        assert step.placement is not None
        payment_due = step.placement.placed_at + shop.store.policy.durations["payment"]
        since = shop.enforces_from or (BEGIN if shop.store.policy.mode is Mode.ENFORCE else None)
        found = oracle.audit(entries, payment_due, since, END - SKEW, played.lapses, played.spared)
        wrong += [f"{pk}: {each}" for each in found]
        expected = alerts_oracle.expected(
            entries,
            shop.store,
            step.placement,
            since,
            END,
            lambda refund_id, pk=pk: bool(items[pk, keys.REFUND + refund_id]["amount"]),
        )
        talk = alerts_oracle.without_reminders(talks.get(pk, []), entries)
        expected |= alerts_oracle.unanswered(talk, shop.store.alert_rules.unanswered_after, END)
        wrong += _alerts_wrong(pk, expected, raised.pop(pk, {}), played.alerts)
    wrong += [f"{pk}: alerts of no order" for pk in raised]
    fed = EventBooks()
    for (pk, sk), item in items.items():
        fed.take({"pk": pk, "sk": sk, **item})
    return wrong + fed.wrong() + _digests_wrong(items, shops, played.alerts)


def _raised(items: Mapping[tuple[str, str], Item]) -> dict[str, dict[Raised, datetime | None]]:
    """The alerts in the table, by the order that they are of, with when they were over."""
    found: dict[str, dict[Raised, datetime | None]] = {}
    for (pk, sk), item in items.items():
        if sk == "ALERT" and item["alert_kind"] not in OF_STORES:
            lead = timedelta(seconds=item["lead"]) if "lead" in item else None  # type: ignore[arg-type]
            cause = Raised(str(item["alert_kind"]), _time(item["raised_at"]), item.get("timer"), None, lead)  # type: ignore[arg-type]
            cause = cause._replace(due_at=_time(item["due_at"]) if "due_at" in item else None)
            of_order = found.setdefault(f"{pk.split('#')[0]}#{item['order_id']}", {})
            assert cause not in of_order, f"{cause} twice"
            of_order[cause] = _time(item["resolved_at"]) if "resolved_at" in item else None
    return found


def _time(text: Any) -> datetime:
    return datetime.fromisoformat(text)


def _alerts_wrong(
    pk: str, expected: Mapping[Raised, datetime | None], raised: Mapping[Raised, datetime | None], counts: Counter[str]
) -> list[str]:
    for each in raised:
        lead = "" if each.lead is None else f" {each.timer} {each.lead / timedelta(hours=1):g} h"
        lead += " at once" if each.due_at and each.lead is not None and each.at != each.due_at - each.lead else ""
        counts[each.kind + lead] += 1
    return [
        *(f"{pk}: {each} was never raised" for each in expected.keys() - raised.keys()),
        *(f"{pk}: {each} should not have been raised" for each in raised.keys() - expected.keys()),
        *(
            f"{pk}: {each} was over at {raised[each]}, not at {expected[each]}"
            for each in raised.keys() & expected.keys()
            if raised[each] != expected[each]
        ),
    ]


def _digests_wrong(items: Mapping[tuple[str, str], Item], shops: list[Shop], counts: Counter[str]) -> list[str]:
    """A store has one digest for each of its days."""
    days = Counter(
        (key[0].split("#")[0], item["subject"])
        for key, item in items.items()
        if key[1] == "ALERT" and item["alert_kind"] in OF_STORES
    )
    counts["digest"] = days.total()
    wrong = [f"{store_id}: {count} digests of {day}" for (store_id, day), count in days.items() if count != 1]
    for shop in shops:
        mine = sum(store_id == shop.store.store_id for store_id, _ in days)
        if abs(mine - month.DAYS) > 1:
            wrong.append(f"{shop.store.store_id}: {mine} digests in {month.DAYS} days")
    return wrong


def _differences(perfect: Ended, hostile: Ended) -> list[str]:
    """Where two runs did not come to the same answers and the same items."""
    one, other = perfect.items, hostile.items
    wrong = [
        f"step {number} was {ours} and {theirs}"
        for number, (ours, theirs) in enumerate(zip(perfect.answers, hostile.answers, strict=True))
        if ours != theirs
    ]
    wrong += [f"only one run has {key}" for key in one.keys() ^ other.keys() if "#moved#" not in key[0]]
    for key in one.keys() & other.keys():
        ours, theirs = _settled(*key, one[key]), _settled(*key, other[key])
        if ours != theirs:
            names = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
            wrong.append(f"{key}: { ({name: (ours.get(name), theirs.get(name)) for name in names}) }")
    return wrong


COUNTED = frozenset({"store", "day", "thread", "customer"})
"""Kinds whose version counts writes: what two runs wrote, one may have written at once."""
LATE = {
    "history": ("recorded_at", "sort_key"),
    "order": ("part_versions", "revision"),
    "alert": ("clock_shard", "fires_at"),
}
"""By kind, what may differ: when we heard of a change, and so its place in the event feed; which write brought a part
(a lapse and a step that were written together make one write of what would have been two), and how many there were;
whether an alert that was over when it was noticed was sent on."""


def _settled(pk: str, sk: str, item: Item) -> Item:
    """An item without what depends on when a run came."""
    kind = str(item["kind"])
    if sk.startswith((keys.COUNTER, keys.FUNDS)):
        return {name: value for name, value in item.items() if value}  # nothing, or nothing written
    late = ("version",) if sk.startswith(f"{keys.ORDER}#") or kind in COUNTED else LATE.get(kind, ())
    if item.get("alert_kind") in OF_STORES:
        late = (*late, "facts")  # what the store looked like when it was raised
    if kind == "order" and "alerts" in item:
        open_alerts = sorted(json.loads(str(item["alerts"])), key=str)
        return {**{name: value for name, value in item.items() if name not in late}, "alerts": json.dumps(open_alerts)}
    return {name: value for name, value in item.items() if name not in late}
