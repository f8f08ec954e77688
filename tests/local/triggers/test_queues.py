"""Messages go to their function as on AWS: deleted once it is well, seen again when it is not, put aside in the end."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local import engines, processes
from local.engines import Engines
from local.resources import REGION, QueueEvent
from local.runtime import Environment
from local.template import Template
from local.triggers import queues

TEMPLATE = Template.load()
(MAPPING,) = [mapping for mapping in TEMPLATE.queue_events if mapping.function == "ExportsFunction"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    data_dir: Path = tmp_path_factory.mktemp("data")
    (data_dir / "logs").mkdir()
    with (data_dir / "lock").open("w") as lock:
        started = engines.start(data_dir, lock.fileno(), lambda: None)
    engines.provision(TEMPLATE, started)
    yield started
    processes.stop(started.processes)


@pytest.fixture
def sqs(running: Engines, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(queues, "RETRY_SECONDS", 0)
    client = running.client("sqs")
    for queue in TEMPLATE.queues:
        client.purge_queue(QueueUrl=queue.url)
    return client


def deliver(sqs: Any, handler: Callable[[Any, Any], Any], mapping: QueueEvent = MAPPING, timeout: float = 5) -> int:
    """One round: what is there is received and handed over. Answers with how many failed."""
    environment = Environment(handler, "ExportsFunction", 1769, timeout)
    messages = queues.receive(sqs, mapping, 1)
    assert messages, "there is nothing to deliver"
    return queues.deliver(environment, sqs, mapping, messages)


def waiting(sqs: Any, queue: Any = MAPPING.queue) -> int:
    return len(sqs.receive_message(QueueUrl=queue.url, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", []))


def test_the_function_gets_what_lambda_would_give_it(sqs: Any) -> None:
    sqs.send_message(QueueUrl=MAPPING.queue.url, MessageBody='{"n": 1}')
    seen: list[Any] = []
    assert deliver(sqs, lambda event, _: seen.append(event)) == 0
    (record,) = seen[0]["Records"]
    assert (record["body"], record["eventSource"], record["awsRegion"]) == ('{"n": 1}', "aws:sqs", REGION)
    assert record["eventSourceARN"].endswith(":orderkeep-exports-queue")
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert len(record["md5OfBody"]) == 32 and record["messageId"] and record["receiptHandle"]
    assert waiting(sqs) == 0


def test_attributes_of_a_message_are_spelt_as_lambda_spells_them(sqs: Any) -> None:
    sent = {
        "colour": {"DataType": "String", "StringValue": "red"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
    }
    sqs.send_message(QueueUrl=MAPPING.queue.url, MessageBody="x", MessageAttributes=sent)
    seen: list[Any] = []
    deliver(sqs, lambda event, _: seen.append(event))
    empty: dict[str, list[str]] = {"stringListValues": [], "binaryListValues": []}
    assert seen[0]["Records"][0]["messageAttributes"] == {
        "colour": {"stringValue": "red", "dataType": "String", **empty},
        "bytes": {"binaryValue": "AAE=", "dataType": "Binary", **empty},
    }


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (None, 0),
        ({}, 0),
        ({"batchItemFailures": None}, 0),
        ({"batchItemFailures": [{"itemIdentifier": "of another batch"}]}, 2),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, 2),
        ({"batchItemFailures": [{"id": "x"}]}, 2),
        ("done", 2),
    ],
)
def test_an_answer_without_sense_fails_the_whole_batch(sqs: Any, answer: Any, failed: int) -> None:
    for body in ("one", "two"):
        sqs.send_message(QueueUrl=MAPPING.queue.url, MessageBody=body)
    assert deliver(sqs, lambda event, _: answer, dataclasses.replace(MAPPING, batch_size=10)) == failed
    assert waiting(sqs) == failed


def test_who_may_not_report_failures_has_none(sqs: Any) -> None:
    sqs.send_message(QueueUrl=MAPPING.queue.url, MessageBody="x")

    def handler(event: Any, _: Any) -> Any:
        return {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}

    assert deliver(sqs, handler, dataclasses.replace(MAPPING, partial=False)) == 0


def test_only_those_that_failed_come_again(sqs: Any) -> None:
    several = dataclasses.replace(MAPPING, batch_size=10)
    for body in ("good", "bad", "fine"):
        sqs.send_message(QueueUrl=MAPPING.queue.url, MessageBody=body)

    def handler(event: Any, _: Any) -> Any:
        failed = [record for record in event["Records"] if record["body"] == "bad"]
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}

    assert deliver(sqs, handler, several) == 1
    (again,) = sqs.receive_message(QueueUrl=MAPPING.queue.url, MaxNumberOfMessages=10)["Messages"]
    assert again["Body"] == "bad"


def test_what_raises_comes_again_and_is_put_aside_in_the_end(sqs: Any) -> None:
    sqs.send_message(QueueUrl=MAPPING.queue.url, MessageBody="poison")
    (aside,) = [queue for queue in TEMPLATE.queues if queue.name == MAPPING.queue.dead_letters]

    def handler(event: Any, _: Any) -> Any:
        raise RuntimeError("no")

    for _ in range(MAPPING.queue.max_receives):
        assert deliver(sqs, handler) == 1
    assert queues.receive(sqs, MAPPING, 1) == []
    assert waiting(sqs, aside) == 1


def test_a_function_that_hangs_loses_its_message_and_its_process(sqs: Any) -> None:
    sqs.send_message(QueueUrl=MAPPING.queue.url, MessageBody="slow")
    held = threading.Event()
    environment = Environment(lambda event, _: held.wait(10), "ExportsFunction", 1769, 0.2)
    messages = queues.receive(sqs, MAPPING, 1)
    assert queues.deliver(environment, sqs, MAPPING, messages) == 1
    assert environment.stuck
    held.set()
    assert waiting(sqs) == 1


class Stumbling:
    """A client whose first calls fail."""

    def __init__(self, sqs: Any, times: int) -> None:
        self._sqs, self.left = sqs, times

    def receive_message(self, **arguments: Any) -> Any:
        if self.left:
            self.left -= 1
            raise ConnectionError("no answer")
        return self._sqs.receive_message(**arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sqs, name)


def test_an_engine_that_stumbles_is_asked_again_after_a_pause(
    sqs: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(queues.time, "sleep", pauses.append)
    sqs.send_message(QueueUrl=MAPPING.queue.url, MessageBody="x")
    held = threading.Event()
    seen: list[str] = []

    def handler(event: Any, _: Any) -> None:
        (record,) = event["Records"]
        seen.append(record["attributes"]["ApproximateReceiveCount"])
        if len(seen) == 1:
            raise RuntimeError("no")
        held.wait(10)

    environment = Environment(handler, "ExportsFunction", 1769, 0.2)
    queues.run(environment, [MAPPING], Stumbling(sqs, 2))
    held.set()
    assert seen == ["1", "2"] and environment.stuck
    assert pauses == [queues.PAUSE_SECONDS] * 2
    errors = capsys.readouterr().err
    assert "orderkeep-exports-queue does not answer: no answer" in errors and "RuntimeError: no" in errors


def test_queues_are_as_the_template_says(sqs: Any) -> None:
    attributes = sqs.get_queue_attributes(QueueUrl=MAPPING.queue.url, AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == str(MAPPING.queue.visibility_seconds) == "5400"
    assert attributes["MessageRetentionPeriod"] == "345600"
    assert attributes["QueueArn"] == MAPPING.queue.arn
    assert MAPPING.queue.dead_letters in attributes["RedrivePolicy"] and "5" in attributes["RedrivePolicy"]
    assert {queue.name for queue in TEMPLATE.queues} >= {"orderkeep-exports-queue", "orderkeep-export-failures"}


def test_functions_know_their_queue_by_a_url() -> None:
    for name in ("OrdersFunction", "ExportsFunction", "ExportScheduleFunction"):
        assert TEMPLATE.functions[name].environment["EXPORTS_QUEUE_URL"] == MAPPING.queue.url
