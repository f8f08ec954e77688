"""One box: whatever a person knows of an order finds it, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.labels import label
from tests import proof
from tests.harness import Api, Client, Shop, ago, ahead, line, new_order, snapshot


@pytest.fixture
def shop(api: Api) -> Shop:
    return api.shop()


def place(shop: Shop, **changes: Any) -> str:
    return str(shop.platform.place(**changes)["order_id"])


def buyer(name: str | None = None, **more: Any) -> dict[str, Any]:
    return {"id": "buyer-1", "country": "US", **({"name": name} if name else {}), **more}


def recipient(**fields: str) -> dict[str, Any]:
    return {"country": "US", "name": "Somebody Else", "street": "1 Example Street", **fields}


def found(client: Client, q: str) -> dict[str, list[tuple[str, str]]]:
    answer = client.get("/v1/search", query={"q": q})
    assert answer.status == 200, answer.content
    rows = answer.json["data"]
    return {row["order_id"]: [(each["field"], each["value"]) for each in row["matched"]] for row in rows}


def test_every_kind_of_term_finds_its_order_and_says_what_matched(shop: Shop) -> None:
    lines = [line("1", sku="SKU-Ä/7"), line("2") | {"product_id": "4000123"}]
    order_id = place(
        shop,
        order_id="8123456789012345",
        buyer={"id": "ru1234567890", "country": "RU", "name": "Иван Сёмин"},
        recipient=recipient(phone="+7 (900) 555-01-23", mobile="8 900 777 45 67"),
        lines=lines,
    )
    place(shop, order_id="8123456789019999", buyer=buyer("Another Person"), recipient=recipient(phone="5550000"))
    for step in ("pay", "pass_risk"):
        shop.platform.act(order_id, step)
    shop.staff.act(order_id, "ship", {"parcels": [{"carrier": "CPAM", "tracking_no": "lx000000005cn"}]})
    expected = {
        "8123456789012345": ("order_id", order_id),
        "2345": ("order_id", order_id),
        "9012345": ("order_id", order_id),
        "LX 0000 00005 CN": ("tracking_no", "lx000000005cn"),
        "ru1234567890": ("buyer_id", "ru1234567890"),
        "иван": ("buyer_name", "Иван Сёмин"),
        "СЕМ": ("buyer_name", "Иван Сёмин"),
        "семин ив": ("buyer_name", "Иван Сёмин"),
        "sku-a/7": ("sku", "SKU-Ä/7"),
        "4000123": ("product_id", "4000123"),
        "0123": ("phone", "0123"),
        "4567": ("phone", "4567"),
        " 4567 ": ("phone", "4567"),
    }
    for q, matched in expected.items():
        assert found(shop.viewer, q) == {order_id: [matched]}, q
        [match] = shop.viewer.get("/v1/search", query={"q": q}).json["data"][0]["matched"]
        assert match["field_label"] == label("matched_field", matched[0], "en"), q
    for q in (
        "345",
        "ru123",
        "ван",
        "иванов",
        "иван петр",
        "400012",
        "sku",
        "123",
        "01234",
        "900 777 45 67",
        "%",
        "else",
    ):
        assert found(shop.viewer, q) == {}, q
    both = place(shop, order_id="7000000000004567")
    assert found(shop.viewer, "4567") == {order_id: [("phone", "4567")], both: [("order_id", both)]}
    proof.counted("searches of each kind", len(expected), 13)


NAMES = {
    "Ángela Müller-Straße": ("angela", "MULL", "strasse", "ángela m", "straß", "An"),
    "O'Brien  Conor": ("brien", "CONOR", "co br"),
    "李小龙": ("李", "李小", "李小龙"),
    "김민수": ("김", "김민"),
    "やまだ タロウ": ("や", "タロウ", "タ"),
    "محمد علي": ("محمد", "عل"),
    "Ελένη Παπαδοπούλου": ("ελενη", "ΠΑΠ"),
    "अनिता शर्मा": ("अनिता", "शर्मा"),
    "José María de la Cruz y Ortega": ("jose", "MARIA", "ortega"),
    "Ｌｉｎ Ｗｅｉ": ("lin", "wei"),
    "X Æ": ("x",),
    "Nguyễn Thị Hồng Nhung": ("nguyen", "thi", "hong", "nhung"),
    "Maximilianodelosangelesgutierrez": ("maximilianodelosangelesgut", "maxi"),
}


def test_a_name_is_found_by_the_first_letters_of_its_words_in_any_script(shop: Shop) -> None:
    placed = {name: place(shop, buyer=buyer(name, id=f"b{number}")) for number, name in enumerate(NAMES)}
    tried = 0
    for name, queries in NAMES.items():
        for q in queries:
            assert placed[name] in found(shop.viewer, q), (name, q)
            tried += 1
    for q in ("小龙", "민수", "ngela", "uller", "maximilianodelosangelesgutx", "lin wex"):
        assert found(shop.viewer, q) == {}, q
    proof.counted("beginnings of names", tried, 30)


def test_the_latest_fifty_come_first(shop: Shop) -> None:
    placed = [
        place(shop, placed_at=ago(hours=number), buyer=buyer("Maria Silva" if number % 2 else "Marta Souza"))
        for number in range(56)
    ]
    for q, expected, complete in (
        ("mar", placed[:50], False),
        ("maria", placed[1::2], True),
        ("P1", placed[:50], False),
        ("buyer-1", placed[:50], False),
    ):
        answer = shop.viewer.get("/v1/search", query={"q": q}).json
        assert [row["order_id"] for row in answer["data"]] == expected, q
        assert (answer["complete"], answer["page"]) == (complete, {"next_cursor": None, "limit": 50})


def test_a_snapshot_moves_the_terms(shop: Shop) -> None:
    body = new_order(buyer=buyer("Old Name"), recipient=recipient(phone="1111111"), lines=[line("1", sku="OLD")])
    order_id = place(shop, **body)
    after = body | {
        "buyer": buyer("New Name"),
        "recipient": recipient(mobile="2222222"),
        "lines": [line("1", sku="NEW")],
        "placed_at": ago(hours=3),
    }
    shown = snapshot(after, "PLACE_ORDER_SUCCESS", changed_at=ahead(seconds=1))
    assert shop.platform.act(order_id, "sync", shown).status == 200
    for q in ("new", "2222", "NEW", "name"):
        assert order_id in found(shop.viewer, q), q
    for q in ("old", "1111"):
        assert found(shop.viewer, q) == {}, q
    assert [row["order_id"] for row in shop.viewer.every("/v1/orders", country="US")] == [order_id]


def test_every_line_of_a_large_order_is_found(shop: Shop) -> None:
    many = [line(str(number), sku=f"S-{number}", price="1.00") for number in range(200)]
    large = place(shop, lines=many, buyer=buyer("Large Buyer"))
    few = place(shop, lines=[line("1", sku="S-199")])
    for number in range(0, 199, 9):
        assert found(shop.viewer, f"s-{number}") == {large: [("sku", f"S-{number}")]}
    assert set(found(shop.viewer, "S-199")) == {large, few}
    assert found(shop.viewer, "S-200") == {}


def test_tags_and_countries_are_lists_with_all_that_lists_have(shop: Shop) -> None:
    countries = ("BR", "UK", "GB", "FR")
    placed = [
        place(shop, placed_at=ago(hours=number), buyer=buyer(country=countries[number % 4])) for number in range(12)
    ]
    for order_id in placed[::3]:
        assert shop.staff.patch(f"/v1/orders/{order_id}", {"tags": ["gift", "VIP"]}).status == 200
    lists = {
        ("country", "GB"): [each for number, each in enumerate(placed) if number % 4 in (1, 2)],
        ("country", "UK"): [each for number, each in enumerate(placed) if number % 4 in (1, 2)],
        ("country", "BR"): placed[::4],
        ("country", "DE"): [],
        ("tag", "gift"): placed[::3],
        ("tag", "VIP"): placed[::3],
        ("tag", "vip"): [],
    }
    for (name, value), expected in lists.items():
        for limit in (1, 2, 3, 200):
            for sort, rows in (("-placed_at", expected), ("placed_at", expected[::-1])):
                listed = shop.viewer.every("/v1/orders", **{name: value}, limit=limit, sort=sort)
                assert [row["order_id"] for row in listed] == rows, (name, value, limit, sort)
        window = shop.viewer.every("/v1/orders", **{name: value}, placed_from=ago(hours=6.5), placed_to=ago(hours=2.5))
        assert [row["order_id"] for row in window] == [each for each in expected if each in placed[3:7]]
        last = shop.viewer.get("/v1/orders", query={name: value, "limit": max(1, len(expected))}).json
        assert last["page"]["next_cursor"] is None, "a full last page ends the list"
    shop.staff.patch(f"/v1/orders/{placed[0]}", {"tags": ["VIP"]})
    assert [row["order_id"] for row in shop.viewer.every("/v1/orders", tag="gift")] == placed[3::3]
    assert [row["order_id"] for row in shop.viewer.every("/v1/orders", tag="VIP")] == placed[::3]


def test_a_search_is_of_its_own_store_and_says_what_it_does_not_know(api: Api, shop: Shop) -> None:
    other = api.shop()
    order_id = place(
        shop, buyer=buyer("Maria Silva"), recipient=recipient(phone="5550123"), lines=[line("1", sku="S1")]
    )
    for q in (order_id, order_id[-4:], "maria", "S1", "P1", "0123", "buyer-1"):
        assert found(other.viewer, q) == {}
        assert order_id in found(shop.viewer, q)
    for query, pointer in ((" ", "q"), ("", "q"), ("x" * 129, "q")):
        answer = shop.viewer.get("/v1/search", query={"q": query})
        assert (answer.status, answer.fields) == (400, [f"/query/{pointer}"])
    assert shop.viewer.get("/v1/search").status == 400
    assert shop.viewer.get("/v1/search", query={"q": "x", "limit": 3}).fields == ["/query/limit"]
