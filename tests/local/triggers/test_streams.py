"""New items go to their function as on AWS: those that the filter takes, in order, and again if the function fails."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from local import engines
from local.runtime import Environment
from local.template import Template
from local.triggers import streams

TEMPLATE = Template.load()
(TABLE,) = TEMPLATE.tables
(MAPPING,) = TEMPLATE.stream_events
ACCESS = {"region_name": "us-east-1", "aws_access_key_id": "local", "aws_secret_access_key": "local"}


@dataclasses.dataclass
class Reader:
    """The table, and a place in its stream."""

    dynamodb: Any
    streams: Any
    table: str
    iterator: str = ""

    def put(self, pk: str, sk: str) -> None:
        self.dynamodb.put_item(TableName=self.table, Item={"pk": {"S": pk}, "sk": {"S": sk}, "secret": {"S": "x"}})

    def batches(self) -> list[list[Any]]:
        arn = streams.arn_of(self.streams, self.table)
        found, self.iterator = streams.records(self.streams, arn, self.iterator or streams.latest(self.streams, arn))
        return list(streams.batches(MAPPING, found))


@pytest.fixture
def reader(dynoxide_url: str) -> Reader:
    """A table that was there before the template had a stream."""
    dynamodb: Any = boto3.client("dynamodb", endpoint_url=dynoxide_url, **ACCESS)
    name = f"table-{uuid.uuid4().hex}"
    declared = dataclasses.replace(TABLE, name=name, create_arguments={**TABLE.create_arguments, "TableName": name})
    dynamodb.create_table(**declared.create_arguments)
    engines.ensure_table(dynamodb, declared)
    engines.ensure_table(dynamodb, declared)
    made = Reader(dynamodb, boto3.client("dynamodbstreams", endpoint_url=dynoxide_url, **ACCESS), name)
    assert made.batches() == []
    return made


def deliver(handler: Callable[[Any, Any], Any], batch: list[Any]) -> bool:
    return streams.deliver(Environment(handler, MAPPING.function, 512, 5), MAPPING, batch)


def test_only_new_alerts_reach_the_function_and_only_their_keys(reader: Reader) -> None:
    reader.put("shop#alert#1", "ALERT")
    reader.put("shop#1", "ORDER")
    reader.put("shop#alert#1", "ALERT")
    reader.dynamodb.update_item(
        TableName=reader.table,
        Key={"pk": {"S": "shop#alert#1"}, "sk": {"S": "ALERT"}},
        UpdateExpression="SET secret = :new",
        ExpressionAttributeValues={":new": {"S": "new"}},
    )
    reader.put("shop#alert#2", "ALERT")
    (batch,) = reader.batches()
    assert [each["dynamodb"]["Keys"]["pk"]["S"] for each in batch] == ["shop#alert#1", "shop#alert#2"]
    assert "secret" not in str(batch)
    assert reader.batches() == [], "each of them once"


def test_many_go_in_batches(reader: Reader) -> None:
    for n in range(MAPPING.batch_size + 3):
        reader.put(f"shop#alert#{n}", "ALERT")
    assert [len(batch) for batch in reader.batches()] == [MAPPING.batch_size, 3]


def test_batch_that_fails_comes_again_and_is_left_out_then(capsys: pytest.CaptureFixture[str]) -> None:
    attempts: list[int] = []

    def handler(event: Any, _: Any) -> None:
        attempts.append(len(event["Records"]))
        if len(attempts) != 4:
            raise ValueError("no")

    assert not deliver(handler, [{}]) and attempts == [1, 1]
    assert deliver(handler, [{}]) and attempts == [1, 1, 1, 1]
    assert "ValueError" in capsys.readouterr().err
