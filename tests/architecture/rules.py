"""The house rules: each yields what breaks it in a source."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise

from local.template import Template
from tests.architecture.sources import imports, names, nodes, under

MAX_LINES = 400
Rule = Callable[[str, str], Iterator[str]]
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
