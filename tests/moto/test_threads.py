"""Threads at one queue of moto lose no message and get no error."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest

from tests.harness import Api
from tests.proof import counted

SENDERS, EACH = 3, 80


@pytest.fixture
def hurried() -> Iterator[None]:
    """Threads take turns a thousand times as often as usual."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 1_000)
    yield
    sys.setswitchinterval(usual)


def test_threads_at_one_queue_lose_no_message(on_moto: Api, hurried: None) -> None:
    client = boto3.client("sqs")
    url = client.create_queue(QueueName="crowded")["QueueUrl"]
    taken, sent = list[str](), threading.Event()

    def send(sender: int) -> None:
        for number in range(EACH):
            client.send_message(QueueUrl=url, MessageBody=f"{sender}-{number}")

    def receive() -> None:
        while True:
            is_last = sent.is_set()
            found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
            for each in found:
                client.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
                taken.append(each["Body"])
            if is_last and not found:
                return

    with ThreadPoolExecutor(SENDERS + 3) as pool:
        receivers = [pool.submit(receive) for _ in range(3)]
        for each in [pool.submit(send, sender) for sender in range(SENDERS)]:
            each.result()
        sent.set()
        for each in receivers:
            each.result()
    assert sorted(taken) == sorted(f"{sender}-{number}" for sender in range(SENDERS) for number in range(EACH))
    counted("messages of threads at one queue", len(taken), floor=SENDERS * EACH)
