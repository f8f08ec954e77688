"""Acknowledge alerts, and change a store's alert rules. Each may run twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.alerts.model import Alert, State
from shared.domain.alerts.rules import AlertRules
from shared.domain.order.transitions import Actor
from shared.operations.messages.templates import find_template
from shared.operations.stores import change_store
from shared.store import stores
from shared.store.alerts import alerts
from shared.store.dynamodb import table
from shared.store.idempotency import PendingAnswer, settle
from shared.store.retries import retry


def acknowledge(alert: Alert, actor: Actor, now: datetime, pending: PendingAnswer | None = None) -> Alert:
    """Record who has seen an open alert. Any other alert is returned unchanged."""

    def step(alert: Alert) -> Alert:
        if alert.state is not State.OPEN:
            return alert
        after = replace(alert, acknowledged_at=now, acknowledged_by=actor.id)
        with settle(pending, after) as answer:
            table.transact([alerts.acknowledging(alert, actor.id, now), *answer])
        return after

    return retry(step, lambda: alerts.load(alert.store_id, alert.alert_id), alert)


def change_rules(stored: stores.StoredStore, rules: AlertRules, now: datetime) -> AlertRules:
    """Set the store's rules. The next sweeps apply them to existing orders, as with a new mode (see `rearm_store`).

    Raises Unprocessable if the store does not have the template of the payment reminders. The template that the rules
    name already may have been deleted.
    """
    template_id = rules.remind_payment.template_id
    if template_id and template_id != stored.store.alert_rules.remind_payment.template_id:
        find_template(stored.store.store_id, template_id, "/remind_payment/template_id")
    after = change_store(stored, lambda store: replace(store, alert_rules=store.alert_rules.updated(rules, now)), now)
    return after.alert_rules
