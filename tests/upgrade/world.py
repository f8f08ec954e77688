"""Everything that a recorded run runs on, with one clock that only the script moves.

The API runs in this process over the table in memory, in full size over Dynoxide; the queues, the bucket and the mail
are moto's; alerts go to a web server on loopback. Functions are found by what template.yaml says of them, so that a
handler that moves is still found.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest.mock import patch

import boto3
import time_machine
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from moto.sqs.models import sqs_backends

from local import runtime
from local.resources import REGION
from local.triggers import queues, schedules
from tests.clock.memory_table import MemoryTable
from tests.harness import BUCKET, MAIL_SENDER, TEMPLATE, Api, InProcess, create_table, dynoxide, environment, use_table
from tests.proof import FULL, size

START = datetime(2026, 12, 7, 1, 0, tzinfo=UTC)
"""A Monday, nine in the morning in Shanghai."""

SWEEP, REMINDERS, OUTBOX = "AlertsFunction", "RemindersFunction", "OutboxFunction"
EXPORT_SCHEDULE, ERASURES = "ExportScheduleFunction", "ErasuresFunction"
"""The scheduled functions, by their names in template.yaml."""
ENOUGH_SECONDS = 3600
"""The time limit of every function here: no run ends early because the machine is slow."""
ULID_BYTES = 10


@dataclass
class WebServer:
    """Takes alerts. It answers each request with the next status of `statuses`, and with 200 after the last."""

    port: int = 0
    statuses: list[int] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str], bytes, int]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@dataclass
class World:
    api: Api
    dynamodb: Any
    sqs: Any
    s3: Any
    web: WebServer
    clock: Any
    table: str

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def tick(self, **length: float) -> None:
        self.clock.shift(timedelta(**length))

    def ago(self, **length: float) -> str:
        return self.ahead(**{name: -value for name, value in length.items()})

    def ahead(self, **length: float) -> str:
        return (self.now + timedelta(**length)).isoformat().replace("+00:00", "Z")

    def fire(self, function: str) -> Any:
        """Run a scheduled function now."""
        (schedule,) = (each for each in TEMPLATE.schedules if each.function == function)
        return self._invoke(function, schedules.payload(schedule, self.now))

    def work(self) -> dict[str, int]:
        """Hand every message that waits in a queue to its function, and those that this leads to."""
        total, failed = 0, 0
        while batches := [batch for mapping in TEMPLATE.queue_events if (batch := self._batch(mapping))]:
            total += sum(messages for messages, _ in batches)
            failed += sum(failures for _, failures in batches)
        return {"messages": total, "failed": failed}

    def minute(self) -> dict[str, int]:
        """One run of everything that runs by the clock, and the work that it leads to."""
        self.clock.move_to(self.now.replace(second=0, microsecond=0) + timedelta(minutes=1))
        for function in (SWEEP, REMINDERS, OUTBOX, EXPORT_SCHEDULE, ERASURES):
            self.fire(function)
        return self.work()

    def items(self) -> list[dict[str, Any]]:
        """All items of the table, as DynamoDB JSON, in the order of their keys."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.table, ConsistentRead=True)
        found = [item for page in pages for item in page["Items"]]
        return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))

    def mails(self) -> list[Any]:
        return list(ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages)

    def file(self, key: str) -> bytes:
        content: bytes = self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return content

    def put(self, key: str, content: bytes) -> None:
        """What S3 does with a form that it has admitted."""
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)

    def _batch(self, mapping: Any) -> tuple[int, int] | None:
        """(messages, failed) of one batch. In `make test` an empty queue is not asked, as most are."""
        if not FULL and not sqs_backends[DEFAULT_ACCOUNT_ID][REGION].queues[mapping.queue.name].messages:
            return None
        messages = queues.receive(self.sqs, mapping, 0)
        for message in messages:
            self.sqs.delete_message(QueueUrl=mapping.queue.url, ReceiptHandle=message["ReceiptHandle"])
        if not messages:
            return None
        answer = self._invoke(mapping.function, queues.event(messages, mapping))
        return len(messages), len((answer or {}).get("batchItemFailures", ()))

    def _invoke(self, name: str, event: dict[str, Any]) -> Any:
        function = TEMPLATE.functions[name]
        context = runtime.Context(name, function.memory, ENOUGH_SECONDS)
        return runtime.load(function.handler)(json.loads(json.dumps(event)), context)


@contextmanager
def opened(start: datetime = START, first_random: int = 1) -> Iterator[World]:
    """A world with an empty table, at `start`. In full size it skips where there is no Dynoxide."""
    table = f"orders-{first_random}"
    with (
        size(in_memory, on_dynoxide)(table),
        counting_randomness(first_random),
        listening() as web,
        time_machine.travel(start, tick=False) as clock,
    ):
        variables = {"LOOPBACK_TARGETS": "1"} | {
            name: value
            for function in TEMPLATE.functions.values()
            for name, value in function.environment.items()
            if name.endswith("_QUEUE_URL")
        }
        with patch.dict(os.environ, variables):
            sqs, s3, dynamodb = (boto3.client(service) for service in ("sqs", "s3", "dynamodb"))
            for queue in TEMPLATE.queues:
                sqs.create_queue(QueueName=queue.name)
            s3.create_bucket(Bucket=BUCKET)
            boto3.client("sesv2").create_email_identity(EmailIdentity=MAIL_SENDER)
            if FULL:
                create_table(dynamodb, table)
            use_table(table)
            yield World(Api(InProcess(), size("memory", "dynoxide")), dynamodb, sqs, s3, web, clock, table)


@contextmanager
def in_memory(table: str) -> Iterator[None]:
    with environment(None, table), mock_aws(), MemoryTable().installed():
        yield


@contextmanager
def on_dynoxide(table: str) -> Iterator[None]:
    passed_through = {"core": {"passthrough": {"services": ["dynamodb"]}}}
    with dynoxide() as url, environment(url, table), mock_aws(config=passed_through):
        yield


@contextmanager
def counting_randomness(first: int) -> Iterator[None]:
    """Random bytes count upwards, so that ids of one millisecond sort as they were made. Those of a ULID, which has the
    time beside them, begin anew with every move of the clock: what else asks for random bytes leaves no trace in it."""
    numbers, ulids = itertools.count(first), dict[int, Iterator[int]]()

    def urandom(size: int) -> bytes:
        now = time.time_ns()
        if size == ULID_BYTES and now not in ulids:
            ulids.clear()
            ulids[now] = itertools.count(1)
        return (next(ulids[now] if size == ULID_BYTES else numbers) % 256**size).to_bytes(size, "big")

    with patch.object(os, "urandom", urandom), patch.object(random, "_urandom", urandom):
        yield


@contextmanager
def listening() -> Iterator[WebServer]:
    web = WebServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status = web.statuses.pop(0) if web.statuses else 200
            answer = b'{"errcode":0,"code":0}'
            headers = {name.lower(): value for name, value in self.headers.items()}
            web.requests.append((self.path, headers, body, status))
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
