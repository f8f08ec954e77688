"""The event-source mappings of one function: receives messages of its queues and invokes it, as Lambda does.

Each function has one process, which runs one batch at a time.
"""

from __future__ import annotations

import base64
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

from local.resources import REGION, QueueEvent
from local.runtime import TIMED_OUT, Environment, TimedOut
from local.template import Template

WAIT_SECONDS = 20
RETRY_SECONDS = 5
"""When a failed message is received again. On AWS this takes the visibility timeout, which is too long here."""
PAUSE_SECONDS = 1.0


def event(messages: Sequence[Any], mapping: QueueEvent) -> dict[str, Any]:
    """Lambda's event for received messages."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message.get("Attributes", {}),
                "messageAttributes": {
                    name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()
                },
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": mapping.queue.arn,
                "awsRegion": REGION,
            }
            for message in messages
        ]
    }


def _attribute(sent: Mapping[str, Any]) -> dict[str, Any]:
    """A message attribute in Lambda's spelling: names start in lower case, bytes are base64, and the reserved lists are
    empty."""
    value = (
        {"binaryValue": base64.b64encode(sent["BinaryValue"]).decode("ascii")}
        if "BinaryValue" in sent
        else {"stringValue": sent["StringValue"]}
    )
    return {**value, "stringListValues": [], "binaryListValues": [], "dataType": sent["DataType"]}


def deliver(environment: Environment, sqs: Any, mapping: QueueEvent, messages: Sequence[Any]) -> int:
    """Invoke the function with a batch and return the number of failures. Messages that succeeded are deleted; the
    others are received again."""
    failed = _failed(environment, mapping, messages)
    for message in messages:
        address = {"QueueUrl": mapping.queue.url, "ReceiptHandle": message["ReceiptHandle"]}
        if message["MessageId"] in failed:
            sqs.change_message_visibility(**address, VisibilityTimeout=RETRY_SECONDS)
        else:
            sqs.delete_message(**address)
    return len(failed)


def _failed(environment: Environment, mapping: QueueEvent, messages: Sequence[Any]) -> set[str]:
    """The ids of the failed messages: all if the function raised, timed out or named ids that are not in the batch."""
    batch = {message["MessageId"] for message in messages}
    try:
        answer = environment.invoke(event(messages, mapping))
        if not mapping.partial:
            return set()
        failed = {failure["itemIdentifier"] for failure in (answer or {}).get("batchItemFailures") or ()}
    except TimedOut:
        print(f"{mapping.function} ran out of time", file=sys.stderr)
        return batch
    except Exception:
        traceback.print_exc(file=sys.stderr)
        return batch
    return failed if failed <= batch else batch


def receive(sqs: Any, mapping: QueueEvent, wait_seconds: int) -> list[Any]:
    received = sqs.receive_message(
        QueueUrl=mapping.queue.url,
        MaxNumberOfMessages=min(10, mapping.batch_size),
        WaitTimeSeconds=wait_seconds,
        MessageSystemAttributeNames=["All"],
        MessageAttributeNames=["All"],
    )
    return list(received.get("Messages", []))


def run(environment: Environment, mappings: Sequence[QueueEvent], sqs: Any) -> None:
    """Run until the function is stuck; the local run then starts another process."""
    wait_seconds = WAIT_SECONDS if len(mappings) == 1 else 1
    while not environment.stuck:
        for mapping in mappings:
            try:
                if messages := receive(sqs, mapping, wait_seconds):
                    deliver(environment, sqs, mapping, messages)
            except Exception as failed:
                print(f"{mapping.queue.name} does not answer: {failed}", file=sys.stderr)
                time.sleep(PAUSE_SECONDS)


def start(template: Template, name: str) -> int:
    """Run for this function; returns TIMED_OUT when it is stuck."""
    import boto3

    mappings = [mapping for mapping in template.queue_events if mapping.function == name]
    run(Environment.of(template.functions[name]), mappings, boto3.client("sqs"))
    return TIMED_OUT
