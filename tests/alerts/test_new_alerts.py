"""A new alert is delivered at once: the table's stream tells the outbox of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from functions.alerts import outbox
from local.runtime import Context
from shared.domain.alerts.model import Alert
from shared.store import queues
from shared.store.dynamodb import keys
from tests.alerts.bureau import Bureau


def stream(*alerts: Alert) -> dict[str, Any]:
    """The event of Lambda for these new items."""
    records = [
        {
            "eventName": "INSERT",
            "dynamodb": {
                "Keys": {"pk": {"S": keys.alert_pk(each.store_id, each.alert_id)}, "sk": {"S": "ALERT"}},
                "StreamViewType": "KEYS_ONLY",
            },
        }
        for each in alerts
    ]
    return {"Records": records}


def invoke(*alerts: Alert) -> int:
    sent: int = outbox.lambda_handler(stream(*alerts), Context("OutboxFunction", 512, 50))["sent"]
    return sent


def test_a_new_alert_is_delivered_before_the_outbox_runs(bureau: Bureau) -> None:
    channel = bureau.channel()
    assert invoke(bureau.alert()) == 1
    bureau.work()
    assert bureau.states(channel) == ["delivered"]
    bureau.now += timedelta(minutes=1)
    assert bureau.clock() == 0, "the outbox has nothing to do"


def test_alert_that_is_read_twice_is_delivered_once(bureau: Bureau) -> None:
    channel, alert = bureau.channel(), bureau.alert()
    for _ in range(2):
        assert invoke(alert, alert) == 2
        bureau.work()
    assert bureau.states(channel) == ["delivered"] and len(bureau.receiver.received) == 1


def test_alert_that_nobody_is_to_get_is_not_delivered(bureau: Bureau) -> None:
    """The stream tells of every new alert, also of those that are listed alone."""
    channel = bureau.channel()
    invoke(bureau.alert(quietly=True), bureau.alert())
    bureau.work()
    assert bureau.states(channel) == ["delivered"] and len(bureau.receiver.received) == 1


def test_alert_whose_message_is_refused_waits_for_the_outbox(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    channel, send, refused = bureau.channel(), queues.send_alerts, list[int]()
    alerts = [bureau.alert() for _ in range(25)]

    def send_alerts(batch: Sequence[tuple[str, ...]]) -> None:
        if not refused:
            refused.append(len(batch))
            raise queues.NotAccepted("SQS is away")
        send(batch)

    monkeypatch.setattr(queues, "send_alerts", send_alerts)
    assert invoke(*alerts) == 15 and refused == [10], "the other batches are sent"
    bureau.work()
    assert len(bureau.states(channel)) == 15
    assert bureau.minute() == 10
    assert bureau.states(channel) == ["delivered"] * 25
