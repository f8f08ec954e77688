"""Deliveries over real sockets: nothing is lost, and nothing is sent twice once it was acknowledged."""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import botocore.client
import pytest
from botocore.exceptions import ClientError

from shared.domain.alerts.channels import ChannelKind
from shared.settings import settings
from tests import permissions, proof
from tests.alerts.bureau import START, Bureau, mails
from tests.alerts.receiver import CODE_0, ERRCODE_0, Plan, good
from tests.alerts.test_formats import verified

MINUTE = timedelta(minutes=1)
ALERTS = proof.size(10, 40)
"""Alerts that several workers deliver at the same time."""


@contextmanager
def failing_writes() -> Iterator[None]:
    """A table that is read but not written."""
    real = botocore.client.BaseClient._make_api_call

    def call(client: Any, operation: str, arguments: Any) -> Any:
        if operation in ("PutItem", "TransactWriteItems"):
            raise ClientError({"Error": {"Code": "ValidationException", "Message": "no"}}, operation)
        return real(client, operation, arguments)

    with patch.object(botocore.client.BaseClient, "_make_api_call", call):
        yield


def test_an_alert_reaches_every_channel_that_wants_it_once(bureau: Bureau) -> None:
    bureau.receiver.then = CODE_0
    made = {kind: bureau.channel(kind) for kind in ("webhook", "feishu", "slack", "email")}
    quiet = bureau.channel("webhook", min_severity="critical")
    other = bureau.channel("webhook", kinds=["new_order", "export_failed"])
    raised = bureau.alert()
    for _ in range(3):
        bureau.minute()
    assert {kind: bureau.states(channel) for kind, channel in made.items()} == {kind: ["delivered"] for kind in made}
    assert bureau.states(quiet) == bureau.states(other) == []
    assert len(bureau.receiver.received) == 3
    (mail,) = mails()
    assert raised.order_id in mail.subject and mail.source == "alerts@orderkeep.example"
    (delivery,) = bureau.deliveries(made["webhook"])
    assert delivery["alert_id"] == raised.alert_id
    assert [(each["status"], each["why"]) for each in delivery["attempts"]] == [(200, None)]


def test_a_webhook_can_be_verified_by_whoever_has_its_secret(bureau: Bureau) -> None:
    channel = bureau.channel(language="en")
    raised = bureau.alert(
        "deadline",
        timer="shipment",
        due_at=START + timedelta(hours=4),
        lead=timedelta(hours=4),
        facts={"on_lapse": "expire_shipment"},
    )
    bureau.minute()
    (got,) = bureau.receiver.received
    content = verified([channel["secret"]], got.headers, got.body, bureau.now)
    assert content["type"] == "alert.deadline"
    assert content["data"]["alert_id"] == raised.alert_id and content["data"]["due_at"] == "2026-11-25T06:00:00Z"
    assert "2026-11-25 14:00" in content["data"]["text"], "the store's own time"
    assert "refunded" in content["data"]["text"], "what happens on silence"
    rotated = bureau.shop.owner.post(f"/v1/alert-channels/{channel['id']}/rotate-secret", {}).json
    bureau.alert()
    bureau.minute()
    got = bureau.receiver.received[-1]
    for secret in (channel["secret"], rotated["secret"]):
        assert verified([secret], got.headers, got.body, bureau.now)


def test_people_are_notified_of_many_things_in_one_message_and_programs_of_each(bureau: Bureau) -> None:
    """The deadlines of a day fall due in one second."""
    people, program = bureau.channel("wecom"), bureau.channel("webhook")
    bureau.receiver.then = ERRCODE_0
    raised = [bureau.alert(at=START) for _ in range(50)]
    bureau.minute()
    to_people = [each for each in bureau.receiver.received if "webhook-id" not in each.headers]
    to_program = [each for each in bureau.receiver.received if "webhook-id" in each.headers]
    assert len(to_program) == 50 == len({each.headers["webhook-id"] for each in to_program})
    assert 3 <= len(to_people) <= 5
    assert bureau.states(people) == bureau.states(program) == ["delivered"] * 50
    counts = Counter(
        order_id for each in to_people for order_id in (a.order_id for a in raised) if order_id in each.body.decode()
    )
    hidden = 50 - len(counts)
    assert set(counts.values()) == {1} and hidden <= 0


def test_workers_at_once_with_messages_that_come_three_times_send_each_once(
    bureau_on_dynoxide: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKER_CONCURRENCY", "1000")  # or messages wait in the queue for room
    settings.cache_clear()
    bureau, chance = bureau_on_dynoxide, random.Random(5)
    people, program = bureau.channel("wecom"), bureau.channel("webhook")
    bureau.receiver.then = ERRCODE_0
    raised = [bureau.alert(at=START + timedelta(milliseconds=n)) for n in range(ALERTS)]
    bureau.now += MINUTE
    bureau.clock()
    rounds = 0
    with ThreadPoolExecutor(6) as workers:
        while bodies := bureau.messages():
            three = bodies * 3
            chance.shuffle(three)
            list(workers.map(bureau.handle, three))
            rounds += len(three)
    assert bureau.states(people) == bureau.states(program) == ["delivered"] * ALERTS
    counts = Counter(
        each.order_id
        for got in bureau.receiver.received
        if "webhook-id" not in got.headers
        for each in raised
        if (each.order_id or "?") in got.body.decode()
    )
    ids = Counter(bureau.receiver.ids)
    messages = ids.pop("")
    print(f"\n{rounds} messages handled by six workers: {ids.total()} calls to the program, {messages} to people")
    assert set(ids.values()) == {1} and len(ids) == ALERTS, "each once to the program"
    assert set(counts.values()) == {1} and len(counts) == ALERTS, "and each in one message to people"
    assert rounds >= 3 * ALERTS and bureau.clock() == 0


def test_what_is_over_before_it_was_sent_is_not_sent(bureau: Bureau) -> None:
    from shared.domain.alerts.model import Cause
    from shared.store.alerts import alerts
    from shared.store.dynamodb.table import transact

    channel = bureau.channel()
    over, lasting = bureau.alert("short_payment"), bureau.alert("closed_by_clock")
    for raised in (over, lasting):
        transact(
            [alerts.resolving(bureau.shop.name, Cause(raised.kind, raised.raised_at, raised.order_id or ""), START)]
        )
    bureau.minute()
    states = {each["alert_id"]: (each["state"], each["why"]) for each in bureau.deliveries(channel)}
    assert states == {over.alert_id: ("skipped", "resolved"), lasting.alert_id: ("delivered", None)}
    assert len(bureau.receiver.received) == 1


def test_a_delivery_can_be_sent_once_more_by_hand_under_its_id(bureau: Bureau) -> None:
    channel = bureau.channel()
    bureau.alert()
    bureau.minute()
    (delivery,) = bureau.deliveries(channel)
    path = f"/v1/alert-channels/{channel['id']}/deliveries/{delivery['id']}/redeliver"
    answer = bureau.shop.owner.post(path, {})
    assert (answer.status, answer.json["state"]) == (202, "pending")
    refused = bureau.shop.owner.post(path, {})
    assert (refused.status, refused.code) == (409, "delivery_pending")
    bureau.work()
    assert bureau.receiver.ids == [delivery["id"]] * 2
    assert len(bureau.deliveries(channel)[0]["attempts"]) == 2
    assert bureau.shop.owner.post(path.replace(delivery["id"], "dlv_0"), {}).status == 404


@pytest.mark.parametrize("kind", [str(kind) for kind in ChannelKind])
def test_a_test_message_is_tried_once_and_says_how_it_went(bureau: Bureau, kind: str) -> None:
    channel = bureau.channel(kind)
    bureau.receiver.plan(good(kind), then=(500, {}, b""))
    path = f"/v1/alert-channels/{channel['id']}/test"
    bureau.api.transport.now = bureau.now  # type: ignore[attr-defined]
    assert bureau.shop.owner.post(path, {}).status == 202
    bureau.work()
    (first,) = bureau.deliveries(channel)
    assert (first["what"], first["state"]) == ("test", "delivered")
    if kind == "email":
        assert "测试" in mails()[0].subject
        return
    bureau.now += MINUTE
    bureau.api.transport.now = bureau.now  # type: ignore[attr-defined]
    bureau.shop.owner.post(path, {})
    bureau.run(timedelta(hours=1), timedelta(minutes=15))
    latest = bureau.deliveries(channel)[0]
    assert (latest["state"], latest["why"], len(latest["attempts"])) == ("failed", "refused", 1)
    assert bureau.view(channel)["enabled"], "a test that fails switches nothing off"


def test_clock_and_worker_ask_for_no_more_than_their_roles_allow(bureau: Bureau) -> None:
    dead, by_mail = bureau.channel(digest=True), bureau.channel("email")
    bureau.receiver.plan((500, {}, b""), (503, {}, b""), then=(410, {}, b""))
    bureau.alert()
    bureau.alert("digest", of_order=False, order_id="2026-11-25")
    outbox_asks, worker_asks = set[str](), set[str]()
    for _ in range(4):
        with permissions.asked() as actions:
            bureau.clock()
        outbox_asks |= actions
        with permissions.asked() as actions:
            bureau.work()
        worker_asks |= actions
        bureau.now += timedelta(minutes=6)
    assert bureau.view(dead)["off_because"] == "gone" and bureau.states(by_mail) == ["delivered"] * 3
    assert worker_asks == permissions.allowed("DeliveryRole"), "and for all that it allows"
    assert {"dynamodb:UpdateItem"} <= outbox_asks <= permissions.allowed("OutboxRole")


def test_a_lost_message_is_sent_for_again(bureau: Bureau) -> None:
    channel = bureau.channel()
    bureau.alert()
    assert bureau.clock() == 1
    bureau.messages()
    bureau.now += MINUTE
    assert bureau.clock() == 0, "three minutes for a worker"
    bureau.now += timedelta(minutes=4)
    assert bureau.minute() == 1
    assert bureau.states(channel) == ["delivered"] and len(bureau.receiver.received) == 1
    bureau.now += timedelta(minutes=10)
    assert bureau.minute() == 0


def test_a_deleted_channels_deliveries_go_nowhere(bureau: Bureau) -> None:
    channel = bureau.channel()
    bureau.receiver.plan(then=(500, {}, b""))
    bureau.alert()
    bureau.minute()
    assert bureau.shop.owner.request("DELETE", f"/v1/alert-channels/{channel['id']}").status == 200
    bureau.run(timedelta(hours=1), timedelta(minutes=10))
    assert len(bureau.receiver.received) == 1
    assert bureau.shop.owner.get("/v1/alert-channels").json["data"] == []


def test_nothing_is_kept_or_logged_of_an_answer_or_a_url(bureau: Bureau, logged: io.StringIO) -> None:
    """Through the handler, with the robots' secrets, and with a table that refuses what is to be written."""
    url = bureau.receiver.url + "?token=canary-in-url"
    kinds = {"webhook": {}, "dingtalk": {"secret": "canary-of-dingtalk"}, "feishu": {"secret": "canary-of-feishu"}}
    made = [bureau.channel(kind, url=url, **more) for kind, more in kinds.items()]
    failing: Plan = (500, {"X-Canary": "canary-in-header"}, b"canary-in-body")
    bureau.receiver.plan(*[failing] * 3, then=(410, {}, b"canary-in-body"))
    raised = bureau.alert()
    assert bureau.handler({"store_id": bureau.shop.name, "alert_id": raised.alert_id}) == 0
    tasks = bureau.messages()
    assert len(tasks) == 3 and [bureau.handler(task) for task in tasks] == [0, 0, 0]
    assert logged.getvalue().count('"outcome":"failed"') == 3
    with failing_writes():
        assert [bureau.handler(task, at=bureau.now + timedelta(minutes=1)) for task in tasks] == [1, 1, 1]
    assert logged.getvalue().count("a message could not be processed") == 3
    bureau.run(timedelta(hours=1), timedelta(minutes=5))
    text = str([[bureau.view(each), bureau.deliveries(each)] for each in made])
    text += str(bureau.shop.owner.get("/v1/alert-channels").json)
    assert text.count("'off_because': 'gone'") == 6, "each by itself, and in the list"
    said = text + logged.getvalue()
    secret = made[0]["secret"]
    assert "canary" not in said and secret not in said and secret.removeprefix("whsec_") not in said
    assert bureau.handler({"store_id": bureau.shop.name, "alert_id": "alr_0"}) == 0, "what is not there is no failure"
