"""Alerts and the rules they go by, as people deal with them. Each may run twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.alerts.model import Alert, State
from shared.domain.alerts.rules import AlertRules
from shared.domain.order.transitions import Actor
from shared.operations.stores import change_store
from shared.store import stores
from shared.store.alerts import alerts
from shared.store.dynamodb import table
from shared.store.idempotency import PendingAnswer, settle
from shared.store.retries import retry


def acknowledge(alert: Alert, actor: Actor, now: datetime, pending: PendingAnswer | None = None) -> Alert:
    """Somebody has seen it. One that has been acknowledged or is over answers as it is."""

    def step(alert: Alert) -> Alert:
        if alert.state is not State.OPEN:
            return alert
        after = replace(alert, acknowledged_at=now, acknowledged_by=actor.id)
        with settle(pending, after) as answer:
            table.transact([alerts.acknowledging(alert, actor.id, now), *answer])
        return after

    return retry(step, lambda: alerts.load(alert.store_id, alert.alert_id), alert)


def change_rules(stored: stores.StoredStore, rules: AlertRules, now: datetime) -> AlertRules:
    """The store's rules from now on; they reach the orders that are there as a changed mode does."""
    after = change_store(stored, lambda store: replace(store, alert_rules=store.alert_rules.updated(rules, now)), now)
    return after.alert_rules
