"""A shop whose export has three files."""

from __future__ import annotations

import pytest

from functions.exports.formats import csv
from tests.exports.office import Office
from tests.harness import Shop


@pytest.fixture
def shop(office: Office, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Seven orders, three to a file."""
    shop = office.api.shop()
    for _ in range(7):
        shop.platform.place()
    monkeypatch.setattr(csv, "MAX_ROWS", 3)
    return shop
