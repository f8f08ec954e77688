"""What moto answers in tests is what was put, of every kind that an attribute can have."""

from __future__ import annotations

from typing import Any

import boto3

from tests.conftest import TABLE
from tests.harness import Api

KINDS: dict[str, Any] = {
    "S": "text",
    "N": "12.5",
    "B": b"\x00\xff",
    "SS": ["a", "b"],
    "NS": ["1", "2"],
    "BS": [b"\x01"],
    "M": {"inner": {"M": {"deep": {"L": [{"S": ""}, {"N": "0"}, {"B": b"\x02"}]}}}},
    "L": [{"BOOL": False}, {"NULL": True}, {"L": []}, {"M": {}}],
    "NULL": True,
    "BOOL": True,
}


def test_an_item_comes_back_as_it_was_put(on_moto: Api) -> None:
    client, key = boto3.client("dynamodb"), {"pk": {"S": "p"}, "sk": {"S": "s"}}
    item = key | {f"of_{kind}": {kind: value} for kind, value in KINDS.items()}
    client.put_item(TableName=TABLE, Item=item)
    (queried,) = client.query(
        TableName=TABLE, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": key["pk"]}
    )["Items"]
    for found in (client.get_item(TableName=TABLE, Key=key)["Item"], queried):
        assert found == item
    assert len(item) == 12
