"""The auditor's page on alerts: each is what its id says, open for as long as its cause is there, and no fewer and no
more than the history has causes for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.domain.alerts import order_alerts
from shared.domain.alerts.model import Alert, Cause
from shared.domain.alerts.order_alerts import AlertProgress
from shared.domain.order.history import Entry
from shared.domain.order.model import Order
from shared.store.alerts import alerts
from shared.store.dynamodb import keys
from shared.store.dynamodb.alert_records import AlertRecord
from shared.store.messages import messages

NEVER_OPEN = {kind for kind, event in order_alerts.EVENTS.items() if event.current_while is None}
Watched = Mapping[str, tuple[Order, AlertProgress, Sequence[Entry]]]


@dataclass
class AlertBooks:
    """Alerts as they lie in the table, and orders by the table's key."""

    found: dict[tuple[str, str], tuple[Alert, Mapping[str, Any]]] = field(default_factory=dict)

    def take(self, raw: Mapping[str, Any]) -> None:
        if raw["sk"]["S"] == alerts.ALERT:
            record = AlertRecord()
            record.deserialize(dict(raw))
            alert = alerts._alert(record)
            self.found[alert.store_id, alert.alert_id] = alert, raw

    def wrong(self, orders: Watched) -> Iterable[str]:
        raised: dict[str, Counter[str]] = {}
        for alert, raw in self.found.values():
            yield from self._one(alert, raw, orders)
            if alert.order_id:
                pk = keys.order_pk(alert.store_id, alert.order_id)
                raised.setdefault(pk, Counter())[alert.kind] += 1
        for pk, (order, progress, history) in orders.items():
            for cause in progress.open:
                there = self.found.get((order.store_id, cause.alert_id(order.store_id)))
                if there is None:
                    yield f"{pk}: {cause} is open on the head, and there is no such alert"
                elif there[0].resolved_at:
                    yield f"{pk}: {cause} is open on the head, and over since {there[0].resolved_at}"
            actual, expected = raised.get(pk, Counter()), _expected(history, order)
            for kind in expected.keys() | {"cancellation_requested", "short_payment", "dispute_opened"}:
                if actual[kind] != expected[kind]:
                    yield f"{pk}: {actual[kind]} alerts {kind}, the history has cause for {expected[kind]}"

    def _one(self, alert: Alert, raw: Mapping[str, Any], orders: Watched) -> Iterable[str]:
        name = f"{alert.store_id}: {alert.kind} {alert.alert_id}"
        subject = alert.order_id or alert.subject or ""
        cause = Cause(alert.kind, alert.raised_at, subject, alert.timer, alert.due_at, alert.lead, alert.step)
        if (cause.alert_id(alert.store_id), cause.severity) != (alert.alert_id, alert.severity):
            yield f"{name}: another id or severity than its cause has"
        if alert.due_at and alert.lead is not None and not self._of_its_moment(alert, orders):
            yield f"{name}: not of its moment"
        if alert.resolved_at and alert.resolved_at < alert.raised_at:
            yield f"{name}: over before it was raised"
        if raw["state_key"]["S"] != f"{alert.store_id}#alert#{alert.state}#{alert.severity}":
            yield f"{name}: listed as {raw['state_key']['S']}"
        if "clock_shard" in raw and raw["clock_shard"]["S"] != keys.OUTBOX.of(alert.alert_id):
            yield f"{name}: in the wrong shard of the outbox"
        if not alert.order_id or alert.resolved_at or alert.kind in NEVER_OPEN:
            return
        if alert.kind == "message_unanswered":
            if not messages.thread(alert.store_id, alert.order_id).alerted:
                yield f"{name}: open, and nobody waits"
            return
        order, progress, _ = orders[keys.order_pk(alert.store_id, alert.order_id)]
        if cause not in progress.open:
            yield f"{name}: open, and its order does not know"
        if not order_alerts.is_current(cause, order):
            yield f"{name}: open, and its cause is gone"

    def _of_its_moment(self, alert: Alert, orders: Watched) -> bool:
        """Its lead before it is due, or later, where its timer was set only then: by a step of then, or a lapse."""
        assert alert.due_at and alert.lead is not None
        if alert.raised_at == alert.due_at - alert.lead:
            return True
        _, _, history = orders[keys.order_pk(alert.store_id, alert.order_id or "")]
        late = alert.due_at - alert.lead < alert.raised_at < alert.due_at
        return late and any(alert.raised_at in (entry.at, entry.recorded_at) for entry in history)


_MAY_CLOSE = frozenset(
    "accept accept_cancellation confirm_return expire_examination expire_return_address expire_shipment".split()
)


def _expected(history: Sequence[Entry], order: Order) -> Counter[str]:
    """What a history gives cause for, by its words and by what each refund of the order is worth."""
    worth = {refund.refund_id: refund.amount for refund in order.refunds}
    expected: Counter[str] = Counter()
    for entry in history:
        changed = str(entry.from_status) != str(entry.to_status)
        expected["cancellation_requested"] += changed and entry.to_status == "IN_CANCEL"
        expected["short_payment"] += changed and entry.to_status == "WAIT_SELLER_EXAMINE_MONEY"
        stages = (each["stage"] for each in entry.changes.get("disputes", {}).values() if "stage" in each)
        expected["dispute_opened"] += any(before is None and after != "ended" for before, after in stages)
        # what nothing but a timer brings, whoever tells of it
        ended = entry.changes.get("end_reason", [None, None])[1] in order_alerts.CLOSED_BY_TIMEOUT
        timed_out = entry.action.startswith("expire_") or ended
        silent = timed_out and entry.recorded_at - entry.at <= order_alerts.MAX_NEWS_AGE
        clock = entry.actor.role == "clock" and entry.action != "remind_payment"
        if not (silent or clock):
            continue
        refunds = entry.changes.get("refunds", {}).items()
        states = {each: change["state"][1] for each, change in refunds if "state" in change}
        promised = any(state in ("accepted", "paid") and worth[each] > 0 for each, state in states.items())
        closes = ended or entry.action in _MAY_CLOSE
        expected["closed_by_clock"] += bool(entry.changes.get("violations")) or (closes and promised)
    return +expected
