"""The table: what the code declares is what the template makes, every index answers, and items stay small."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from local.template import Template
from tests.harness import Api, line, new_order, parcel
from tests.store.sizes import size_of

INDEXES = {index["IndexName"]: index for index in Template.load().tables[0].create_arguments["GlobalSecondaryIndexes"]}


def declared() -> dict[str, Any]:
    from shared.store.dynamodb.records import Record

    return {
        name: index
        for name in dir(Record)
        if name.startswith("by_") and (index := getattr(Record, name, None)) is not None
    }


def test_the_records_declare_the_indexes_of_the_template(on_moto: Api) -> None:
    from shared.store.dynamodb import records

    table = Template.load().tables[0].create_arguments
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]
    found = {}
    for name, index in declared().items():
        schema = index._get_schema() if hasattr(index, "_get_schema") else {}
        found[name] = (
            {key["AttributeName"] for key in schema["key_schema"]},
            schema["projection"]["ProjectionType"],
        )
    wanted = {
        name: ({key["AttributeName"] for key in index["KeySchema"]}, index["Projection"]["ProjectionType"])
        for name, index in INDEXES.items()
    }
    assert found == wanted
    for name, (hash_key, range_key) in records.INDEX_KEYS.items():
        keys = {key["KeyType"]: key["AttributeName"] for key in INDEXES[name]["KeySchema"]}
        assert keys == {"HASH": hash_key, "RANGE": range_key}
    used = {key["AttributeName"] for index in INDEXES.values() for key in index["KeySchema"]} | {"pk", "sk"}
    assert used == {attribute["AttributeName"] for attribute in table["AttributeDefinitions"]}
    print(json.dumps({"indexes": len(INDEXES)}))
    assert len(INDEXES) >= 12


def test_every_index_answers_with_each_of_its_expressions(on_dynoxide: Api) -> None:
    from shared.store.dynamodb.records import Record
    from shared.store.dynamodb.table import count_index, query_index

    tried = 0
    for name, index in INDEXES.items():
        key = next(part["AttributeName"] for part in index["KeySchema"] if part["KeyType"] == "RANGE")
        attribute = getattr(Record, key)
        for condition in (None, attribute.between("0", "~"), attribute > "0", attribute < "~"):
            for forward in (True, False):
                assert list(query_index(name, "nobody", condition, page_size=10, forward=forward)) == []
                tried += 1
            assert count_index(name, "nobody", condition, 10) == 0
    print(json.dumps({"indexes": len(INDEXES), "queries": tried}))
    assert tried >= 8 * len(INDEXES)


def test_a_typical_orders_items_are_each_one_write_unit(on_dynoxide: Api) -> None:
    from shared.settings import settings

    role = {name: on_dynoxide.client(name, "demo") for name in ("owner", "staff", "platform")}
    assert role["owner"].get("/v1/store").status == 200
    lines = [
        line(f"80{number:014d}", 1, "9.99", sku=f"SKU-{number}", title=f"Replacement strap, silicone, model {number}")
        for number in range(3)
    ]
    buyer = {"id": "buyer-0123456789", "country": "US", "name": "Alex Example", "email": "alex@example.test"}
    order_id = "3000123456789012"
    assert role["platform"].post("/v1/orders", new_order(order_id=order_id, lines=lines, buyer=buyer)).status == 201
    largest: dict[str, int] = {}

    def measure() -> None:
        for item in boto3.client("dynamodb").query(
            TableName=settings().table_name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"demo#{order_id}"}},
            ConsistentRead=True,
        )["Items"]:
            kind = item["kind"]["S"]
            largest[kind] = max(largest.get(kind, 0), size_of(item))

    measure()
    for who, action, body in (
        ("platform", "pay", {}),
        ("platform", "pass_risk", {}),
        ("staff", "ship", {"parcels": [parcel("LX000000001CN")]}),
        ("platform", "report_delivery", {"parcel_id": "p1"}),
        ("platform", "confirm_receipt", {}),
        ("platform", "release_funds", {}),
    ):
        assert role[who].act(order_id, action, body).status == 200
        measure()
    print(json.dumps({"bytes": largest}))
    assert set(largest) >= {"order", "detail", "parcel", "history"}
    assert max(largest.values()) <= 1_024, largest


def test_a_refused_transaction_on_moto_takes_everything_back(on_moto: Api) -> None:
    """Our own backup (tests/moto/backup.py) stands in for moto's: a put, an update, a delete, and new items."""
    from shared.settings import settings

    client, name = boto3.client("dynamodb"), settings().table_name
    key = {pk: {"pk": {"S": pk}, "sk": {"S": "x"}} for pk in "abcde"}
    for pk in "abc":
        client.put_item(TableName=name, Item={**key[pk], "n": {"N": "1"}, "tags": {"L": [{"S": "old"}]}})
    before = client.scan(TableName=name)["Items"]
    steps: list[Any] = [
        {"Put": {"TableName": name, "Item": {**key["a"], "n": {"N": "2"}}}},
        {
            "Update": {
                "TableName": name,
                "Key": key["b"],
                "UpdateExpression": "SET tags[0] = :new ADD n :one",
                "ExpressionAttributeValues": {":new": {"S": "new"}, ":one": {"N": "1"}},
            }
        },
        {"Delete": {"TableName": name, "Key": key["c"]}},
        {"Put": {"TableName": name, "Item": {**key["d"], "n": {"N": "1"}}}},
    ]
    refused = {"Put": {"TableName": name, "Item": key["e"], "ConditionExpression": "attribute_exists(pk)"}}
    with pytest.raises(client.exceptions.TransactionCanceledException):
        client.transact_write_items(TransactItems=[*steps, refused])
    assert client.scan(TableName=name)["Items"] == before
    client.transact_write_items(TransactItems=steps)
    found = {
        item["pk"]["S"]: item.get("n", {}).get("N") for item in client.scan(TableName=name)["Items"] if "n" in item
    }
    assert {pk: found.get(pk) for pk in "abcde"} == {"a": "2", "b": "2", "c": None, "d": "1", "e": None}
