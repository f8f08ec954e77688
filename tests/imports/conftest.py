"""A desk that imports: the API, the queue, the worker and the bucket, all in this process."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from functions.imports.readers import reader
from tests.harness import Api
from tests.imports.files import forked
from tests.imports.importer import Importer


@pytest.fixture(autouse=True)
def forked_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """To start Python for each file took longer than most tests. test_hostile_files.py starts it as deployed."""
    monkeypatch.setattr(reader, "subprocess", SimpleNamespace(run=forked.run, DEVNULL=subprocess.DEVNULL))


@pytest.fixture
def importer(in_process: Api) -> Iterator[Importer]:
    yield Importer.open(in_process)


@pytest.fixture
def importer_on_dynoxide(on_dynoxide_and_moto: Api) -> Iterator[Importer]:
    """The table on Dynoxide, the queue and the bucket on moto."""
    yield Importer.open(on_dynoxide_and_moto)
