"""Each robot's message against its published format, limits and signature, and what its answers mean."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from functions.alerts.delivery import FORMATS
from functions.alerts.formats import dingtalk, feishu, webhook
from functions.alerts.formats.email import mail
from functions.alerts.formats.request import Outcome
from functions.alerts.formats.verdicts import verdict
from shared.domain.alerts.channels import Channel, ChannelKind, rotate, webhook_secret
from shared.domain.alerts.notices import Notice

NOW = datetime(2026, 11, 25, 1, 30, 5, tzinfo=UTC)
MARKUP = '<at user_id="all"> <!channel> <@all> [x](https://evil.example.com) **b** `c` & \\ \n# head'


def notice(count: int = 2, language: str = "zh-CN", **changes: Any) -> Notice:
    payload = {
        "type": "alert.deadline",
        "at": NOW,
        "title": "测试店：订单 8190 即将到期",
        "lines": tuple(f"第 {n} 行：订单 81900000000{n:05d} 发货期限 2026-11-26 23:59" for n in range(count)),
        "language": language,
        "severity": "warning",
        "data": {"alert_id": "alr_1", "order_id": "8190"},
        "link": "https://console.example.com/stores/demo/orders?order=8190",
    }
    return Notice(**{**payload, **changes})  # type: ignore[arg-type]


def channel(kind: ChannelKind, **changes: Any) -> Channel:
    return Channel("demo", "chn_1", kind, "n", NOW, **changes)


def body(kind: ChannelKind, payload: Notice, **changes: Any) -> Any:
    return json.loads(FORMATS[kind](payload, channel(kind, **changes), "dlv_1", NOW).body)


def verified(secrets: list[str], headers: dict[str, str], content: bytes, now: datetime) -> Any:
    """What a receiver does that has only read the specification; raises where the message is not genuine."""
    moment = int(headers["webhook-timestamp"])
    assert abs(now.timestamp() - moment) <= 300, "too old, or from the future"
    signed = b".".join((headers["webhook-id"].encode(), str(moment).encode(), content))
    given = [each.split(",", 1) for each in headers["webhook-signature"].split(" ")]
    for secret in secrets:
        assert secret.startswith("whsec_")
        digest = hmac.digest(base64.b64decode(secret[6:], validate=True), signed, hashlib.sha256)
        for version, signature in given:
            if version == "v1" and hmac.compare_digest(base64.b64decode(signature, validate=True), digest):
                return json.loads(content)
    raise AssertionError("no signature fits")


def test_the_published_example_of_standard_webhooks_is_signed_as_published() -> None:
    signed = webhook.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_webhook_is_one_that_any_receiver_can_verify() -> None:
    secret = webhook_secret(b"k" * 32)
    made = webhook.request(notice(), channel(ChannelKind.WEBHOOK, secret=secret), "dlv_1", NOW)
    headers = dict(made.headers)
    payload = verified([secret], headers, made.body, NOW)
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("dlv_1", "1795570205")
    assert (payload["type"], payload["timestamp"]) == ("alert.deadline", "2026-11-25T01:30:05.000000Z")
    assert payload["data"]["order_id"] == "8190" and payload["data"]["text"].startswith("测试店")
    for changed in (
        (headers, made.body + b" ", NOW),
        ({**headers, "webhook-id": "dlv_2"}, made.body, NOW),
        ({**headers, "webhook-timestamp": "1795570206"}, made.body, NOW),
        (headers, made.body, NOW + timedelta(seconds=301)),
    ):
        with pytest.raises(AssertionError):
            verified([secret], *changed)
    with pytest.raises(AssertionError):
        verified([webhook_secret(b"other" * 6)], headers, made.body, NOW)


def test_a_rotated_secret_signs_beside_the_new_one_for_a_day() -> None:
    first, second, third = (webhook_secret(bytes([n]) * 32) for n in range(3))
    rotated = rotate(channel(ChannelKind.WEBHOOK, secret=first), second, NOW)

    def signs(held: Channel, secret: str, now: datetime) -> bool:
        made = webhook.request(notice(), held, "dlv_1", now)
        try:
            verified([secret], dict(made.headers), made.body, now)
        except AssertionError:
            return False
        return True

    late, over = NOW + timedelta(hours=23, minutes=59), NOW + timedelta(hours=24)
    assert [signs(rotated, secret, late) for secret in (first, second, third)] == [True, True, False]
    assert [signs(rotated, secret, over) for secret in (first, second, third)] == [False, True, False]
    twice = rotate(rotated, third, NOW + timedelta(hours=1))
    assert [signs(twice, secret, late) for secret in (first, second, third)] == [False, True, True]


def test_dingtalk_is_signed_in_its_query_as_its_page_says() -> None:
    made = dingtalk.request(notice(), channel(ChannelKind.DINGTALK, secret="SECthis is secret"), "dlv_1", NOW)
    given = dict(parse_qsl(made.query, strict_parsing=True))
    assert given["timestamp"] == "1795570205000"
    expected = hmac.new(b"SECthis is secret", b"1795570205000\nSECthis is secret", "sha256").digest()
    assert base64.b64decode(given["sign"]) == expected
    assert "+" not in made.query and "/" not in made.query
    assert dingtalk.sign("this is secret", "1577262236757") == base64.b64encode(
        hmac.digest(b"this is secret", b"1577262236757\nthis is secret", "sha256")
    ).decode("ascii")
    assert dingtalk.request(notice(), channel(ChannelKind.DINGTALK), "dlv_1", NOW).query == ""
    payload = json.loads(made.body)
    assert set(payload) == {"msgtype", "markdown"} and payload["msgtype"] == "markdown"
    assert set(payload["markdown"]) == {"title", "text"}
    assert "https://console.example.com/stores/demo/orders?order=8190" in payload["markdown"]["text"]


def test_feishu_signs_nothing_with_time_and_secret() -> None:
    payload = body(ChannelKind.FEISHU, notice(), secret="s3")
    assert payload["timestamp"] == "1795570205"
    assert base64.b64decode(payload["sign"]) == hmac.new(b"1795570205\ns3", digestmod="sha256").digest()
    assert feishu.sign("s3", "1795570205") == payload["sign"]
    post = payload["content"]["post"]["zh_cn"]
    assert payload["msg_type"] == "post" and post["title"].startswith("测试店")
    assert [set(element) for line in post["content"] for element in line] == [{"tag", "text"}] * 2 + [
        {"tag", "text", "href"}
    ]
    plain = body(ChannelKind.FEISHU, notice(0, language="en", link=None))
    assert set(plain) == {"msg_type", "content"} and list(plain["content"]["post"]) == ["en_us"]
    assert plain["content"]["post"]["en_us"]["content"] == [[{"tag": "text", "text": notice().title}]], "never nothing"


def test_wecom_is_markdown_of_at_most_4096_bytes() -> None:
    for lines in (0, 1, 30, 60, 61, 62, 500):
        payload = body(ChannelKind.WECOM, notice(lines))
        assert set(payload) == {"msgtype", "markdown"} and set(payload["markdown"]) == {"content"}
        content = payload["markdown"]["content"]
        assert len(content.encode()) <= 4096
        assert content.endswith("[打开](https://console.example.com/stores/demo/orders?order=8190)")
    lines_shown = content.count("\n> ")
    assert f"…另有 {500 - lines_shown} 条" in content and lines_shown >= 40
    long = body(ChannelKind.WECOM, notice(title="店" * 3000, lines=("行" * 3000,)))["markdown"]["content"]
    assert len(long.encode()) <= 4096


def test_slack_is_blocks_within_their_limits() -> None:
    for lines in (0, 2, 500):
        payload = body(ChannelKind.SLACK, notice(lines, language="en"))
        assert payload["text"] and len(payload["blocks"]) <= 50
        header, *rest = payload["blocks"]
        assert (
            header["type"] == "header" and header["text"]["type"] == "plain_text" and len(header["text"]["text"]) <= 150
        )
        assert all(part["type"] == "section" and part["text"]["type"] == "mrkdwn" for part in rest)
        assert all(0 < len(part["text"]["text"]) <= 3000 for part in rest)
    assert body(ChannelKind.SLACK, notice(title="x" * 900))["blocks"][0]["text"]["text"] == "x" * 150


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind is not ChannelKind.WEBHOOK])
def test_no_message_is_larger_than_its_robot_takes(kind: ChannelKind) -> None:
    for lines in (500, 5000):
        made = FORMATS[kind](notice(lines), channel(kind, secret="s"), "dlv_1", NOW)
        assert len(made.body) < 20_000
        assert made.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("kind", [ChannelKind.DINGTALK, ChannelKind.WECOM, ChannelKind.FEISHU, ChannelKind.SLACK])
def test_a_store_whose_name_is_markup_reaches_nobody_with_it(kind: ChannelKind) -> None:
    text = json.dumps(body(kind, notice(title=MARKUP, lines=(MARKUP,), link=None)), ensure_ascii=False)
    link = () if kind is ChannelKind.SLACK else ("[x](",)
    for active in ("<at", "<!channel", "<@all", "\\n# head", *link):
        assert active not in text, active


def test_an_email_has_one_subject_line_and_escapes_its_html() -> None:
    made = mail(notice(title="店铺\r\nBcc: all@example.com", lines=("a < b", "第二行")))
    assert made.subject == "店铺 Bcc: all@example.com"
    assert "a < b\n第二行" in made.text and "<li>a &lt; b</li>" in made.html
    assert (
        'lang="zh-CN"' in made.html
        and made.html.count("https://console.example.com/stores/demo/orders?order=8190") == 1
    )
    assert mail(notice(0, link=None)).text == "测试店：订单 8190 即将到期\n", "an email that opens on something"


ANSWERS = (
    ("webhook", 200, b"anything", Outcome.DELIVERED),
    ("webhook", 204, b"", Outcome.DELIVERED),
    ("webhook", 302, b"", Outcome.FAILED),
    ("webhook", 404, b"", Outcome.FAILED),
    ("webhook", 410, b"", Outcome.GONE),
    ("webhook", 429, b"", Outcome.THROTTLED),
    ("webhook", 500, b"", Outcome.FAILED),
    ("slack", 200, b"ok", Outcome.DELIVERED),
    ("slack", 400, b"invalid_payload", Outcome.FAILED),
    ("slack", 400, b"user_not_found", Outcome.FAILED),
    ("slack", 400, b"no_active_hooks", Outcome.GONE),
    ("slack", 403, b"action_prohibited", Outcome.FAILED),
    ("slack", 403, b"posting_to_general_channel_denied", Outcome.FAILED),
    ("slack", 403, b"invalid_token\n", Outcome.GONE),
    ("slack", 403, b"team_disabled", Outcome.GONE),
    ("slack", 404, b"channel_not_found", Outcome.GONE),
    ("slack", 404, b"<html>", Outcome.GONE),
    ("slack", 500, b"rollup_error", Outcome.FAILED),
    ("slack", 200, b"no_service", Outcome.DELIVERED),
    ("slack", 404, b"no_service", Outcome.GONE),
    ("slack", 410, b"channel_is_archived", Outcome.GONE),
    ("slack", 429, b"rate_limited", Outcome.THROTTLED),
    ("dingtalk", 200, b'{"errcode":0,"errmsg":"ok"}', Outcome.DELIVERED),
    ("dingtalk", 200, b'{"errcode":310000,"errmsg":"sign not match"}', Outcome.FAILED),
    ("dingtalk", 200, b'{"status":1111,"errcode":130101,"errmsg":"send too fast"}', Outcome.THROTTLED),
    ("dingtalk", 200, b'{"errcode":300001,"errmsg":"token is not exist"}', Outcome.GONE),
    ("dingtalk", 200, '{"errcode":410100,"errmsg":"发送速度太快而限流"}'.encode(), Outcome.THROTTLED),
    ("dingtalk", 200, '{"errcode":400102,"errmsg":"机器人已停用"}'.encode(), Outcome.GONE),
    ("wecom", 200, b'{"errcode":0,"errmsg":"ok"}', Outcome.DELIVERED),
    ("wecom", 200, b'{"errcode":45009,"errmsg":"api freq out of limit"}', Outcome.THROTTLED),
    ("wecom", 200, b'{"errcode":93000,"errmsg":"invalid webhook url"}', Outcome.GONE),
    ("dingtalk", 200, b'{"errcode":-1,"errmsg":"system busy"}', Outcome.FAILED),
    ("dingtalk", 200, b'{"errcode":400013,"errmsg":"x"}', Outcome.GONE),
    ("dingtalk", 200, b'{"errcode":400101,"errmsg":"x"}', Outcome.GONE),
    ("dingtalk", 200, b'{"errcode":400105,"errmsg":"x"}', Outcome.FAILED),
    ("dingtalk", 200, b'{"errcode":400106,"errmsg":"x"}', Outcome.GONE),
    *(("dingtalk", 200, b'{"errcode":43010%d,"errmsg":"x"}' % n, Outcome.FAILED) for n in (1, 2, 3, 4)),
    ("dingtalk", 200, b'{"status":1111,"wait":5,"source":"x5","punish":"deny"}', Outcome.FAILED),
    ("wecom", 200, b'{"errcode":-1,"errmsg":"system busy"}', Outcome.FAILED),
    ("wecom", 200, b'{"errcode":45033,"errmsg":"concurrent calls out of limit"}', Outcome.THROTTLED),
    ("wecom", 200, b'{"errcode":93004,"errmsg":"robot is stopped"}', Outcome.GONE),
    ("wecom", 200, b'{"errcode":93008,"errmsg":"not in the group"}', Outcome.GONE),
    ("wecom", 200, b'{"errcode":44004,"errmsg":"empty content"}', Outcome.FAILED),
    ("wecom", 200, b'{"errcode":40058,"errmsg":"too long"}', Outcome.FAILED),
    ("feishu", 200, b'{"code":0,"msg":"success","StatusCode":0}', Outcome.DELIVERED),
    ("feishu", 200, b'{"code":19021,"msg":"sign match fail"}', Outcome.FAILED),
    ("feishu", 200, b'{"code":0,"data":{},"msg":"success"}', Outcome.DELIVERED),
    ("feishu", 200, b'{"Extra":null,"StatusCode":0,"StatusMessage":"success"}', Outcome.DELIVERED),
    ("feishu", 200, b'{"StatusCode":19024,"StatusMessage":"Key Words Not Found"}', Outcome.FAILED),
    ("feishu", 200, b'{"code":19021,"StatusCode":0}', Outcome.FAILED),
    ("feishu", 200, b'{"code":null,"StatusCode":0}', Outcome.FAILED),
    ("feishu", 200, b'{"statuscode":0}', Outcome.FAILED),
    ("feishu", 200, b'{"code":19022,"msg":"Ip Not Allowed"}', Outcome.FAILED),
    ("feishu", 200, b'{"code":19001,"msg":"param invalid: incoming webhook access token invalid"}', Outcome.GONE),
    ("feishu", 400, b'{"code":19001,"msg":"param invalid: incoming webhook access token invalid"}', Outcome.GONE),
    ("feishu", 400, b'{"code":11232,"msg":"frequency limited"}', Outcome.THROTTLED),
    ("feishu", 200, b'{"code":11233,"msg":"frequency limited"}', Outcome.THROTTLED),
    ("feishu", 400, b'{"code":0}', Outcome.FAILED),
    ("feishu", 400, b'{"code":9499,"msg":"Bad Request"}', Outcome.FAILED),
    ("feishu", 500, b"", Outcome.FAILED),
    ("feishu", 200, b'{"code":11232,"msg":"frequency limited"}', Outcome.THROTTLED),
    *(
        (kind, 200, content, Outcome.FAILED)
        for kind in ("dingtalk", "wecom", "feishu")
        for content in (b"", b"ok", b"[]", b"null")
    ),
    *(
        ("wecom", 200, content, Outcome.FAILED)
        for content in (b'{"errcode":"0"}', b'{"errcode":false}', b"[" * 50_000, b"\xff")
    ),
)


@pytest.mark.parametrize(("kind", "status", "content", "outcome"), ANSWERS)
def test_an_answer_means_what_its_robot_says(kind: str, status: int, content: bytes, outcome: Outcome) -> None:
    payload = verdict(kind, status, None, content, NOW)
    assert payload.outcome is outcome
    assert payload.why is None or "sign" not in payload.why
    assert (payload.wait > timedelta()) == (outcome is Outcome.THROTTLED)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        (" 120 ", 120),
        ("Wed, 25 Nov 2026 01:31:05 GMT", 60),
        ("Wed, 25 Nov 2026 01:29:05 GMT", 60),
        ("", 60),
        ("-5", 60),
        ("soon", 60),
        ("9" * 40, 60),
        ("٣", 60),
        ("Wed, 21 Oct 99999999999999999999 07:28:00 GMT", 60),
        ("Wed, 21 Oct 2015 07:28:00 +99999999999999999999", 60),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: int) -> None:
    assert verdict("webhook", 429, header, b"", NOW).wait == timedelta(seconds=seconds)
