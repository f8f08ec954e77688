"""A table that the former code filled, so that later code can be held to reading it.

    python -m tests.upgrade.former fill      fills a table with every kind of item, in every state that matters
    python -m tests.upgrade.former answers   records what the API answers over the stored table

The stored table was made by commit 9902e89 and is not made anew: it stands for the tables that there are. A change that
means to change an answer records the answers anew, in the same commit.
"""

from __future__ import annotations

import base64
import gzip
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import botocore.client
from botocore.exceptions import ClientError

from tests import documented
from tests.upgrade import record
from tests.upgrade.chapters import alerts, buyers, disputes, exports, lifecycle
from tests.upgrade.continuation import NAME, Carried, go_on
from tests.upgrade.recorder import Recorder, Shop, line
from tests.upgrade.world import ERASURES, OUTBOX, START, World, opened

TABLE = Path(__file__).with_name("table-9902e89.json.gz")
RANDOM_AFTER = 10**9
"""Random numbers of the continuation: none is that of an item in the table."""
Item = dict[str, Any]


class Killed(BaseException):
    """A process that ends here."""


@dataclass(frozen=True)
class Stored:
    """`now` is the moment at which the table was as it is."""

    now: datetime
    carried: Carried
    items: list[Item]


def load() -> Stored:
    read = json.loads(gzip.decompress(TABLE.read_bytes()))
    items = [_binary(item, base64.b64decode) for item in read["items"]]
    return Stored(datetime.fromisoformat(read["now"]), Carried(**read["carried"]), items)


def save(stored: Stored) -> None:
    items = [_binary(item, lambda content: base64.b64encode(content).decode()) for item in stored.items]
    written = {"now": stored.now.isoformat(), "carried": vars(stored.carried), "items": items}
    TABLE.write_bytes(gzip.compress(json.dumps(written, separators=(",", ":")).encode(), 9, mtime=0))


def _binary(item: Item, change: Callable[[Any], Any]) -> Item:
    """DynamoDB's JSON has binary attributes as base64, boto3 has them as bytes."""
    return {name: {"B": change(value["B"])} if "B" in value else value for name, value in item.items()}


def put_back(world: World, items: list[Item]) -> None:
    for start in range(0, len(items), 25):
        puts = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
        answer = world.dynamodb.batch_write_item(RequestItems={world.table: puts})
        assert not answer["UnprocessedItems"]


def continued(
    stored: Stored, *, to_the_end: bool, reads_alone: bool = False, prepare: Callable[[], None] = lambda: None
) -> tuple[list[str], int]:
    """What the API of this checkout answers over the stored table, after `prepare`: (lines, requests).

    A repeated request gets the answer that the former code stored, without the fields that came later, so answers are
    not held to the document.
    """
    with patch.object(documented, "hold"), opened(stored.now, RANDOM_AFTER) as world:
        put_back(world, stored.items)
        prepare()
        recorder = Recorder(world)
        go_on(recorder, stored.carried, to_the_end=to_the_end, reads_alone=reads_alone)
    return recorder.lines, recorder.requests


def filled() -> Stored:
    with opened(START) as world:
        recorder = Recorder(world)
        watched = recorder.shop("former-states", deadline_policy={"mode": "watch"})
        money = recorder.shop("former-money")
        people = recorder.shop("former-buyers", name="Springfield Goods", time_zone="America/New_York")
        alerted = recorder.shop("former-alerts")
        office = recorder.shop("former-exports", name="春田")
        claims = recorder.shop("former-disputes")
        disputes.endings(money)
        disputes.refunds(money)
        buyers.messages(people)
        buyers.templates(people)
        channels = tell(alerted)
        write_files(office)
        erase(people)
        states(watched)
        for stage in disputes.STAGES:
            for _ in range(2):
                disputes.bring(claims, stage)
        disputes.evidence(claims)
        take_back(claims)
        carried = leave_open(recorder, {"office": office, "people": people, "alerted": alerted}, channels)
        return Stored(world.now, carried, world.items())


def states(shop: Shop) -> None:
    """An order in every state, and with every overlay that may lie on it."""
    for status, end in lifecycle.STATES:
        for overlays in ([], *lifecycle.OVERLAYS):
            lifecycle.bring(shop, status, end, overlays)
    order_id = shop.place()
    shop.staff.patch(f"/v1/orders/{order_id}", {"note": "gift", "tags": ["a"], "assignee": "alex"})
    shop.staff.get(f"/v1/orders/{order_id}", query={"reveal": "recipient"})
    shop.staff.act(order_id, "remind_payment")


def take_back(shop: Shop) -> None:
    """Cancellations that come to nothing, and an order whose time a snapshot corrects while an export waits."""
    for role, action in (("staff", "reject_cancellation"), ("platform", "withdraw_cancellation")):
        order_id = shop.paid()
        shop.platform.act(order_id, "request_cancellation", {"reason": "Wrong size."})
        shop.callers[role].act(order_id, action, {"reason": "Already packed."})
    placed = shop.new_order()
    shop.platform.post("/v1/orders", placed)
    corrected = {**placed, "placed_at": shop.recorder.world.ago(days=2)}
    snapshot = {"order": corrected, "status": "PLACE_ORDER_SUCCESS", "overlays": [], "parcels": []}
    now = shop.recorder.world.now.isoformat()
    answer = shop.platform.act(placed["order_id"], "sync", {**snapshot, "changed_at": now})
    assert answer.status == 200, answer.content


def tell(shop: Shop) -> list[str]:
    """Alerts in every state, and channels that have been sent to; one is off."""
    url = shop.recorder.world.web.url.replace(str(shop.recorder.world.web.port), "1")  # nobody listens
    channels = []
    for body in (
        {"kind": "email", "name": "owner", "address": "owner@shop.example", "digest": True},
        {"kind": "webhook", "name": "down", "url": url, "min_severity": "info", "quiet_hours": False},
        {"kind": "webhook", "name": "off", "url": url},
    ):
        channels.append(str(shop.owner.post("/v1/alert-channels", body).json["id"]))
    shop.owner.post(f"/v1/alert-channels/{channels[0]}/rotate-secret")
    shop.owner.post(f"/v1/alert-channels/{channels[1]}/rotate-secret")
    shop.owner.patch(f"/v1/alert-channels/{channels[2]}", {"enabled": False})
    shop.owner.put("/v1/alert-rules", alerts.OPEN)
    alerts.waiting(shop)
    shop.recorder.minutes(2, hours=13)
    alerts.acknowledge(shop)
    shop.recorder.minutes(2, days=3)
    return channels


def write_files(shop: Shop) -> None:
    exports.fill(shop)
    for body in ({}, {"kind": "lines", "format": "csv"}, {"kind": "customers", "format": "xlsx"}):
        asked = shop.owner.post("/v1/exports", body).json
        shop.recorder.work()
        shop.owner.get(f"/v1/exports/{asked['id']}/files/1")
    failed = shop.owner.post("/v1/exports", {"format": "csv"}).json
    with failing("PutObject", "CreateMultipartUpload"):
        for _ in range(12):
            shop.recorder.minutes(1, hours=1)
    assert shop.owner.get(f"/v1/exports/{failed['id']}").json["state"] == "failed"
    cancelled = shop.owner.post("/v1/exports", {"format": "csv"}).json
    shop.owner.post(f"/v1/exports/{cancelled['id']}/cancel")
    shop.owner.put("/v1/export-schedule", {"enabled": True, "cadence": "daily", "format": "csv", "hour": 9})
    shop.recorder.minutes(1, days=1)


def erase(shop: Shop) -> None:
    for _ in range(2):
        order_id = shop.place(buyer={"id": "b-erased", "name": "Alex Example", "country": "ES"})
        shop.platform.act(order_id, "cancel_unpaid")
    shop.place(buyer={"id": "b-waiting", "name": "Alex Example", "country": "ES"})
    shop.staff.patch("/v1/customers/b-erased", {"tags": ["vip"], "note": "kind"})
    for buyer in ("b-erased", "b-waiting"):
        shop.owner.post(f"/v1/customers/{buyer}/erase")
    shop.recorder.minutes(4)
    for buyer, state in (("b-erased", "done"), ("b-waiting", "waiting")):
        shown = shop.owner.get(f"/v1/customers/{buyer}").json["erasure"]["state"]
        assert shown == state, (buyer, shown)


def leave_open(recorder: Recorder, shops: dict[str, Shop], channels: list[str]) -> Carried:
    """What is under way at the moment of the dump; the clock's runs do not come any more."""
    people, office, alerted = shops["people"], shops["office"], shops["alerted"]
    for buyer in ("b-open", "b-running", "b-queued", "b-blocked"):
        for _ in range(3):
            order_id = people.place(buyer={"id": buyer, "name": "Alex Example", "country": "ES"})
            if buyer != "b-open":
                people.platform.act(order_id, "cancel_unpaid")
    people.staff.patch("/v1/customers/b-blocked", {"blocked": True, "reminder_opt_out": True})
    recorder.world.tick(minutes=1)
    for buyer in ("b-open", "b-running"):
        people.owner.post(f"/v1/customers/{buyer}/erase")
    recorder.world.fire(ERASURES)
    recorder.world.tick(minutes=2)
    with killed_at("TransactWriteItems", 2), suppress(Killed):
        recorder.world.fire(ERASURES)
    people.owner.post("/v1/customers/b-queued/erase")

    alerted.disputed()
    recorder.world.fire(OUTBOX)
    recorder.world.work()  # to a server that does not answer: these deliveries wait
    recorder.world.tick(minutes=1)
    alerted.disputed()  # its alert waits in the outbox
    alerted.owner.post(f"/v1/alert-channels/{channels[1]}/test")

    running = office.owner.post("/v1/exports", {"format": "csv"}).json["id"]
    with killed_at("PutObject", 1), suppress(Killed):
        recorder.world.work()
    queued = office.owner.post("/v1/exports", {"kind": "lines", "format": "csv"}).json["id"]
    for job, state in ((running, "running"), (queued, "queued")):
        shown = office.owner.get(f"/v1/exports/{job}").json["state"]
        assert shown == state, (shown, state)

    answered = office.new_order(order_id="former-key-1", lines=[line("1", 1, "7.00")])
    office.platform.post("/v1/orders", answered, headers={"Idempotency-Key": "answered"})
    with killed_at("TransactWriteItems", 1), suppress(Killed):
        office.platform.act("former-key-1", "pay", headers={"Idempotency-Key": "running"})
    page = office.owner.get("/v1/orders", query={"limit": 3}).json["page"]
    return Carried(answered, running, page["next_cursor"])


@contextmanager
def killed_at(operation: str, number: int) -> Iterator[None]:
    """The process ends before its call `number` of `operation`, counted from 1."""
    real, calls = botocore.client.BaseClient._make_api_call, 0

    def call(client: Any, name: str, arguments: Any) -> Any:
        nonlocal calls
        calls += name == operation
        if name == operation and calls == number:
            raise Killed
        return real(client, name, arguments)

    with patch.object(botocore.client.BaseClient, "_make_api_call", call):
        yield
    assert calls >= number, f"{calls} calls of {operation}"


@contextmanager
def failing(*operations: str) -> Iterator[None]:
    real = botocore.client.BaseClient._make_api_call

    def call(client: Any, name: str, arguments: Any) -> Any:
        if name in operations:
            raise ClientError({"Error": {"Code": "InternalError"}}, name)
        return real(client, name, arguments)

    with patch.object(botocore.client.BaseClient, "_make_api_call", call):
        yield


def main(arguments: list[str]) -> int:
    match arguments:
        case ["fill"]:
            save(filled())
        case ["answers"]:
            pass
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    stored = load()
    lines, requests = continued(stored, to_the_end=True)
    record.save(NAME, lines)
    print(f"{len(stored.items)} items, {TABLE.stat().st_size:,} bytes; {requests} requests after")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
