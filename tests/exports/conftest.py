"""An office that exports: the API, the queue, the worker and the bucket, all in this process."""

from __future__ import annotations

import pytest

from tests.exports.office import Office
from tests.harness import Api


@pytest.fixture
def office(in_process: Api) -> Office:
    return Office.open(in_process)


@pytest.fixture
def office_on_dynoxide(on_dynoxide_and_moto: Api) -> Office:
    """The table on Dynoxide, the queue and the bucket on moto."""
    return Office.open(on_dynoxide_and_moto)
