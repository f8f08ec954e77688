"""What a cold start costs: `python -m bench.cold_start` after `make build` (or `make package-check`).

CPU seconds (user and system) of a fresh interpreter with one built artefact and the standard library on its path, which
writes nothing to disk, as on Lambda: its start, the import of the handler, and its first event. For comparison, under
the same conditions, a bare `boto3.client("dynamodb")` from the artefact that has boto3. Each start runs once per round,
and the median over the rounds counts, so that a busy machine slows both sides.

The limits: an order's page and the health check at most 2.0 times the bare client; every scheduled function and worker,
with its import and its client of DynamoDB, at most 1.3 times.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3

from local.gateway import http_api
from local.packaging.bytecode import interpreter
from local.resources import Function
from local.runtime import clean_environment, environment
from local.template import PROJECT, Template
from tests import harness
from tests.harness import Api, InProcess, create_table, dynoxide, use_table

HAS_BOTO3 = "ExportsFunction"
SECRET = "local"
"""The engine in memory takes any."""
BARE = "import boto3; boto3.client('dynamodb')"
CLIENT = "from shared.store.dynamodb.records import connection; connection().client"
ORDERS_LIMIT, OTHERS_LIMIT = 2.0, 1.3

START = "import sys; sys.path.insert(0, sys.argv[1])\n"
IMPORT = "import importlib; handler = getattr(importlib.import_module(sys.argv[2]), sys.argv[3])\n"
FIRST_EVENT = """
import json
class Context:
    function_name = function_version = invoked_function_arn = aws_request_id = "cold"
    memory_limit_in_mb = 1024
    def get_remaining_time_in_millis(self):
        return 60_000
answer = handler(json.loads(sys.argv[4]), Context())
assert answer["statusCode"] == 200, answer
"""


@dataclass(frozen=True)
class Start:
    """One way to start a function. `limit` is a multiple of the bare client, or None."""

    name: str
    function: str
    script: str
    event: Mapping[str, Any] | None
    limit: float | None


@dataclass(frozen=True)
class Measured:
    start: Start
    seconds: float
    ratio: float

    @property
    def over(self) -> bool:
        return self.start.limit is not None and self.ratio > self.start.limit


def http_event(template: Template, path: str, claims: Mapping[str, Any] | None) -> dict[str, Any]:
    match = http_api.Router(template.routes).match("GET", path)
    assert match is not None
    return http_api.event(http_api.Request("GET", path, []), match, claims, str(uuid.uuid4()), datetime.now(UTC))


def starts(template: Template, order_id: str, store_id: str) -> list[Start]:
    claims = {"iss": harness.ISSUER, "client_id": harness.CLIENT, "token_use": "access", "sub": "staff"}
    (orders,) = {route.function for route in template.routes}
    first = START + IMPORT + FIRST_EVENT
    requests = [
        Start("GET /v1/health", orders, first, http_event(template, "/v1/health", None), ORDERS_LIMIT),
        Start("GET an order", orders, first, http_event(template, f"/v1/orders/{order_id}", claims), ORDERS_LIMIT),
    ]
    return requests + [
        Start(function.handler.removesuffix(".lambda_handler"), name, START + IMPORT + CLIENT, None, OTHERS_LIMIT)
        for name, function in template.functions.items()
        if name != orders
    ]


def cpu_seconds(python: Path, script: str, arguments: Sequence[str], variables: Mapping[str, str]) -> float:
    """User and system time of one whole run."""
    command: list[str | Path] = [python, "-I", "-S", "-B", "-c", script, *arguments]
    child = subprocess.Popen(command, env=clean_environment(variables), stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"a start failed: {arguments[:3]}")
    return used.ru_utime + used.ru_stime


def measure(build: Path, python: Path, rounds: int) -> tuple[float, list[Measured]]:
    """The median of the bare client, and the median of each start with its ratio to it."""
    template, table = Template.load(), "cold"
    with dynoxide() as url, harness.environment(url, table):
        create_table(boto3.client("dynamodb"), table)
        use_table(table)
        shop = Api(InProcess(), "dynoxide").shop()
        order_id = shop.platform.place()["order_id"]
        shop.staff.get(f"/v1/orders/{order_id}")
        measured = starts(template, order_id, shop.name)
        bare, times = [], {start.name: list[float]() for start in measured}
        for _ in range(rounds):
            variables = environment(template.functions[HAS_BOTO3], url, url, SECRET)
            bare.append(cpu_seconds(python, START + BARE, [str(build / HAS_BOTO3)], variables))
            for start in measured:
                times[start.name].append(_once(build, python, template.functions[start.function], start, url, table))
    base = statistics.median(bare)
    medians = ((start, statistics.median(times[start.name])) for start in measured)
    return base, [Measured(start, seconds, seconds / base) for start, seconds in medians]


def _once(build: Path, python: Path, function: Function, start: Start, url: str, table: str) -> float:
    variables = environment(function, url, url, SECRET) | {
        "TABLE_NAME": table,
        "TOKEN_ISSUER": harness.ISSUER,
        "TOKEN_CLIENT_IDS": harness.CLIENT,
    }
    arguments = [str(build / start.function), *function.handler.rsplit(".", 1), json.dumps(start.event)]
    return cpu_seconds(python, start.script, arguments, variables)


def table(base: float, measured: Sequence[Measured]) -> str:
    lines = ["| what | CPU s | × bare client | limit |", "|---|---|---|---|"]
    lines.append(f'| bare `boto3.client("dynamodb")` | {base:.3f} | 1.00 | |')
    for each in measured:
        limit = each.start.limit or ""
        lines.append(f"| {each.start.name} | {each.seconds:.3f} | {each.ratio:.2f}{' !' * each.over} | {limit} |")
    return "\n".join(lines)


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--build", type=Path, default=PROJECT / ".aws-sam" / "build")
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--python", type=Path, help="another interpreter than that of the template's runtime")
    chosen = options.parse_args()
    python = chosen.python or interpreter() or Path(sys.executable)
    base, measured = measure(chosen.build.resolve(), python, chosen.rounds)
    print(f"{python}, medians of {chosen.rounds}\n\n{table(base, measured)}")
    return int(any(each.over for each in measured))


if __name__ == "__main__":
    sys.exit(main())
