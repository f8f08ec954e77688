"""An export that orders kept from its end is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import boto3
import pytest

from functions.exports import worker
from functions.exports.formats import csv
from shared.domain.exports.model import RESTARTS
from shared.store.dynamodb import keys
from shared.store.dynamodb.records import Record
from tests.exports.changing_orders.meanwhile import ended
from tests.exports.changing_orders.past import COLUMNS, Past, check, window
from tests.exports.office import Office


def test_an_export_that_failed_since_orders_kept_moving_can_be_tried_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    past = Past(office.api.shop())
    monkeypatch.setattr(csv, "MAX_ROWS", 2)
    order_ids = [past.place(hours) for hours in (60, 50, 40, 30)]
    request, now = office.ask(past.shop.staff, format="csv", columns=COLUMNS, window=window()), datetime.now(UTC)
    for hours in range(RESTARTS + 1):
        office.at(now)
        for n in (1, 2):
            past.change(order_ids[1], "move", 50 + n / 10 + hours)
            assert worker.write_next(past.shop.name, request["id"], n, lambda now=now: now) is not None  # type: ignore[misc]
        now += timedelta(minutes=4)
    office.messages()
    office.at(now)
    export = office.read(past.shop.staff, request["id"])
    assert (export["state"], export["failed"]["code"], past.took["move"]) == ("failed", "orders_keep_moving", 8)
    assert past.shop.staff.post(f"/v1/exports/{request['id']}/retry").status == 200
    export = ended(office, past.shop, request, now)
    assert (export["state"], [file["orders"] for file in export["files"]]) == ("succeeded", [2, 2])
    assert check(past, office.rows(past.shop.staff, export), {}, export, "") == 4


def test_one_that_is_tried_again_after_weeks_has_each_order_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelled after its first file; an order of that file is then moved behind it, and the record of it expires."""
    past = Past(office.api.shop())
    monkeypatch.setattr(csv, "MAX_ROWS", 2)
    order_ids = [past.place(hours) for hours in (60, 50, 40, 30)]
    request, now = office.ask(past.shop.staff, format="csv", columns=COLUMNS, window=window()), datetime.now(UTC)
    office.messages()
    assert worker.write_next(past.shop.name, request["id"], 1, lambda: now) is not None
    assert past.shop.staff.post(f"/v1/exports/{request['id']}/cancel").status == 200
    office.messages()
    past.change(order_ids[0], "move", 35)
    table, client = Record.Meta.table_name, boto3.client("dynamodb")
    (moved,) = client.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": keys.moved_pk(past.shop.name)}},
    )["Items"]
    late = datetime.fromtimestamp(int(moved["expires_at"]["N"]), UTC) + timedelta(days=3)
    client.delete_item(TableName=table, Key={name: moved[name] for name in ("pk", "sk")})
    office.at(late)
    assert past.shop.staff.post(f"/v1/exports/{request['id']}/retry").status == 200
    for n in range(1, 4):
        worker.write_next(past.shop.name, request["id"], n, lambda: late)
    export = office.read(past.shop.staff, request["id"])
    office.at(None)
    found = [row[0] for row in office.rows(past.shop.staff, export)]
    assert export["state"] == "succeeded" and sorted(found) == sorted(order_ids)
