"""The API on a table in memory, at a moment that begins with the test."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.harness import Api
from tests.store.alerts import times
from tests.store.alerts.times import H


@pytest.fixture(autouse=True)
def from_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The times are set anew as the test begins: their module may have been loaded long before."""
    now = datetime.now(UTC).replace(microsecond=0)
    monkeypatch.setattr(times, "NOW", now)
    monkeypatch.setattr(times, "DUE", now + 60 * H)


@pytest.fixture
def desk(in_process: Api) -> Api:
    return in_process
