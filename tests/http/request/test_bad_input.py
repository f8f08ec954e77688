"""Bad input of every kind: a 4xx that names the place, never a 500, and nothing changes."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests import proof
from tests.harness import Api, Client, ago, line, snapshot, usd
from tests.http.refusals import Case, Desk, open_desk, order, run

DEEP = b'{"memo": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
WRONG: tuple[Any, ...] = (12345, "text", True, 1.5, [], {})
TOO_BIG = 2_000_000
DISPUTE_STEPS = {"counter", "give_return_address", "buyer_returned", "withdraw"}


@pytest.fixture
def desk(api: Api) -> Desk:
    return open_desk(api)


def bodies(desk: Desk) -> dict[str, tuple[Client, str, str, dict[str, Any]]]:
    """Every route with a body, with the fullest body it takes."""
    shop, at = desk.shop, {"at": ago(minutes=1)}
    because = {**at, "reason": "a reason"}
    pieces = [{"line_id": "1", "quantity": 1}]
    box = {"carrier": "CAINIAO_STANDARD", "tracking_no": "LX1", "tracking_url": "https://t.test/LX1"}
    due = {"deadlines": [{"kind": "risk", "due_at": ago(minutes=1)}]}
    full = {
        "pay": {**because, "amount": usd("28.50"), "method": "card", **due},
        "pass_risk": {**because, **due},
        "report_short_payment": {**because, "received": usd("1.00")},
        "ship": {**because, "parcels": [{**box, "lines": pieces}]},
        "edit_shipment": {**because, **box, "parcel_id": "p1"},
        "adjust_price": {**because, "total": usd("20.00")},
        "extend_receipt": {**because, "days": 3},
        "report_delivery": {**because, "parcel_id": "p1"},
        "release_funds": {**because, "amount": usd("1.00"), "commission": usd("1.00")},
        "complete_refund": {**because, "refund_id": "rfd_1", "amount": usd("1.00")},
        "open_dispute": {
            **because,
            "line_ids": ["1"],
            "kind": "not_received",
            "claim": usd("1.00"),
            "solution": "refund",
            "text": "not here",
            **due,
        },
        "counter": {**because, "solution": "refund", "refund": usd("1.00"), "text": "half"},
        "give_return_address": {**because, "address": {"country": "CN", "city": "Shenzhen"}},
        "buyer_returned": {**because, "carrier": "EMS", "tracking_no": "RT1"},
        "sync": {
            **snapshot(order(), "FUND_PROCESSING", fund_state="refunding", end_reason="payment_refused"),
            "overlays": ["dispute"],
            "parcels": [{**box, "lines": pieces, "shipped_at": ago(hours=1), "delivered_at": ago(minutes=1)}],
            "reason": "a reason",
        },
    }
    plain = "start_payment cancel_unpaid hold_risk accept_payment accept_cancellation freeze reject_cancellation"
    of_order, of_dispute = f"/v1/orders/{desk.order_id}", f"/v1/disputes/{desk.dispute_id}"
    found = {
        action: (
            shop.platform,
            "POST",
            f"{of_dispute if action in DISPUTE_STEPS else of_order}/actions/{action}",
            full.get(action, because),
        )
        for action in (*full, *plain.split(), "request_cancellation", "unfreeze", "remind_payment", "withdraw")
    }
    item = {"order_id": desk.order_id}
    store = {
        "name": "A shop",
        "time_zone": "Asia/Shanghai",
        "currency": "USD",
        "business_days": [1, 2],
        "holidays": ["2027-02-06"],
        "deadline_policy": {"mode": "watch", "payment": "P20D", "return": "P9D"},
    }
    export = {
        "kind": "orders",
        "format": "csv",
        "window": {"from": ago(days=9), "to": ago(days=1)},
        "status": "FINISH",
        "columns": ["order_id", "total"],
        "time_zone": "Asia/Shanghai",
        "language": "en",
        "recipient": "masked",
        "bom": False,
    }
    schedule = {"enabled": True, "cadence": "weekly", "kind": "lines", "format": "xlsx", "hour": 5}
    template = {"name": "on its way", "text": "Order {order_id} has left."}
    rules = {
        "leads": {"shipment": ["PT48H", "PT0S"]},
        "quiet_hours": {"start": "22:30", "end": "07:00"},
        "digest_hour": 8,
        "unanswered_after": "PT6H",
        "remind_payment": {"enabled": True, "after": "PT12H", "exempt_countries": ["BR"]},
    }
    fields = {"name": "n", "url": "https://oapi.dingtalk.com/robot/send?access_token=y", "secret": "SECx"}
    fields |= {"language": "en", "min_severity": "info", "kinds": ["deadline"], "digest": False, "quiet_hours": True}
    mail = {"kind": "email", "name": "n", "address": "owner@shop.example"}
    of_channel = f"/v1/alert-channels/{desk.channel_id}"
    return found | {
        "channel": (shop.owner, "POST", "/v1/alert-channels", {"kind": "dingtalk", **fields}),
        "mail channel": (shop.owner, "POST", "/v1/alert-channels", mail),
        "change channel": (shop.owner, "PATCH", of_channel, {**fields, "enabled": False}),
        "alert rules": (shop.owner, "PUT", "/v1/alert-rules", rules),
        "template": (shop.staff, "POST", "/v1/message-templates", template),
        "change template": (shop.staff, "PUT", f"/v1/message-templates/{desk.template_id}", template),
        "preview": (
            shop.viewer,
            "POST",
            f"/v1/message-templates/{desk.template_id}/preview",
            {"order_id": desk.order_id},
        ),
        "message": (
            shop.platform,
            "POST",
            f"{of_order}/messages",
            {"text": "hello", "from": "buyer", "at": ago(minutes=1)},
        ),
        "template message": (shop.staff, "POST", f"{of_order}/messages", {"template_id": desk.template_id}),
        "bulk message": (shop.staff, "POST", "/v1/bulk/message", {"items": [item], "dry_run": False}),
        "place": (shop.platform, "POST", "/v1/orders", order()),
        "patch": (
            shop.staff,
            "PATCH",
            f"/v1/orders/{desk.order_id}",
            {"note": "n", "tags": ["t"], "assignee": "a"},
        ),
        "customer": (
            shop.staff,
            "PATCH",
            "/v1/customers/buyer-1",
            {"tags": ["t"], "note": "n", "blocked": False, "reminder_opt_out": False},
        ),
        "erase": (shop.owner, "POST", "/v1/customers/buyer-1/erase", {"include_open": False}),
        "bulk": (shop.staff, "POST", "/v1/bulk/ship", {"items": [item], "dry_run": False}),
        "bulk remind": (shop.staff, "POST", "/v1/bulk/remind_payment", {"items": [item], "dry_run": True}),
        "store": (shop.owner, "PATCH", "/v1/store", store),
        "export": (shop.staff, "POST", "/v1/exports", export),
        "export layout": (shop.staff, "POST", "/v1/exports", {"preset": "last_3_months", "layout": "english"}),
        "schedule": (shop.owner, "PUT", "/v1/export-schedule", schedule),
    }


def places(value: Any, where: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every place in a body, with what it holds."""
    yield where, value
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from places(part, (*where, name))


def changed(body: Any, where: tuple[Any, ...], value: Any, *, drop: bool = False) -> Any:
    copied = copy.deepcopy(body)
    inner = copied
    for name in where[:-1]:
        inner = inner[name]
    if drop:
        del inner[where[-1]]
    else:
        inner[where[-1]] = value
    return copied


def pointer(where: tuple[Any, ...]) -> str:
    return "".join(f"/{name}" for name in where)


def kind(value: Any) -> str:
    return {bool: "bool", int: "number", float: "number", str: "text", list: "list", dict: "object"}[type(value)]


def test_every_field_refuses_values_of_another_type(desk: Desk) -> None:
    def cases() -> Iterator[Case]:
        for name, (client, method, path, body) in bodies(desk).items():
            for where, there in places(body):
                others = [wrong for wrong in WRONG if where and kind(wrong) != kind(there)]
                turn = next(turns)
                for wrong in proof.size((others * 2)[turn % 4 :][:1], others):  # each kind in its turn
                    description = f"{name} {pointer(where)}={wrong!r}"
                    at = "/items/0" if where[:2] == ("items", 0) else pointer(where)
                    yield Case(description, client, method, path, 400, None, at, changed(body, where, wrong))

    turns = itertools.count()
    run(desk, cases(), proof.size(250, 1000))


def test_unknown_fields_are_refused_by_name_at_every_level(desk: Desk) -> None:
    def cases() -> Iterator[Case]:
        for name, (client, method, path, body) in bodies(desk).items():
            for where, there in places(body):
                if isinstance(there, dict) and where[:1] != ("items",) and where[-1:] != ("attributes",):
                    more = changed(body, (*where, "colour"), 1)
                    yield Case(name, client, method, path, 400, "invalid_request", pointer((*where, "colour")), more)

    run(desk, cases(), 50)


REQUIRED = {
    "place": "order_id placed_at buyer buyer/id buyer/country recipient recipient/country currency lines"
    " lines/0/line_id lines/0/product_id lines/0/quantity lines/0/unit_price lines/0/unit_price/amount"
    " lines/0/unit_price/currency shipping_fee shipping_fee/amount deadlines/0/kind deadlines/0/due_at",
    "report_short_payment": "received received/amount received/currency",
    "ship": "parcels parcels/0/carrier parcels/0/tracking_no parcels/0/lines/0/line_id parcels/0/lines/0/quantity",
    "edit_shipment": "parcel_id",
    "adjust_price": "total",
    "request_cancellation": "reason",
    "reject_cancellation": "reason",
    "freeze": "reason",
    "extend_receipt": "days",
    "report_delivery": "parcel_id",
    "complete_refund": "refund_id",
    "open_dispute": "kind claim claim/amount solution text",
    "counter": "solution refund refund/amount refund/currency",
    "give_return_address": "address address/country",
    "sync": "changed_at order status overlays parcels order/order_id order/lines order/shipping_fee order/buyer/id"
    " parcels/0/carrier parcels/0/tracking_no",
    "bulk": "items items/0/order_id",
    "template": "name text",
    "channel": "kind name",
    "mail channel": "kind name",
    "change template": "name text",
    "preview": "order_id",
    "export": "window/from window/to",
    "schedule": "enabled",
    "bulk remind": "items",
}


def test_required_fields_are_missed_by_name(desk: Desk) -> None:
    def cases() -> Iterator[Case]:
        requests = bodies(desk)
        for name, missing in REQUIRED.items():
            client, method, path, body = requests[name]
            for spelled in missing.split():
                where = tuple(int(part) if part.isdigit() else part for part in spelled.split("/"))
                description = f"{name} {spelled}"
                yield Case(
                    description, client, method, path, 400, None, f"/{spelled}", changed(body, where, None, drop=True)
                )
                yield Case(
                    f"{description} null", client, method, path, 400, None, f"/{spelled}", changed(body, where, None)
                )

    run(desk, cases(), 90)


MONEY = (
    *("29.9", "29.990", "29", "-1.00", "+1.00", "1e3", "1E3", "01.00", ".50", "1.", "", " 1.00", "1.00 ", "1,000.00"),
    *("NaN", "Infinity", "0x10", "1_0.00", "١٢.٠٠", "１.00", "99999999999999999999.00", "10000000000000.00", "1.00\n"),
)
TIMES = (
    *("2026-11-01T10:00:00", "2026-11-01", "2026-11-01 10:00:00Z", "20261101T100000Z", "2026-02-30T10:00:00Z", ""),
    *("2026-13-01T10:00:00Z", "2026-11-01T24:30:00Z", "2016-12-31T23:59:60Z", "2026-11-01T10:00:00+25:00", "now"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", "1999-12-31T23:59:59Z"),
    *("2026-11-01T10:00Z", "2026-W45-1T10:00:00Z", "2026-11-01T10:00:00ZZ", "２026-11-01T10:00:00Z", "1790000000"),
    *("2026-11-01T10:00:00+08", "2026-11-01T10:00:00+08:00:30", "-026-11-01T10:00:00Z"),
)


def values() -> Iterator[tuple[str, Any, str, int]]:
    """(place in a new order, a value that is wrong there, what it is called, the status)."""
    for amount in MONEY:
        yield "shipping_fee", usd(amount), "shipping_fee", 400
    for money in ({"amount": "1000.00", "currency": "JPY"}, {"amount": "1.00", "currency": "KWD"}):
        yield "shipping_fee", money, "shipping_fee", 400
    for code in ("XXX", "usd", "Usd", "", "US", "USDD", "US$", "ＵＳＤ"):
        yield "shipping_fee", {"amount": "1.00", "currency": code}, "shipping_fee", 400
        yield "currency", code, "currency", 400
    yield "shipping_fee", {"amount": "3.00", "currency": "EUR"}, "shipping_fee", 422
    yield "lines", [line("1", 2, "10.00") | {"unit_price": {"amount": "1.00", "currency": "EUR"}}], "lines", 422
    yield "discount", usd("9999.00"), "discount", 422
    yield "total", usd("1.00"), "total", 422
    yield "placed_at", "2099-01-01T00:00:00Z", "placed_at", 422
    for time in TIMES:
        yield "placed_at", time, "placed_at", 400
    for order_id in ("a/b", "a b", "a#b", "x" * 65, "", "a.b", "訂單", "a\n", "a%20b", "..", "a\x00"):
        yield "order_id", order_id, "order_id", 400
    for quantity in (0, -1, 100_001, 1.0, 2.5, 10**30):
        yield "lines", [line("1", quantity)], "lines/0/quantity", 400
    for country in ("", "us", "U", "USAA", "U1", "ÜS"):
        yield "recipient", {"country": country}, "recipient/country", 400
    yield "lines", [], "lines", 400
    yield "lines", [line(str(number), 1, "0.00") for number in range(1001)], "lines", 400
    yield "lines", [line("1", 1), line("1", 1)], "lines/1/line_id", 422
    yield "lines", [line("a b", 1)], "lines/0/line_id", 400
    yield "lines", [line("1", 1, image_url="javascript:alert(1)")], "lines/0/image_url", 400
    yield "lines", [line("1", 1, attributes={"a": "b" * 257})], "lines/0/attributes", 400
    yield "delivery_days", 0, "delivery_days", 400
    yield "memo", "x" * 2001, "memo", 400
    yield "memo", "a\x00b", "memo", 400
    yield "deadlines", [{"kind": "payday", "due_at": ago(days=1)}], "deadlines/0/kind", 400
    yield "deadlines", [{"kind": "payment", "due_at": ago(days=1)}] * 21, "deadlines", 400


def test_values_against_the_rules_are_named(desk: Desk) -> None:
    def cases() -> Iterator[Case]:
        client, method, path, body = bodies(desk)["place"]
        for name, value, where, status in values():
            bad = {**body, name: value}
            yield Case(f"{name}={str(value)[:80]!r}", client, method, path, status, None, f"/{where}", bad)

    run(desk, cases(), 100)


def raws() -> Iterator[tuple[str, bytes, int]]:
    """Bodies that are no JSON objects of ours."""
    whole = json.dumps(order())
    yield "not JSON", b"{", 400
    yield "a text", b'"text"', 400
    yield "a list", b"[]", 400
    yield "null", b"null", 400
    yield "a number", b"1", 400
    yield "two objects", b"{}{}", 400
    yield "trailing comma", b'{"a": 1,}', 400
    yield "single quotes", b"{'a': 1}", 400
    yield "a comment", b"{} // yes", 400
    yield "byte order mark", b"\xef\xbb\xbf{}", 400
    yield "nested 100,000 deep", DEEP, 400
    yield "only brackets", b"[" * 100_000, 400
    yield "only objects", b'{"a":' * 100_000, 400
    yield "a 5,000 digit integer", whole.replace('"quantity": 2', '"quantity": ' + "9" * 5000).encode(), 400
    yield "an exponent of a million", whole.replace('"quantity": 2', '"quantity": 1e1000000').encode(), 400
    yield "a hexadecimal number", whole.replace('"quantity": 2', '"quantity": 0x2').encode(), 400
    for number in ("NaN", "Infinity", "-Infinity"):
        yield number, whole.replace('"quantity": 2', f'"quantity": {number}').encode(), 400
    yield "a name given twice", b'{"memo": "a", ' + whole.encode()[1:], 400
    yield "a name given twice, nested", whole.replace('"zip":', '"city": "x", "zip":').encode(), 400
    for escape in (r"\ud800", r"\udfff", r"\ud800\ud800", r"\ude00\ud83d", r"\u0000"):
        yield escape, whole.replace('"memo": "m"', f'"memo": "{escape}"').encode(), 400
        yield f"{escape} as a name", whole.replace('"memo": "m"', f'"{escape}": "m"').encode(), 400
    for bad in (b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc0\x80"):
        yield f"bytes {bad!r}", whole.encode().replace(b'"memo": "m"', b'"memo": "' + bad + b'"'), 400
    yield "UTF-16", whole.encode("utf-16"), 400
    yield "a raw newline in a text", whole.replace('"memo": "m"', '"memo": "a\nb"').encode(), 400
    yield "2 MB", json.dumps(order(memo="m" * TOO_BIG)).encode(), 413
    yield "2 MB of spaces", b" " * TOO_BIG, 413
    yield "2 MB of nothing known", b'{"a": "' + b"a" * TOO_BIG + b'"}', 413
    lines = [line(str(number), 1, "0.00", title="t" * 400) for number in range(1000)]
    yield "an order of 256 KB and more", json.dumps(order(lines=lines, total=None)).encode(), 413


def test_bodies_that_are_not_ours_are_refused(desk: Desk) -> None:
    def cases() -> Iterator[Case]:
        requests = bodies(desk)
        for name, raw, status in raws():
            client, method, path, _ = requests["place"]
            yield Case(name, client, method, path, status, None, None, None, raw)
        for route in ("pay", "patch", "bulk", "store"):
            client, method, path, _ = requests[route]
            for name, raw in ((n, r) for n, r, s in raws() if len(r) < 400 or b" " * 999 in r):
                description = f"{route}: {name}"
                yield Case(description, client, method, path, 413 if len(raw) > 400 else 400, None, None, None, raw)

    run(desk, cases(), 75)


def test_an_order_of_256_kb_is_too_large(desk: Desk) -> None:
    lines = [line(str(number), 1, "0.00", title="t" * 200) for number in range(900)]
    answer = desk.shop.platform.post("/v1/orders", order(lines=lines, total=None))
    assert (answer.status, answer.code) == (413, "order_too_large")


TYPES = (
    *("text/plain", "application/x-www-form-urlencoded", "application/xml", "multipart/form-data", "text/json", "x"),
    *("application/json; charset=latin-1", "application/json; charset=utf-16", "application/jsonp", "*/*", "/", ";"),
    *("multipart/form-data; boundary=x", "application/octet-stream", "application/json, text/plain", "image/png"),
)


def test_only_json_in_utf_8_is_read(desk: Desk) -> None:
    def cases() -> Iterator[Case]:
        for name, (client, method, path, body) in bodies(desk).items():
            if name in ("place", "pay", "ship", "patch", "bulk", "store", "sync"):
                for media_type in TYPES:
                    headers = {"content-type": media_type}
                    yield Case(f"{name} {media_type}", client, method, path, 415, None, None, body, headers=headers)

    run(desk, cases(), 100)


def test_a_body_without_a_type_is_not_read(desk: Desk) -> None:
    platform, path = desk.shop.platform, f"/v1/orders/{desk.order_id}/actions/start_payment"
    body = b'{"reason": "a reason"}'
    store = {"x-store-id": desk.shop.name}
    answer = platform.transport.send("POST", path, "", store, body, platform.grants, platform.user)
    assert answer.status == 415, answer.content
    for accepted in ("application/json", "application/json;charset=UTF-8", 'Application/JSON; charset="utf-8"'):
        created = platform.post("/v1/orders", order(deadlines=None), headers={"content-type": accepted})
        assert created.status == 201, accepted
