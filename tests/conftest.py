"""Fixtures: the API on the engine that `--engine` names."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import moto  # noqa: F401  before any client is made, or it would reach for the real network
import pytest
from hypothesis import HealthCheck, settings

from local import engines
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
from tests.moto_answers import cheap_answers
from tests.moto_backup import cheap_backups
from tests.proof import size
from tests.service_data import read_once

TABLE = "orders"
ENGINES = size(("dynoxide" if engines.dynoxide_binary() else "moto",), ("moto", "dynoxide"))
"""What tests in process run on: in full size every engine, in quick size the fastest."""

read_once()
cheap_answers()

# How long an example takes says more of the machine than of what is tested: a busy one is no failure.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine",
        default="moto",
        choices=("moto", "dynoxide", "local"),
        help="what the HTTP tests run on: moto, dynoxide, or local (a whole server, over a socket)",
    )
    parser.addoption("--pictures", action="store_true", help="keep the pictures of the console in docs/console")
    parser.addoption("--shuffle", type=int, help="run files, and the tests within each, in a random order of this seed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With another engine than the default, only what runs on it: the rest has been run before."""
    if (seed := config.getoption("--shuffle")) is not None:
        chosen, files = random.Random(seed), sorted({item.path for item in items})
        chosen.shuffle(files)
        places = {path: place for place, path in enumerate(files)}
        items.sort(key=lambda item: (places[item.path], chosen.random()))
    if config.getoption("--engine") != "moto":
        elsewhere = [item for item in items if "api" not in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.config.getoption("--engine"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A whole local run, for the session."""
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
def api(engine: str, request: pytest.FixtureRequest) -> Any:
    """The API on the engine of this run."""
    if engine == "local":
        return Api(request.getfixturevalue("server").transport(), "local")
    return request.getfixturevalue(f"on_{engine}")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data beside the project, where it is; a test that needs it skips where it is not."""
    folder = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}")
    return folder
