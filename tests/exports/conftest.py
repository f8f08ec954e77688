"""An office that exports: the API, the queue, the worker and the bucket, all in this process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.exports.office import Office
from tests.harness import Api


@pytest.fixture
def office(on_moto: Api) -> Iterator[Office]:
    yield Office.open(on_moto)


@pytest.fixture
def office_on_dynoxide(on_dynoxide: Api) -> Iterator[Office]:
    """The table on Dynoxide, the queue and the bucket on moto: for what is large, or changes while it is read."""
    from moto import mock_aws

    with mock_aws(config={"core": {"passthrough": {"services": ["dynamodb"]}}}):
        yield Office.open(on_dynoxide)
