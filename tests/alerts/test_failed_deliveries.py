"""Deliveries that fail: they are tried again on their schedule, and what cannot be delivered ends."""

from __future__ import annotations

import io
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from functions.alerts import http_post
from functions.alerts.delivery import FORMATS
from shared.domain.alerts.channels import ChannelKind
from shared.domain.alerts.deliveries import RETRY_DELAYS
from shared.store import clients
from tests.alerts.bureau import Bureau, mails
from tests.alerts.receiver import CUT, ERRCODE_0, HANG, NOT_HTTP, OK, POSTED, RESET, Plan, good
from tests.proof import FULL

MINUTE = timedelta(minutes=1)
FAILURES: list[Plan] = [(500, {}, b""), (404, {}, b""), HANG, RESET, CUT, NOT_HTTP]
FAILURES += [(302, {"Location": "http://169.254.169.254/"}, b"")]


@pytest.mark.parametrize("kind", POSTED)
def test_what_fails_is_tried_again_on_its_schedule_and_then_not_again(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(http_post, "SECONDS", 0.5)
    failures = [bad for bad in FAILURES if not (kind == "slack" and bad[0] == 404)]
    if kind != "webhook" and not FULL:  # what breaks off is no answer, whose kind is not looked at
        failures = [bad for bad in failures if not isinstance(bad, str)]
    channel = bureau.channel(kind)
    bureau.receiver.plan(*failures, then=good(kind))
    bureau.alert()
    bureau.minute()
    for count, wait in enumerate(RETRY_DELAYS[: len(failures)], 1):
        assert len(bureau.receiver.received) == count
        bureau.now += wait - timedelta(seconds=3)
        bureau.minute()
        assert len(bureau.receiver.received) == count, "not before its time"
        bureau.now += wait / 10 + timedelta(seconds=4)
        bureau.minute()
    bureau.run(timedelta(days=2), timedelta(hours=6))
    assert [each.answered for each in bureau.receiver.received] == [*failures, good(kind)]
    assert len(set(bureau.receiver.ids)) == 1
    (delivery,) = bureau.deliveries(channel)
    assert (delivery["state"], len(delivery["attempts"])) == ("delivered", len(failures) + 1)
    assert sum(each.acknowledged for each in bureau.receiver.received) == 1


def test_ses_is_asked_once_an_attempt_and_its_no_is_tried_again(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SES, too, is a server that fails, hangs, breaks off and has had enough."""
    channel = bureau.channel("email")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", bureau.receiver.url)
    monkeypatch.setitem(clients.TIMEOUTS, "sesv2", (0.5, 0.5, 1))
    clients.client.cache_clear()
    full: Plan = (429, {"x-amzn-ErrorType": "TooManyRequestsException"}, b"{}")
    refused: Plan = (400, {"x-amzn-ErrorType": "MessageRejected"}, b'{"message":"canary"}')
    taken: Plan = (200, {}, b'{"MessageId":"1"}')
    bureau.receiver.plan((500, {}, b"{}"), HANG, RESET, CUT, full, refused, then=taken)
    raised = bureau.alert()
    bureau.run(timedelta(hours=2), timedelta(minutes=5))
    bureau.run(timedelta(hours=30), timedelta(hours=2))
    clients.client.cache_clear()
    (delivery,) = bureau.deliveries(channel)
    assert [(each["status"], each["why"]) for each in delivery["attempts"]] == [
        (500, "refused"),
        *[(None, "connection_failed")] * 3,
        (429, "throttled"),
        (400, "refused"),
        (200, None),
    ]
    assert delivery["state"] == "delivered" and len(bureau.receiver.received) == 7, "nothing is asked twice"
    got = bureau.receiver.received[-1].json
    assert got["Destination"] == {"ToAddresses": ["owner@shop.example"]}
    assert raised.order_id in got["Content"]["Simple"]["Subject"]["Data"]


@pytest.mark.parametrize("kind", ["dingtalk", "wecom", "feishu"])
def test_a_200_that_says_no_is_a_failure(bureau: Bureau, kind: str) -> None:
    channel = bureau.channel(kind)
    no: Plan = (200, {}, b'{"errcode":310000,"code":19021,"errmsg":"sign not match"}')
    bureau.receiver.plan(no, then=good(kind))
    bureau.alert()
    bureau.minute()
    assert bureau.states(channel) == ["pending"]
    bureau.now += timedelta(seconds=10)
    bureau.minute()
    (delivery,) = bureau.deliveries(channel)
    assert delivery["state"] == "delivered"
    assert [each["why"] for each in delivery["attempts"]] == [f"code_{19021 if kind == 'feishu' else 310000}", None]
    assert "sign" not in str(delivery)


@pytest.mark.parametrize("kind", POSTED)
def test_who_asks_to_wait_is_waited_for(bureau: Bureau, kind: str) -> None:
    channel = bureau.channel(kind)
    slow: Plan = (429, {"Retry-After": "600"}, b"")
    bureau.receiver.plan(slow, slow, then=good(kind))
    bureau.alert()
    bureau.run(timedelta(minutes=9), timedelta(minutes=3))
    assert len(bureau.receiver.received) == 1
    bureau.run(timedelta(minutes=30), timedelta(minutes=3))
    assert len(bureau.receiver.received) == 3 and bureau.states(channel) == ["delivered"]
    (delivery,) = bureau.deliveries(channel)
    times = [datetime.fromisoformat(each["at"]) for each in delivery["attempts"]]
    assert all(later - sooner >= timedelta(seconds=600) for sooner, later in pairwise(times))


def test_a_robot_that_is_full_is_left_alone_for_as_long_as_it_says(bureau: Bureau) -> None:
    channel = bureau.channel("dingtalk")
    bureau.receiver.plan((200, {}, b'{"errcode":130101}'), then=ERRCODE_0)
    bureau.alert()
    bureau.run(timedelta(minutes=9), timedelta(minutes=3))
    assert len(bureau.receiver.received) == 1
    bureau.run(timedelta(minutes=5))
    assert len(bureau.receiver.received) == 2 and bureau.states(channel) == ["delivered"]


@pytest.mark.parametrize("kind", POSTED)
def test_a_channel_that_is_gone_is_switched_off_and_its_owner_notified_by_the_others(bureau: Bureau, kind: str) -> None:
    dead, alive = bureau.channel(kind, name="the old one"), bureau.channel("email")
    bureau.receiver.then = (410, {}, b"")
    bureau.alert()
    bureau.minute()
    view = bureau.view(dead)
    assert (view["enabled"], view["off_because"]) == (False, "gone")
    assert bureau.states(dead) == ["failed"]
    bureau.now += MINUTE
    bureau.minute()
    subjects = [mail.subject for mail in mails()]
    assert len(subjects) == 2 and bureau.states(alive) == ["delivered"] * 2
    assert sum("停用" in subject and "the old one" in subject for subject in subjects) == 1
    bureau.receiver.plan(then=good(kind))
    bureau.alert()
    bureau.run(timedelta(hours=1), timedelta(minutes=15))
    assert bureau.receiver.received == [], "nothing goes to a channel that is off"
    answer = bureau.shop.owner.patch(f"/v1/alert-channels/{dead['id']}", {"enabled": True})
    assert (answer.json["enabled"], answer.json["off_because"]) == (True, None)
    bureau.alert()
    bureau.minute()
    assert len(bureau.receiver.received) == 1


def test_at_the_end_of_the_schedule_the_channel_is_off(bureau: Bureau) -> None:
    channel, other = bureau.channel(), bureau.channel("email", min_severity="critical", kinds=["export_failed"])
    bureau.receiver.then = (500, {}, b"")
    for _ in range(3):
        bureau.alert()
    bureau.run(timedelta(minutes=3), timedelta(seconds=10))
    bureau.run(timedelta(hours=84), timedelta(hours=1))
    assert bureau.view(channel)["off_because"] == "exhausted"
    counts = Counter(bureau.receiver.ids)
    assert max(counts.values()) == len(RETRY_DELAYS) + 1
    assert set(bureau.states(channel)) <= {"failed", "skipped"} and "failed" in bureau.states(channel)
    assert bureau.states(other) == ["delivered"], "one alert, however many deliveries failed"
    count = len(bureau.receiver.received)
    bureau.run(timedelta(days=1), timedelta(hours=6))
    assert len(bureau.receiver.received) == count


def test_a_message_that_is_refused_while_others_come_through_switches_nothing_off(bureau: Bureau) -> None:
    channel = bureau.channel()
    bureau.receiver.then = (400, {}, b"")
    refused = bureau.alert()
    bureau.run(timedelta(hours=40), timedelta(hours=1))
    assert bureau.states(channel) == ["pending"]
    bureau.receiver.plan(then=(400, {}, b""))
    bureau.receiver.plans.append(OK)
    bureau.api.transport.now = bureau.now  # type: ignore[attr-defined]
    assert bureau.shop.owner.post(f"/v1/alert-channels/{channel['id']}/test", {}).status == 202
    bureau.work()
    bureau.run(timedelta(hours=50), timedelta(hours=1))
    states = {each["alert_id"]: each["state"] for each in bureau.deliveries(channel)}
    assert states == {refused.alert_id: "failed", None: "delivered"}
    assert bureau.view(channel)["enabled"]


def test_what_was_throttled_for_ever_ends_too(bureau: Bureau) -> None:
    channel = bureau.channel()
    bureau.receiver.then = (429, {"Retry-After": "86400"}, b"")
    bureau.alert()
    bureau.run(timedelta(days=6), timedelta(hours=4))
    assert bureau.states(channel) == ["failed"] and bureau.view(channel)["off_because"] == "exhausted"
    assert len(bureau.receiver.received) <= 6


def test_what_breaks_off_while_it_is_made_is_an_attempt_that_failed_and_is_logged_by_its_kind_alone(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, logged: io.StringIO
) -> None:
    channel = bureau.channel()

    def broken(*_: Any) -> Any:
        raise RuntimeError(f"with {channel['secret']} in its text")

    with monkeypatch.context() as patched:
        patched.setitem(FORMATS, ChannelKind.WEBHOOK, broken)  # type: ignore[arg-type]
        bureau.alert()
        bureau.minute()
    (delivery,) = bureau.deliveries(channel)
    assert (delivery["state"], delivery["attempts"][0]["why"]) == ("pending", "broke_off")
    assert "RuntimeError" in logged.getvalue() and channel["secret"] not in logged.getvalue()
