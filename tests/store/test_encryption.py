"""Secrets with a key of KMS: nothing of them can be read in the table, and those of former code still work."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.client
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from shared.settings import settings
from shared.store import encryption, secrets
from shared.store.alerts import channels
from shared.store.dynamodb import keys
from shared.store.dynamodb.errors import Busy
from tests.harness import Api, InProcess, Shop, use_table
from tests.permissions import SECRETS

URL = "https://hooks.shop.example/T0K3N-of-the-robot"
ROBOT = "https://oapi.dingtalk.com/robot/send?access_token=T0K3N-of-the-robot"
ROBOT_SECRET = "SEC-of-the-robot"
Item = dict[str, Any]


@pytest.fixture
def plain(on_memory: Api) -> Shop:
    """A store without a key."""
    return on_memory.shop()


def with_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new process of a deployment that has a key."""
    monkeypatch.setenv("KMS_KEY_ID", boto3.client("kms").create_key()["KeyMetadata"]["Arn"])
    use_table(settings().table_name)


@pytest.fixture
def shop(plain: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    with_key(monkeypatch)
    return plain


def items() -> Iterator[Item]:
    for page in boto3.client("dynamodb").get_paginator("scan").paginate(TableName=settings().table_name):
        yield from page["Items"]


def readable() -> str:
    return "\n".join(map(repr, items()))


def item(pk: str, sk: str) -> Item:
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    found: Item = boto3.client("dynamodb").get_item(TableName=settings().table_name, Key=key).get("Item", {})
    return found


def webhook(shop: Shop, **headers: str) -> dict[str, Any]:
    body = {"kind": "webhook", "name": "a webhook", "url": URL}
    answer = shop.owner.post("/v1/alert-channels", body, headers=headers)
    assert answer.status == 201, answer.content
    made: dict[str, Any] = answer.json
    return made


def robot(shop: Shop) -> dict[str, Any]:
    body = {"kind": "dingtalk", "name": "a robot", "url": ROBOT, "secret": ROBOT_SECRET}
    answer = shop.owner.post("/v1/alert-channels", body)
    assert answer.status == 201, answer.content
    made: dict[str, Any] = answer.json
    return made


def test_no_secret_of_a_channel_can_be_read_in_the_table(shop: Shop) -> None:
    made = [webhook(shop, **{"Idempotency-Key": "k1"}), robot(shop)]
    rotated = shop.owner.post(f"/v1/alert-channels/{made[0]['id']}/rotate-secret", {}).json["secret"]
    kept = readable()
    for text in (URL, "T0K3N", ROBOT_SECRET, made[0]["secret"], rotated):
        assert text not in kept, text
    loaded = [channels.load(shop.name, each["id"]) for each in made]
    assert [(each.url, each.secret) for each in loaded] == [(URL, rotated), (ROBOT, ROBOT_SECRET)]
    assert loaded[0].old_secret == made[0]["secret"]
    assert channels.of_store(shop.name) == loaded
    assert [each["id"] for each in shop.owner.every("/v1/alert-channels")] == [each["id"] for each in made]


def test_a_repeated_request_gets_the_secret_again(shop: Shop) -> None:
    first, again = (webhook(shop, **{"Idempotency-Key": "k1"}) for _ in range(2))
    assert first == again and first["secret"].startswith("whsec_")


def test_a_secret_that_is_copied_to_another_channel_cannot_be_read_there(shop: Shop) -> None:
    first, second = webhook(shop), robot(shop)
    pk = keys.channels_pk(shop.name)
    stolen = item(pk, keys.CHANNEL + first["id"])["secrets"]
    key = {"pk": {"S": pk}, "sk": {"S": keys.CHANNEL + second["id"]}}
    boto3.client("dynamodb").update_item(
        TableName=settings().table_name,
        Key=key,
        UpdateExpression="SET secrets = :stolen",
        ExpressionAttributeValues={":stolen": stolen},
    )
    with pytest.raises(ClientError, match="InvalidCiphertext"):
        channels.load(shop.name, second["id"])


def former(shop: Shop, channel_id: str) -> None:
    """The channel as former code stored it: among the store's own items, its secrets readable."""
    client, name = boto3.client("dynamodb"), settings().table_name
    moved = item(keys.channels_pk(shop.name), keys.CHANNEL + channel_id)
    content = json.loads(moved["content"]["S"]) | json.loads(moved.pop("secrets")["S"])
    client.delete_item(TableName=name, Key={each: moved[each] for each in ("pk", "sk")})
    client.put_item(TableName=name, Item=moved | {"pk": {"S": shop.name}, "content": {"S": json.dumps(content)}})


@pytest.mark.parametrize("step", ["patch", "rotate", "delete"])
def test_a_channel_of_former_code_works_and_moves_when_it_is_changed(
    plain: Shop, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    made, other = webhook(plain), robot(plain)
    former(plain, made["id"])
    assert URL in readable() and not item(keys.channels_pk(plain.name), keys.CHANNEL + made["id"])
    with_key(monkeypatch)
    before = channels.load(plain.name, made["id"])
    assert (before.url, before.secret) == (URL, made["secret"])
    assert [each.channel_id for each in channels.of_store(plain.name)] == [made["id"], other["id"]]
    pages = plain.owner.get("/v1/alert-channels?limit=1").json
    assert [each["id"] for each in pages["data"]] == [made["id"]] and pages["page"]["next_cursor"]
    path = f"/v1/alert-channels/{made['id']}"
    if step == "delete":
        assert plain.owner.request("DELETE", path).status == 200
        assert [each["id"] for each in plain.owner.every("/v1/alert-channels")] == [other["id"]]
    elif step == "patch":
        assert plain.owner.patch(path, {"name": "renamed"}).json["name"] == "renamed"
        assert channels.load(plain.name, made["id"]).secret == made["secret"]
    else:
        rotated = plain.owner.post(f"{path}/rotate-secret", {}).json["secret"]
        assert channels.load(plain.name, made["id"]).secret == rotated
    assert not item(plain.name, keys.CHANNEL + made["id"]) and URL not in readable()
    assert len(plain.owner.get("/v1/alert-channels").json["data"]) == 2 - (step == "delete")
    assert item(plain.name, keys.CHANNELS)["channels"]["N"] == str(2 - (step == "delete"))


def test_secrets_of_the_deployment_are_encrypted_and_the_same_in_every_process(shop: Shop) -> None:
    made = {name: secrets.secret(name) for name in ("cursor", "search")}
    assert all(value.hex() not in readable() for value in made.values())
    use_table(settings().table_name)
    assert made == {name: secrets.secret(name) for name in made}
    assert len(set(made.values())) == 2


def test_a_secret_of_former_code_stays_the_same_and_is_encrypted(plain: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"name": "a webhook", "kind": "webhook", "url": URL}
    for _ in range(2):
        assert plain.owner.post("/v1/alert-channels", body).status == 201
    cursor = plain.owner.get("/v1/alert-channels?limit=1").json["page"]["next_cursor"]
    before = secrets.cursor_secret()
    assert before.hex() in readable()
    with_key(monkeypatch)
    assert plain.owner.get(f"/v1/alert-channels?limit=1&cursor={cursor}").status == 200
    assert secrets.cursor_secret() == before and before.hex() not in readable()
    use_table(settings().table_name)
    assert secrets.cursor_secret() == before


def test_the_kind_and_the_owner_are_what_the_key_policy_is_about(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, real = list[tuple[str, dict[str, str]]](), botocore.client.BaseClient._make_api_call

    def call(client: Any, operation: str, arguments: Any) -> Any:
        if client.meta.service_model.service_name == "kms":
            seen.append((operation, arguments["EncryptionContext"]))
        return real(client, operation, arguments)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)
    made = webhook(shop)
    secrets.cursor_secret()
    for _ in range(3):
        channels.load(shop.name, made["id"])
    owner = f"{shop.name}#{made['id']}"
    assert [context for operation, context in seen if operation == "Encrypt"] == [
        {"kind": "channels", "owner": owner},
        {"kind": "cursor", "owner": "deployment"},
    ]
    assert seen.count(("Decrypt", {"kind": "channels", "owner": owner})) == 1, "the process keeps what it has read"


@pytest.mark.parametrize("error", ["ThrottlingException", "AccessDeniedException", None])
def test_a_key_that_does_not_answer_is_busy(shop: Shop, monkeypatch: pytest.MonkeyPatch, error: str | None) -> None:
    made, real = webhook(shop), botocore.client.BaseClient._make_api_call
    use_table(settings().table_name)

    def call(client: Any, operation: str, arguments: Any) -> Any:
        if client.meta.service_model.service_name == "kms":
            if error is None:
                raise ReadTimeoutError(endpoint_url="https://kms")
            raise ClientError({"Error": {"Code": error, "Message": "no"}}, operation)
        return real(client, operation, arguments)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)
    with pytest.raises(ClientError if error == "AccessDeniedException" else Busy):
        channels.load(shop.name, made["id"])
    with pytest.raises(ClientError if error == "AccessDeniedException" else Busy):
        encryption.encrypt("channels", "a", "text")


def test_the_largest_channel_fits_into_one_request(shop: Shop) -> None:
    """KMS encrypts 4,096 bytes at most; the longest URL has 1,024, a robot's secret 256."""
    body = {"kind": "dingtalk", "name": "n", "url": ROBOT + "a" * (1024 - len(ROBOT)), "secret": "s" * 256}
    answer = shop.owner.post("/v1/alert-channels", body)
    assert answer.status == 201, answer.content
    stored = item(keys.channels_pk(shop.name), keys.CHANNEL + answer.json["id"])["secrets"]["S"]
    assert len(base64.b64decode(stored.removeprefix("kms:"))) < 4096


def test_without_a_key_secrets_are_stored_as_they_are(plain: Shop) -> None:
    assert isinstance(plain.owner.transport, InProcess)
    webhook(plain)
    assert URL in readable() and encryption.encrypt("channels", "a", "text") == "text"


def test_every_secret_of_the_code_has_its_row_among_the_permissions() -> None:
    source = Path(secrets.__file__).read_text("utf-8")
    kinds = {*re.findall(r'return secret\("(\w+)"\)', source), encryption.CHANNELS}
    assert kinds == SECRETS.keys() and len(kinds) >= 3
    assert all(SECRETS[kind][0] == f"#{kind}" for kind in kinds - {encryption.CHANNELS})
    assert SECRETS[encryption.CHANNELS][0] == keys.channels_pk("*")
