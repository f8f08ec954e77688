"""Counts that would read more in a larger store are cut off, and say so."""

from __future__ import annotations

from typing import Any

import pytest

from shared.store.dynamodb import indexes
from tests.harness import Api


def test_a_count_that_is_cut_off_says_so(in_process: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, most = in_process.shop(), indexes.MOST_COUNTED
    shop.platform.place()  # a status without orders is not asked for

    def asked() -> tuple[Any, Any, Any]:
        paths = ("/v1/orders/counters", "/v1/alerts/counters", "/v1/messages/figures")
        orders, alerts, messages = (shop.viewer.get(path).json for path in paths)
        return orders, alerts, messages

    assert "cut_off" not in str(asked())
    monkeypatch.setattr(indexes, "count_index", lambda index, key, sort, limit: limit)
    orders, alerts, messages = asked()
    for name in ("due_24h", "seller_due_24h", "overdue"):
        assert (orders[name]["count"], orders[name]["cut_off"]) == (most, True)
    assert orders["placed_today"]["count"] == 1 and "cut_off" not in orders["placed_today"], "a daily figure"
    assert not any("cut_off" in entry for entry in orders["statuses"].values()), "exact at every moment"
    assert {name: alerts[name]["count"] for name in ("info", "critical", "open")} == {
        "info": most,
        "critical": most,
        "open": 3 * most,
    }
    assert all(alerts[name]["cut_off"] for name in ("info", "warning", "critical", "open"))
    assert (messages["unanswered"], messages["unanswered_cut_off"]) == (most, True)
    assert (messages["unanswered_12h"], messages["unanswered_12h_cut_off"]) == (most, True)
    monkeypatch.setattr(indexes, "count_index", lambda index, key, sort, limit: limit - 1)
    assert asked()[0]["overdue"]["count"] == most and "cut_off" not in str(asked()), "exact up to this number"
