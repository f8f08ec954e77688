"""The house rules, read off the source: each is shown to fail on a small bad example."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from local.template import Template

PROJECT = Path(__file__).resolve().parent.parent
SOURCES = {
    path.relative_to(PROJECT).as_posix(): path.read_text("utf-8")
    for folder in ("shared", "functions")
    for path in sorted((PROJECT / folder).rglob("*.py"))
}
MAX_LINES = 400
Rule = Callable[[str, str], Iterator[str]]


@cache
def nodes(source: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(source)))


def imports(source: str | ast.AST) -> Iterator[str]:
    """Every module that a source names in an import, wherever it stands; `from a import b` names a and a.b."""
    for node in nodes(source) if isinstance(source, str) else ast.walk(source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def under(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


LAYERS = {
    "shared/domain/": ("shared.domain",),
    "shared/store/": ("shared.domain", "shared.store", "shared.settings", "shared.telemetry"),
    "shared/operations/": (
        "shared.domain",
        "shared.store",
        "shared.operations",
        "shared.settings",
        "shared.telemetry",
    ),
}


def imports_run_one_way(path: str, source: str) -> Iterator[str]:
    """functions → shared.operations → shared.store → shared.domain, and no import relative to its own place."""
    may = next((packages for folder, packages in LAYERS.items() if path.startswith(folder)), None)
    for module in imports(source):
        ours = under(module, "shared", "functions", "local", "tests", "docs") or module.startswith(".")
        if path.startswith("functions/"):
            allowed = under(module, "shared", "functions")
        elif may is not None:
            allowed = under(module, *may) or (module == "shared")
        else:
            allowed = False  # settings and telemetry stand alone
        if ours and not allowed:
            yield f"{path} imports {module}"


def nothing_comes_in_by_its_package(path: str, source: str) -> Iterator[str]:
    """`from shared import store` would pass the rule above under the name of its package."""
    may = next((packages for folder, packages in LAYERS.items() if path.startswith(folder)), None)
    if may is not None:
        for module in imports(source):
            if under(module, "shared") and module != "shared" and not under(module, *may):
                yield f"{path} imports {module}"


def functions_never_import_one_another(path: str, source: str) -> Iterator[str]:
    if path.startswith("functions/") and path.count("/") > 1:
        own = ".".join(path.split("/")[:2])
        for module in imports(source):
            if under(module, "functions") and module != "functions" and not under(module, own):
                yield f"{path} imports {module}"


def domain_is_standard_library_only(path: str, source: str) -> Iterator[str]:
    if path.startswith("shared/domain/"):
        for module in imports(source):
            if module.split(".")[0] not in sys.stdlib_module_names | {"shared"}:
                yield f"{path} imports {module}"


def libraries_stay_in_their_homes(path: str, source: str) -> Iterator[str]:
    readers = "functions/imports/readers/"
    homes = {
        ("boto3", "botocore", "pynamodb"): ("shared/store/",),
        ("msgspec",): ("shared/store/", readers),
        ("rustpy_xlsxwriter", "xlwt"): ("functions/exports/formats/",),
        ("openpyxl",): ("functions/imports/failed_rows.py", "functions/imports/empty_sheet.py"),
        ("python_calamine",): (readers,),
    }
    for libraries, home in homes.items():
        if not path.startswith(home):
            yield from (f"{path} imports {module}" for module in imports(source) if under(module, *libraries))


INDEXES = frozenset(
    index["IndexName"]
    for table in Template.load().tables
    for index in table.create_arguments.get("GlobalSecondaryIndexes", ())
)
KEY_PREFIX = re.compile(r"[A-Z][A-Z_]*#")
BEHIND_A_VALUE = re.compile(r"#([a-z_]+(#[a-z_]*)?)?")


def tables_are_known_to_the_store_alone(path: str, source: str) -> Iterator[str]:
    """Functions know the store by its nouns and its errors; nobody else imports what stands on DynamoDB."""
    if path.startswith("functions/"):
        for module in imports(source):
            if module.startswith("shared.store.dynamodb.") and not under(module, "shared.store.dynamodb.errors"):
                yield f"{path} imports {module}"


def keys_and_index_names_are_written_in_the_store_alone(path: str, source: str) -> Iterator[str]:
    """No index name, no key prefix, and no text that joins or splits a key at `#`."""
    if not path.startswith(("functions/", "shared/operations/")):
        return
    for node in nodes(source):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node.value in INDEXES or KEY_PREFIX.match(node.value):
                yield f"{path}:{node.lineno} writes {node.value!r}"
        elif isinstance(node, ast.JoinedStr):
            for before, part in pairwise(node.values):
                text = part.value if isinstance(part, ast.Constant) else ""
                if isinstance(before, ast.FormattedValue) and BEHIND_A_VALUE.fullmatch(str(text)) and text:
                    yield f"{path}:{node.lineno} makes a key with {text!r}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            owner = node.func.value.value if isinstance(node.func.value, ast.Constant) else None
            takes_apart = node.func.attr in ("split", "rsplit", "partition", "rpartition") and "#" in texts
            if takes_apart or (node.func.attr == "join" and owner == "#"):
                yield f"{path}:{node.lineno} reads or makes a key: .{node.func.attr}"


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def names(source: str) -> Iterator[str]:
    """Every dotted name that a source uses, and every one that it imports."""
    yield from imports(source)
    for node in nodes(source):
        if isinstance(node, ast.Attribute):
            yield dotted(node)


def environment_is_read_in_settings_alone(path: str, source: str) -> Iterator[str]:
    if path != "shared/settings.py":
        for name in names(source):
            if under(name, "os.environ", "os.environb", "os.getenv", "os.getenvb", "dotenv"):
                yield f"{path} uses {name}"


CLOCKS = ("now", "utcnow", "today")
TIMES = ("time.time", "time.time_ns", "time.gmtime", "time.localtime", "time.ctime", "time.strftime")


def clock_is_read_in_handlers_alone(path: str, source: str) -> Iterator[str]:
    """The HTTP function takes its time from the event; waiting and measuring (sleep, monotonic) are no clock."""
    if path == "shared/scheduled_runs.py" or (
        path.startswith(
            tuple(f"functions/{name}/" for name in ("alerts", "customers", "deadlines", "exports", "imports"))
        )
        and path.count("/") == 2
    ):
        return
    for name in names(source):
        owner, _, last = name.rpartition(".")
        if name in TIMES or (last in CLOCKS and owner.split(".")[-1] in ("datetime", "date")):
            yield f"{path} uses {name}"


def package_files_are_empty(path: str, source: str) -> Iterator[str]:
    if path.endswith("/__init__.py") and source:
        yield f"{path} is not empty"


def files_are_short(path: str, source: str) -> Iterator[str]:
    if (lines := source.count("\n")) > MAX_LINES:
        yield f"{path} has {lines} lines"


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
        "from functions.orders import labels\nfrom shared.domain import orders",
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


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def import_graph(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Which module imports which of these, anywhere in its source, but for what only a type checker sees."""
    modules = {module_of(path) for path in sources}
    graph: dict[str, set[str]] = {}
    for path, source in sources.items():
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and dotted(node.test).split(".")[-1] == "TYPE_CHECKING":
                node.body = [ast.Pass()]
        graph[module_of(path)] = {each for each in imports(tree) if each in modules} - {module_of(path)}
    return graph


def cycles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The modules of each circle, sorted; none where imports run one way."""

    def reached(start: str) -> set[str]:
        found, waiting = set[str](), list(graph[start])
        while waiting:
            module = waiting.pop()
            if module not in found:
                found.add(module)
                waiting += graph.get(module, ())
        return found

    behind = {module: reached(module) for module in graph}
    circles = {
        tuple(sorted(each for each in behind[module] if module in behind.get(each, ())))
        for module in graph
        if module in behind[module]
    }
    return [list(circle) for circle in sorted(circles)]


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = import_graph(SOURCES)
    print(json.dumps({"modules": len(graph), "imports": sum(map(len, graph.values()))}))
    assert len(graph) >= 150 and sum(map(len, graph.values())) >= 800
    assert cycles(graph) == []


def test_a_circle_of_imports_is_seen_wherever_it_hides() -> None:
    away = {"shared/a.py": "from shared import b", "shared/c.py": ""}
    assert cycles(import_graph(away | {"shared/b.py": "from shared.c import x"})) == []
    for back in ("import shared.a", "from shared.a import x", "def f():\n    from shared import a"):
        assert cycles(import_graph(away | {"shared/b.py": back})) == [["shared.a", "shared.b"]]
    seen_by_types = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shared import a"
    assert cycles(import_graph(away | {"shared/b.py": seen_by_types})) == []
    longer = {"shared/b.py": "import shared.c", "shared/c.py": "def f():\n    import shared.a"}
    assert cycles(import_graph(away | longer)) == [["shared.a", "shared.b", "shared.c"]]


def test_sources_are_python_3_11() -> None:
    """The functions run on a newer one; the local run, the tests and the tools on any from 3.11 on."""
    paths = [path for path in sorted(PROJECT.rglob("*.py")) if not {".venv", ".tools", ".aws-sam"} & set(path.parts)]
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


READERS = ("xlrd", "python_calamine")
SPREADSHEETS = ("openpyxl", "rustpy_xlsxwriter", "xlwt", *READERS)
TESTING = ("moto", "pytest", "hypothesis", "local", "tests")
WEB = ("aws_lambda_powertools.event_handler", "pydantic")
IDEMPOTENCY = ("aws_lambda_powertools.utilities.idempotency",)
TRACING = ("aws_xray_sdk", "wrapt")
NOT_FOR: dict[str, tuple[str, ...]] = {
    "functions.orders.handler": (
        *SPREADSHEETS,
        *TESTING,
        *IDEMPOTENCY,
        *TRACING,
        "pydantic",
        "aws_lambda_powertools.event_handler.openapi.models",
        "boto3",
        "msgspec",
        "functions.exports",
        "functions.alerts",
        "functions.deadlines",
    ),
    **dict.fromkeys(
        (
            *(f"functions.deadlines.{name}" for name in ("sweep", "reminders", "slice_worker")),
            *(f"functions.alerts.{name}" for name in ("outbox", "delivery")),
        ),
        (
            *SPREADSHEETS,
            *TESTING,
            *IDEMPOTENCY,
            *TRACING,
            *WEB,
            "boto3",
            "msgspec",
            "functions.orders",
            "functions.exports",
        ),
    ),
    "functions.customers.erasures": (
        *SPREADSHEETS,
        *TESTING,
        *IDEMPOTENCY,
        *TRACING,
        *WEB,
        "boto3",
        "msgspec",
        "functions.orders",
    ),
    "functions.exports.schedule": (
        *SPREADSHEETS,
        *TESTING,
        *IDEMPOTENCY,
        *TRACING,
        *WEB,
        "boto3",
        "msgspec",
        "functions.exports.formats",
        "functions.orders",
        "functions.alerts",
    ),
    "functions.imports.schedule": (
        *SPREADSHEETS,
        *TESTING,
        *IDEMPOTENCY,
        *TRACING,
        *WEB,
        "boto3",
        "msgspec",
        "functions.imports.readers",
        "functions.imports.layouts",
        "functions.orders",
        "functions.exports",
    ),
    # A process of its own reads the files.
    "functions.imports.worker": (
        *SPREADSHEETS,
        *TESTING,
        *IDEMPOTENCY,
        *TRACING,
        *WEB,
        "boto3",
        "functions.orders",
        "functions.exports",
    ),
    # It writes the files, so the writers are its business; the readers are not.
    "functions.exports.worker": (
        *READERS,
        "openpyxl",
        "xlwt",
        *TESTING,
        *IDEMPOTENCY,
        *TRACING,
        *WEB,
        "functions.orders",
        "functions.alerts",
    ),
}
ENVIRONMENT = {
    "TABLE_NAME": "orders",
    "EXPORTS_BUCKET": "exports",
    "EXPORTS_QUEUE_URL": "https://queue.example/exports",
    "TOKEN_ISSUER": "https://issuer.example",
    "TOKEN_CLIENT_IDS": "client",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "POWERTOOLS_SERVICE_NAME": "service",
}


def loaded_by(statement: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after a statement."""
    ended = subprocess.run(
        [sys.executable, "-c", f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"],
        cwd=PROJECT,
        env={**ENVIRONMENT, "PATH": os.environ.get("PATH", "")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return set(json.loads(ended.stdout.splitlines()[-1]))


@pytest.mark.parametrize("handler", NOT_FOR)
def test_a_handler_loads_only_what_it_needs(handler: str) -> None:
    if not (PROJECT / f"{handler.replace('.', '/')}.py").is_file():
        pytest.skip(f"{handler} is not built")
    loaded = loaded_by(f"from {handler} import lambda_handler")
    assert handler in loaded
    assert sorted(module for module in loaded if under(module, *NOT_FOR[handler])) == []


HEALTH = """
from functions.orders.handler import lambda_handler
from local.runtime import Context
http = {"method": "GET", "path": "/v1/health"}
context = {"timeEpoch": 0, "requestId": "1", "http": http, "stage": "$default"}
event = {"routeKey": "GET /v1/health", "rawPath": "/v1/health", "headers": {}, "requestContext": context}
assert lambda_handler(event, Context("orders", 1024, 28))["statusCode"] == 200
import sys
for name in [name for name in sys.modules if name.startswith("local")]:
    del sys.modules[name]
"""
READING = "from functions.orders import handler; handler.load(handler.modules_for('/v1/orders/1', 'GET'))"


@pytest.mark.parametrize("first", [HEALTH, READING], ids=["health", "an order"])
def test_a_first_answer_loads_only_what_it_needs(first: str) -> None:
    """No Pydantic and no models of bodies, where nothing is to be validated."""
    bodies = ("functions.orders.models.fields", "functions.orders.models.orders.bodies")
    unwanted = (*NOT_FOR["functions.orders.handler"], *bodies)
    loaded = loaded_by(first)
    assert "functions.orders.models.orders.orders" in loaded
    assert sorted(module for module in loaded if under(module, *unwanted)) == []


def test_a_module_that_should_not_be_there_is_seen() -> None:
    loaded = loaded_by("import openpyxl, functions.deadlines.sweep")
    assert [module for module in loaded if under(module, *NOT_FOR["functions.deadlines.sweep"])]
