"""Helpers for tests of deliveries: raise alerts, run the outbox and the workers, and read what arrived."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from functions.alerts import delivery, outbox
from functions.orders.models.channels import ChannelBody
from local.runtime import Context
from shared.domain.alerts.model import Alert, Cause, alert
from shared.operations.alerts import deliveries
from shared.settings import settings
from shared.store.alerts import alerts, channels
from shared.store.dynamodb import keys
from shared.store.dynamodb.errors import Missing
from shared.store.dynamodb.table import transact
from tests.alerts.receiver import Receiver
from tests.harness import ALERTS, MAIL_SENDER, Api, Shop

START = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai."""


@dataclass
class Bureau:
    """`now` is everybody's clock."""

    api: Api
    shop: Shop
    receiver: Receiver
    sqs: Any
    queue: str
    now: datetime = START
    raised: int = 0

    @classmethod
    def open(cls, api: Api, receiver: Receiver, **settings_: Any) -> Bureau:
        sqs, mail = boto3.client("sqs"), boto3.client("sesv2")
        mail.create_email_identity(EmailIdentity=MAIL_SENDER)
        queue = sqs.create_queue(QueueName=ALERTS)["QueueUrl"]
        api.transport.now = START  # the store's first day is none after the days that the tests play
        shop = api.shop(**settings_)
        api.transport.now = None
        return cls(api, shop, receiver, sqs, queue)

    def channel(self, kind: str = "webhook", **changes: Any) -> dict[str, Any]:
        """A channel that is on: an email channel as from before addresses were confirmed."""
        where = {"address": "owner@shop.example"} if kind == "email" else {"url": self.receiver.url}
        if kind == "email":
            body = ChannelBody(**{"kind": kind, "name": f"a {kind}", **where, **changes})
            made = body.channel(self.shop.name, self.now, settings())
            channels.create(made)
            return self.view({"id": made.channel_id})
        answer = self.shop.owner.post("/v1/alert-channels", {"kind": kind, "name": f"a {kind}", **where, **changes})
        assert answer.status == 201, answer.content
        body: dict[str, Any] = answer.json
        return body

    def alert(self, kind: str = "dispute_opened", **changes: Any) -> Alert:
        """One raised now, in its outbox, where it matters in this shard of it; not there if `quietly`."""
        at, shard = changes.pop("at", self.now), changes.pop("shard", None)
        quietly = changes.pop("quietly", False)
        while True:
            self.raised += 1
            order_id = changes.get("order_id", f"81900000{self.raised:08d}")
            if shard in (None, keys.OUTBOX.of(Cause(kind, at, order_id).alert_id(self.shop.name))):
                break
        changes.pop("order_id", None)
        of_order = changes.pop("of_order", True)
        facts = changes.pop("facts", {})
        made = alert(self.shop.name, Cause(kind, at, order_id, **changes), facts, of_order=of_order)
        transact(alerts.raising([made], quietly=quietly))
        return made

    def minute(self) -> int:
        """The run of a minute, and what the workers make of its messages. Answers with how many there were."""
        sent = self.clock()
        self.work()
        return sent

    def clock(self) -> int:
        now = self.now + timedelta(milliseconds=1)
        return outbox.enqueue_alerts(now, lambda: False) + outbox.enqueue_deliveries(now, lambda: False)

    def work(self) -> None:
        while bodies := self.messages():
            for body in bodies:
                self.handle(body)

    def handle(self, body: dict[str, str]) -> Any:
        try:
            if "alert_id" in body:
                return deliveries.create_deliveries(body["store_id"], body["alert_id"], self.now)
            return delivery.attempt_delivery(
                body["store_id"], body["channel_id"], body["delivery_id"], lambda: self.now
            )
        except Missing:
            return None

    def handler(self, body: dict[str, str], at: datetime | None = None) -> int:
        """The same through the Lambda handler, whose clock is this one; answers with how many messages failed."""
        real, now = delivery.datetime, at or self.now

        class Clock(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:
                return now

        delivery.datetime = Clock  # type: ignore[attr-defined, misc]
        try:
            event = {"Records": [{"messageId": "m", "body": json.dumps(body)}]}
            answer = delivery.lambda_handler(event, Context("DeliveryFunction", 512, 60))
        finally:
            delivery.datetime = real  # type: ignore[attr-defined, misc]
        return len(answer["batchItemFailures"])

    def messages(self) -> list[dict[str, str]]:
        """What is in the queue now. Delays go by this clock, not by SQS's."""
        found = []
        while received := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in received:
                found.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return found

    def forget_messages(self) -> None:
        """Those, too, that SQS holds back: their delay goes by its clock, and would end in the middle of anything."""
        self.sqs.delete_queue(QueueUrl=self.queue)
        self.queue = self.sqs.create_queue(QueueName=ALERTS)["QueueUrl"]

    def run(self, length: timedelta, step: timedelta = timedelta(minutes=1)) -> None:
        """The clock comes every so often for so long."""
        until = self.now + length
        while self.now < until:
            self.minute()
            self.now += step
        self.minute()

    def deliveries(self, channel: dict[str, Any]) -> list[dict[str, Any]]:
        self.api.transport.now = self.now  # type: ignore[attr-defined]
        return self.shop.owner.every(f"/v1/alert-channels/{channel['id']}/deliveries")

    def states(self, channel: dict[str, Any]) -> list[str]:
        return sorted(each["state"] for each in self.deliveries(channel))

    def view(self, channel: dict[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = self.shop.owner.get(f"/v1/alert-channels/{channel['id']}").json
        return body


@contextmanager
def loopback(monkeypatch: Any) -> Iterator[None]:
    """As in the local run: alerts may go to this machine."""
    monkeypatch.setenv("LOOPBACK_TARGETS", "1")
    settings.cache_clear()
    try:
        yield
    finally:
        monkeypatch.delenv("LOOPBACK_TARGETS")
        settings.cache_clear()


def mails() -> Sequence[Any]:
    """What moto's SES has taken."""
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.ses.models import ses_backends

    return ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].sent_messages
