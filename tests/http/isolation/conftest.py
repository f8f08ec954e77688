"""A store that has one of everything."""

from __future__ import annotations

import pytest

from tests.harness import Api
from tests.http.isolation.held import Held, hold


@pytest.fixture
def held(api: Api) -> Held:
    return hold(api)
