"""The house rules, kept by the source: each is shown to fail on a small bad example."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.rules import (
    MAX_LINES,
    Rule,
    clock_is_read_in_handlers_alone,
    domain_is_standard_library_only,
    environment_is_read_in_settings_alone,
    files_are_short,
    functions_never_import_one_another,
    imports_run_one_way,
    keys_and_index_names_are_written_in_the_store_alone,
    libraries_stay_in_their_homes,
    nothing_comes_in_by_its_package,
    package_files_are_empty,
    tables_are_known_to_the_store_alone,
)
from tests.architecture.sources import PROJECT, SOURCES

BAD: tuple[tuple[Rule, str, str], ...] = (
    (tables_are_known_to_the_store_alone, "functions/deadlines/due_items.py", "from shared.store.dynamodb import keys"),
    (tables_are_known_to_the_store_alone, "functions/exports/kinds.py", "from shared.store.dynamodb.wire import Tick"),
    (
        tables_are_known_to_the_store_alone,
        "functions/orders/views.py",
        "def f():\n    import shared.store.dynamodb.table",
    ),
    *(
        (keys_and_index_names_are_written_in_the_store_alone, "functions/orders/routes/across.py", each)
        for each in (
            'Selection("by_state", ())',
            'x = ("by_reference", store_id)',
            'x = f"{store_id}#parcel#{each}"',
            'x = f"{store_id}#{status}"',
            'x = f"{store_id}#unexplained"',
            'x = "CLOCK#" + shard',
            'x = f"ORDER#REFUND#{refund_id}"',
            'x = key.split("#")',
            'x = key.partition("#")[0]',
            'x = "#".join((store_id, order_id))',
        )
    ),
    (
        keys_and_index_names_are_written_in_the_store_alone,
        "shared/operations/alerts/daily_alerts.py",
        'lists.Selection("by_placed", (store_id,))',
    ),
    (imports_run_one_way, "shared/domain/order/model.py", "from shared.store import orders"),
    (imports_run_one_way, "shared/domain/order/model.py", "def f():\n    import shared.operations.orders"),
    (imports_run_one_way, "shared/domain/order/model.py", "import shared.settings"),
    (imports_run_one_way, "shared/domain/order/model.py", "from ..store import orders"),
    (imports_run_one_way, "shared/store/orders/orders.py", "from shared.operations.orders import new_id"),
    (imports_run_one_way, "shared/store/orders/orders.py", "from functions.orders import problems"),
    (imports_run_one_way, "shared/operations/orders.py", "import functions.orders.problems"),
    (imports_run_one_way, "shared/settings.py", "from shared.domain import orders"),
    (imports_run_one_way, "functions/orders/models/orders/orders.py", "from local import run"),
    (imports_run_one_way, "functions/orders/models/orders/orders.py", "from tests.harness import Api"),
    (nothing_comes_in_by_its_package, "shared/domain/order/model.py", "from shared import store"),
    (nothing_comes_in_by_its_package, "shared/store/orders/orders.py", "from shared import operations"),
    (functions_never_import_one_another, "functions/deadlines/sweep.py", "from functions.orders import problems"),
    (functions_never_import_one_another, "functions/orders/routes/orders/bulk.py", "import functions.exports.kinds"),
    (functions_never_import_one_another, "functions/orders/models/orders/orders.py", "from functions import alerts"),
    (domain_is_standard_library_only, "shared/domain/money.py", "import pydantic"),
    (domain_is_standard_library_only, "shared/domain/money.py", "def f():\n    from ulid import ULID"),
    (libraries_stay_in_their_homes, "functions/orders/models/orders/orders.py", "import boto3"),
    (libraries_stay_in_their_homes, "shared/operations/orders.py", "from botocore.exceptions import ClientError"),
    (libraries_stay_in_their_homes, "functions/deadlines/sweep.py", "from pynamodb.models import Model"),
    (libraries_stay_in_their_homes, "functions/exports/worker.py", "import openpyxl"),
    (libraries_stay_in_their_homes, "functions/exports/worker.py", "import rustpy_xlsxwriter"),
    (libraries_stay_in_their_homes, "shared/store/orders/orders.py", "from xlwt import Workbook"),
    (libraries_stay_in_their_homes, "shared/domain/order/model.py", "import msgspec"),
    (environment_is_read_in_settings_alone, "shared/store/dynamodb/table.py", "import os\nx = os.environ['A']"),
    (environment_is_read_in_settings_alone, "shared/store/dynamodb/table.py", "import os\nx = os.environ.get('A')"),
    (environment_is_read_in_settings_alone, "functions/orders/handler.py", "import os\nx = os.getenv('A')"),
    (environment_is_read_in_settings_alone, "functions/orders/handler.py", "from os import environ"),
    (clock_is_read_in_handlers_alone, "shared/domain/order/model.py", "import datetime\nx = datetime.datetime.now()"),
    (
        clock_is_read_in_handlers_alone,
        "shared/store/orders/orders.py",
        "from datetime import datetime\nx = datetime.utcnow()",
    ),
    (clock_is_read_in_handlers_alone, "functions/orders/pipeline.py", "x = datetime.now(UTC)"),
    (clock_is_read_in_handlers_alone, "functions/exports/formats/csv.py", "x = date.today()"),
    (clock_is_read_in_handlers_alone, "functions/orders/cursors.py", "import time\nx = time.time()"),
    (clock_is_read_in_handlers_alone, "shared/operations/orders.py", "from time import time"),
    (clock_is_read_in_handlers_alone, "shared/operations/orders.py", "field(default_factory=datetime.now)"),
    (package_files_are_empty, "shared/domain/__init__.py", "from shared.domain.order.model import Order\n"),
    (files_are_short, "shared/domain/order/model.py", "x = 1\n" * (MAX_LINES + 1)),
)
RULES = tuple(dict.fromkeys(rule for rule, *_ in BAD))
FINE = (
    ("shared/operations/orders.py", "import time\ntime.sleep(1)\nfrom shared.store import orders"),
    ("functions/deadlines/sweep.py", "from datetime import UTC, datetime\nx = datetime.now(UTC)"),
    ("functions/exports/schedule.py", "from datetime import UTC, datetime\nx = datetime.now(UTC)"),
    ("functions/exports/formats/xlsx.py", "import rustpy_xlsxwriter"),
    ("functions/imports/failed_rows.py", "import openpyxl"),
    (
        "functions/orders/models/orders/orders.py",
        "from functions.orders import problems\nfrom shared.domain import orders",
    ),
    (
        "shared/store/dynamodb/table.py",
        "import boto3\nfrom shared import settings\nfrom shared.settings import settings",
    ),
    ("shared/settings.py", "import os\nx = os.environ['A']"),
    ("shared/domain/__init__.py", ""),
    ("functions/orders/problems.py", "from shared.store.dynamodb.errors import Busy"),
    ("functions/alerts/formats/dingtalk.py", 'x = f"#### {title}"\ny = "#,##0.00"\nz = {"by_rule": 1}'),
    ("shared/store/orders/lists.py", 'x = f"{store_id}#unexplained"'),
)


def python_files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            if path.name not in (".venv", ".tools", ".aws-sam", ".git", "node_modules"):
                yield from python_files(path)
        elif path.suffix == ".py":
            yield path


def test_sources_are_python_3_11() -> None:
    """The functions run on a newer one; the local run, the tests and the tools on any from 3.11 on."""
    paths = [*python_files(PROJECT)]
    for path in paths:
        ast.parse(path.read_text("utf-8"), str(path), feature_version=(3, 11))
    assert len(paths) >= 300
    if sys.version_info >= (3, 12):  # an older one cannot read what it is to refuse
        with pytest.raises(SyntaxError):
            ast.parse("type Text = str", feature_version=(3, 11))


def test_there_is_something_to_read() -> None:
    assert len(SOURCES) >= 40
    assert {"shared/domain/order/lifecycle.py", "functions/orders/handler.py"} <= SOURCES.keys()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps(rule: Rule) -> None:
    assert [breach for path, source in SOURCES.items() for breach in rule(path, source)] == []


@pytest.mark.parametrize(("rule", "path", "source"), BAD, ids=[f"{rule.__name__}-{path}" for rule, path, _ in BAD])
def test_the_rule_sees(rule: Rule, path: str, source: str) -> None:
    assert list(rule(path, source))


@pytest.mark.parametrize(("path", "source"), FINE, ids=[path for path, _ in FINE])
def test_the_rules_leave_alone(path: str, source: str) -> None:
    assert [breach for rule in RULES for breach in rule(path, source)] == []
