"""Alert channels over HTTP: made, masked, changed, rotated, tried, taken away."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest

from shared.domain.alerts.channels import LIMIT, ChannelKind
from tests.harness import Answer, Api, Client, Shop

GOOD: Mapping[str, dict[str, Any]] = {
    "webhook": {"url": "https://hooks.example.com/canary-path?key=canary-key"},
    "dingtalk": {"url": "https://oapi.dingtalk.com/robot/send?access_token=canary-key", "secret": "SECcanary"},
    "wecom": {"url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=canary-key"},
    "feishu": {"url": "https://open.feishu.cn/open-apis/bot/v2/hook/canary-key", "secret": "canary"},
    "slack": {"url": "https://hooks.slack.com/services/T0/B0/canary-key"},
    "email": {"address": "owner@shop.example"},
}
PATH = "/v1/alert-channels"


def make(shop: Shop, kind: str = "webhook", **changes: Any) -> Answer:
    return shop.owner.post(PATH, {"kind": kind, "name": f"my {kind}", **GOOD[kind], **changes})


def made(shop: Shop, kind: str = "webhook", **changes: Any) -> dict[str, Any]:
    answer = make(shop, kind, **changes)
    assert answer.status == 201, answer.content
    channel: dict[str, Any] = answer.json
    return channel


def test_every_kind_is_made_and_shown_without_what_is_secret(api: Api) -> None:
    shop = api.shop()
    assert set(GOOD) == {str(kind) for kind in ChannelKind}
    first = {kind: made(shop, kind) for kind in GOOD}
    for kind, channel in first.items():
        assert channel["id"].startswith("chn_") and len(channel["id"]) == 30
        assert ("secret" in channel) == (kind == "webhook")
        assert channel["enabled"] == (kind != "email") and channel["language"] == "zh-CN"
        assert channel["min_severity"] == "warning"
        assert channel["digest"] == (kind != "webhook") and channel["kinds"] == []
        one = shop.owner.get(f"{PATH}/{channel['id']}")
        assert one.json == {name: value for name, value in channel.items() if name != "secret"}
    listed = shop.owner.get(PATH)
    assert [each["id"] for each in listed.json["data"]] == sorted(channel["id"] for channel in first.values())
    shown = listed.content.decode() + "".join(str(channel) for kind, channel in first.items() if kind != "webhook")
    assert "canary" not in shown and first["webhook"]["secret"] not in shown
    assert first["webhook"]["target"] == "https://hooks.example.com/…"
    assert first["email"]["target"] == "owner@shop.example"
    assert first["dingtalk"]["signed"] and not first["slack"]["signed"]
    assert len(base64.b64decode(first["webhook"]["secret"].removeprefix("whsec_"))) == 32


def test_a_channel_that_names_kinds_gets_their_alerts_however_small(in_process: Api) -> None:
    shop = in_process.shop()
    assert made(shop, kinds=["new_order"])["min_severity"] == "info"
    assert made(shop, kinds=["deadline"], min_severity="critical")["min_severity"] == "critical"
    assert made(shop, min_severity=None)["min_severity"] == "warning"


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"kind": "webhook"}, "url_missing", "/url"),
        ({"kind": "email"}, "address_missing", "/address"),
        ({"kind": "email", "address": "a@b.example", "url": "https://a.example/"}, "url_not_for_kind", "/url"),
        ({"kind": "slack", **GOOD["slack"], "address": "a@b.example"}, "address_not_for_kind", "/address"),
        ({"kind": "webhook", **GOOD["webhook"], "secret": "mine"}, "secret_not_for_kind", "/secret"),
        ({"kind": "webhook", "url": "http://hooks.example.com/"}, "target_not_https", "/url"),
        ({"kind": "webhook", "url": "https://127.0.0.1/"}, "target_not_public", "/url"),
        ({"kind": "webhook", "url": "https://169.254.169.254/"}, "target_not_public", "/url"),
        ({"kind": "webhook", "url": "https://a.example.com:8443/"}, "target_port", "/url"),
        ({"kind": "webhook", "url": "https://u:p@a.example.com/"}, "target_userinfo", "/url"),
        ({"kind": "webhook", "url": "https://2130706433/"}, "target_host", "/url"),
        ({"kind": "webhook", "url": "not a url"}, "target_malformed", "/url"),
        ({"kind": "slack", "url": "https://hooks.example.com/"}, "target_not_published", "/url"),
        ({"kind": "wecom", **GOOD["dingtalk"]}, "secret_not_for_kind", "/secret"),
    ],
)
def test_what_a_channel_cannot_have_is_refused_by_name(in_process: Api, body: Any, code: str, pointer: str) -> None:
    shop = in_process.shop()
    refused = shop.owner.post(PATH, {"name": "n", **body}, headers={"accept-language": "zh-CN"})
    assert (refused.status, refused.code, refused.fields) == (422, code, [pointer])
    assert not refused.json["detail"].isascii(), "said in Chinese"
    assert shop.owner.get(PATH).json["data"] == []


@pytest.mark.parametrize(
    "address",
    ["x", "a@b", "a b@c.example", "a@b.example,c@d.example", "a@b.example\nBcc: x@y.example", "<a@b.example>"],
)
def test_an_address_is_one_address(in_process: Api, address: str) -> None:
    refused = in_process.shop().owner.post(PATH, {"kind": "email", "name": "n", "address": address})
    assert (refused.status, refused.fields) == (400, ["/address"])


def test_without_a_sender_there_is_no_email(in_process: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.settings import settings

    monkeypatch.setenv("MAIL_SENDER", "")
    settings.cache_clear()
    shop = in_process.shop()
    refused = make(shop, "email")
    assert (refused.status, refused.code) == (409, "mail_not_set_up")
    assert make(shop).status == 201
    settings.cache_clear()


def test_a_store_has_at_most_twenty(api: Api) -> None:
    shop, other = api.shop(), api.shop()
    ids = [made(shop)["id"] for _ in range(LIMIT)]
    refused = make(shop)
    assert (refused.status, refused.code) == (409, "too_many_channels")
    assert make(other).status == 201
    assert shop.owner.request("DELETE", f"{PATH}/{ids[0]}").status == 200
    assert make(shop).status == 201
    assert len(shop.owner.get(PATH).json["data"]) == LIMIT


def test_a_channel_is_changed_field_by_field(api: Api) -> None:
    shop = api.shop()
    robot = made(shop, "dingtalk")
    one = f"{PATH}/{robot['id']}"
    changed = shop.owner.patch(one, {"name": "other", "kinds": ["deadline", "deadline", "new_order"], "digest": False})
    assert changed.status == 200
    expected = {**robot, "name": "other", "kinds": ["deadline", "new_order"], "digest": False}
    assert changed.json == expected == shop.owner.get(one).json
    assert shop.owner.patch(one, {"secret": None}).json["signed"] is False
    assert shop.owner.patch(one, {"secret": "SECnew"}).json["signed"] is True
    off = shop.owner.patch(one, {"enabled": False}).json
    assert (off["enabled"], off["off_because"]) == (False, "by_owner") and off["off_at"]
    refused = shop.owner.post(f"{one}/test", {})
    assert (refused.status, refused.code) == (409, "channel_off")
    assert shop.owner.patch(one, {"enabled": True}).json["off_at"] is None
    for body, code in (
        ({"url": "https://hooks.example.com/"}, "target_not_published"),
        ({"address": "a@b.example"}, "address_not_for_kind"),
    ):
        answer = shop.owner.patch(one, body)
        assert (answer.status, answer.code) == (422, code)
    assert shop.owner.patch(one, {"kinds": ["tea"]}).status == 400


def test_a_rotated_secret_is_shown_once_and_only_a_webhook_has_one_of_ours(api: Api) -> None:
    shop = api.shop()
    hook, robot = made(shop), made(shop, "feishu")
    rotated = shop.owner.post(f"{PATH}/{hook['id']}/rotate-secret", {})
    assert rotated.status == 200 and rotated.json["secret"] != hook["secret"]
    assert rotated.json["previous_secret_until"] is not None
    assert rotated.headers["cache-control"] == "no-store"
    assert "secret" not in shop.owner.get(f"{PATH}/{hook['id']}").json
    refused = shop.owner.post(f"{PATH}/{robot['id']}/rotate-secret", {})
    assert (refused.status, refused.code) == (409, "secret_not_ours")


def test_a_request_that_comes_twice_makes_one_channel_and_rotates_once(api: Api) -> None:
    shop = api.shop()
    body = {"kind": "webhook", "name": "n", **GOOD["webhook"]}
    first, second = (shop.owner.post(PATH, body, headers={"idempotency-key": "k"}) for _ in range(2))
    assert first.json == second.json and second.headers["idempotent-replayed"] == "true"
    assert len(shop.owner.get(PATH).json["data"]) == 1
    path = f"{PATH}/{first.json['id']}/rotate-secret"
    once, twice = (shop.owner.post(path, {}, headers={"idempotency-key": "r"}) for _ in range(2))
    assert once.json["secret"] == twice.json["secret"] != first.json["secret"]


def test_a_test_is_a_delivery_in_the_log_which_pages_through(in_process: Api) -> None:
    shop = in_process.shop()
    one = f"{PATH}/{made(shop)['id']}"
    ids = [shop.owner.post(f"{one}/test", {}).json["id"] for _ in range(5)]
    found, cursor = list[str](), ""
    while True:
        page = shop.owner.get(f"{one}/deliveries?limit=2{cursor}").json
        found += [each["id"] for each in page["data"]]
        if page["page"]["next_cursor"] is None:
            break
        cursor = f"&cursor={page['page']['next_cursor']}"
    assert sorted(found, reverse=True) == found and sorted(found) == sorted(ids)
    delivery = shop.owner.get(f"{one}/deliveries").json["data"][0]
    assert (delivery["what"], delivery["state"], delivery["attempts"], delivery["alert_id"]) == (
        "test",
        "pending",
        [],
        None,
    )
    other = f"{PATH}/{made(shop)['id']}"
    assert shop.owner.post(f"{other}/deliveries/{ids[0]}/redeliver", {}).status == 404


def test_a_browser_may_delete(api: Api) -> None:
    answer = Client(api.transport, {}, "nobody").request(
        "OPTIONS", PATH, headers={"origin": "http://localhost:3000", "access-control-request-method": "DELETE"}
    )
    assert "DELETE" in json.dumps(dict(answer.headers))


def test_quiet_hours_are_hours_and_minutes_and_nothing_else(api: Api) -> None:
    shop, good = api.shop(), {"start": "22:30", "end": "07:00"}
    for wrong in ("2230Z", "22+05", "22-05", "T2230", "22:3", "24:00", "22.30", "２２:30", "", 2230, None):
        for name in good:
            answer = shop.owner.request("PUT", "/v1/alert-rules", {"quiet_hours": {**good, name: wrong}})
            assert (answer.status, answer.json["errors"][0]["pointer"]) == (400, f"/quiet_hours/{name}"), wrong
    assert shop.owner.get("/v1/alert-rules").json["quiet_hours"] is None
    assert shop.owner.request("PUT", "/v1/alert-rules", {"quiet_hours": good}).json["quiet_hours"] == good
