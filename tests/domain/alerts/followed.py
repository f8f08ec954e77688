"""An order with its alerts, followed through commands, sweeps and checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.alerts import order_alerts
from shared.domain.alerts.model import Alert
from shared.domain.alerts.order_alerts import AlertChanges, AlertProgress
from shared.domain.order import lifecycle
from shared.domain.order.history import Change
from shared.domain.order.transitions import Actor, Command
from shared.domain.stores import DeadlinePolicy, Mode, Store
from tests.domain.build import Life, life_in

H = timedelta(hours=1)


class Followed:
    """An order with its alerts: commands, sweeps and checks of the reminder run, in any order."""

    def __init__(self, life: Life) -> None:
        self.order, self.store, self.ids = life.order, life.store, 0
        self.progress = AlertProgress(life.now)
        self.alerts: dict[str, Alert] = {}
        self.twice = 0

    def apply(self, changes: AlertChanges) -> None:
        self.progress = changes.progress
        for alert in changes.raised:
            self.twice += alert.alert_id in self.alerts
            self.alerts[alert.alert_id] = alert
        for cause, at in changes.resolved:
            alert_id = cause.alert_id(self.store.store_id)
            assert self.alerts[alert_id].resolved_at is None
            self.alerts[alert_id] = replace(self.alerts[alert_id], resolved_at=at)

    def new_id(self, prefix: str) -> str:
        self.ids += 1
        return f"{prefix}{self.ids}"

    def change(self, change: Change) -> None:
        if change.entries:
            self.apply(order_alerts.for_change(self.order, change, self.store, self.progress))
            self.order = change.order

    def sweep(self, now: datetime) -> None:
        self.change(lifecycle.lapse(self.order, self.store, before=now, recorded_at=now, new_id=self.new_id))

    def check(self, now: datetime) -> None:
        self.apply(order_alerts.at(self.order, self.store, self.progress, now))

    def do(self, action: str, now: datetime, by: str = "platform", at: datetime | None = None, **body: object) -> None:
        command = Command(action, Actor(by, by), at or now, now, self.store, self.new_id, body)
        self.change(lifecycle.act(self.order, command))

    def due(self, kind: str) -> datetime:
        timer = self.order.timer(kind)
        assert timer is not None
        return timer.due_at

    @property
    def until(self) -> datetime:
        """The time of the last change or check."""
        assert self.progress.until is not None
        return self.progress.until

    def summary(self) -> set[tuple[str, str | None, datetime, datetime | None]]:
        return {(each.kind, each.timer, each.raised_at, each.resolved_at) for each in self.alerts.values()}


def followed(situation: str, store: Store | None = None) -> Followed:
    return Followed(life_in(situation, store) if store else life_in(situation))


def watching() -> Store:
    return Store("s", policy=DeadlinePolicy(Mode.WATCH))
