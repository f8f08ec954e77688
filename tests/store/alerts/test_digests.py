"""The digest of a store's day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.harness import Api
from tests.store.alerts import times
from tests.store.alerts.runs import remind, sliced, waiting
from tests.store.alerts.times import H


def test_workers_tell_stores_days_too(in_process: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.deadlines import due_items

    monkeypatch.setattr(due_items, "INLINE", 0)
    shops, (slices, send) = [in_process.shop() for _ in range(3)], sliced()
    remind(times.NOW + timedelta(days=1), send=send)
    for each in slices:
        assert due_items.process_slice(each, times.NOW + timedelta(days=1), lambda: False).failed == 0
    for shop in shops:
        assert "digest" in {each["kind"] for each in shop.viewer.every("/v1/alerts", state="resolved")}


def test_a_digest_is_raised_once_a_day_at_the_stores_hour(in_process: Api) -> None:
    shop = in_process.shop()
    waiting(shop)
    for hours in range(0, 72, 5):
        remind(times.NOW + hours * H)
        remind(times.NOW + hours * H)
    digests = [each for each in shop.viewer.every("/v1/alerts", state="resolved") if each["kind"] == "digest"]
    assert len({each["facts"]["day"] for each in digests}) == len(digests) >= 2
    assert all(datetime.fromisoformat(each["raised_at"]).hour == 1 for each in digests), "nine in Shanghai"
    assert "digest" not in {each["kind"] for each in shop.viewer.every("/v1/alerts")}
