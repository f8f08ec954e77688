"""Small versions of bench/cold_start.py and bench/warm.py, as ratios with some slack: a change that makes every start
or every request much dearer fails here."""

from __future__ import annotations

import compileall
import shutil
import statistics
import sys
import sysconfig
from pathlib import Path

import pytest

from bench import warm
from bench.cold_start import BARE, CLIENT, ORDERS_LIMIT, OTHERS_LIMIT, cpu_seconds
from local.packaging import service_data
from local.runtime import environment
from local.template import PROJECT, Template
from shared.store.clients import SERVICE_DATA
from tests.proof import size

SLACK = 1.15
READING = "from functions.orders import handler; handler.load(['orders.order']); "
SWEEP = "import functions.deadlines.sweep; "


@pytest.fixture(scope="module")
def artefact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own sources with service data and bytecode, as in an artefact; the libraries are this environment's. The
    bytecode that there is comes along, but for what another process is writing."""
    folder = tmp_path_factory.mktemp("artefact")
    for name in ("shared", "functions"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("*.pyc.*"))
    service_data.write(folder / SERVICE_DATA.relative_to(PROJECT))
    assert compileall.compile_dir(folder, quiet=1)
    return folder


def test_a_start_costs_little_more_than_a_client_of_boto3(artefact: Path) -> None:
    template = Template.load()
    variables = environment(template.functions["OrdersFunction"], "http://127.0.0.1:9", "http://127.0.0.1:9", "secret")
    libraries = sysconfig.get_paths()["purelib"]
    paths = f"import sys; sys.path[:0] = [{str(artefact)!r}, {libraries!r}]; "
    python = Path(sys.executable)
    scripts = {"bare": BARE, "orders": READING + CLIENT, "sweep": SWEEP + CLIENT}
    times = {name: list[float]() for name in scripts}
    for _ in range(size(3, 5)):
        for name, script in scripts.items():
            times[name].append(cpu_seconds(python, paths + script, [], variables))
    medians = {name: statistics.median(each) for name, each in times.items()}
    print(medians)
    assert medians["orders"] < SLACK * ORDERS_LIMIT * medians["bare"]
    assert medians["sweep"] < SLACK * OTHERS_LIMIT * medians["bare"]


def test_reading_an_order_costs_less_than_its_store_calls() -> None:
    measured = warm.measure(size(15, 60))
    print(warm.table(measured))
    assert measured[warm.ORDER].calls == 3
    assert 0 < measured[warm.ORDER].above < measured[warm.ORDER].store
