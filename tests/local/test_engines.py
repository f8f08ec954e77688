"""The engines with the template's table and bucket in them, and what of that outlives a kill -9."""

import contextlib
import dataclasses
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from local import engines, processes
from local.engines import EngineError, Engines
from local.template import Template

TEMPLATE = Template.load()
(TABLE,) = TEMPLATE.tables
(BUCKET,) = TEMPLATE.buckets


def start(data_dir: Path) -> Engines:
    (data_dir / "logs").mkdir(exist_ok=True)
    with (data_dir / "lock").open("w") as lock:
        return engines.start(data_dir, lock.fileno(), lambda: None)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    started = start(tmp_path_factory.mktemp("data"))
    engines.provision(TEMPLATE, started)
    yield started
    processes.stop(started.processes)


def test_table_is_as_the_template_says(running: Engines) -> None:
    dynamodb = running.client("dynamodb")
    described = dynamodb.describe_table(TableName=TABLE.name)["Table"]
    assert described["KeySchema"] == TABLE.create_arguments["KeySchema"]
    wanted = {
        (index["IndexName"], index["Projection"]["ProjectionType"])
        for index in TABLE.create_arguments["GlobalSecondaryIndexes"]
    }
    present = described["GlobalSecondaryIndexes"]
    assert {(index["IndexName"], index["Projection"]["ProjectionType"]) for index in present} == wanted
    ttl = dynamodb.describe_time_to_live(TableName=TABLE.name)["TimeToLiveDescription"]
    assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", TABLE.ttl_attribute)


def test_second_provisioning_changes_nothing(running: Engines) -> None:
    dynamodb = running.client("dynamodb")
    dynamodb.put_item(TableName=TABLE.name, Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
    engines.provision(TEMPLATE, running)
    assert dynamodb.get_item(TableName=TABLE.name, Key={"pk": {"S": "a"}, "sk": {"S": "b"}})["Item"]


def test_queue_that_is_there_is_set_as_the_template_says_now(running: Engines) -> None:
    (queue,) = [queue for queue in TEMPLATE.queues if queue.dead_letters and "exports" in queue.name]
    sqs = running.client("sqs")
    other = {"VisibilityTimeout": "7", "MessageRetentionPeriod": "60", "RedrivePolicy": ""}
    sqs.set_queue_attributes(QueueUrl=queue.url, Attributes=other)
    sqs.send_message(QueueUrl=queue.url, MessageBody="kept")
    engines.provision(TEMPLATE, running)
    attributes = sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == str(queue.visibility_seconds)
    assert attributes["MessageRetentionPeriod"] == str(queue.retention_seconds)
    assert str(queue.dead_letters) in attributes["RedrivePolicy"]
    assert attributes["ApproximateNumberOfMessages"] == "1"


def test_index_that_the_template_gained_is_added_with_what_it_should_list(running: Engines) -> None:
    dynamodb = running.client("dynamodb")
    indexes = TABLE.create_arguments["GlobalSecondaryIndexes"]
    keys = {key["AttributeName"] for index in indexes[:1] for key in index["KeySchema"]} | {"pk", "sk"}
    definitions = [each for each in TABLE.create_arguments["AttributeDefinitions"] if each["AttributeName"] in keys]
    arguments = {**TABLE.create_arguments, "TableName": "older", "GlobalSecondaryIndexes": indexes[:1]}
    dynamodb.create_table(**{**arguments, "AttributeDefinitions": definitions})
    (gained,) = [index for index in indexes[1:] if index["IndexName"] == "by_frozen"]
    partition, sort = (key["AttributeName"] for key in gained["KeySchema"])
    item = {"pk": {"S": "a"}, "sk": {"S": "b"}, partition: {"S": "f"}, sort: {"S": "s"}}
    dynamodb.put_item(TableName="older", Item=item)
    newer = dataclasses.replace(TABLE, name="older", create_arguments={**TABLE.create_arguments, "TableName": "older"})
    engines.ensure_table(dynamodb, newer)
    found = dynamodb.query(
        TableName="older",
        IndexName=gained["IndexName"],
        KeyConditionExpression=f"{partition} = :f",
        ExpressionAttributeValues={":f": {"S": "f"}},
    )
    assert found["Items"] == [item]


def test_table_with_other_keys_is_refused(running: Engines) -> None:
    dynamodb = running.client("dynamodb")
    dynamodb.create_table(
        TableName="other",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    with pytest.raises(EngineError, match="other keys"):
        engines.ensure_table(dynamodb, dataclasses.replace(TABLE, name="other"))


def test_acknowledged_writes_and_files_outlive_a_kill(tmp_path: Path) -> None:
    if engines.dynoxide_binary() is None:
        pytest.fail("Dynoxide is not installed: run make test, which sets it up")
    first = start(tmp_path)
    try:
        engines.provision(TEMPLATE, first)
        dynamodb = first.client("dynamodb")
        for number in range(50):
            dynamodb.put_item(TableName=TABLE.name, Item={"pk": {"S": "a"}, "sk": {"S": str(number)}})
        first.client("s3").put_object(Bucket=BUCKET, Key="exports/x", Body=b"x")
    finally:
        for process in first.processes:
            process.kill()
            process.wait()
    second = start(tmp_path)
    try:
        engines.provision(TEMPLATE, second)
        found = second.client("dynamodb").query(
            TableName=TABLE.name,
            KeyConditionExpression="pk = :a",
            ExpressionAttributeValues={":a": {"S": "a"}},
            Select="COUNT",
        )
        body = second.client("s3").get_object(Bucket=BUCKET, Key="exports/x")["Body"].read()
        assert (found["Count"], body) == (50, b"x")
    finally:
        processes.stop(second.processes)


@pytest.mark.parametrize(
    "question",
    [
        "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = ?",
        "SELECT keys_json FROM _stream_records WHERE table_name = ? AND shard_id = 's'"
        " AND CAST(sequence_number AS INTEGER) > 7 ORDER BY CAST(sequence_number AS INTEGER) LIMIT 9",
    ],
    ids=["a write", "a read of the stream"],
)
def test_no_record_of_the_stream_is_read_again_by(tmp_path: Path, question: str) -> None:
    processes.stop(start(tmp_path).processes)
    with contextlib.closing(sqlite3.connect(tmp_path / engines.DYNAMODB_FILE)) as database:
        plan = [row[-1] for row in database.execute(f"EXPLAIN QUERY PLAN {question}", [TABLE.name])]
    assert [step.partition(" (")[0] for step in plan] == ["SEARCH _stream_records USING INDEX stream_records_in_order"]


def test_without_dynoxide_the_tables_are_behind_the_same_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "dynoxide_binary", lambda: None)
    running = start(tmp_path)
    try:
        engines.provision(TEMPLATE, running)
        dynamodb = running.client("dynamodb")
        key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
        dynamodb.put_item(TableName=TABLE.name, Item=key)
        with pytest.raises(ClientError, match="403"):
            dataclasses.replace(running, secret="other").client("dynamodb").delete_item(TableName=TABLE.name, Key=key)
        assert dynamodb.get_item(TableName=TABLE.name, Key=key)["Item"] == key
    finally:
        processes.stop(running.processes)
