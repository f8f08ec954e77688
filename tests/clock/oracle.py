"""What the clock should have done, derived from the histories alone: none of the code that does it is asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

DISPUTES = ("SELLER_PART_SEND_GOODS", "WAIT_BUYER_ACCEPT_GOODS", "FUND_PROCESSING")
LAPSES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "payment": ("expire_payment", ("PLACE_ORDER_SUCCESS", "PAYMENT_PROCESSING")),
    "risk": ("pass_risk", ("RISK_CONTROL",)),
    "examination": ("expire_examination", ("WAIT_SELLER_EXAMINE_MONEY",)),
    "shipment": ("expire_shipment", ("WAIT_SELLER_SEND_GOODS", "SELLER_PART_SEND_GOODS")),
    "cancellation": ("accept_cancellation", ("IN_CANCEL",)),
    "receipt": ("expire_receipt", ("WAIT_BUYER_ACCEPT_GOODS",)),
    "dispute_answer": ("accept", DISPUTES),
    "dispute_buyer": ("escalate", DISPUTES),
    "return_address": ("expire_return_address", DISPUTES),
    "return": ("expire_return", DISPUTES),
    "confirm_return": ("confirm_return", DISPUTES),
}
"""api.md's timers: what happens on silence, and in which statuses."""
HELD_BY_DISPUTES = ("shipment", "receipt")


def histories(
    items: Mapping[tuple[str, str], Mapping[str, Any]], written: Mapping[tuple[str, str], datetime]
) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """(partition key, entries oldest first) of each order in a table's items, with when they were `written`."""
    entries = sorted(key for key in items if key[1].startswith("HISTORY#"))
    for pk, keys in groupby(entries, key=lambda key: key[0]):
        yield pk, [{**items[key], "written": written[key]} for key in keys]


class Timers:
    """An order's timers as its history tells them, one entry after the other."""

    def __init__(self, payment_due: datetime) -> None:
        self.due, self.status, self.overlays = {"payment": payment_due}, "PLACE_ORDER_SUCCESS", set[str]()

    def first(self, *, thawed: bool = False) -> tuple[datetime, str] | None:
        """The next to lapse: when, and with which timer. `thawed`: as if the order were not frozen."""
        running = (
            (due, kind)
            for kind, due in self.due.items()
            if kind in LAPSES
            and self.status in LAPSES[kind][1]
            and not ("dispute" in self.overlays and kind in HELD_BY_DISPUTES)
        )
        return None if "frozen" in self.overlays and not thawed else min(running, default=None)

    def take(self, entry: Mapping[str, Any]) -> None:
        changes = json.loads(entry.get("changes", "{}"))
        for kind, (_, due) in changes.get("deadlines", {}).items():
            if due is None:
                del self.due[kind]
            else:
                self.due[kind] = datetime.fromisoformat(due)
        self.overlays = set(changes.get("overlays", [[], self.overlays])[1])
        self.status = entry["to_status"]


def audit(
    entries: Iterable[Mapping[str, Any]],
    payment_due: datetime,
    enforced_since: datetime | None,
    until: datetime,
    lapses: Counter[str],
    spared: Counter[str],
) -> Iterator[str]:
    """What is wrong with the lapses of one history. `lapses` counts them by timer, and `spared` orders of which a timer
    ran out while they were frozen, or while their store only watched, and nothing happened."""
    timers, lapsed, out = Timers(payment_due), set[tuple[datetime, str]](), set[str]()
    for entry in entries:
        at, recorded_at = datetime.fromisoformat(entry["at"]), datetime.fromisoformat(entry["recorded_at"])
        assert recorded_at <= entry["written"]
        enforced = enforced_since is not None and entry["written"] >= enforced_since
        first, action = timers.first(), entry["action"]
        out |= _spared(timers, at, enforced)
        if entry["actor_role"] == "clock":
            if not enforced:
                yield f"{action} at {at} while the store only watched"
            if first is None or (first[0], LAPSES[first[1]][0]) != (at, action):
                yield f"{action} at {at}, but next to lapse was {first} ({timers.overlays})"
            elif first in lapsed:
                yield f"{action} at {at} a second time"
            elif recorded_at <= at:
                yield f"{action} due at {at} early, at {recorded_at}"
            else:
                lapsed.add(first)
                lapses[first[1]] += 1
        elif enforced and first and first[0] < at:
            yield f"{action} at {at} came before the lapse of {first}"
        timers.take(entry)
    spared.update(out | _spared(timers, until, enforced_since is not None))
    left = timers.first()
    if enforced_since and left and left[0] < until:
        yield f"{left} has never lapsed"


def _spared(timers: Timers, at: datetime, enforced: bool) -> set[str]:
    out = timers.first(thawed=True)
    if out is None or out[0] >= at:
        return set()
    return {"frozen"} if "frozen" in timers.overlays else set() if enforced else {"only watched"}
