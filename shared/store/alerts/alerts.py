"""Alerts in the table: one item each, written in the transaction of their cause.

A new alert has an outbox entry: it is in the clock's index until every channel has its delivery. So every alert that is
raised is delivered, and no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.alerts.model import Alert, Cause, Severity, State
from shared.domain.alerts.order_alerts import AlertChanges
from shared.store.dynamodb import indexes, keys, table
from shared.store.dynamodb.alert_records import AlertRecord
from shared.store.dynamodb.errors import AlreadyRaised
from shared.store.dynamodb.indexes import Selection, page
from shared.store.dynamodb.records import Record
from shared.store.dynamodb.table import ABSENT, PRESENT, Put, Update, Write, stale
from shared.store.pages import Count, Page, Position

ALERT = "ALERT"
_AS_THEY_ARE = "raised_at order_id subject timer due_at acknowledged_at acknowledged_by resolved_at".split()
"""The fields of an alert that are attributes under the same name."""


def of_order(store_id: str, changes: AlertChanges) -> list[Write]:
    """The writes of the alerts that a change of an order raises and resolves. An alert that exists is not changed."""
    return [*raising_once(changes.raised), *(resolving(store_id, cause, at) for cause, at in changes.resolved)]


def raising(alerts: Iterable[Alert], *, quietly: bool = False) -> list[Put]:
    """The writes of new alerts. An alert has no outbox entry if `should_deliver` is false or with `quietly`. They raise
    AlreadyRaised."""
    return [
        Put(_record(each, each.should_deliver and not quietly), ABSENT, _already_raised(each.alert_id))
        for each in alerts
    ]


def raising_once(alerts: Iterable[Alert], *, quietly: bool = False) -> list[Put]:
    """Like `raising`, but an alert that exists stays as it is."""
    return [replace(write, optional=True) for write in raising(alerts, quietly=quietly)]


def resolving(store_id: str, cause: Cause, at: datetime) -> Write:
    """The write that resolves an alert, acknowledged or not."""
    return Update(
        AlertRecord(keys.alert_pk(store_id, cause.alert_id(store_id)), ALERT),
        [AlertRecord.resolved_at.set(at), Record.state_key.set(_state_key(store_id, State.RESOLVED, cause.severity))],
        PRESENT,
        stale,
    )


def acknowledging(alert: Alert, by: str, at: datetime) -> Write:
    """The write that acknowledges an alert for the user `by`. It raises Stale if the alert is not open any more."""
    return Update(
        AlertRecord(keys.alert_pk(alert.store_id, alert.alert_id), ALERT),
        [
            AlertRecord.acknowledged_at.set(at),
            AlertRecord.acknowledged_by.set(by),
            Record.state_key.set(_state_key(alert.store_id, State.ACKNOWLEDGED, alert.severity)),
        ],
        PRESENT & AlertRecord.acknowledged_at.does_not_exist() & AlertRecord.resolved_at.does_not_exist(),
        stale,
    )


def load(store_id: str, alert_id: str) -> Alert:
    """Read consistently; raises Missing."""
    return _alert(table.load(AlertRecord, keys.alert_pk(store_id, alert_id), ALERT))


def load_waiting(store_id: str, alert_id: str) -> Alert | None:
    """The same for an alert that is in the outbox. None if it is not: every channel has its delivery, or none is to get
    one."""
    record = table.load(AlertRecord, keys.alert_pk(store_id, alert_id), ALERT)
    return _alert(record) if record.clock_shard else None


def listed(
    store_id: str, states: Sequence[State], severities: Sequence[Severity], limit: int, after: Position | None
) -> Page[Alert]:
    """A page of alerts in these states and of these severities, the latest first."""
    partitions = tuple(_state_key(store_id, state, severity) for state in states for severity in severities)
    return page(Selection("by_state", partitions), limit, after, AlertRecord, _alert)


def count(store_id: str, state: State, severity: Severity) -> Count:
    """Alerts in this state and of this severity."""
    return indexes.count(Selection("by_state", (_state_key(store_id, state, severity),)))


def handed_over(store_id: str, alert_id: str) -> Update:
    """The write that removes an alert from the outbox, for when every channel has its delivery."""
    record = AlertRecord(keys.alert_pk(store_id, alert_id), ALERT)
    return Update(record, [Record.clock_shard.remove(), Record.fires_at.remove()], PRESENT, stale)


def _already_raised(alert_id: str) -> table.Refusal:
    return lambda: AlreadyRaised(alert_id)


def _state_key(store_id: str, state: State, severity: Severity) -> str:
    return f"{store_id}#alert#{state}#{severity}"


def _record(alert: Alert, deliver: bool) -> AlertRecord:
    return AlertRecord(
        keys.alert_pk(alert.store_id, alert.alert_id),
        ALERT,
        state_key=_state_key(alert.store_id, alert.state, alert.severity),
        sort_key=keys.sort_key(alert.raised_at, alert.alert_id),
        clock_shard=keys.OUTBOX.of(alert.alert_id) if deliver else None,
        fires_at=keys.sort_key(alert.raised_at, alert.store_id, alert.alert_id) if deliver else None,
        alert_kind=alert.kind,
        severity=str(alert.severity),
        lead=None if alert.lead is None else int(alert.lead.total_seconds()),
        step=alert.step,
        facts=dict(alert.facts),
        **{name: getattr(alert, name) for name in _AS_THEY_ARE},
    )


def _alert(record: AlertRecord) -> Alert:
    store_id, alert_id = keys.ids_of_alert(record.pk)
    return Alert(
        store_id,
        alert_id,
        record.alert_kind,
        Severity(record.severity),
        lead=None if record.lead is None else timedelta(seconds=int(record.lead)),
        step=None if record.step is None else int(record.step),
        facts=record.facts,
        **{name: getattr(record, name) for name in _AS_THEY_ARE},
    )
