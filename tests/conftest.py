"""Fixtures: the API on the engine that `--engine` names."""

from __future__ import annotations

import gc
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ["POWERTOOLS_LOG_LEVEL"] = "ERROR"  # before a function is imported: its logger reads it once

import moto  # noqa: F401  before any client is made, or it would reach for the real network
import pytest
from hypothesis import HealthCheck, settings

from tests.clock.memory_table import MemoryTable
from tests.harness import (
    Api,
    InProcess,
    Server,
    create_table,
    dynoxide,
    environment,
    free_port,
    use_table,
)
from tests.harness.shared_run import shared_run
from tests.moto.answers import cheap_answers
from tests.moto.backup import cheap_backups
from tests.moto.kept_clients import keep_clients
from tests.moto.service_data import read_once
from tests.moto.threads import requests_in_turn
from tests.proof import size

TABLE = "orders"
EVERY = {"local": size(5, 1), "moto": 3}
"""Of the tests that can run on such an engine, every so many are run there: these engines are slow."""
read_once()
keep_clients()
cheap_answers()
requests_in_turn()

# How long an example takes says more of the machine than of what is tested: a busy one is no failure.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine",
        choices=("memory", "moto", "dynoxide", "local"),
        help="run only the tests that run on this engine, on it; local is a whole server, over a socket",
    )
    parser.addoption("--pictures", action="store_true", help="keep the pictures of the console in docs/console")
    parser.addoption("--slow", type=int, default=0, metavar="MS", help="let each request of the console wait, twice")
    parser.addoption("--shuffle", type=int, help="run files, and the tests within each, in a random order of this seed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With an engine named, only what runs on it: the rest has been run before."""
    if (seed := config.getoption("--shuffle")) is not None:
        chosen, files = random.Random(seed), sorted({item.path for item in items})
        chosen.shuffle(files)
        places = {path: place for place, path in enumerate(files)}
        items.sort(key=lambda item: (places[item.path], chosen.random()))
    if engine := config.getoption("--engine"):
        on_it = {"api"} if engine == "local" else {"api", "in_process"}
        kept = [item for item in items if not on_it.isdisjoint(getattr(item, "fixturenames", ()))]
        kept = kept[:: EVERY.get(engine, 1)]
        config.hook.pytest_deselected(items=list(set(items).difference(kept)))
        items[:] = kept


def pytest_collection_finish() -> None:
    """What is loaded now stays to the end. Looking through it for garbage again and again took a third of a second each
    time, and every third short test had such a time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.config.getoption("--engine") or "memory")


@pytest.fixture(scope="session")
def server(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A whole local run, for the session. Processes share it with `--engine=local`; else a test may kill it."""
    if engine == "local":
        with shared_run(tmp_path_factory) as running:
            yield running
        return
    running = Server(tmp_path_factory.mktemp("data"), free_port())
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def dynoxide_url() -> Iterator[str]:
    with dynoxide() as url:
        yield url


@pytest.fixture
def on_dynoxide(dynoxide_url: str) -> Iterator[Api]:
    """The handler in process over Dynoxide, whatever `--engine` says: for what moto gets wrong."""
    import uuid

    import boto3

    table = f"t{uuid.uuid4().hex}"
    with environment(dynoxide_url, table):
        client = boto3.client("dynamodb")
        create_table(client, table)
        use_table(table)
        yield Api(InProcess(), "dynoxide")
        client.delete_table(TableName=table)


@pytest.fixture
def on_moto() -> Iterator[Api]:
    """The handler in process over moto, with a fresh table."""
    import boto3
    from moto import mock_aws

    with environment(None, TABLE), mock_aws(), cheap_backups():
        create_table(boto3.client("dynamodb"), TABLE)
        use_table(TABLE)
        yield Api(InProcess(), "moto")


@pytest.fixture
def memory_table() -> Iterator[MemoryTable]:
    """The table in memory; queues, buckets and mail are on moto."""
    from moto import mock_aws

    with environment(None, TABLE), mock_aws(), MemoryTable().installed() as table:
        use_table(TABLE)
        yield table


@pytest.fixture
def on_memory(memory_table: MemoryTable) -> Api:
    """The handler in process over the table in memory."""
    return Api(InProcess(), "memory")


@pytest.fixture
def on_dynoxide_and_moto(on_dynoxide: Api) -> Iterator[Api]:
    """The table on Dynoxide; queues, buckets and mail are on moto."""
    from moto import mock_aws

    with mock_aws(config={"core": {"passthrough": {"services": ["dynamodb"]}}}):
        yield on_dynoxide


@pytest.fixture
def in_process(engine: str, request: pytest.FixtureRequest) -> Any:
    """The handler in process, on the engine of this run."""
    return request.getfixturevalue("on_dynoxide_and_moto" if engine == "dynoxide" else f"on_{engine}")


@pytest.fixture
def api(engine: str, request: pytest.FixtureRequest) -> Any:
    """The API on the engine of this run."""
    if engine == "local":
        return Api(request.getfixturevalue("server").transport(), "local")
    return request.getfixturevalue("in_process")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data beside the project, where it is; a test that needs it skips where it is not."""
    folder = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}")
    return folder
