"""A month of many stores: who places what, and who does what to it when. Everything follows from one seed.

What is planned does not look at what has become of an order: a step that comes too late, or to an order that the clock
has closed, is refused, in one run as in the other.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.domain.alerts.rules import LEADS as DEFAULT_LEADS
from shared.domain.alerts.rules import AlertRules, Leads
from shared.domain.order.model import Buyer, Line
from shared.domain.order.placement import Placement
from shared.domain.stores import DURATIONS, DeadlinePolicy, Mode, Store

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
"""Clocks change in America on the 8th and in Europe on the 29th."""
DAYS = 30
END = BEGIN + timedelta(days=DAYS)
ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "America/Los_Angeles",
    "Europe/Paris",
    "Europe/London",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Africa/Cairo",
    "Asia/Tokyo",
    "UTC",
)
WEEKS = ({1, 2, 3, 4, 5}, {1, 2, 3, 4, 5, 6}, {7, 1, 2, 3, 4}, {1, 2, 3, 4, 5, 6, 7}, set[int]())
HOURS: Mapping[str, tuple[int, ...]] = {
    "payment": (24, 48, 120, 480),
    "risk": (6, 12, 24),
    "examination": (24, 48, 72),
    "shipment": (24, 48, 72, 168),
    "cancellation": (12, 24, 48),
    "receipt": (72, 120, 240),
    "receipt_after_delivery": (24, 72, 168),
    "release": (24, 72),
    "dispute_answer": (24, 48, 120),
    "dispute_buyer": (24, 48, 120),
    "return_address": (24, 48, 120),
    "return": (24, 48, 96),
    "confirm_return": (24, 48, 96),
    "decision": (48, 168),
}
"""How long a store's timers may run: most of them lapse within the month."""
AROUND = (-90, -31, -30, -29, -1, 0, 1, 5, 29, 30, 31, 59, 61, 90, 150)
"""Seconds before and behind the moment at which a timer is due."""
LEADS: tuple[Leads, ...] = (
    DEFAULT_LEADS,
    DEFAULT_LEADS
    | {"shipment": (timedelta(hours=72), timedelta(hours=1), timedelta(0)), "risk": (timedelta(hours=2),)},
    DEFAULT_LEADS | {"receipt": (timedelta(hours=24), timedelta(0)), "decision": (timedelta(0),), "payment": ()},
)
"""The leads that stores want: most of them the usual."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A store, and when it begins to enforce where it only watches at first."""

    store: Store
    enforces_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody does something to an order. `ago` is how long before its report, less than a clock's skew."""

    moment: datetime
    shop: int
    order_id: str
    action: str
    role: str = "platform"
    body: Mapping[str, Any] = field(default_factory=dict)
    ago: timedelta = timedelta(0)
    placement: Placement | None = None


def made_id(store_id: str, order_id: str, prefix: str, number: int) -> str:
    """The id of an order's so many-th refund or dispute: the same in every run."""
    digest = hashlib.sha256(f"{store_id}/{order_id}/{prefix}{number}".encode()).hexdigest()
    return f"{prefix}{digest[:26].upper()}"


def shops(seed: int, count: int = 50) -> list[Shop]:
    """One in eight only watches, one in twelve begins to enforce during the month."""
    return [_shop(random.Random(f"{seed}/{number}"), number) for number in range(count)]


def _shop(chance: random.Random, number: int) -> Shop:
    watches, turns = number % 8 == 3, number % 12 == 5
    durations = {kind: timedelta(hours=chance.choice(hours)) for kind, hours in HOURS.items()}
    store = Store(
        f"shop{number:02d}",
        name=f"Shop {number}",
        time_zone=ZONES[number % len(ZONES)],
        business_days=frozenset(WEEKS[number // 3 % len(WEEKS)]),
        holidays=frozenset(date(2026, 3, 1) + timedelta(days=chance.randrange(DAYS)) for _ in range(4)),
        policy=DeadlinePolicy(Mode.WATCH if watches or turns else Mode.ENFORCE, DURATIONS | durations),
        alert_rules=AlertRules(leads=LEADS[number % 4 % len(LEADS)]),
    )
    # Two of them on a day on which nothing comes, so that much is due by the former mode and not dealt with yet.
    turned = BEGIN + timedelta(days=(8, 19, 5, 14)[number // 12 % 4], seconds=chance.randrange(86_400))
    return Shop(store, turned if turns and not watches else None)


def plan(seed: int, shop_list: list[Shop], orders: int) -> list[Step]:
    """Every step of the month in its order; a few shops have most of the orders."""
    chance = random.Random(f"{seed}/orders")
    weights = [1 / (1 + number % 10) for number in range(len(shop_list))]
    steps: list[Step] = []
    for number in range(orders):
        shop = chance.choices(range(len(shop_list)), weights)[0]
        placed = BEGIN + timedelta(seconds=int(chance.triangular(0, DAYS * 86_400 - 3_600, DAYS * 20_000)))
        steps += Story(
            random.Random(f"{seed}/{number}"), shop, shop_list[shop].store, f"3{number:09d}", placed
        ).all_steps()
    return sorted((step for step in steps if step.moment < END), key=lambda step: step.moment)


class Story:
    """The steps of one order, as they would come if each were taken in time."""

    def __init__(self, chance: random.Random, shop: int, store: Store, order_id: str, placed: datetime) -> None:
        self.chance, self.shop, self.store, self.order_id = chance, shop, store, order_id
        self.now = placed
        self.steps: list[Step] = []

    def all_steps(self) -> list[Step]:
        self._place()
        self._unpaid()
        if self.chance.random() < 0.07:
            self._freeze()
        if self.chance.random() < 0.08:
            self._talk()
        return self.steps

    # The words of a story.

    def does(self, action: str, role: str = "platform", **body: Any) -> None:
        ago = timedelta(seconds=self.chance.choice((0, 0, 0, 5, 25)) if role == "platform" else 0)
        self.steps.append(Step(self.now, self.shop, self.order_id, action, role, body, ago))

    def waits(self, timer: str | None = None) -> None:
        """Some time; where a timer runs, now and then until just about when it is due."""
        if timer and self.chance.random() < 0.15:
            self.now += self.store.policy.durations[timer] + timedelta(seconds=self.chance.choice(AROUND))
        else:
            self.now += timedelta(seconds=int(600 * 2 ** self.chance.uniform(0, 9.3)))

    def goes(self, **ways: float) -> str:
        return self.chance.choices(list(ways), list(ways.values()))[0]

    def refund(self, number: int = 0) -> str:
        return made_id(self.store.store_id, self.order_id, "rfd_", number)

    # Its chapters.

    def _place(self) -> None:
        chance = self.chance
        lines = tuple(
            Line(
                str(number),
                f"P{number}",
                chance.randint(1, 3),
                chance.randint(100, 9_000),
                handling_days=chance.choice((None, None, 1, 2, 3, 5)),
            )
            for number in range(1, chance.choice((1, 1, 1, 2, 2, 3)) + 1)
        )
        placement = Placement(
            order_id=self.order_id,
            placed_at=self.now - timedelta(seconds=chance.choice((0, 1, 20, 300))),
            buyer=Buyer(f"buyer-{chance.randrange(5_000)}", chance.choice(("US", "FR", "BR", "ES"))),
            recipient={"country": "US", "city": "Springfield"},
            currency=chance.choice(("USD", "USD", "EUR", "JPY")),
            lines=lines,
            shipping_fee=chance.randrange(800),
            delivery_days=chance.choice((None, 3, 5, 8)),
        )
        self.total = placement.amounts().total
        self.steps.append(Step(self.now, self.shop, self.order_id, "place", placement=placement))

    def _unpaid(self) -> None:
        if self.chance.random() < 0.05:
            self.waits()
            self.does("remind_payment", "staff")
        self.waits("payment")
        way = self.goes(pays=70, starts=8, cancels=6, silent=16)
        if way == "cancels":
            self.does("cancel_unpaid")
        if way == "starts":
            self.does("start_payment")
            self.waits("payment")
        if way in ("pays", "starts"):
            self.does("pay")
            self._risk()

    def _risk(self) -> None:
        way = self.goes(passes=45, silent=34, held=5, rejected=3, cancelled=3, short=10)
        if way == "silent":
            self.now += self.store.policy.durations["risk"]
            self._to_ship()
            return
        self.waits("risk")
        if way == "held":
            self.does("hold_risk")
            self.waits()
        if way in ("passes", "held"):
            known = self.chance.random() < 0.3
            due = self.now + timedelta(minutes=self.chance.randrange(600, 4_000))
            self.does("pass_risk", **({"deadlines": {"shipment": due}} if known else {}))
            self._to_ship(due if known else None)
        elif way == "short":
            self.does("report_short_payment", received=self.total // 2)
            self.waits("examination")
            answer = self.goes(accepts=40, refuses=20, silent=40)
            if answer == "accepts":
                self.does("accept_payment", "staff")
                self._to_ship()
            elif answer == "refuses":
                self.does("refuse_payment", "owner")
                self._refunded()
        else:
            self.does("reject_risk" if way == "rejected" else "cancel_in_risk")
            self._refunded()

    def _to_ship(self, due: datetime | None = None) -> None:
        way = self.goes(ships=50, part=16, cancels=14, silent=20)
        if due and self.chance.random() < 0.3:
            self.now = due + timedelta(seconds=self.chance.choice(AROUND))
        else:
            self.waits()
        if way == "silent":
            self._refunded()
        elif way == "cancels":
            self.does("request_cancellation")
            self.waits("cancellation")
            answer = self.goes(accepts=25, rejects=25, withdraws=15, silent=35)
            if answer in ("accepts", "silent"):
                self.does("accept_cancellation", "staff") if answer == "accepts" else None
                self._refunded()
            else:
                self.does("reject_cancellation", "staff") if answer == "rejects" else self.does("withdraw_cancellation")
                self._ships()
        elif way == "part":
            self.does("ship", "staff", parcels=[self._parcel(1, [{"line_id": "1", "quantity": 1}])])
            self.waits()
            if self.chance.random() < 0.5:
                self._ships(2)
            else:
                self._sent()
        else:
            self._ships()

    def _parcel(self, number: int, lines: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        parcel = {"carrier": "EMS", "tracking_no": f"LX{self.order_id}{number}"}
        return parcel | ({"lines": lines} if lines else {})

    def _ships(self, number: int = 1) -> None:
        self.does("ship", "staff", parcels=[self._parcel(number)])
        self._sent()

    def _sent(self) -> None:
        if self.chance.random() < 0.4:
            self.waits()
            self.does("report_delivery", parcel_id="p1")
        if self.chance.random() < 0.06:
            self.waits()
            self.does("extend_receipt", "owner", days=self.chance.randint(1, 6))
        way = self.goes(confirms=32, disputes=26, silent=42)
        self.waits("receipt")
        if way == "disputes":
            self._disputed()
        if way == "confirms":
            self.does("confirm_receipt")
        self._released()

    def _disputed(self) -> None:
        back = self.chance.random() < 0.6
        kind, solution = ("not_as_described", "return_and_refund") if back else ("not_received", "refund")
        claim = self.chance.choice((self.total, self.total // 3 + 1))
        self.does("open_dispute", kind=kind, claim=claim, solution=solution, text="See the picture.")
        self.waits("dispute_answer")
        answer = self.goes(accepts=25, counters=30, silent=35, withdraws=10)
        if answer == "accepts":
            self.does("accept", "staff")
        if answer == "withdraws":
            self.does("withdraw")
        if answer == "counters":
            self.does("counter", "staff", solution="refund", refund=claim // 2, text="Half of it.")
            self.waits("dispute_buyer")
            reply = self.goes(accepts=30, counters=20, silent=50)
            if reply == "accepts":
                self.does("buyer_accept")
            if reply == "counters":
                self.does("buyer_counter", solution="refund", refund=claim // 2 + 1, text="A little more.")
            if reply == "silent" and self.chance.random() < 0.6:
                self.waits("decision")
                self.does("decide", solution="refund", refund=claim // 2, text="Half.")
        if back:
            for action, role, body, timer in (
                ("give_return_address", "owner", {"address": {"country": "CN"}}, "return_address"),
                ("buyer_returned", "platform", {"carrier": "EMS", "tracking_no": "R1"}, "return"),
                ("confirm_return", "staff", {}, "confirm_return"),
            ):
                self.waits(timer)
                if self.chance.random() < 0.3:
                    break
                self.does(action, role, **body)

    def _refunded(self) -> None:
        self.waits()
        if self.chance.random() < 0.6:
            self.does("complete_refund", refund_id=self.refund())

    def _released(self) -> None:
        self.waits("release")
        if self.chance.random() < 0.55:
            self.does("release_funds", commission=self.total // 20)
        if self.chance.random() < 0.3:
            self.does("complete_refund", refund_id=self.refund())

    def _somewhen(self) -> None:
        """Anywhere in the story so far, or soon behind it."""
        first = self.steps[0].moment + timedelta(seconds=1)
        last = max(step.moment for step in self.steps) + timedelta(days=1)
        self.now = first + timedelta(seconds=int((last - first).total_seconds() * self.chance.random()))

    def _talk(self) -> None:
        """The buyer writes, the shop answers or does not."""
        self._somewhen()
        for _ in range(self.chance.randint(1, 3)):
            self.does("write", "buyer", text="Where is it?")
            self.waits()
            if self.chance.random() < 0.6:
                self.does("write", "seller", text="On its way.")
                self.waits()

    def _freeze(self) -> None:
        """Now and then for good."""
        self._somewhen()
        self.does("freeze")
        self.now += timedelta(seconds=int(600 * 2 ** self.chance.uniform(0, 9.3)))
        if self.chance.random() < 0.8:
            self.does("unfreeze")
