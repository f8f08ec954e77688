"""Bad paths, queries, cursors and headers: a 4xx that names the place, never a 500, and nothing changes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from urllib.parse import quote

import pytest

from tests import proof
from tests.harness import Api, Client, ago, ahead
from tests.http.refusals import Case, Desk, open_desk, order, run

LISTS = (
    "/v1/orders",
    "/v1/deadlines",
    "/v1/parcels",
    "/v1/refunds",
    "/v1/reports/sales",
    "/v1/reports/violations",
    "{order}/history",
    "{order}/access",
)
LISTS += ("/v1/customers", "/v1/customers/buyer-1/orders")
LISTS += ("{order}/messages", "/v1/messages", "/v1/message-templates")
LISTS += ("/v1/alerts", "/v1/reports/payment-reminders")
LISTS += ("/v1/alert-channels", "{channel}/deliveries")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.fixture
def desk(api: Api) -> Desk:
    return open_desk(api)


def lists(desk: Desk) -> Iterator[str]:
    for path in LISTS:
        yield path.format(order=f"/v1/orders/{desk.order_id}", channel=f"/v1/alert-channels/{desk.channel_id}")


def test_limits_and_unknown_parameters_are_refused_by_name(desk: Desk) -> None:
    def cases() -> Iterator[Case]:
        owner = desk.shop.owner
        one = f"/v1/orders/{desk.order_id}"
        for path in lists(desk):
            for limit in ("0", "201", "-1", "abc", "1.5", "", "1e2", "%D9%A1", "5&limit=6", "9" * 5000, "true", "0x10"):
                description = f"{path} limit={limit[:20]}"
                yield Case(description, owner, "GET", path, 400, None, "/query/limit", query=f"limit={limit}")
        channel = f"/v1/alert-channels/{desk.channel_id}"
        others = (
            "/v1/orders/counters",
            one,
            channel,
            "/v1/store",
            "/v1/me",
            "/v1/health",
            "/v1/openapi.json",
            "/v1/refunds/x",
        )
        for path in (*lists(desk), *others):
            for name in ("colour", "Limit", "statuses", "order_id", "store_id", "%00", "%C3%A9", "limit%20"):
                description = f"{path}?{name}"
                yield Case(description, owner, "GET", path, 400, "unknown_parameter", "/query", query=f"{name}=1")
        for client, method, path, body in (
            (desk.shop.platform, "POST", "/v1/orders", order()),
            (desk.shop.platform, "POST", f"{one}/actions/pay", {}),
            (desk.shop.staff, "PATCH", one, {"note": "x"}),
            (owner, "PATCH", "/v1/store", {"name": "x"}),
            (owner, "PATCH", channel, {"name": "x"}),
            (owner, "POST", f"{channel}/test", {}),
            (owner, "POST", f"{channel}/rotate-secret", {}),
            (owner, "POST", "/v1/bulk/ship", {"items": [{"order_id": desk.order_id}]}),
        ):
            yield Case(path, client, method, path, 400, "unknown_parameter", "/query/dry_run", body, query="dry_run=1")

    run(desk, cases(), 150)


def test_values_of_parameters_are_refused_by_name(desk: Desk) -> None:
    naive, plus = "2026-11-01T10:00:00", "2026-11-01T10:00:00+08:00"  # an unescaped plus is a space
    wrong = {
        "/v1/orders": {
            "status": ["", "PAID", "finish", "FINISH,", ",", "FINISH,PAID", "IN_ISSUE", "x" * 401],
            "overlay": ["", "Dispute", "frozen,dispute", "none"],
            "fund_state": ["", "NONE", "paid"],
            "buyer": ["", "x" * 129],
            "tracking_no": ["", "x" * 129],
            "placed_from": [naive, plus, "2026-11-01", "now", "", "2026-02-30T00:00:00Z", "9999-01-01T00:00:00Z"],
            "placed_to": [naive, plus, "0", "2026-11-01T10:00:00Z&placed_to=2026-11-02T10:00:00Z"],
            "due_from": [naive, "tomorrow"],
            "sort": ["", "placed", "-deadline_at", "deadline_at,placed_at", "placed_at&sort=placed_at"],
            "cursor": ["", "x", "x" * 1024, "x" * 1025, "AAAA", "%00", "é", "a b", "....", "=" * 8],
        },
        "/v1/deadlines": {"status": ["PAID", ""], "due_from": [naive], "due_to": ["x"], "cursor": ["x" * 40]},
        "/v1/parcels": {"state": ["lost", ""], "shipped_from": [naive], "sort": ["placed_at"], "cursor": ["AA"]},
        "/v1/customers": {
            "frequency": ["", "often", "once,repeat"],
            "amount": ["big", ""],
            "blocked": ["false", "", "1"],
            "opted_out": ["no"],
            "last_order_from": [naive, plus],
            "last_order_to": ["x"],
            "sort": ["spend", "placed_at"],
            "cursor": ["AA", "x" * 4097],
        },
        "/v1/alerts": {"state": ["", "raised", "open,resolved"], "severity": ["bad", ""], "cursor": ["AA"]},
        "/v1/reports/payment-reminders": {
            "from": ["", "2026-13-01", "yesterday", "2026-01-01T00:00:00Z", "2024-01-01&to=2026-01-01"],
            "to": ["2026-02-30", "1"],
            "cursor": ["AA"],
        },
        "/v1/refunds": {"state": ["open", "", "paid,accepted"], "cursor": ["AA"]},
        "/v1/reports/sales": {
            "group_by": ["", "hour", "Day", "day,week", "day&group_by=week"],
            "by": ["", "buyer", "total,country"],
            "currency": ["", "usd", "XXX1", "ABC"],
            "from": ["2026-11-01T00:00:00Z", "20261101", "", "2026-02-30", "1999-12-31", "2101-01-01", "yesterday"],
            "to": [
                "2026-13-01",
                "0001-01-01",
                "9999-12-31",
                "2020-01-01&from=2020-01-01",
                "2020-01-01&from=2020-02-01",
            ],
            "cursor": ["x"],
        },
        "/v1/reports/violations": {"cursor": ["AA"], "limit": ["0"]},
        f"/v1/orders/{desk.order_id}": {"reveal": ["everything", "", "recipient&reveal=recipient"]},
        f"/v1/orders/{desk.order_id}/history": {"cursor": ["1", "x"], "limit": ["all"]},
    }

    def cases() -> Iterator[Case]:
        for path, parameters in wrong.items():
            for name, spelled in parameters.items():
                for value in spelled:
                    query = f"{name}={value if value.isascii() else quote(value)}".replace(" ", "%20")
                    description = f"{path}?{query[:60]}"
                    yield Case(description, desk.shop.owner, "GET", path, 400, None, f"/query/{name}", query=query)

    run(desk, cases(), 60)


def test_only_indexed_filters_go_together(desk: Desk) -> None:
    spelled = {
        "status": "status=FINISH,RISK_CONTROL",
        "overlay": "overlay=frozen",
        "fund_state": "fund_state=none",
        "buyer": "buyer=b",
        "tracking_no": "tracking_no=LX1",
        "tag": "tag=gift",
        "country": "country=US",
        "actor": "actor=seller",
        "placed": f"placed_from={ago(days=1)}&placed_to={ahead(days=1)}",
        "due": f"due_from={ago(days=1)}&due_to={ahead(days=1)}",
    }
    refused, answered = [], 0
    for size in range(4):
        for given in map(set, combinations(spelled, size)):
            for sort in (None, "-placed_at", "placed_at", "deadline_at"):
                query = "&".join([*(spelled[name] for name in sorted(given)), *([f"sort={sort}"] if sort else [])])
                by_placed = sort != "deadline_at" and given - {"placed"} in (
                    set(),
                    *({name} for name in ("status", "overlay", "fund_state", "buyer", "tag", "country")),
                )
                by_due = sort == "deadline_at" and (given <= {"status", "due"} or given <= {"actor", "due"})
                by_parcel = given == {"tracking_no"} and sort is None
                if by_placed or by_due or by_parcel:
                    answer = desk.shop.viewer.get(f"/v1/orders?{query}")
                    assert answer.status == 200, (query, answer.content)
                    answered += 1
                else:
                    refused.append(
                        Case(query, desk.shop.viewer, "GET", "/v1/orders", 400, "filter_not_indexed", "", query=query)
                    )
    print(f"\n{answered} combinations answered")
    assert answered == 14 * 3 + 6 + 1
    run(desk, iter(refused), 470)


def test_a_window_that_ends_before_it_begins_is_no_accident(desk: Desk) -> None:
    for path, name, more in (
        ("/v1/orders", "placed", ""),
        ("/v1/orders", "due", "&sort=deadline_at"),
        ("/v1/deadlines", "due", ""),
        ("/v1/parcels", "shipped", ""),
    ):
        for since, until in ((ahead(days=1), ago(days=1)), (ago(days=1), ago(days=1))):
            answer = desk.shop.owner.get(f"{path}?{name}_from={since}&{name}_to={until}{more}")
            assert answer.status in (200, 400), (path, answer.content)
            assert answer.status == 400 or answer.json["data"] == []


def test_no_cursor_but_our_own_opens_a_page(desk: Desk) -> None:
    shop = desk.shop
    for _ in range(2):
        shop.platform.place()
    cursor = shop.owner.get("/v1/orders?limit=1").json["page"]["next_cursor"]
    assert len(shop.owner.get(f"/v1/orders?limit=1&cursor={cursor}").json["data"]) == 1

    def cases() -> Iterator[Case]:
        def refused(
            description: str, value: str, path: str = "/v1/orders", more: str = "", client: Client = shop.owner
        ) -> Case:
            return Case(description, client, "GET", path, 400, None, "/query/cursor", query=f"cursor={value}{more}")

        whole = len(cursor) - (1 if len(cursor) % 4 else 0)  # the last letter may carry bits that mean nothing
        for place in range(whole):
            for step in (1, 32) if place % 2 else (7,):
                letter = ALPHABET[(ALPHABET.index(cursor[place]) + step) % 64]
                yield refused(f"letter {place}", cursor[:place] + letter + cursor[place + 1 :])
        for length in range(1, len(cursor) - 1, 9):
            yield refused(f"cut to {length}", cursor[:length])
        yield refused("longer", cursor + "AAAA")
        yield refused("twice", cursor * 2)
        yield refused("with another query", cursor, more="&sort=placed_at")
        yield refused("with a filter", cursor, more="&status=FINISH")
        for path in list(lists(desk))[1:]:
            yield refused(f"of another list: {path}", cursor, path)
        other = desk.api.shop()
        yield refused("of another store", cursor, client=other.owner)

    run(desk, cases(), 200)


def test_headers_that_make_no_sense_are_refused(desk: Desk) -> None:
    act, one = f"/v1/orders/{desk.order_id}/actions/pay", f"/v1/orders/{desk.order_id}"
    keys = ["", "x" * 256, "a b", "a\tb"] + ([] if desk.api.engine == "local" else ["é", "键", "a\x01", "\x7f"])
    tags = ["7", "'7'", '"7', '7"', "W/7", '"7" "8"', '"7", 8', 'w/"7"', "**", '*, "7"', "x"]

    def cases() -> Iterator[Case]:
        shop = desk.shop
        for key in keys:
            headers = {"Idempotency-Key": key}
            yield Case(f"key {key[:9]!r}", shop.platform, "POST", act, 400, None, "/header", {}, headers=headers)
            body = order()
            yield Case(
                f"key {key[:9]!r}", shop.platform, "POST", "/v1/orders", 400, None, "/header", body, headers=headers
            )
            bulk = {"items": [{"order_id": desk.order_id}]}
            path = "/v1/bulk/remind_payment"
            yield Case(f"key {key[:9]!r}", shop.staff, "POST", path, 400, None, "/header", bulk, headers=headers)
        for tag in tags:
            headers = {"If-Match": tag}
            yield Case(f"tag {tag!r}", shop.platform, "POST", act, 400, None, "/header/if-match", {}, headers=headers)
            note = {"note": "x"}
            yield Case(f"tag {tag!r}", shop.staff, "PATCH", one, 400, None, "/header/if-match", note, headers=headers)
        for store in ("", "nobody", "a b", "x" * 2000, "../x", f"{shop.name},{shop.name}", shop.name.upper()):
            yield Case(f"store {store[:9]!r}", shop.owner, "GET", one, 404, None, headers={"X-Store-Id": store})

    run(desk, cases(), 40)


def test_any_language_header_is_answered(desk: Desk) -> None:
    asked = ("", "*", ";;;", "q=1", "zh;q=abc", "en;q=-1", "zh-CN;q=1e9", "," * 500, "zh" * 500, "en;q=" + "9" * 400)
    asked += ("zh;q=1;q=2", "-", "zh-CN-x-private;q=0.1, en;q=0.9", "a;b;c;d=e")
    for header in asked:
        assert desk.shop.viewer.get(f"/v1/orders/{desk.order_id}", headers={"Accept-Language": header}).status == 200, (
            header
        )
        refused = desk.shop.viewer.get("/v1/orders/nothing", headers={"Accept-Language": header})
        assert (refused.status, refused.code) == (404, "not_found"), header


def test_what_no_route_or_order_is_called_is_not_found(desk: Desk) -> None:
    before = desk.picture()
    platform, owner, count = desk.shop.platform, desk.shop.owner, 0
    ids = ["a%2Fb", "a%20b", "%23", "x" * 65, "%00", "%FF", "..", "%2E%2E", "a.b", "%E8%AE%A2", "%F0%9F%98%80", "a%0A"]
    ids += ["x" * 3000, "%25", "a'b", "-", "COUNTERS", f"{desk.order_id}%20", f"{desk.order_id}%23ORDER", "a;b", "*"]
    for order_id in ids:
        for client, method, path, body in (
            (owner, "GET", f"/v1/orders/{order_id}", None),
            (owner, "GET", f"/v1/orders/{order_id}/history", None),
            (owner, "GET", f"/v1/orders/{order_id}/access", None),
            (platform, "POST", f"/v1/orders/{order_id}/actions/pay", {}),
            (owner, "PATCH", f"/v1/orders/{order_id}", {"note": "x"}),
            (owner, "GET", f"/v1/refunds/{order_id}", None),
            (owner, "GET", f"/v1/message-templates/{order_id}", None),
            (owner, "GET", f"/v1/alerts/{order_id}", None),
            (owner, "POST", f"/v1/alerts/{order_id}/acknowledge", {}),
            (owner, "GET", f"/v1/alert-channels/{order_id}", None),
            (owner, "GET", f"/v1/alert-channels/{order_id}/deliveries", None),
            (owner, "PATCH", f"/v1/alert-channels/{order_id}", {"name": "x"}),
            (owner, "POST", f"/v1/alert-channels/{order_id}/test", {}),
            (owner, "POST", f"/v1/alert-channels/{desk.channel_id}/deliveries/{order_id}/redeliver", {}),
        ):
            answer = client.request(method, path, body)
            assert answer.status == 404, (method, path[:80], answer.status, answer.content[:200])
            count += 1
    one = f"/v1/orders/{desk.order_id}"
    for method, path in (
        ("POST", f"{one}/actions/explode"),
        ("POST", f"{one}/actions/PAY"),
        ("POST", f"{one}/actions/"),
        ("POST", f"{one}/actions/pay/"),
        ("POST", "/v1/bulk/pay"),
        ("POST", "/v1/bulk/"),
        ("GET", "/v1/orders/"),
        ("GET", "/v1/nothing"),
        ("GET", "/"),
        ("GET", "/V1/orders"),
        ("GET", f"{one}/"),
    ):
        answer = platform.request(method, path, {} if method == "POST" else None)
        assert answer.status == 404, (method, path, answer.status)
        count += 1
    for method, path in (
        ("PUT", one),
        ("DELETE", one),
        ("PUT", "/v1/store"),
        ("POST", "/v1/health"),
        ("PATCH", "/v1/me"),
        ("PUT", "/v1/alert-channels"),
        ("POST", f"/v1/alert-channels/{desk.channel_id}"),
    ):
        assert platform.request(method, path, {}).status in (404, 405), (method, path)
        count += 1
    proof.counted("requests for what is not there", count, 135)
    assert desk.picture() == before
