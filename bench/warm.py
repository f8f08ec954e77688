"""The CPU time of a warm request above its store calls: `python -m bench.warm`.

CPU milliseconds of a request in a process that has answered it before, on Dynoxide: the total, the part in botocore's
calls to the store, and the rest, which is our own code: checks, routing, domain objects and the answer. Medians over
the requests. The limit: reading an order takes at most 1.5 ms above its store calls.
"""

from __future__ import annotations

import contextlib
import logging
import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.client import BaseClient

from bench.life import realistic_line
from local import runtime
from local.gateway import http_api
from local.template import Template
from tests import harness
from tests.harness import Api, InProcess, create_table, dynoxide, new_order, use_table

ORDER, LIMIT_MS = "GET an order", 1.5


@dataclass
class StoreCalls:
    """The CPU time inside botocore's calls while `metered`."""

    seconds: list[float] = field(default_factory=list)

    @contextlib.contextmanager
    def metered(self) -> Iterator[None]:
        clients: Any = BaseClient
        original: Callable[..., Any] = clients._make_api_call

        def call(client: Any, *arguments: Any, **named: Any) -> Any:
            began = time.process_time()
            try:
                return original(client, *arguments, **named)
            finally:
                self.seconds.append(time.process_time() - began)

        clients._make_api_call = call
        try:
            yield
        finally:
            clients._make_api_call = original


@dataclass(frozen=True)
class Warm:
    """CPU milliseconds of a request, and the number of its store calls."""

    total: float
    store: float
    calls: int

    @property
    def above(self) -> float:
        return self.total - self.store


def measure(requests: int = 300) -> dict[str, Warm]:
    template, table = Template.load(), "warm"
    with dynoxide() as url, harness.environment(url, table), _logged():
        create_table(boto3.client("dynamodb"), table)
        use_table(table)
        shop = Api(InProcess(), "dynoxide").shop()
        orders = [
            shop.platform.post("/v1/orders", new_order(lines=[realistic_line(number) for number in range(3)])).json
            for _ in range(50)
        ]
        claims = {
            "iss": harness.ISSUER,
            "client_id": harness.CLIENT,
            "token_use": "access",
            "sub": "staff",
        }
        runtime.load(template.functions[template.routes[0].function].handler)
        paths = {
            "GET /v1/health": "/v1/health",
            ORDER: f"/v1/orders/{orders[0]['order_id']}",
            "GET its history": f"/v1/orders/{orders[0]['order_id']}/history",
            "GET a list of 50": "/v1/orders?limit=50",
            "GET the counters": "/v1/orders/counters",
        }
        return {name: _measure_one(template, path, claims, requests) for name, path in paths.items()}


@contextlib.contextmanager
def _logged() -> Iterator[None]:
    """Writes a line for each request, as deployed, but to the null device."""
    from shared.telemetry import logger

    handler: Any = logger.registered_handler
    with Path(os.devnull).open("w", encoding="utf-8") as null:
        stream, level = handler.setStream(null), logger.log_level
        logger.setLevel(logging.INFO)
        try:
            yield
        finally:
            logger.setLevel(level)
            handler.setStream(stream)


def _measure_one(template: Template, path: str, claims: dict[str, Any], requests: int) -> Warm:
    request = http_api.Request("GET", path, [])
    match = http_api.Router(template.routes).match("GET", request.path)
    assert match is not None
    function = template.functions[match.route.function]
    handler = runtime.load(function.handler)
    context = runtime.Context(function.logical_id, function.memory, function.timeout)
    totals, stores, calls = [], [], 0
    for number in range(-20, requests):
        event = http_api.event(request, match, claims, str(uuid.uuid4()), datetime.now(UTC))
        store = StoreCalls()
        with store.metered():
            began = time.process_time()
            answer = handler(event, context)
            took = time.process_time() - began
        assert answer["statusCode"] == 200, answer
        if number >= 0:
            totals.append(took)
            stores.append(sum(store.seconds))
            calls = len(store.seconds)
    return Warm(1000 * statistics.median(totals), 1000 * statistics.median(stores), calls)


def table(measured: dict[str, Warm]) -> str:
    lines = ["| request | CPU ms | store calls | in them, ms | above them, ms |", "|---|---|---|---|---|"]
    for name, warm in measured.items():
        lines.append(f"| {name} | {warm.total:.2f} | {warm.calls} | {warm.store:.2f} | {warm.above:.2f} |")
    return "\n".join(lines)


def main() -> int:
    measured = measure()
    print(table(measured))
    return int(measured[ORDER].above > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
