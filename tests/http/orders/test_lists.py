"""Lists and counters: exact content, exact order, half-open windows, and each order once however it is paged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import proof
from tests.harness import Api, Shop, ahead, line, new_order, parcel, snapshot, usd

STATUSES = ("RISK_CONTROL", "WAIT_SELLER_SEND_GOODS", "FINISH")
BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)


def at(hours: float) -> str:
    return (BEGAN + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")


def place(shop: Shop, hour: float, status: str | None = None, **changes: Any) -> str:
    """An order placed so many hours after the beginning, brought to a status by a snapshot."""
    overlays, ends = changes.pop("overlays", []), changes.pop("ends", {})
    body = new_order(placed_at=at(hour), **changes)
    shop.platform.place(**body)
    if status is not None:
        shown = snapshot(body, status, overlays=overlays, changed_at=ahead(seconds=1), **ends)
        answer = shop.platform.act(body["order_id"], "sync", shown)
        assert answer.status == 200, answer.content
    return str(body["order_id"])


@pytest.fixture
def shop(api: Api) -> Shop:
    return api.shop(deadline_policy={"mode": "watch"})


def ids(shop: Shop, path: str = "/v1/orders", **query: Any) -> list[str]:
    return [row["order_id"] for row in shop.viewer.every(path, **query)]


def test_every_filter_lists_exactly_its_orders_in_order(shop: Shop) -> None:
    placed = {
        place(shop, hour, STATUSES[hour % 3], buyer={"id": f"b{hour % 2}", "country": "US"}): hour for hour in range(12)
    }
    oldest_first = sorted(placed, key=placed.__getitem__)
    families: dict[tuple[tuple[str, str], ...], list[str]] = {
        (): oldest_first,
        **{(("status", each),): oldest_first[number::3] for number, each in enumerate(STATUSES)},
        (("status", ",".join(STATUSES)),): oldest_first,
        (("status", f"{STATUSES[2]},{STATUSES[0]},{STATUSES[2]}"),): [o for o in oldest_first if placed[o] % 3 != 1],
        (("status", "IN_CANCEL,FINISH"),): oldest_first[2::3],
        (("status", "IN_CANCEL"),): [],
        (("buyer", "b0"),): oldest_first[0::2],
        (("buyer", "b1"),): oldest_first[1::2],
        (("buyer", "nobody"),): [],
        (("fund_state", "none"),): oldest_first,
        (("fund_state", "refunded"),): [],
        (("overlay", "frozen"),): [],
    }
    count = 0
    for given, expected in families.items():
        query = dict(given)
        for limit in (1, 7, 200):
            assert ids(shop, **query, sort="placed_at", limit=limit) == expected, (query, limit)
            assert ids(shop, **query, limit=limit) == expected[::-1], (query, limit)
            count += 2
        assert ids(shop, **query, sort="-placed_at") == expected[::-1]
        for since, until in ((0, 12), (3, 7), (4, 4.5), (5, 5), (11, 99), (-9, 0)):
            window = [order_id for order_id in expected if since <= placed[order_id] < until]
            found = ids(shop, **query, sort="placed_at", placed_from=at(since), placed_to=at(until), limit=3)
            assert found == window, (query, since, until)
            count += 1
        assert ids(shop, **query, sort="placed_at", placed_from=at(6)) == [o for o in expected if placed[o] >= 6]
        assert ids(shop, **query, sort="placed_at", placed_to=at(6)) == [o for o in expected if placed[o] < 6]
    proof.counted("lists compared with what was placed", count, 150)


def test_orders_of_one_moment_are_listed_once_each(shop: Shop) -> None:
    same = {place(shop, 1, STATUSES[number % 3]) for number in range(9)}
    for query in ({}, {"sort": "placed_at"}, {"status": ",".join(STATUSES)}, {"status": ",".join(STATUSES[:2])}):
        whole = ids(shop, **query)
        assert set(whole) <= same
        assert len(set(whole)) == len(whole) == (6 if query.get("status") == ",".join(STATUSES[:2]) else 9)
        for limit in (1, 2, 4):
            assert ids(shop, **query, limit=limit) == whole, (query, limit)


def test_paging_goes_on_while_orders_come_in(shop: Shop) -> None:
    there = [place(shop, hour, STATUSES[hour % 2]) for hour in range(8)]
    for query, expected, comes_in_at in (
        ({"sort": "-placed_at"}, there[::-1], 60),
        ({"status": ",".join(STATUSES)}, there[::-1], 61),
        ({"sort": "placed_at"}, there, -9),
    ):
        before = ids(shop, **query)
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = shop.viewer.get("/v1/orders", query={"limit": 2, **query, **cursor}).json
            found += [row["order_id"] for row in page["data"]]
            if page["page"]["next_cursor"] is None:
                break
            cursor = {"cursor": page["page"]["next_cursor"]}
            if len(found) <= 4:
                place(shop, comes_in_at, STATUSES[0])
        assert found == before, query
        assert [each for each in found if each in there] == expected


def test_a_cursor_lives_a_day(in_process: Api) -> None:
    shop, transport = in_process.shop(), in_process.transport
    began = datetime.now(UTC)
    for hour in range(2):
        place(shop, hour)
    transport.now = began  # type: ignore[attr-defined]
    cursor = shop.viewer.get("/v1/orders?limit=1").json["page"]["next_cursor"]
    for hours, status in ((23.9, 200), (24.1, 410)):
        transport.now = began + timedelta(hours=hours)  # type: ignore[attr-defined]
        answer = shop.viewer.get(f"/v1/orders?limit=1&cursor={cursor}")
        assert answer.status == status
    assert answer.code == "cursor_expired"


def test_every_count_is_what_its_query_lists(shop: Shop) -> None:
    place(shop, 1)
    place(shop, 2, "WAIT_SELLER_SEND_GOODS", overlays=["frozen"])
    place(shop, 3, "WAIT_BUYER_ACCEPT_GOODS", overlays=["dispute", "frozen"])
    place(shop, 4, "WAIT_BUYER_ACCEPT_GOODS", overlays=["dispute"])
    place(shop, 5, "IN_CANCEL")
    place(shop, 6, "FUND_PROCESSING", ends={"fund_state": "refunding", "end_reason": "payment_refused"})
    place(shop, 7, "FUND_PROCESSING", ends={"end_reason": "buyer_accept_goods"})
    place(shop, 8, "FINISH", ends={"end_reason": "buyer_accept_goods"})
    place(shop, 9, "FINISH", ends={"end_reason": "payment_refused"})
    place(shop, 10, "IN_BOOK_SALE")
    place(shop, 71.9, deadlines=[{"kind": "payment", "due_at": ahead(hours=23)}])
    place(shop, 71.9, deadlines=[{"kind": "payment", "due_at": at(0)}])
    counters = shop.viewer.get("/v1/orders/counters").json
    entries = {
        **{("statuses", name): entry for name, entry in counters["statuses"].items()},
        **{("overlays", name): entry for name, entry in counters["overlays"].items()},
        **{("fund_states", name): entry for name, entry in counters["fund_states"].items()},
        **{(name, ""): counters[name] for name in ("total", "placed_today", "due_24h", "seller_due_24h", "overdue")},
    }
    assert set(counters) == {"statuses", "overlays", "fund_states", "as_of", *(n for n, part in entries if not part)}
    for name, entry in entries.items():
        rows = shop.viewer.get(f"/v1/orders?limit=200&{entry['query']}").json["data"]
        assert len(rows) == entry["count"], name
    counts = {part or name: entry["count"] for (name, part), entry in entries.items()}
    assert len(entries) == 13 + 4 + 5 + 5
    assert counts["total"] == 12
    assert sum(entry["count"] for entry in counters["statuses"].values()) == 12
    assert sum(entry["count"] for entry in counters["fund_states"].values()) == 12
    expected = {"frozen": 2, "dispute": 2, "refund": 2, "unread": 0, "refunding": 1, "awaiting_release": 1}
    expected |= {
        "released": 1,
        "refunded": 1,
        "PLACE_ORDER_SUCCESS": 3,
        "FUND_PROCESSING": 2,
        "FINISH": 2,
        "due_24h": 1,
    }
    assert {name: counts[name] for name in expected} == expected
    assert counts["overdue"] == 1


def test_orders_of_today_are_those_of_its_list_also_after_a_change_of_the_time_zone(api: Api) -> None:
    """Between these two zones lies a whole day."""
    shop = api.shop(time_zone="Pacific/Pago_Pago")
    for _ in range(3):
        shop.platform.place(placed_at=ahead(seconds=0))
    for zone in ("Pacific/Pago_Pago", "Pacific/Apia", "Pacific/Pago_Pago"):
        assert shop.owner.patch("/v1/store", {"time_zone": zone}).status == 200
        found = shop.viewer.get("/v1/orders/counters").json["placed_today"]
        assert found["count"] == len(shop.viewer.get(f"/v1/orders?{found['query']}").json["data"]) == 3
        assert "cut_off" not in found


def test_deadlines_are_listed_by_urgency_in_half_open_windows(shop: Shop) -> None:
    due = {
        place(shop, 1, deadlines=[{"kind": "payment", "due_at": at(200 + hour)}]): 200 + hour
        for hour in (5, 1, 4, 2, 3)
    }
    place(shop, 2, "FINISH")
    order = sorted(due, key=due.__getitem__)
    for path, more in (("/v1/deadlines", {}), ("/v1/orders", {"sort": "deadline_at"})):
        for query in (
            more,
            {**more, "status": "PLACE_ORDER_SUCCESS,FINISH"},
            {**more, "status": "PLACE_ORDER_SUCCESS"},
        ):
            for limit in (1, 2, 200):
                assert ids(shop, path, **query, limit=limit) == order
            for since, until in ((201, 206), (202, 204), (203, 203), (205, 300)):
                found = ids(shop, path, **query, due_from=at(since), due_to=at(until), limit=2)
                assert found == [each for each in order if since <= due[each] < until], (query, since, until)
        assert ids(shop, path, **more, status="FINISH") == []
    row = shop.viewer.every("/v1/deadlines")[0]
    assert row["deadline_at"] == row["deadlines"][0]["due_at"] == at(201)
    assert row["deadlines"][0]["on_lapse"] == "expire_payment"
    assert (row["deadlines"][0]["actor"], row["deadlines"][0]["actor_label"]) == ("buyer", "The buyer")
    assert {"lines", "parcels", "recipient", "refunds", "actions"}.isdisjoint(row)
    assert row["line_count"] == 2


def test_parcels_are_listed_by_their_shipment_and_state(shop: Shop) -> None:
    order_id = place(shop, 0, "WAIT_SELLER_SEND_GOODS", lines=[line("1", 9)])
    for hour in range(1, 6):
        sent = {"at": at(hour), "parcels": [parcel(f"LX{hour}", line1=1)]}
        assert shop.platform.act(order_id, "ship", sent).status == 200
    for parcel_id in ("p2", "p4"):
        shop.platform.act(order_id, "report_delivery", {"parcel_id": parcel_id, "at": at(49)})

    def numbers(**query: Any) -> list[str]:
        return [row["tracking_no"] for row in shop.viewer.every("/v1/parcels", **query)]

    for limit in (1, 2, 200):
        assert numbers(limit=limit) == ["LX5", "LX4", "LX3", "LX2", "LX1"]
        assert numbers(limit=limit, sort="shipped_at") == ["LX1", "LX2", "LX3", "LX4", "LX5"]
        assert numbers(limit=limit, state="delivered") == ["LX4", "LX2"]
        assert numbers(limit=limit, state="undelivered") == ["LX5", "LX3", "LX1"]
    assert numbers(shipped_from=at(2), shipped_to=at(4), sort="shipped_at") == ["LX2", "LX3"]
    first, second = shop.viewer.every("/v1/parcels", sort="shipped_at")[:2]
    assert (first["order_id"], first["parcel_id"], first["lines"]) == (
        order_id,
        "p1",
        [{"line_id": "1", "quantity": 1}],
    )
    assert (first["days_under_way"], second["days_under_way"]) == (2, 1)
    assert ids(shop, tracking_no="LX3") == [order_id]
    assert ids(shop, tracking_no="LX9") == []


def test_refunds_are_listed_by_state_and_read_by_id(shop: Shop) -> None:
    orders = [place(shop, hour, "WAIT_SELLER_SEND_GOODS") for hour in range(5)]
    for order_id in orders:
        shop.platform.act(order_id, "request_cancellation", {"reason": "changed my mind"})
    shop.platform.act(orders[1], "withdraw_cancellation")
    shop.staff.act(orders[2], "reject_cancellation", {"reason": "packed"})
    shop.staff.act(orders[3], "accept_cancellation")
    paid = shop.staff.act(orders[4], "accept_cancellation").json["refunds"][0]
    assert shop.platform.act(orders[4], "complete_refund", {"refund_id": paid["refund_id"]}).json["status"] == "FINISH"
    states = ("requested", "withdrawn", "rejected", "accepted", "paid")
    for state, order_id in zip(states, orders, strict=True):
        (row,) = shop.viewer.every("/v1/refunds", state=state)
        assert (row["order_id"], row["state"], row["source"]) == (order_id, state, "cancellation")
        assert row["amount"] == usd("28.50")
        assert ("respond_by" in row, row.get("on_silence")) == (
            (True, "accept_cancellation") if state == "requested" else (False, None)
        )
        assert shop.viewer.get(f"/v1/refunds/{row['refund_id']}").json == row
        assert shop.viewer.get(f"/v1/orders/{order_id}").json["refunds"] == [row]
    for limit in (1, 2, 200):
        assert [row["order_id"] for row in shop.viewer.every("/v1/refunds", limit=limit)] == orders[::-1]
    assert shop.viewer.get("/v1/refunds/rfd_none").status == 404


def test_what_waits_for_the_seller_is_counted_and_listed_apart(shop: Shop) -> None:
    def due(kind: str, **length: float) -> dict[str, Any]:
        return {"kind": kind, "due_at": ahead(**length)}

    ships = place(shop, 1, "WAIT_SELLER_SEND_GOODS", deadlines=[due("shipment", hours=5)])
    answers = place(shop, 2, "IN_CANCEL", deadlines=[due("cancellation", hours=7), due("shipment", hours=3)])
    examines = place(shop, 3, "WAIT_SELLER_EXAMINE_MONEY", deadlines=[due("examination", hours=9)])
    disputed = place(
        shop, 4, "WAIT_BUYER_ACCEPT_GOODS", overlays=["dispute"], deadlines=[due("dispute_answer", hours=11)]
    )
    later = place(shop, 5, "WAIT_SELLER_SEND_GOODS", deadlines=[due("shipment", hours=25)])
    late = place(shop, 6, "WAIT_SELLER_SEND_GOODS", deadlines=[{"kind": "shipment", "due_at": at(0)}])
    place(shop, 7, "WAIT_SELLER_SEND_GOODS", overlays=["frozen"], deadlines=[due("shipment", hours=5)])
    place(shop, 8, "PLACE_ORDER_SUCCESS", deadlines=[due("payment", hours=5)])
    place(shop, 9, "WAIT_BUYER_ACCEPT_GOODS", deadlines=[due("receipt", hours=5)])
    place(shop, 10, "FUND_PROCESSING", ends={"end_reason": "buyer_accept_goods"}, deadlines=[due("release", hours=5)])
    counters = shop.viewer.get("/v1/orders/counters").json
    assert counters["due_24h"]["count"] == 7
    assert counters["seller_due_24h"]["count"] == 4
    rows = shop.viewer.get(f"/v1/orders?{counters['seller_due_24h']['query']}").json["data"]
    assert [row["order_id"] for row in rows] == [answers, ships, examines, disputed]
    assert ids(shop, "/v1/deadlines", actor="seller", limit=2) == [late, answers, ships, examines, disputed, later]
    for refused in (
        "actor=seller",
        "actor=seller&sort=deadline_at&status=IN_CANCEL",
        "actor=seller&placed_from=" + at(0),
    ):
        assert shop.viewer.get(f"/v1/orders?{refused}").code == "filter_not_indexed", refused
    shop.staff.act(ships, "ship", {"parcels": [parcel()]})
    assert shop.viewer.get("/v1/orders/counters").json["seller_due_24h"]["count"] == 3


def test_a_list_shows_the_first_line_of_each_order_where_it_is_asked_for(shop: Shop) -> None:
    bought = {"title": "Strap", "sku": "S-1", "attributes": {"Color": "Red"}, "image_url": "https://img.example/1.jpg"}
    plain, pictured = place(shop, 1), place(shop, 2, lines=[line("7", 3, **bought), line("8", 1, title="Buckle")])
    shown = {"line_id": "7", "product_id": "P7", "quantity": 3, **bought}
    for path in ("/v1/orders", "/v1/deadlines", "/v1/customers/buyer-1/orders", f"/v1/orders?placed_from={at(0)}"):
        assert not any("first_line" in row for row in shop.viewer.get(path).json["data"])
        rows = shop.viewer.get(f"{path}{'&' if '?' in path else '?'}include=first_line").json["data"]
        found = {row["order_id"]: (row["first_line"], row["line_count"]) for row in rows}
        assert found == {plain: ({"line_id": "1", "product_id": "P1", "quantity": 2}, 2), pictured: (shown, 2)}
    first = shop.viewer.get("/v1/orders?include=first_line&limit=1").json
    rest = shop.viewer.get(f"/v1/orders?limit=1&cursor={first['page']['next_cursor']}").json["data"]
    assert "first_line" in first["data"][0] and "first_line" not in rest[0], "a cursor is not bound to it"
    assert shop.viewer.get("/v1/orders?include=lines").fields == ["/query/include"]


def test_an_order_names_its_countries(shop: Shop) -> None:
    order_id = place(shop, 1, buyer={"id": "b", "country": "UK"}, recipient={"country": "ES"})
    for language, buyer, recipient in (("en", "United Kingdom", "Spain"), ("zh-CN", "英国", "西班牙")):
        headers = {"Accept-Language": language}
        order = shop.viewer.get(f"/v1/orders/{order_id}", headers=headers).json
        assert (order["buyer_country_label"], order["recipient_country_label"]) == (buyer, recipient)
        (row,) = shop.viewer.get("/v1/orders", headers=headers).json["data"]
        assert row["buyer_country_label"] == buyer
