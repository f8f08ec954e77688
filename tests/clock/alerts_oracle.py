"""Which alerts a month should have raised, derived from histories, leads and talks: none of the code that raises them
is asked. An alert is (order, kind, moment, timer, due, lead), and when it should be over.

Of a timer that is set so late that leads of it lie behind, the shortest of those is raised as it is set, unless a timer
of full length that started then would have that lead behind it as well."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from shared.domain.order.placement import Placement
from shared.domain.stores import Store
from tests.clock.oracle import DISPUTES, HELD_BY_DISPUTES, LAPSES, Timers

SHOWN = {kind: statuses for kind, (_, statuses) in LAPSES.items()} | {
    "shipment": (*LAPSES["shipment"][1], "IN_CANCEL"),
    "release": ("FUND_PROCESSING",),
    "decision": DISPUTES,
}
"""Where each timer runs, whether its lapse does something there or not."""
UNPAID = ("PLACE_ORDER_SUCCESS", "PAYMENT_PROCESSING")
OVER: Mapping[str, Callable[[Story], bool]] = {
    "new_order": lambda order: order.status not in UNPAID,
    "short_payment": lambda order: order.status != "WAIT_SELLER_EXAMINE_MONEY",
    "cancellation_requested": lambda order: order.status != "IN_CANCEL",
    "dispute_opened": lambda order: order.stage != "wait_seller",
    "dispute_escalated": lambda order: order.stage != "platform",
}


class Raised(NamedTuple):
    kind: str
    at: datetime
    timer: str | None = None
    due_at: datetime | None = None
    lead: timedelta | None = None


class Story(Timers):
    """An order's timers, the stage of its dispute, and what decides how long a timer would run."""

    stage = ""
    sent = delivered = 0

    def __init__(self, store: Store, placement: Placement) -> None:
        super().__init__(placement.placed_at + store.policy.durations["payment"])
        self.store, self.placement = store, placement

    def take(self, entry: Mapping[str, Any]) -> None:
        super().take(entry)
        self.sent += entry["action"] == "ship"
        self.delivered += entry["action"] == "report_delivery"
        for dispute in json.loads(entry.get("changes", "{}")).get("disputes", {}).values():
            _, after = dispute.get("stage", (None, self.stage))
            self.stage = "" if after == "ended" else after

    def running(self) -> dict[str, datetime]:
        held = (*HELD_BY_DISPUTES, "release") if "dispute" in self.overlays else ()
        there = {} if "frozen" in self.overlays else self.due
        return {kind: due for kind, due in there.items() if self.status in SHOWN[kind] and kind not in held}

    def full(self, kind: str, start: datetime) -> datetime:
        """When a timer would be due that started now. The month's sellers send one piece of the first line at first."""
        lengths, placed = self.store.policy.durations, self.placement
        if kind == "shipment":
            sent = self.status == "SELLER_PART_SEND_GOODS" and placed.lines[0].quantity == 1
            named = [line.handling_days for line in placed.lines[sent:] if line.handling_days]
            return self._ship_by(max(named, default=lengths["shipment"].days), start)
        length = lengths[kind]
        if kind == "receipt":
            length = timedelta(days=placed.delivery_days) if placed.delivery_days else length
            length = min(length, lengths["receipt_after_delivery"]) if self.sent == self.delivered else length
        return start + length

    def _ship_by(self, days: int, start: datetime) -> datetime:
        store, zone = self.store, ZoneInfo(self.store.time_zone)
        day = start.astimezone(zone).date()
        while days:
            day += timedelta(days=1)
            days -= not store.business_days or (day.isoweekday() in store.business_days and day not in store.holidays)
        return datetime.combine(day, time(23, 59, 59), zone).replace(fold=1).astimezone(UTC)


def expected(
    entries: Sequence[Mapping[str, Any]],
    store: Store,
    placement: Placement,
    enforced_since: datetime | None,
    until: datetime,
    costs: Callable[[str], bool],
) -> dict[Raised, datetime | None]:
    """Every alert of one order, and when it is over. `costs`: does this refund pay anything?"""
    order, leads = Story(store, placement), store.alert_rules.leads
    raised, promised = dict[Raised, datetime | None](), set[str]()
    heard = datetime.fromisoformat(entries[0]["recorded_at"])

    def passed(since: datetime, moment: datetime) -> Iterator[Raised]:
        for kind, due in order.running().items():
            for lead in leads.get(kind, ()):
                enforced = enforced_since is not None and due > enforced_since
                acts = kind in LAPSES and order.status in LAPSES[kind][1] and enforced
                if since < due - lead <= moment and (lead or not acts):
                    overdue = kind == "release" and not lead
                    yield Raised("release_overdue" if overdue else "deadline", due - lead, kind, due, lead)

    def tight(before: Mapping[str, datetime], moment: datetime) -> Iterator[Raised]:
        for kind, due in order.running().items():
            behind = [lead for lead in leads.get(kind, ()) if due - lead <= moment < due != before.get(kind)]
            if behind and order.full(kind, moment) - min(behind) > moment:
                yield Raised("deadline", moment, kind, due, min(behind))

    for entry in entries:
        clock = entry["actor_role"] == "clock"
        now = datetime.fromisoformat(entry["at" if clock else "recorded_at"])
        if enforced_since and heard < enforced_since <= entry["written"]:
            raised |= dict.fromkeys(passed(heard, enforced_since))  # and only then what had lapsed long ago
            heard = enforced_since
        raised |= dict.fromkeys(passed(heard, now))
        status, stage = order.status, order.stage
        running, waited = order.running(), order.first()
        order.take(entry)
        changes = json.loads(entry.get("changes", "{}"))
        paid = {
            each
            for each, refund in changes.get("refunds", {}).items()
            if refund.get("state", [None, ""])[1] in ("accepted", "paid")
        }
        events = {
            "new_order": entry["action"] == "place",
            "short_payment": order.status != status and order.status == "WAIT_SELLER_EXAMINE_MONEY",
            "cancellation_requested": order.status != status and order.status == "IN_CANCEL",
            "dispute_opened": not stage and bool(order.stage),
            "dispute_escalated": stage != order.stage and order.stage == "platform",
            "closed_by_clock": clock and ("violations" in changes or any(map(costs, paid - promised))),
            "closed_unpaid": clock and entry["action"] == "expire_payment" and now >= heard,
        }
        raised |= dict.fromkeys(Raised(kind, now) for kind, happened in events.items() if happened)
        promised |= paid
        for each in [each for each, over in raised.items() if over is None]:
            gone = order.running().get(each.timer) != each.due_at if each.timer else OVER.get(each.kind, _never)(order)
            raised[each] = max(now, each.at) if gone else None
        waits = order.first() if enforced_since and enforced_since <= entry["written"] else None
        heard = max(heard, waits[0] if waits and waits == waited and waits[0] < now and not clock else now)
        if waits is None or waits[0] >= heard:
            raised |= dict.fromkeys(tight({} if entry is entries[0] else running, heard))
    return raised | dict.fromkeys(passed(heard, until))


def without_reminders(
    messages: Sequence[Mapping[str, Any]], entries: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The messages of people: a payment reminder answers no question."""
    reminders = {json.loads(entry.get("changes", "{}")).get("message_id") for entry in entries}
    return [each for each in messages if each["message_id"] not in reminders]


def unanswered(
    messages: Sequence[Mapping[str, Any]], patience: timedelta, until: datetime
) -> dict[Raised, datetime | None]:
    """The alerts of one talk, oldest message first."""
    waits, raised = None, dict[Raised, datetime | None]()
    for each in [*messages, {"sender": "seller", "sent_at": None}]:
        now = datetime.fromisoformat(each["sent_at"]) if each["sent_at"] else None
        if waits and (now is None or each["sender"] == "seller") and waits + patience <= (now or until):
            raised[Raised("message_unanswered", waits + patience)] = now
        waits = None if each["sender"] == "seller" else waits or now
    return raised


def _never(order: Story) -> bool:
    return False
