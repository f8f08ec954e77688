"""The clock's runs, and the alerts of a store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import boto3
import pytest

from tests.books.orders import audit
from tests.harness import Shop
from tests.store.alerts.times import ship_by


def waiting(shop: Shop, **order: Any) -> str:
    order_id = str(shop.platform.place(**order)["order_id"])
    for action, body in (("pay", {}), ("pass_risk", ship_by())):
        assert shop.platform.act(order_id, action, body).status == 200
    return order_id


def remind(moment: datetime, **more: Any) -> Any:
    from functions.deadlines.reminders import remind

    return remind(moment, lambda: False, **more)


def sweep(moment: datetime, **more: Any) -> Any:
    from functions.deadlines.sweep import sweep

    return sweep(moment, lambda: False, **more)


def alerts_of(shop: Shop, kind: str | None = None, states: str = "open acknowledged resolved") -> list[dict[str, Any]]:
    found = [each for state in states.split() for each in shop.viewer.every("/v1/alerts", state=state)]
    return [each for each in found if each["kind"] != "digest" and kind in (None, each["kind"])]


def assert_books() -> None:
    from shared.settings import settings

    assert not (wrong := audit(boto3.client("dynamodb"), settings().table_name).wrong), wrong


def actions(shop: Shop, order_id: str) -> list[tuple[str, str]]:
    return [(each["action"], each["actor"]["role"]) for each in shop.viewer.every(f"/v1/orders/{order_id}/history")]


def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    from shared.store import queues

    messages: list[tuple[str, str]] = []
    monkeypatch.setattr(queues, "send_alerts", messages.extend)
    return messages


def enqueue_alerts(moment: datetime) -> int:
    from functions.alerts.outbox import enqueue_alerts

    return enqueue_alerts(moment, lambda: False)


def sliced() -> tuple[list[Mapping[str, str]], Callable[[Sequence[Mapping[str, str]]], None]]:
    slices: list[Mapping[str, str]] = []
    return slices, slices.extend
