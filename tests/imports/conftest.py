"""A desk that imports: the API, the queue, the worker and the bucket, all in this process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness import Api
from tests.imports.importer import Importer


@pytest.fixture
def importer(on_moto: Api) -> Iterator[Importer]:
    yield Importer.open(on_moto)


@pytest.fixture
def importer_on_dynoxide(on_dynoxide: Api) -> Iterator[Importer]:
    """The table on Dynoxide, the queue and the bucket on moto."""
    from moto import mock_aws

    with mock_aws(config={"core": {"passthrough": {"services": ["dynamodb"]}}}):
        yield Importer.open(on_dynoxide)
