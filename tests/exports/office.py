"""What tests of exports do: ask, let the workers run, fetch the files, read them with an independent reader."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import boto3
from python_calamine import CalamineWorkbook

from local import runtime
from tests.harness import BUCKET, QUEUE, Answer, Api, Client, Shop

Row = list[Any]


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

    def messages(self) -> list[dict[str, Any]]:
        """What lies in the queue; it is taken out."""
        found: list[dict[str, Any]] = []
        while received := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", []):
            for message in received:
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"]))
        return found

    def deliver(self, *bodies: dict[str, Any]) -> dict[str, Any]:
        """Hand messages to the worker, as SQS does."""
        from functions.exports import worker

        records = [{"messageId": str(place), "body": json.dumps(body)} for place, body in enumerate(bodies)]
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
        told: dict[str, Any] = answer.json
        return told

    def make(self, client: Client, **body: Any) -> dict[str, Any]:
        """An export from the request to its files."""
        asked = self.ask(client, **body)
        self.work()
        told = self.read(client, asked["id"])
        assert told["state"] == "succeeded", told
        return told

    def read(self, client: Client, export_id: str) -> dict[str, Any]:
        answer = client.get(f"/v1/exports/{export_id}")
        assert answer.status == 200, answer.content
        told: dict[str, Any] = answer.json
        return told

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


def sheet(content: bytes, export: dict[str, Any], place: int = 0) -> list[Row]:
    """A sheet of a file, its heading row first. An empty sheet has none."""
    if export["format"] == "csv":
        return [list(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))]
    found: list[Row] = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(place).to_python()
    return found


def about(content: bytes, export: dict[str, Any]) -> dict[str, Any]:
    return {row[0]: row[1] for row in sheet(content, export, 1)}


def context(seconds: int = 900) -> runtime.Context:
    return runtime.Context("ExportsFunction", 1769, seconds)


def now() -> datetime:
    return datetime.now(UTC)


def columns(rows: Sequence[Row], *places: int) -> Iterator[tuple[Any, ...]]:
    return (tuple(row[place] for place in places) for row in rows)


__all__ = ["Office", "Shop", "about", "columns", "context", "now", "sheet"]
