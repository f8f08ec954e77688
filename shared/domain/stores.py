"""A store's own settings: its zone, its working calendar and how long each timer of an order runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from shared.domain.alerts.rules import AlertRules


class Mode(StrEnum):
    """`enforce`: lapses take effect. `watch`: the platform's own clock acts; ours shows and alerts."""

    ENFORCE = "enforce"
    WATCH = "watch"


DURATIONS: Mapping[str, timedelta] = MappingProxyType(
    {
        "payment": timedelta(days=20),
        "risk": timedelta(hours=24),
        "examination": timedelta(hours=72),
        "shipment": timedelta(days=7),
        "cancellation": timedelta(hours=48),
        "receipt": timedelta(days=60),
        "receipt_after_delivery": timedelta(days=7),
        "release": timedelta(days=3),
        "dispute_answer": timedelta(days=5),
        "dispute_buyer": timedelta(days=5),
        "return_address": timedelta(days=5),
        "return": timedelta(days=10),
        "confirm_return": timedelta(days=10),
        "decision": timedelta(days=7),
    }
)
"""Default length of each timer (api.md, the timer table). `shipment` is in business days, and counts only where no line
names its own `handling_days`; `receipt` only where the order names no `delivery_days`."""


@dataclass(frozen=True, slots=True)
class DeadlinePolicy:
    mode: Mode = Mode.ENFORCE
    durations: Mapping[str, timedelta] = field(default_factory=lambda: DURATIONS)


@dataclass(frozen=True, slots=True)
class FeeRates:
    """What the platform keeps of an order, in parts per million. The default commission is the one of marketplace.md
    2.1; what the platform says of an order wins."""

    commission: int = 50_000
    affiliate: int = 0


@dataclass(frozen=True, slots=True)
class Store:
    """`business_days` are ISO weekdays (1 is Monday); `holidays` are days off in the store's own calendar.
    `watched_until` is when the store last began to enforce: what came up before is told as to a store that watches."""

    store_id: str
    name: str = ""
    time_zone: str = "Asia/Shanghai"
    currency: str = "USD"
    business_days: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    holidays: frozenset[date] = frozenset()
    policy: DeadlinePolicy = field(default_factory=DeadlinePolicy)
    fee_rates: FeeRates = FeeRates()
    alert_rules: AlertRules = field(default_factory=AlertRules)
    watched_until: datetime | None = None

    def in_watch_mode(self, at: datetime) -> bool:
        """Did nothing lapse by itself at this moment?"""
        return not self.enforces or (self.watched_until is not None and at <= self.watched_until)

    @property
    def enforces(self) -> bool:
        return self.policy.mode is Mode.ENFORCE
