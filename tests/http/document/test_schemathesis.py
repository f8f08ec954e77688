"""Schemathesis makes requests from the document, follows answers from one to the next, and holds each answer to it.

Each request is a caller's of some role, most are of a role that may do it, and most name records that are there.
"""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import Any

import boto3
import hypothesis
import pytest
import schemathesis
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi

from shared.domain.members import Role
from tests import proof
from tests.harness import ALERTS, BUCKET, IMPORTS, QUEUE, Answer, Api, Client, Shop
from tests.http.busy_shop import fill
from tests.proof import size

HELD_TO = [
    checks.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
]
RARELY = {"X-Store-Id": 16, "If-Match": 4}
"""Headers that refuse nearly every request where they are made up: one request of so many has it."""
ID = re.compile(r'"(\w*id)": "([\w.-]+)')
PREFIXES = {"chn": "channel_id", "exp": "export_id", "imp": "import_id"}
"""What an id is of that an answer names just `id`."""
LISTS = ("orders", "disputes", "refunds", "customers", "alerts", "alert-channels", "message-templates")
Start = Callable[[str, list[tuple[str, str]]], Any]


@contextmanager
def noted(faults: list[BaseException]) -> Iterator[None]:
    """Keeps an error that passes, in case that Hypothesis reports something else in its place."""
    try:
        yield
    except BaseException as error:
        faults.append(error)
        raise


class App:
    """The API of one store as a WSGI application: `X-Role` says whose request it is. `known` are the ids that answers
    had, by the path parameter that they fit."""

    def __init__(self, shop: Shop) -> None:
        self.clients: dict[str, Client] = {role: getattr(shop, role) for role in Role}
        self.known: dict[str, dict[str, None]] = defaultdict(dict, n={"1": None})
        self.statuses: Counter[int] = Counter()
        self.operations: set[str] = set()
        self.faults: list[BaseException] = []
        for path in LISTS:
            self.learn(shop.owner.get(f"/v1/{path}"))

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        method, address = environ["REQUEST_METHOD"], environ["REQUEST_URI"]
        headers = {
            name[5:].replace("_", "-").lower(): str(value)
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        if kind := environ.get("CONTENT_TYPE"):
            headers["content-type"] = kind
        client = self.clients[headers.pop("x-role")]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        with noted(self.faults):
            answer = client.request(method, address, raw=body, headers=headers)
        self.learn(answer)
        self.statuses[answer.status] += 1
        start(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(answer.headers.items()))
        return [answer.content]

    def learn(self, answer: Answer) -> None:
        if answer.status < 300 and answer.headers.get("content-type", "").startswith("application/json"):
            for name, value in ID.findall(answer.content.decode()):
                self.known[PREFIXES.get(value[:3], name) if name == "id" else name][value] = None

    def prepare(self, case: Any) -> None:
        """Give a request its role and, mostly, ids that are there. The same request gets the same role."""
        content = json.dumps([case.method, case.path, str(case.path_parameters), str(case.query), str(case.body)])
        number = zlib.crc32(content.encode())
        named = re.search(r"Roles: (.*)\.$", case.operation.definition.raw["description"])
        roles = named[1].split(", ") if named and number % 8 else list(Role)
        case.headers["X-Role"] = roles[number // 8 % len(roles)]
        for place, name in enumerate(case.path_parameters or ()):
            ids = [*self.known[name]]
            if ids and (number >> (place + 3)) % 8:
                case.path_parameters[name] = ids[number // 64 % len(ids)]
        for name, one_of in RARELY.items():
            if name in case.headers and number // 64 % one_of:
                del case.headers[name]
        self.operations.add(case.operation.definition.raw["operationId"])


@pytest.fixture
def app(in_process: Api) -> App:
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    for queue in (QUEUE, ALERTS, IMPORTS):
        boto3.client("sqs").create_queue(QueueName=queue)
    shop = in_process.shop()
    fill(shop)
    return App(shop)


@pytest.fixture
def schema(app: App) -> Any:
    loaded = schemathesis.openapi.from_dict(app.clients["viewer"].get("/v1/openapi.json").json)
    loaded.app = app
    return loaded


def settings(examples: int, **more: Any) -> hypothesis.settings:
    return hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=(hypothesis.Phase.generate,),
        **more,
    )


def test_answers_of_each_operation_are_documented(app: App, schema: Any) -> None:
    """Requests for each operation by itself; in quick size for every fourth."""
    for result in list(schema.get_all_operations())[:: size(4, 1)]:

        @hypothesis.seed(0)
        @hypothesis.given(case=result.ok().as_strategy())
        @settings(size(1, 60))
        def ask(case: Any) -> None:
            app.prepare(case)
            case.call_and_validate(checks=HELD_TO)

        ask()
    report(app, "answers to Schemathesis of single operations, all documented", size(20, 5000), size(20, 110))


def test_answers_of_requests_that_follow_each_other_are_documented(app: App, schema: Any) -> None:
    """Parts of one answer are in the next request."""

    class Machine(schema.as_state_machine()):  # type: ignore[misc]
        def before_call(self, case: Any) -> None:
            app.prepare(case)

        def validate_response(self, response: Any, case: Any, *args: Any, **more: Any) -> None:
            with noted(faults):
                case.validate_response(response, checks=HELD_TO)

    faults = app.faults
    for seed in range(size(1, 20)):
        # The shop keeps what happened, so a sequence never goes the same way twice, and Hypothesis stops at that.
        with suppress(FlakyStrategyDefinition):
            steps = settings(size(4, 5), stateful_step_count=size(10, 50))
            run_state_machine_as_test(hypothesis.seed(seed)(Machine), settings=steps)
    assert faults == []
    report(app, "answers to Schemathesis in sequences, all documented", size(20, 2000), size(10, 80))


def report(app: App, what: str, answers: int, operations: int) -> None:
    print(sorted(app.statuses.items()), len(app.operations), "operations")
    proof.counted(what, app.statuses.total(), answers)
    assert len(app.operations) >= operations
    assert any(status < 300 for status in app.statuses) and any(status >= 400 for status in app.statuses)
