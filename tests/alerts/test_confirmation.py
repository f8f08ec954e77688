"""An email address gets a code, and nothing else until the code is entered."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.alerts.channels import CODE_LIFE
from shared.operations.alerts import limits
from shared.store.alerts import channels
from shared.store.rates import Rate
from tests.alerts.bureau import Bureau, mails

PATH = "/v1/alert-channels"


@pytest.fixture
def unconfirmed(bureau: Bureau) -> dict[str, Any]:
    """An email channel as its owner makes it."""
    bureau.api.transport.now = bureau.now  # type: ignore[attr-defined]
    answer = bureau.shop.owner.post(
        PATH, {"kind": "email", "name": "n", "address": "owner@shop.example", "language": "en", "min_severity": "info"}
    )
    assert answer.status == 201, answer.content
    made: dict[str, Any] = answer.json
    return made


def code_of(bureau: Bureau, channel: dict[str, Any]) -> str:
    return channels.load(bureau.shop.name, channel["id"]).code or ""


def confirm(bureau: Bureau, channel: dict[str, Any], code: str) -> Any:
    bureau.api.transport.now = bureau.now  # type: ignore[attr-defined]
    return bureau.shop.owner.post(f"{PATH}/{channel['id']}/confirm", {"code": code})


def test_only_the_code_goes_to_an_address_that_is_not_confirmed(bureau: Bureau, unconfirmed: dict[str, Any]) -> None:
    assert (unconfirmed["enabled"], unconfirmed["off_because"]) == (False, "unconfirmed")
    assert unconfirmed["off_because_label"] == "The address is not confirmed"
    bureau.alert()
    bureau.run(timedelta(minutes=3))
    (mail,) = mails()
    assert mail.destinations["ToAddresses"] == ["owner@shop.example"]
    code = re.search(r"\b([0-9]{8})\b", mail.subject)
    assert code and code[1] == code_of(bureau, unconfirmed)
    assert code[1] not in str(bureau.view(unconfirmed)) + str(bureau.deliveries(unconfirmed))
    refused = bureau.shop.owner.post(f"{PATH}/{unconfirmed['id']}/test", {})
    assert (refused.status, refused.code) == (409, "channel_unconfirmed")
    refused = bureau.shop.owner.patch(f"{PATH}/{unconfirmed['id']}", {"enabled": True})
    assert (refused.status, refused.code) == (409, "channel_unconfirmed")

    confirmed = confirm(bureau, unconfirmed, code[1])
    assert confirmed.status == 200 and confirmed.json["enabled"] and confirmed.json["off_because"] is None
    bureau.alert()
    bureau.minute()
    assert len(mails()) == 2 and [each["what"] for each in bureau.deliveries(unconfirmed)].count("alert") == 1
    again = confirm(bureau, unconfirmed, code[1])
    assert (again.status, again.code) == (409, "channel_confirmed")


def test_a_wrong_or_old_code_confirms_nothing(bureau: Bureau, unconfirmed: dict[str, Any]) -> None:
    code = code_of(bureau, unconfirmed)
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    refused = confirm(bureau, unconfirmed, wrong)
    assert (refused.status, refused.code) == (422, "code_wrong")
    assert refused.json["errors"][0]["pointer"] == "/code"
    assert confirm(bureau, unconfirmed, "1234").status == 400
    for _ in range(limits.CODES.rate.limit - 1):
        confirm(bureau, unconfirmed, wrong)
    refused = confirm(bureau, unconfirmed, code)
    assert (refused.status, refused.code) == (429, "too_many_codes") and 0 < int(refused.headers["retry-after"]) <= 3600
    bureau.now += CODE_LIFE
    assert confirm(bureau, unconfirmed, code).code == "code_wrong", "it is a day old"
    assert bureau.view(unconfirmed)["off_because"] == "unconfirmed"


def test_a_new_code_ends_the_former_one_and_few_are_sent(bureau: Bureau, unconfirmed: dict[str, Any]) -> None:
    first = code_of(bureau, unconfirmed)
    path = f"{PATH}/{unconfirmed['id']}/confirmation"
    assert bureau.shop.owner.post(path, {}).status == 202
    second = code_of(bureau, unconfirmed)
    assert first != second and confirm(bureau, unconfirmed, first).code == "code_wrong"
    assert bureau.shop.owner.post(path, {}).status == 202
    refused = bureau.shop.owner.post(path, {})
    assert (refused.status, refused.code) == (429, "too_many_confirmations") and refused.headers["retry-after"]
    bureau.work()
    assert len(mails()) == 3, "each message has the code that is right when it is sent"
    assert confirm(bureau, unconfirmed, code_of(bureau, unconfirmed)).status == 200
    assert bureau.shop.owner.post(path, {}).code == "channel_confirmed"


def test_a_store_writes_to_few_addresses_a_day(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    few = replace(limits.CONFIRMATIONS_OF_STORE, rate=Rate("few", 2, timedelta(days=1)))
    monkeypatch.setattr(limits, "CONFIRMATIONS_OF_STORE", few)
    bureau.api.transport.now = bureau.now  # type: ignore[attr-defined]
    body = {"kind": "email", "name": "n", "address": "any@shop.example"}
    answers = [bureau.shop.owner.post(PATH, body) for _ in range(3)]
    assert [each.status for each in answers] == [201, 201, 429]
    assert len(bureau.shop.owner.get(PATH).json["data"]) == 2


def test_a_changed_address_is_confirmed_again(bureau: Bureau) -> None:
    channel = bureau.channel("email")
    assert channel["enabled"], "an email channel from before stays on"
    bureau.api.transport.now = bureau.now  # type: ignore[attr-defined]
    same = bureau.shop.owner.patch(f"{PATH}/{channel['id']}", {"address": "owner@shop.example", "name": "m"}).json
    assert same["enabled"]
    moved = {"address": "new@shop.example", "enabled": True}
    changed = bureau.shop.owner.patch(f"{PATH}/{channel['id']}", moved).json
    assert (changed["enabled"], changed["off_because"]) == (False, "unconfirmed")
    bureau.alert()
    bureau.minute()
    assert [mail.destinations["ToAddresses"] for mail in mails()] == [["new@shop.example"]]
    assert confirm(bureau, channel, code_of(bureau, channel)).json["enabled"]


def test_a_webhook_has_nothing_to_confirm(bureau: Bureau) -> None:
    hook = bureau.channel()
    assert confirm(bureau, hook, "00000000").code == "channel_confirmed"
    assert bureau.shop.owner.post(f"{PATH}/{hook['id']}/confirmation", {}).code == "channel_confirmed"


def test_a_channel_has_few_tests_a_minute(bureau: Bureau) -> None:
    hook, other = bureau.channel(), bureau.channel()
    bureau.api.transport.now = bureau.now  # type: ignore[attr-defined]
    path = f"{PATH}/{hook['id']}/test"
    assert [bureau.shop.owner.post(path, {}).status for _ in range(6)] == [202] * 5 + [429]
    refused = bureau.shop.owner.post(path, {}, headers={"accept-language": "zh-CN"})
    assert refused.code == "too_many_tests" and 1 <= int(refused.headers["retry-after"]) <= 60
    assert "每分钟最多测试 5 次" in refused.json["detail"]
    assert bureau.shop.owner.post(f"{PATH}/{other['id']}/test", {}).status == 202
    bureau.api.transport.now = bureau.now + timedelta(minutes=1)  # type: ignore[attr-defined]
    assert bureau.shop.owner.post(path, {}).status == 202
