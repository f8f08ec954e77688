"""What tests of imports do: ask for a form, upload a file, let the worker run, read what became of the rows."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

import boto3
import openpyxl

from tests.harness import BUCKET, IMPORTS, Answer, Api, Client

EACH_ONCE = (("orders", "english", "xls"), ("orders", "chinese", "xlsx"), ("lines", "english", "csv"))
"""Each kind, layout and format of an export, for the quick size."""


@dataclass
class Importer:
    api: Api
    sqs: Any
    s3: Any
    queue: str

    @classmethod
    def open(cls, api: Api) -> Importer:
        sqs, s3 = boto3.client("sqs"), boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        return cls(api, sqs, s3, sqs.create_queue(QueueName=IMPORTS)["QueueUrl"])

    @classmethod
    def beside(cls, office: Any) -> Importer:
        """In the same bucket as an office that exports."""
        return cls(office.api, office.sqs, office.s3, office.sqs.create_queue(QueueName=IMPORTS)["QueueUrl"])

    def ask(self, client: Client, **body: Any) -> dict[str, Any]:
        answer = client.post("/v1/imports", {"file_name": "orders.xlsx", **body})
        assert answer.status == 201, answer.content
        found: dict[str, Any] = answer.json
        return found

    def upload(self, waiting: dict[str, Any], content: bytes) -> None:
        self.s3.put_object(Bucket=BUCKET, Key=waiting["upload"]["fields"]["key"], Body=content)

    def notice(self, waiting: dict[str, Any]) -> dict[str, Any]:
        """The message that the bucket sends about an upload."""
        key = waiting["upload"]["fields"]["key"]
        return {"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {"name": BUCKET}, "object": {"key": key}}}]}

    def deliver(self, *bodies: dict[str, Any]) -> dict[str, Any]:
        from functions.imports import worker

        context = SimpleNamespace(
            get_remaining_time_in_millis=lambda: 900_000,
            function_name="imports",
            memory_limit_in_mb=1769,
            invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:imports",
            aws_request_id="1",
        )
        records = [{"messageId": str(place), "body": json.dumps(body)} for place, body in enumerate(bodies)]
        answer: dict[str, Any] = worker.lambda_handler({"Records": records}, context)
        return answer

    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while received := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", []):
            for message in received:
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"]))
        return found

    def work(self) -> None:
        while bodies := self.messages():
            for body in bodies:
                self.deliver(body)

    def read(self, client: Client, import_id: str) -> dict[str, Any]:
        answer = client.get(f"/v1/imports/{import_id}")
        assert answer.status == 200, answer.content
        found: dict[str, Any] = answer.json
        return found

    def load(self, client: Client, content: bytes, **body: Any) -> dict[str, Any]:
        """An import from the request until there is nothing more to do."""
        waiting = self.ask(client, **body)
        self.upload(waiting, content)
        self.deliver(self.notice(waiting))
        self.work()
        return self.read(client, waiting["id"])

    def apply(self, client: Client, job: dict[str, Any]) -> dict[str, Any]:
        answer = client.post(f"/v1/imports/{job['id']}/apply", {})
        assert answer.status == 200, answer.content
        self.work()
        return self.read(client, job["id"])

    def rows(self, client: Client, job: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
        return client.every(f"/v1/imports/{job['id']}/rows", **query)

    def failed_rows(self, client: Client, job: dict[str, Any]) -> Any:
        """The first sheet of the file of failed rows."""
        return openpyxl.load_workbook(io.BytesIO(self.failed_file(client, job))).active

    def failed_file(self, client: Client, job: dict[str, Any]) -> bytes:
        answer = client.get(f"/v1/imports/{job['id']}/failed-rows")
        assert answer.status == 302, answer.content
        return self.follow(answer)

    def follow(self, answer: Answer) -> bytes:
        path = unquote(urlsplit(answer.headers["location"]).path).lstrip("/").removeprefix(f"{BUCKET}/")
        content: bytes = self.s3.get_object(Bucket=BUCKET, Key=path)["Body"].read()
        return content


def workbook(rows: Sequence[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
