"""Erasure: what a buyer left is gone, every figure is whole, nobody else is touched, wherever it is cut."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import botocore.client
import pytest

from functions.customers.erasures import lambda_handler
from functions.orders.request.segments import segment_of
from shared.operations.customers import erasures
from shared.operations.customers.replay import Replayed, replay
from shared.store.customers import customers, erasure_list
from shared.store.orders import orders
from tests import permissions
from tests.baton import KILLED_AFTER, KILLED_BEFORE, LOST, Killed
from tests.books.orders import audit
from tests.exports.test_kill_points import Calls, counted
from tests.harness import BUCKET, TEMPLATE, Api, Shop, ago, new_order, parcel, snapshot, usd
from tests.proof import counted as counts
from tests.proof import size

FIGURES = ("funds", "figures", "ledger", "replies", "violation")
"""Items that an erasure must leave as they are to the byte."""
PNG = b"\x89PNG\r\n\x1a\n"
RECIPIENT = ("name", "state", "city", "street", "zip", "phone", "mobile", "tax_id")
ODD = "a#b/../c"
"""A buyer's id may hold what parts the pieces of a key."""
Item = dict[str, Any]


def table() -> str:
    from shared.settings import settings

    return settings().table_name


@pytest.fixture
def shop(in_process: Api) -> Shop:
    """A store, and a bucket with versions."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return in_process.shop()


@dataclass
class Person:
    """A buyer, and every string that can be read off what the shop keeps of them."""

    shop: Shop
    buyer: str
    marks: list[str] = field(default_factory=list)
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)

    def mark(self, what: str) -> str:
        told = f"{what}-of-{self.buyer}-{len(self.marks):03d}"
        self.marks.append(told)
        return told

    def body(self, **more: Any) -> dict[str, Any]:
        recipient = {"country": "FR"} | {name: self.mark(name)[-30:] for name in RECIPIENT}
        self.marks = [*self.marks[: -len(RECIPIENT)], *(recipient[name] for name in RECIPIENT)]
        buyer = {"id": self.buyer, "country": "FR", "name": self.mark("name"), "email": f"{self.mark('email')}@x.test"}
        return new_order(buyer=buyer, recipient=recipient, memo=self.mark("memo"), placed_at=ago(days=30), **more)

    def place(self, *steps: tuple[str, Any]) -> str:
        body = self.body()
        assert self.shop.platform.post("/v1/orders", body).status == 201
        order_id = str(body["order_id"])
        self.bodies[order_id] = body
        self.do(order_id, *steps)
        noted = {"note": self.mark("note"), "tags": [self.mark("tag")]}
        assert self.shop.staff.patch(f"/v1/orders/{order_id}", noted).status == 200
        return order_id

    def do(self, order_id: str, *steps: tuple[str, Any]) -> None:
        for action, content in steps:
            answer = self.shop.platform.act(order_id, action, {"at": ago(days=20), **content})
            assert answer.status == 200, (action, answer.content)

    def says(self, order_id: str, sender: str = "buyer") -> None:
        who = self.shop.platform if sender == "buyer" else self.shop.staff
        told = {"from": "buyer"} if sender == "buyer" else {}
        answer = who.post(f"/v1/orders/{order_id}/messages", {"text": f"It is {self.mark('words')}.", **told})
        assert answer.status == 201, answer.content

    def disputed(self) -> str:
        """Sent, disputed with words and files, settled, paid and finished; what nobody added lies there, too."""
        order_id = self.place(("pay", {}), ("pass_risk", {}))
        box = parcel("LX1") | {"tracking_url": f"https://x.test/?to={self.mark('label')}"}
        self.do(order_id, ("ship", {"parcels": [box]}), ("freeze", {"reason": self.mark("reason")}), ("unfreeze", {}))
        claim = {"kind": "not_as_described", "claim": usd("5.00"), "solution": "refund", "text": self.mark("says")}
        opened = self.shop.platform.act(order_id, "open_dispute", claim)
        dispute_id = opened.json["dispute"]["dispute_id"]
        for added in (True, False):
            form = self.shop.staff.post(f"/v1/disputes/{dispute_id}/evidence", {"media_type": "image/png"}).json
            for _ in range(2):
                content = PNG + self.mark("file").encode()
                boto3.client("s3").put_object(Bucket=BUCKET, Key=form["upload"]["fields"]["key"], Body=content)
            if added:
                told = {"evidence_id": form["evidence_id"], "text": self.mark("evidence")}
                self.step(dispute_id, "staff", "add_evidence", told)
        offer = {"solution": "refund", "refund": usd("2.00"), "text": self.mark("counter")}
        self.step(dispute_id, "staff", "counter", offer)
        self.step(dispute_id, "platform", "buyer_accept", {})
        refund = self.shop.platform.get(f"/v1/orders/{order_id}").json["refunds"][0]["refund_id"]
        for action, content in (
            ("complete_refund", {"refund_id": refund}),
            ("confirm_receipt", {}),
            ("release_funds", {}),
        ):
            answer = self.shop.platform.act(order_id, action, content)
            assert answer.status == 200, (action, answer.content)
        for sender in ("buyer", "seller", "buyer"):
            self.says(order_id, sender)
        return order_id

    def step(self, dispute_id: str, role: str, action: str, body: dict[str, Any]) -> None:
        answer = getattr(self.shop, role).post(f"/v1/disputes/{dispute_id}/actions/{action}", body)
        assert answer.status == 200, (action, answer.content)

    def cancelled(self) -> str:
        order_id = self.place(("pay", {}), ("pass_risk", {}))
        self.do(order_id, ("request_cancellation", {"reason": self.mark("reason")}), ("accept_cancellation", {}))
        refund = self.shop.platform.get(f"/v1/orders/{order_id}").json["refunds"][0]["refund_id"]
        self.do(order_id, ("complete_refund", {"refund_id": refund}))
        return order_id

    def unpaid(self) -> str:
        order_id = self.place(("cancel_unpaid", {}))
        self.says(order_id)
        return order_id

    def noted(self) -> None:
        told = {"note": self.mark("note"), "tags": [self.mark("tag")], "reminder_opt_out": True}
        assert self.shop.staff.patch(f"/v1/customers/{segment_of(self.buyer)}", told).status == 200


def someone(shop: Shop, buyer: str, *, orders: tuple[str, ...] = ("disputed", "cancelled", "unpaid")) -> Person:
    person = Person(shop, buyer)
    for name in orders:
        getattr(person, name)()
    person.noted()
    return person


# ---- what there is


def items() -> list[Item]:
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table(), ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def indexed() -> Iterator[Item]:
    (declared,) = TEMPLATE.tables
    for index in declared.create_arguments["GlobalSecondaryIndexes"]:
        pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table(), IndexName=index["IndexName"])
        for page in pages:
            yield from page["Items"]


def texts(value: Any) -> str:
    """All that can be read in an item, what is packed included."""
    if isinstance(value, bytes):
        return (zlib.decompress(value) if value[:1] == b"\x78" else value).decode(errors="replace")
    if isinstance(value, dict):
        return "\n".join(f"{name}\n{texts(each)}" for name, each in value.items())
    return "\n".join(map(texts, value)) if isinstance(value, list) else str(value)


def versions() -> list[tuple[str, str, bytes]]:
    """Every version of every object but the list of erasures: key, version, content."""
    s3, found = boto3.client("s3"), []
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=BUCKET):
        assert not page.get("DeleteMarkers")
        for each in page.get("Versions", ()):
            if each["Key"].startswith(erasure_list.PREFIX):
                continue
            kept = s3.get_object(Bucket=BUCKET, Key=each["Key"], VersionId=each["VersionId"])
            found.append((each["Key"], each["VersionId"], kept["Body"].read()))
    return found


def left(marks: list[str]) -> Counter[str]:
    """Where these strings can still be read: how many items, index items and versions of files hold each."""
    held = [texts(item) for item in (*items(), *indexed())]
    held += [f"{key} {content!r}" for key, _, content in versions()]
    return Counter({mark: number for mark in marks if (number := sum(mark in each for each in held))})


def of_kind(*kinds: str) -> list[Item]:
    return sorted(
        (item for item in items() if item["kind"]["S"] in kinds), key=lambda item: (item["pk"]["S"], item["sk"]["S"])
    )


def of_person(person: Person) -> list[Item]:
    mine = {f"{person.shop.name}#{order_id}" for order_id in person.bodies}
    return [item for item in items() if item["pk"]["S"] in mine or item["sk"]["S"] == f"CUSTOMER#{person.buyer}"]


def figures(shop: Shop) -> dict[str, Any]:
    """What the shop's totals and the buyer's say, as the API tells them."""
    paths = ["/v1/funds", "/v1/reports/sales", "/v1/reports/sales?by=country", "/v1/reports/sales?by=product"]
    told = {path: shop.viewer.get(path).json for path in (*paths, "/v1/reports/service-level", "/v1/orders/counters")}
    counts = told["/v1/orders/counters"]
    for name in ("due_24h", "seller_due_24h", "overdue", "placed_today"):
        counts.pop(name)  # their queries name the moment
    counts["overlays"].pop("unread")  # of messages, which are gone
    told = {path: {name: each for name, each in answer.items() if name != "as_of"} for path, answer in told.items()}
    for each in shop.viewer.every("/v1/customers"):
        told[each["buyer_id"]] = [
            each[name] for name in ("orders", "spend", "refund_rate", "first_order_at", "country")
        ]
    for each in shop.viewer.every("/v1/orders"):
        told[each["order_id"]] = [each[name] for name in ("amounts", "status", "placed_at", "currency", "line_count")]
    return told


# ---- the clock


def never() -> bool:
    return False


def asked(shop: Shop, buyer: str, **body: Any) -> dict[str, Any]:
    answer = shop.owner.post(f"/v1/customers/{segment_of(buyer)}/erase", body)
    assert answer.status == 202, answer.content
    told: dict[str, Any] = answer.json
    return told


def run(shop: Shop, buyer: str, now: datetime | None = None) -> dict[str, Any]:
    """The clock's runs, minute by minute, until the erasure is done or waits; answers with what the API says of it."""
    now = now or datetime.now(UTC) + timedelta(seconds=1)
    for _ in range(30):
        told: dict[str, Any] = shop.viewer.get(f"/v1/customers/{segment_of(buyer)}").json["erasure"]
        if told["state"] in ("done", "waiting"):
            return told
        erasures.resume(now, never)
        now += timedelta(seconds=61)
    raise AssertionError("the erasure does not end")


def test_nothing_of_a_buyer_is_left_and_every_figure_is_whole(shop: Shop) -> None:
    first, second = someone(shop, ODD), someone(shop, "second")
    before, books = figures(shop), of_kind(*FIGURES)
    theirs, files = of_person(second), versions()
    found = left(first.marks)
    assert set(found) == set(first.marks), "each can be found before"
    told = asked(shop, ODD)
    assert told["erasure"]["state"] == "queued" and told["href"] == f"/v1/customers/{segment_of(ODD)}"
    ended = run(shop, ODD)
    assert (ended["state"], ended["orders"], ended["open_orders"]) == ("done", 3, 0)
    assert {each["what"] for each in ended["not_reached"]} == {"answers", "exports", "backups"}
    assert not (there := left(first.marks)), there
    assert figures(shop) == before and of_kind(*FIGURES) == books
    assert of_person(second) == theirs and left(second.marks).keys() == set(second.marks)
    kept = [each for each in files if second.marks and any(mark.encode() in each[2] for mark in second.marks)]
    assert versions() == kept and len(kept) >= 5
    assert not (wrong := audit(boto3.client("dynamodb"), table()).wrong), wrong
    for order_id in first.bodies:
        history = shop.owner.get(f"/v1/orders/{order_id}/history?limit=200").json["data"]
        (entry,) = [each for each in history if each["action"] == "erase"]
        assert entry["actor"] == {"role": "owner", "id": "owner"} and "changes" not in entry and "reason" not in entry
        order = shop.owner.get(f"/v1/orders/{order_id}?reveal=recipient").json
        assert order["recipient"] == {"country": "FR"} and order["buyer"] == {"id": ODD, "country": "FR"}
        assert order["erased_at"] and order["unread_messages"] == 0
    customer = shop.viewer.get(f"/v1/customers/{segment_of(ODD)}").json
    assert "name" not in customer and (customer["note"], customer["tags"]) == (None, [])
    assert customer["reminder_opt_out"], "who wants no reminders gets none"
    print(json.dumps({"strings": len(first.marks), "places before": found.total(), "items": len(items())}))
    assert len(first.marks) >= 55 and found.total() >= 150 and len(items()) >= 80


def test_an_erasure_asks_for_what_its_role_allows_and_no_more(shop: Shop) -> None:
    someone(shop, "first")
    asked(shop, "first")
    now = datetime.now(UTC) + timedelta(seconds=1)
    with permissions.asked() as actions:
        for minutes in (0, 2):
            assert erasures.resume(now + timedelta(minutes=minutes), never) == 1
        assert replay(never) == Replayed()
    assert actions == permissions.allowed("ErasuresRole")
    of_its_own = {"ScheduleFailures sqs:SendMessage"}  # Lambda asks for it, with the function's role
    others = permissions.allowed_elsewhere("ErasuresRole") - of_its_own
    assert actions.elsewhere == {each for each in others if not each.startswith("OrdersTable")}


def test_a_second_erasure_changes_nothing(shop: Shop) -> None:
    person = someone(shop, "first")
    asked(shop, "first")
    run(shop, "first")
    mine = [item for item in of_person(person) if item["kind"]["S"] != "customer"]
    for _ in range(2):
        asked(shop, "first")
        again = run(shop, "first")
        assert (again["state"], again["orders"]) == ("done", 3)
        assert [item for item in of_person(person) if item["kind"]["S"] != "customer"] == mine


def test_no_snapshot_and_no_placing_brings_anything_back(shop: Shop) -> None:
    person = someone(shop, "first", orders=("cancelled", "unpaid"))
    asked(shop, "first")
    run(shop, "first")
    for order_id, body in person.bodies.items():
        assert shop.platform.post("/v1/orders", body).status == 200, "as first placed"
        box = parcel("LX9") | {"shipped_at": ago(days=2), "tracking_url": f"https://x.test/{person.mark('label')}"}
        for number, name in enumerate(("first", "other")):
            told = dict(body, buyer=body["buyer"] | {"id": name, "name": person.mark("name")}, memo=person.mark("memo"))
            shown = snapshot(told, "WAIT_BUYER_ACCEPT_GOODS", changed_at=ago(seconds=60 - number), parcels=[box])
            answer = shop.platform.act(order_id, "sync", shown)
            assert answer.status == 200 and answer.json["status"] == "WAIT_BUYER_ACCEPT_GOODS", answer.content
        assert orders.load(shop.name, order_id).order.buyer.id == "other"
    assert not (there := left(person.marks)), there
    assert not (wrong := audit(boto3.client("dynamodb"), table()).wrong), wrong


def test_orders_that_have_not_ended_keep_what_they_need_until_they_have(shop: Shop) -> None:
    person = someone(shop, "first", orders=("cancelled",))
    waiting = person.place(("pay", {}), ("pass_risk", {}))
    person.says(waiting)
    asked(shop, "first")
    told = run(shop, "first")
    assert (told["state"], told["orders"], told["open_orders"]) == ("waiting", 1, 1)
    shown = shop.owner.get(f"/v1/orders/{waiting}?reveal=recipient").json
    assert shown["recipient"] == person.bodies[waiting]["recipient"] and "erased_at" not in shown
    assert erasures.resume(datetime.now(UTC) + timedelta(hours=23), never) == 0
    person.do(waiting, ("request_cancellation", {"reason": person.mark("reason")}), ("accept_cancellation", {}))
    refund = shop.platform.get(f"/v1/orders/{waiting}").json["refunds"][0]["refund_id"]
    person.do(waiting, ("complete_refund", {"refund_id": refund}))
    tomorrow = datetime.now(UTC) + timedelta(days=1, minutes=5)
    assert erasures.resume(tomorrow, never) == 1
    ended = run(shop, "first", tomorrow + timedelta(seconds=61))
    assert (ended["state"], ended["orders"], ended["open_orders"]) == ("done", 2, 0)
    assert not left(person.marks)


def test_an_owner_may_have_open_orders_erased_too(shop: Shop) -> None:
    person = someone(shop, "first", orders=("cancelled",))
    person.place(("pay", {}), ("pass_risk", {}), ("request_cancellation", {"reason": person.mark("reason")}))
    asked(shop, "first", include_open=True)
    told = run(shop, "first")
    assert (told["state"], told["orders"], told["open_orders"]) == ("done", 2, 0)
    assert not left(person.marks)
    assert not (wrong := audit(boto3.client("dynamodb"), table()).wrong), wrong


@pytest.mark.parametrize("told_of", [True, False])
def test_a_buyer_who_is_erased_waits_for_no_answer(shop: Shop, told_of: bool) -> None:
    from functions.deadlines.reminders import remind

    person, now = Person(shop, "first"), datetime.now(UTC)
    order_id = person.place(("pay", {}))
    asking = {"from": "buyer", "text": person.mark("text")}
    assert shop.platform.post(f"/v1/orders/{order_id}/messages", asking).status == 201

    def alerts(state: str) -> list[dict[str, Any]]:
        return [each for each in shop.viewer.every("/v1/alerts", state=state) if each["kind"] == "message_unanswered"]

    if told_of:
        remind(now + timedelta(hours=13), never)
    assert len(alerts("open")) == told_of
    asked(shop, "first", include_open=True)
    assert run(shop, "first")["state"] == "done"
    remind(now + timedelta(hours=14), never)
    assert (len(alerts("open")), len(alerts("resolved"))) == (0, told_of)
    assert not left(person.marks)
    assert not (wrong := audit(boto3.client("dynamodb"), table()).wrong), wrong


def test_what_a_buyer_orders_after_the_request_stays(shop: Shop) -> None:
    person = someone(shop, "first", orders=("unpaid",))
    asked(shop, "first")
    body = new_order(buyer={"id": "first", "country": "FR", "name": "Somebody New"}, placed_at=ago(seconds=-5))
    assert shop.platform.post("/v1/orders", body).status == 201
    assert run(shop, "first")["orders"] == 1
    assert not left(person.marks)
    shown = shop.owner.get(f"/v1/orders/{body['order_id']}?reveal=recipient").json
    assert shown["recipient"] == body["recipient"] and shown["buyer"]["name"] == "Somebody New"


def test_an_order_from_before_that_is_told_of_later_is_erased_too(shop: Shop) -> None:
    person = someone(shop, "first", orders=("cancelled",))
    asked(shop, "first")
    assert run(shop, "first")["state"] == "done"
    person.unpaid()
    assert shop.viewer.get("/v1/customers/first").json["erasure"]["state"] == "queued", "woken as it is placed"
    assert "name" not in of_kind("customer")[0]
    told = run(shop, "first", datetime.now(UTC) + timedelta(minutes=5))
    assert (told["state"], told["orders"]) == ("done", 2)
    assert not (there := left(person.marks)), there
    assert not (wrong := audit(boto3.client("dynamodb"), table()).wrong), wrong


def test_while_an_open_order_is_waited_for_nothing_that_is_written_later_is_lost(shop: Shop) -> None:
    person = someone(shop, "first", orders=("cancelled",))
    person.place(("pay", {}))
    asked(shop, "first")
    assert run(shop, "first")["state"] == "waiting"
    order_id = next(iter(person.bodies))
    question = {"from": "buyer", "text": "Where is my refund?"}
    assert shop.platform.post(f"/v1/orders/{order_id}/messages", question).status == 201
    assert shop.staff.patch(f"/v1/orders/{order_id}", {"note": "promised by phone"}).status == 200
    assert shop.staff.patch("/v1/customers/first", {"note": "called us", "tags": ["vip"]}).status == 200
    for days in (1, 2):
        erasures.resume(datetime.now(UTC) + timedelta(days=days, minutes=5 * days), never)
    assert shop.viewer.get(f"/v1/orders/{order_id}").json["note"] == "promised by phone"
    assert [each["text"] for each in shop.viewer.every(f"/v1/orders/{order_id}/messages")] == ["Where is my refund?"]
    customer = shop.viewer.get("/v1/customers/first").json
    assert (customer["note"], customer["tags"], customer["erasure"]["state"]) == ("called us", ["vip"], "waiting")


def test_a_file_that_may_not_be_deleted_is_heard_of(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    counted_: list[str] = []
    monkeypatch.setattr(erasures.metrics, "add_metric", lambda name, *_: counted_.append(name))
    person, real = someone(shop, "first", orders=("disputed",)), botocore.client.BaseClient._make_api_call
    asked(shop, "first", include_open=True)

    def refusing(client: Any, operation: str, arguments: Any) -> Any:
        if operation == "DeleteObjects":
            return {"Errors": [{"Key": "k", "Code": "AccessDenied"}]}
        return real(client, operation, arguments)

    with monkeypatch.context() as patched:
        patched.setattr(botocore.client.BaseClient, "_make_api_call", refusing)
        erasures.resume(datetime.now(UTC) + timedelta(seconds=1), never)
    assert counted_ == ["ErasuresFailed"]
    assert run(shop, "first")["state"] == "done" and not left(person.marks)


@pytest.mark.parametrize("what", ["message", "answer", "read", "patch", "note"])
def test_what_comes_in_between_is_not_left_behind(shop: Shop, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Somebody writes when the messages are gone and the order does not say so yet."""
    person = someone(shop, "first", orders=("unpaid",))
    (order_id,) = person.bodies
    real, came = orders.save, []

    def save(*args: Any, **kwargs: Any) -> None:
        if not came:
            came.append(what)
            if what == "message":
                person.says(order_id)
            elif what == "answer":
                person.says(order_id, "seller")
            elif what == "read":
                assert shop.staff.post(f"/v1/orders/{order_id}/messages/read", {}).status == 200
            elif what == "patch":
                noted = {"note": person.mark("note"), "tags": [person.mark("tag")]}
                assert shop.staff.patch(f"/v1/orders/{order_id}", noted).status == 200
            else:
                person.noted()
        real(*args, **kwargs)

    asked(shop, "first")
    monkeypatch.setattr(orders, "save", save)
    assert run(shop, "first")["state"] == "done" and came == [what]
    assert not (there := left(person.marks)), there
    assert not (wrong := audit(boto3.client("dynamodb"), table()).wrong), wrong


def test_a_buyer_of_many_orders_takes_several_runs(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasures, "ORDERS_PER_SAVE", 2)
    person = Person(shop, "first")
    for _ in range(7):
        person.place(("cancel_unpaid", {}))
    asked(shop, "first")
    now, runs = datetime.now(UTC) + timedelta(seconds=1), 0
    while shop.viewer.get("/v1/customers/first").json["erasure"]["state"] != "done":
        looks = iter((False, False, False, False))  # before the customer, and behind each of three orders
        erasures.resume(now, lambda looks=looks: next(looks, True))  # type: ignore[misc]
        now, runs = now + timedelta(seconds=61), runs + 1
    assert shop.viewer.get("/v1/customers/first").json["erasure"]["orders"] == 7
    assert not left(person.marks) and 4 <= runs <= 8, runs


# ---- cut anywhere


@dataclass
class Picture:
    """Table and bucket as they are at a moment, to be put there again."""

    table: list[Item]
    files: list[tuple[str, bytes]]

    @classmethod
    def take(cls) -> Picture:
        return cls(items(), [(key, content) for key, _, content in reversed(versions())])

    def show(self) -> None:
        client, s3 = boto3.client("dynamodb"), boto3.client("s3")
        keys = [{name: item[name] for name in ("pk", "sk")} for item in items()]
        wanted = [{"DeleteRequest": {"Key": key}} for key in keys if key not in self._keys()]
        wanted += [{"PutRequest": {"Item": item}} for item in self.table]
        for first in range(0, len(wanted), 25):
            client.batch_write_item(RequestItems={table(): wanted[first : first + 25]})
        for key, version, _ in versions():
            s3.delete_object(Bucket=BUCKET, Key=key, VersionId=version)
        for key, content in self.files:
            s3.put_object(Bucket=BUCKET, Key=key, Body=content)

    def _keys(self) -> list[Item]:
        return [{name: item[name] for name in ("pk", "sk")} for item in self.table]


CUTS = (KILLED_BEFORE, KILLED_AFTER, LOST)


@pytest.mark.parametrize("fault", CUTS)
def test_it_ends_the_same_wherever_it_is_cut(shop: Shop, fault: str) -> None:
    """The clock's run dies at each of its calls, in both passes; the next goes on."""
    first, second = someone(shop, "first", orders=("disputed", "unpaid")), someone(shop, "second", orders=("unpaid",))
    theirs, books, before = of_person(second), of_kind(*FIGURES), figures(shop)
    asked(shop, "first")
    picture, began = Picture.take(), datetime.now(UTC) + timedelta(seconds=1)
    turns: list[Callable[[], int]] = [
        lambda: erasures.resume(began, never),
        lambda: erasures.resume(began + timedelta(seconds=61), never),
    ]
    cut: Counter[str] = Counter()
    for place, turn in enumerate(turns):
        picture.show()
        for earlier in turns[:place]:
            assert earlier() == 1
        at_the_turn = Picture.take()
        with counted(Calls()) as calls:
            assert turn() == 1
        for at, operation in enumerate(list(calls.made)):
            if size(at % len(CUTS) != CUTS.index(fault), False):
                continue  # another of the faults happens there
            at_the_turn.show()
            with counted(Calls(at, fault)) as broken, suppress(Killed, Exception):
                turn()
            assert broken.made[at] == operation, "each run makes the same calls"
            told = run(shop, "first", began + timedelta(minutes=5))
            where = (place, at, operation, fault)
            assert (told["state"], told["orders"], told["open_orders"]) == ("done", 2, 0), where
            assert not (there := left(first.marks)), (where, there)
            assert of_person(second) == theirs and of_kind(*FIGURES) == books, where
            for order_id in first.bodies:
                steps = [each.action for each in orders.history(shop.name, order_id, after_seq=0, limit=99)]
                assert steps.count("erase") == 1, (where, steps)
            cut[operation] += 1
        assert figures(shop) == before
        assert not (wrong := audit(boto3.client("dynamodb"), table()).wrong), wrong
    print(f"\n{fault} at {dict(cut)}")
    wanted = {"GetItem", "PutItem", "UpdateItem", "Query", "TransactWriteItems", "ListObjectVersions", "DeleteObjects"}
    wanted |= {"PutObject"}
    assert set(cut) == wanted or size(set(cut) < wanted, False)
    counts(f"erasures cut: {fault}", cut.total(), floor=size(13, 40))


def test_two_runs_at_once_and_one_that_is_late_do_no_harm(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that stood still while another ended it finds that it has been overtaken."""
    person = someone(shop, "first", orders=("unpaid", "cancelled"))
    asked(shop, "first")
    now = datetime.now(UTC) + timedelta(seconds=1)
    real, within = erasures._save_progress, []

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        if not within:
            within.append(True)
            assert erasures.resume(now + timedelta(seconds=1), never) == 1
        return real(*args, **kwargs)

    monkeypatch.setattr(erasures, "_save_progress", overtaken)
    assert erasures.resume(now, never) == 0, "the one that was overtaken"
    told = run(shop, "first", now + timedelta(seconds=63))
    assert (told["state"], told["orders"]) == ("done", 2) and not left(person.marks)
    assert customers.load(shop.name, "first").erasure is not None


# ---- a restore of the table, from before


def without_list() -> None:
    s3 = boto3.client("s3")
    for each in s3.list_object_versions(Bucket=BUCKET, Prefix=erasure_list.PREFIX)["Versions"]:
        s3.delete_object(Bucket=BUCKET, Key=each["Key"], VersionId=each["VersionId"])


def restored(before: Picture) -> None:
    """The table is that of an earlier time; the bucket is not restored with it."""
    now = Picture.take()
    Picture(before.table, now.files).show()


def test_an_erasure_survives_a_restore_of_the_table(shop: Shop) -> None:
    first, second = someone(shop, ODD), someone(shop, "second", orders=("unpaid",))
    theirs, before = of_person(second), Picture.take()
    asked(shop, ODD)
    run(shop, ODD)
    restored(before)
    assert left(first.marks), "the backup has the buyer"
    assert replay(never) == Replayed(requested=1)
    assert replay(never) == Replayed(), "a second replay finds nothing to do"
    told = run(shop, ODD)
    assert (told["state"], told["orders"]) == ("done", 3)
    assert not (there := left(first.marks)), there
    assert of_person(second) == theirs
    history = shop.owner.get(f"/v1/orders/{next(iter(first.bodies))}/history?limit=200").json["data"]
    assert [each["actor"]["id"] for each in history if each["action"] == "erase"] == ["owner"]
    assert not (wrong := audit(boto3.client("dynamodb"), table()).wrong), wrong


def test_without_the_list_a_restored_buyer_would_stay(shop: Shop) -> None:
    person = someone(shop, "first", orders=("unpaid",))
    before = Picture.take()
    asked(shop, "first")
    run(shop, "first")
    restored(before)
    without_list()
    assert replay(never) == Replayed()
    assert left(person.marks)


def test_a_table_that_knows_an_erasure_is_left_alone(shop: Shop) -> None:
    someone(shop, "first", orders=("unpaid",))
    asked(shop, "first")
    erasures.resume(datetime.now(UTC) + timedelta(seconds=1), never)
    half = items()
    assert replay(never) == Replayed() and items() == half
    assert run(shop, "first", datetime.now(UTC) + timedelta(seconds=63))["state"] == "done"
    done = items()
    assert replay(never) == Replayed() and items() == done


def test_two_erasures_of_one_buyer_are_replayed_one_after_the_other(shop: Shop) -> None:
    person = Person(shop, "first")
    person.unpaid()
    before = Picture.take()
    for _ in range(2):
        asked(shop, "first")
        run(shop, "first")
    restored(before)
    assert replay(never) == Replayed(requested=1, waiting=1)
    run(shop, "first")
    assert replay(never) == Replayed(requested=1)
    assert run(shop, "first")["state"] == "done" and not left(person.marks)


def test_a_buyer_who_came_after_the_erasure_is_another_customer(shop: Shop) -> None:
    someone(shop, "first", orders=("unpaid",))
    asked(shop, "first")
    run(shop, "first")
    client = boto3.client("dynamodb")
    for item in items():  # a table in which the former customer never was
        if item["pk"]["S"].startswith(shop.name):
            client.delete_item(TableName=table(), Key={name: item[name] for name in ("pk", "sk")})
    assert replay(never) == Replayed(), "there is no such customer"
    shop.owner.get("/v1/store")
    body = new_order(buyer={"id": "first", "country": "FR", "name": "Somebody New"}, placed_at=ago(seconds=-5))
    assert shop.platform.post("/v1/orders", body).status == 201
    assert replay(never) == Replayed()


def test_the_function_replays_and_says_what_is_left(shop: Shop) -> None:
    class Context:
        function_name, memory_limit_in_mb = "erasures", 1024
        invoked_function_arn, aws_request_id = "arn", "id"
        remaining = 60_000

        def get_remaining_time_in_millis(self) -> int:
            return self.remaining

    person = Person(shop, "first")
    person.unpaid()
    before, late = Picture.take(), Context()
    late.remaining = 10_000
    asked(shop, "first")
    run(shop, "first")
    restored(before)
    event = {"replay": True}
    assert lambda_handler(event, late) == {"requested": 0, "waiting": 0, "complete": False}  # type: ignore[arg-type]
    assert lambda_handler(event, Context()) == {"requested": 1, "waiting": 0, "complete": True}  # type: ignore[arg-type]


def test_names_of_files_in_the_list_say_nothing_about_buyers(shop: Shop) -> None:
    someone(shop, "buyer-77", orders=("unpaid",))
    asked(shop, "buyer-77")
    run(shop, "buyer-77")
    (key,) = [each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="erasures/")["Contents"]]
    assert "buyer" not in key and shop.name not in key
    (listed,) = erasure_list.every()
    assert (listed.store_id, listed.buyer_id, listed.erasure.requested_by.id) == (shop.name, "buyer-77", "owner")


# ---- the digest of the placement


def digests(order_ids: Iterator[str] | dict[str, Any]) -> dict[str, str]:
    return {
        item["pk"]["S"].split("#")[1]: item["placed_digest"]["S"]
        for item in items()
        if item["sk"]["S"] == "ORDER#DETAIL" and item["pk"]["S"].split("#")[1] in set(order_ids)
    }


def test_nobody_can_try_names_against_the_digest_of_an_erased_order(shop: Shop) -> None:
    """Orders of former code have a digest that is not keyed; another erasure replaces it, too."""
    from functions.orders.models.orders.bodies import NewOrder, placement

    person = someone(shop, "first", orders=("unpaid", "cancelled"))
    guessed = {}
    for order_id, body in person.bodies.items():
        guessed[order_id] = placement(NewOrder.model_validate(body)).digest
    assert all(each.startswith("k") for each in digests(person.bodies).values())
    assert not set(digests(person.bodies).values()) & set(guessed.values())
    client = boto3.client("dynamodb")
    for erased in (False, True):
        for order_id, plain in guessed.items():
            client.update_item(
                TableName=table(),
                Key={"pk": {"S": f"{shop.name}#{order_id}"}, "sk": {"S": "ORDER#DETAIL"}},
                UpdateExpression="SET placed_digest = :plain",
                ExpressionAttributeValues={":plain": {"S": plain}},
            )
            assert shop.platform.post("/v1/orders", person.bodies[order_id]).status == 200, "as first placed"
        asked(shop, "first")
        run(shop, "first")
        kept = digests(person.bodies)
        assert len(kept) == 2 and all(each.startswith("k") for each in kept.values()), erased
        assert not set(kept.values()) & set(guessed.values())
        for body in person.bodies.values():
            assert shop.platform.post("/v1/orders", body).status == 200, "as first placed"
            other = shop.platform.post("/v1/orders", body | {"memo": "another"})
            assert (other.status, other.code) == (409, "order_exists")
