"""A desk that imports: the API, the queue, the worker and the bucket, all in this process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness import Api
from tests.imports.importer import Importer


@pytest.fixture
def importer(in_process: Api) -> Iterator[Importer]:
    yield Importer.open(in_process)


@pytest.fixture
def importer_on_dynoxide(on_dynoxide_and_moto: Api) -> Iterator[Importer]:
    """The table on Dynoxide, the queue and the bucket on moto."""
    yield Importer.open(on_dynoxide_and_moto)
