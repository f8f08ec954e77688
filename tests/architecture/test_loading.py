"""Each handler loads only what it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.architecture.sources import PROJECT, under

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
OF = {unwanted: handler for handler, unwanted in NOT_FOR.items()}.__getitem__
"""A handler of those that must not load this."""
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


@pytest.mark.parametrize("unwanted", dict.fromkeys(NOT_FOR.values()), ids=OF)
def test_a_handler_loads_only_what_it_needs(unwanted: tuple[str, ...]) -> None:
    """Those that need the same are loaded by one interpreter."""
    handlers = [handler for handler, each in NOT_FOR.items() if each == unwanted]
    loaded = loaded_by("\n".join(f"from {handler} import lambda_handler" for handler in handlers))
    assert loaded.issuperset(handlers)
    assert sorted(module for module in loaded if under(module, *unwanted)) == []


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
