"""What tests of exports do: ask, let the workers run, fetch the files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

import boto3

from local import runtime
from tests.clock.memory_table import MemoryTable
from tests.exports.files import Row, sheet
from tests.harness import BUCKET, QUEUE, Answer, Api, Client, InProcess, environment, use_table


@dataclass
class Office:
    api: Api
    sqs: Any
    s3: Any
    queue: str

    @classmethod
    def open(cls, api: Api) -> Office:
        sqs, s3 = boto3.client("sqs"), boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        return cls(api, sqs, s3, sqs.create_queue(QueueName=QUEUE)["QueueUrl"])

    def at(self, now: datetime | None) -> None:
        """Every request comes in at this moment, until another is named; None for the time that it is."""
        self.api.transport.now = now  # type: ignore[attr-defined]

    def messages(self) -> list[dict[str, Any]]:
        """What lies in the queue; it is taken out."""
        found: list[dict[str, Any]] = []
        while received := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", []):
            for message in received:
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"]))
        return found

    def deliver(self, *bodies: dict[str, Any]) -> dict[str, Any]:
        """Hand messages to the worker, as SQS does; its clock is the one that the requests come in by."""
        from functions.exports import worker

        records = [{"messageId": str(place), "body": json.dumps(body)} for place, body in enumerate(bodies)]
        at = getattr(self.api.transport, "now", None)
        clock = SimpleNamespace(now=lambda _: at) if at else datetime
        with patch.object(worker, "datetime", clock):
            answer: dict[str, Any] = worker.lambda_handler({"Records": records}, context())
        return answer

    def work(self) -> int:
        """Deliver whatever is sent, until nothing more is; answers with how many messages there were."""
        count = 0
        while bodies := self.messages():
            for body in bodies:
                self.deliver(body)
                count += 1
        return count

    def ask(self, client: Client, **body: Any) -> dict[str, Any]:
        answer = client.post("/v1/exports", body)
        assert answer.status == 202, answer.content
        answer_body: dict[str, Any] = answer.json
        return answer_body

    def make(self, client: Client, **body: Any) -> dict[str, Any]:
        """An export from the request to its files."""
        accepted = self.ask(client, **body)
        self.work()
        export = self.read(client, accepted["id"])
        assert export["state"] == "succeeded", export
        return export

    def read(self, client: Client, export_id: str) -> dict[str, Any]:
        answer = client.get(f"/v1/exports/{export_id}")
        assert answer.status == 200, answer.content
        answer_body: dict[str, Any] = answer.json
        return answer_body

    def fetch(self, client: Client, export: dict[str, Any], n: int = 1) -> bytes:
        answer = client.get(f"/v1/exports/{export['id']}/files/{n}")
        assert answer.status == 302, answer.content
        return self.follow(answer)

    def follow(self, answer: Answer) -> bytes:
        path = unquote(urlsplit(answer.headers["location"]).path).lstrip("/").removeprefix(f"{BUCKET}/")
        content: bytes = self.s3.get_object(Bucket=BUCKET, Key=path)["Body"].read()
        return content

    def keys(self) -> list[str]:
        return [item["Key"] for item in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def uploads(self) -> list[str]:
        """Multipart uploads that were begun and neither ended nor abandoned."""
        return [item["Key"] for item in self.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])]

    def rows(self, client: Client, export: dict[str, Any]) -> list[Row]:
        """All rows of all files, without their headings."""
        return [row for file in export["files"] for row in sheet(self.fetch(client, export, file["n"]), export)[1:]]


@contextmanager
def open_office() -> Iterator[Office]:
    """An office for a whole module, where there is much to make: its table is in memory, queue and bucket on moto."""
    from moto import mock_aws

    with environment(None, "orders"), mock_aws(), MemoryTable().installed():
        use_table("orders")
        yield Office.open(Api(InProcess(), "memory"))


def context(seconds: int = 900) -> runtime.Context:
    return runtime.Context("ExportsFunction", 1769, seconds)
