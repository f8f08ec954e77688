"""The event-source mappings of one function: receives the messages of its queues and hands them over, as Lambda does.

Started as `python -m local.queues <function>` with the function's variables set. One process a function, one batch at
a time.
"""

from __future__ import annotations

import signal
import sys
import time
import traceback
from collections.abc import Sequence
from typing import Any

from local import processes
from local.runtime import Environment, TimedOut, load
from local.template import REGION, Function, QueueEvent, Template

WAIT_SECONDS = 20
AGAIN_SECONDS = 5
"""When a message that failed is seen again. On AWS that takes the visibility timeout, too long to sit through here."""
PAUSE_SECONDS = 1.0


def event(messages: Sequence[Any], mapping: QueueEvent) -> dict[str, Any]:
    """What Lambda makes of received messages."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message.get("Attributes", {}),
                "messageAttributes": message.get("MessageAttributes", {}),
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": mapping.queue.arn,
                "awsRegion": REGION,
            }
            for message in messages
        ]
    }


def deliver(environment: Environment, sqs: Any, mapping: QueueEvent, messages: Sequence[Any]) -> int:
    """Hand a batch over; what went well is deleted, what did not is seen again. Answers with how many failed."""
    try:
        answer = environment.invoke(event(messages, mapping)) or {}
        failed = {failure["itemIdentifier"] for failure in answer.get("batchItemFailures", ())}
    except TimedOut:
        print(f"{mapping.function} ran out of time", file=sys.stderr)
        failed = {message["MessageId"] for message in messages}
    except Exception:
        traceback.print_exc(file=sys.stderr)
        failed = {message["MessageId"] for message in messages}
    for message in messages:
        told = {"QueueUrl": mapping.queue.url, "ReceiptHandle": message["ReceiptHandle"]}
        if message["MessageId"] in failed:
            sqs.change_message_visibility(**told, VisibilityTimeout=AGAIN_SECONDS)
        else:
            sqs.delete_message(**told)
    return len(failed)


def receive(sqs: Any, mapping: QueueEvent, wait_seconds: int) -> list[Any]:
    received = sqs.receive_message(
        QueueUrl=mapping.queue.url,
        MaxNumberOfMessages=min(10, mapping.batch_size),
        WaitTimeSeconds=wait_seconds,
        AttributeNames=["All"],
        MessageAttributeNames=["All"],
    )
    return list(received.get("Messages", []))


def run(function: Function, mappings: Sequence[QueueEvent], sqs: Any) -> None:
    """Until the function is stuck: then its process is of no further use, and the run starts another."""
    environment = Environment(load(function.handler), function.logical_id, function.memory, function.timeout)
    wait_seconds = WAIT_SECONDS if len(mappings) == 1 else 1
    while not environment.stuck:
        for mapping in mappings:
            try:
                if messages := receive(sqs, mapping, wait_seconds):
                    deliver(environment, sqs, mapping, messages)
            except Exception as failed:
                print(f"{mapping.queue.name} does not answer: {failed}", file=sys.stderr)
                time.sleep(PAUSE_SECONDS)


def main(arguments: list[str]) -> None:
    import boto3

    processes.follow_parent()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    template = Template.load()
    (name,) = arguments
    mappings = [mapping for mapping in template.queue_events if mapping.function == name]
    run(template.functions[name], mappings, boto3.client("sqs"))


if __name__ == "__main__":
    main(sys.argv[1:])
