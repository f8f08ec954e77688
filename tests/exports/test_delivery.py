"""Handing a file out: a link of five minutes under the file's own name, to those who may have it, on the record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.exports.files import sheet
from tests.exports.office import Office, open_office
from tests.harness import Client, Shop, new_order
from tests.http.test_links import same_link

FORMATS = {
    "xls": bytes.fromhex("d0cf11e0a1b11ae1"),
    "xlsx": b"PK\x03\x04",
    "csv": b"\xef\xbb\xbf",
}
NAMES = [
    "春田市旗舰店",
    'a"b\\c',
    "../../etc/passwd",
    "a/b\\c:d*e?f<g>h|i",
    "line\r\nX-Evil: 1",
    "tab\there",
    "....",
    "   ",
    "-- ; filename=evil.exe",
    "%2e%2e%2f%00",
    "naïve café \U0001f600",
    "\u202egnp.exe",
    "n" * 128,
    "春" * 128,
    "CON",
    "a'b''c",
]
PRIVATE = {
    "name": "Alexandra Examplename",
    "street": "77 Unlisted Street",
    "zip": "QZ9 7XY",
    "phone": "5550177123",
    "mobile": "5550188456",
    "tax_id": "TAX-77-1",
}


def link(answer: Any) -> tuple[str, dict[str, str]]:
    """The path and the query of the address that a file is to be fetched from."""
    parts = urlsplit(answer.headers["location"])
    return unquote(parts.path), {name: values[0] for name, values in parse_qs(parts.query).items()}


def names_in(disposition: str) -> tuple[str, str]:
    """The plain name and the name in any script (RFC 6266, RFC 8187); nothing else is in the header."""
    found = re.fullmatch(r"attachment; filename=\"([\w.\- ]*)\"; filename\*=UTF-8''([\w.\-~%]+)", disposition, re.ASCII)
    assert found, disposition
    return found[1], unquote(found[2], errors="strict")


def ask(client: Client, export_id: str, n: Any = 1, **kwargs: Any) -> Any:
    return client.get(f"/v1/exports/{export_id}/files/{n}", **kwargs)


@pytest.fixture(scope="module")
def opened() -> Iterator[Office]:
    with open_office() as office:
        yield office


@pytest.fixture
def office(opened: Office) -> Iterator[Office]:
    """One office for all tests here, each with a shop of its own; its clock goes right again."""
    yield opened
    opened.at(None)


@pytest.fixture
def shop(office: Office) -> Shop:
    shop = office.api.shop(name="春田市旗舰店")
    shop.platform.place(recipient={"country": "US", **PRIVATE}, buyer={"id": "buyer-77", "country": "US"})
    return shop


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_is_handed_out_by_a_link_of_five_minutes(office: Office, shop: Shop, form: str) -> None:
    made = office.make(shop.owner, format=form)
    answer = ask(shop.staff, made["id"])
    assert (answer.status, answer.content, answer.headers["cache-control"]) == (302, b"", "no-store")
    path, request = link(answer)
    assert request["X-Amz-Expires"] == "300" and request["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert request["response-content-type"] == "application/octet-stream"
    plain, name = names_in(request["response-content-disposition"])
    (file,) = made["files"]
    assert name == file["name"] and name.endswith(f"_1.{form}") and name.startswith("春田市旗舰店_orders_")
    assert plain == re.sub(r"[^\x00-\x7f]", "_", name)
    assert path.endswith(f".{form}") and "春" not in path and ".." not in path
    content = office.follow(answer)
    assert content.startswith(FORMATS[form]) and len(content) == file["bytes"]


def test_a_page_gets_the_link_as_json_and_that_is_a_fetch_too(office: Office, shop: Shop) -> None:
    made = office.make(shop.owner)
    assert "X-Amz-Signature" in same_link(shop.staff, f"/v1/exports/{made['id']}/files/1")
    assert len(office.read(shop.owner, made["id"])["downloads"]) == 2


def test_a_csv_without_its_mark_begins_with_its_first_heading(office: Office, shop: Shop) -> None:
    assert office.fetch(shop.owner, office.make(shop.owner, format="csv", bom=False)).startswith("订单号,".encode())


def test_the_name_says_shop_kind_days_and_number(office: Office, shop: Shop) -> None:
    office.at(datetime(2026, 5, 31, 12, tzinfo=UTC))
    window = {"from": "2026-02-01T00:00:00+08:00", "to": "2026-03-01T00:00:00+08:00"}
    made = [office.make(shop.owner, kind=kind, window=window) for kind in ("orders", "lines")]
    assert [each["files"][0]["name"] for each in made] == [
        "春田市旗舰店_orders_2026-02-01_2026-02-28_1.xls",
        "春田市旗舰店_order-lines_2026-02-01_2026-02-28_1.xls",
    ]
    recent = office.make(shop.owner, format="csv")
    assert recent["files"][0]["name"] == "春田市旗舰店_orders_2026-02-28_2026-05-31_1.csv"


def test_a_shipment_list_is_named_without_days(office: Office) -> None:
    shop = office.api.shop(name="Springfield Goods")
    order_id = shop.platform.place()["order_id"]
    for action in ("pay", "pass_risk"):
        shop.platform.act(order_id, action)
    made = office.make(shop.owner, kind="shipments", format="xlsx")
    assert made["files"][0]["name"] == "Springfield Goods_shipment-list_1.xlsx"


def test_no_shops_name_breaks_a_header_a_path_or_a_file_system(office: Office) -> None:
    shop = office.api.shop()
    refused = shop.owner.patch("/v1/store", {"name": "n" * 300})
    assert (refused.status, refused.fields) == (400, ["/name"])
    seen = 0
    for name in NAMES:
        answer = shop.owner.patch("/v1/store", {"name": name})
        assert answer.status == 200, (name, answer.content)
        made = office.make(shop.owner, format="csv")
        given = ask(shop.owner, made["id"])
        assert "\r" not in given.headers["location"] and "\n" not in given.headers["location"]
        path, request = link(given)
        plain, encoded = names_in(request["response-content-disposition"])
        assert encoded == made["files"][0]["name"], name
        for each in (plain, encoded):
            assert not re.search(r'[/\\:*?"<>|;%\x00-\x1f\x7f]', each), (name, each)
            assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b-\u200f]", each), (name, each)
            assert each == each.strip() and not each.startswith(".") and each.endswith("_1.csv"), (name, each)
            assert len(each.encode()) <= 255, (name, "longer than a file system allows")
        assert re.fullmatch(rf"(/orderkeep-tests)?/exports/{shop.name}/{made['id']}/1-[0-9a-f]+\.csv", path), path
        assert sheet(office.follow(given), made)[0][0] == "订单号"
        seen += 1
    print(f"\n{seen} names")
    assert seen == len(NAMES)


def test_no_file_name_or_key_holds_a_buyers_data(office: Office, shop: Shop) -> None:
    for form in FORMATS:
        made = office.make(shop.owner, format=form)
        encoded = made["files"][0]["name"] + " ".join(office.keys()) + ask(shop.owner, made["id"]).headers["location"]
        assert not [value for value in (*PRIVATE.values(), "buyer-77") if value in unquote(encoded)]


def test_the_right_is_checked_again_when_a_file_is_asked_for(office: Office, shop: Shop) -> None:
    made = office.make(shop.staff, format="csv")
    assert ask(shop.staff, made["id"]).status == 302
    demoted = office.api.client("viewer", shop.name, user="staff")
    for client in (demoted, shop.staff, shop.viewer, shop.platform):
        answer = ask(client, made["id"])
        assert (answer.status, answer.code) == (403, "forbidden")
        assert answer.json["required_role"] == ["owner", "staff"] and "location" not in answer.headers
    assert len(office.read(shop.owner, made["id"])["downloads"]) == 1


def test_another_stores_file_is_as_good_as_none(office: Office, shop: Shop) -> None:
    made = office.make(shop.owner, format="csv")
    other = office.api.shop()
    both = Client(office.api.transport, {shop.name: "viewer", other.name: "owner"}, "both")
    answers = [
        ask(other.owner, made["id"]),
        ask(other.viewer, made["id"]),
        ask(shop.owner, "exp_00000000000000000000000000"),
        ask(both, made["id"], headers={"x-store-id": other.name}),
        ask(shop.owner, made["id"], headers={"x-store-id": other.name}),
    ]
    assert {(answer.status, answer.code) for answer in answers} == {(404, "not_found")}
    assert all("location" not in answer.headers for answer in answers)
    assert ask(both, made["id"], headers={"x-store-id": shop.name}).status == 403
    assert ask(both, made["id"]).code == "store_required"


def test_a_file_that_there_is_not_is_not_found(office: Office, shop: Shop) -> None:
    made = office.make(shop.owner, format="csv")
    odd = "0 2 -1 01x one 1.0 %31%32 999999999 +1 %D9%A1 %C2%B9 1%00 1%20 .. *".split()
    found = {n: ask(shop.owner, made["id"], n) for n in odd}
    assert {n: (answer.status, answer.code) for n, answer in found.items()} == dict.fromkeys(odd, (404, "not_found"))
    assert len(odd) == 15 and office.read(shop.owner, made["id"])["downloads"] == []


def test_there_is_nothing_to_fetch_before_a_file_is_written(office: Office, shop: Shop) -> None:
    request = office.ask(shop.owner)
    assert ask(shop.owner, request["id"]).status == 404
    office.work()
    assert ask(shop.owner, request["id"]).status == 302


def test_a_file_is_gone_after_thirty_days(office: Office, shop: Shop) -> None:
    asked_at = datetime(2026, 11, 1, 12, tzinfo=UTC)
    office.at(asked_at)
    made = office.make(shop.owner, format="csv")
    assert made["expires_at"] == "2026-12-01T12:00:00Z"
    office.at(asked_at + timedelta(days=30, milliseconds=-1))
    assert ask(shop.owner, made["id"]).status == 302
    for late in (timedelta(days=30), timedelta(days=400)):
        office.at(asked_at + late)
        answer = ask(shop.owner, made["id"])
        assert (answer.status, answer.code) == (410, "export_expired") and "location" not in answer.headers
        assert office.read(shop.owner, made["id"])["state"] == "expired"
    assert ask(shop.viewer, made["id"]).status == 403
    assert ask(shop.owner, made["id"], 2).status == 404
    again = shop.owner.post(f"/v1/exports/{made['id']}/retry", {})
    assert (again.status, again.json["state"]) == (200, "queued")
    office.work()
    assert ask(shop.owner, made["id"]).status == 302


def test_every_download_is_on_the_record(office: Office, shop: Shop) -> None:
    """Who, when and which; the latest first; no refusal is one."""
    start = datetime(2026, 11, 24, 12, tzinfo=UTC)
    office.at(start)
    made = office.make(shop.owner, format="csv")
    callers = [("owner", "o1"), ("staff", "s1"), ("staff", "s2"), ("owner", "o1")]
    for minute, (role, user) in enumerate(callers):
        office.at(start + timedelta(minutes=minute))
        assert ask(office.api.client(role, shop.name, user=user), made["id"]).status == 302
    assert ask(shop.owner, made["id"], 7).status == 404
    assert ask(shop.viewer, made["id"]).status == 403
    given = office.read(shop.owner, made["id"])["downloads"]
    assert [(each["n"], each["by"]["role"], each["by"]["id"]) for each in given] == [
        (1, role, user) for role, user in reversed(callers)
    ]
    assert [each["at"] for each in given] == [f"2026-11-24T12:0{minute}:00Z" for minute in (3, 2, 1, 0)]
    assert "downloads" not in shop.owner.every("/v1/exports")[0]


def test_more_downloads_than_are_shown_hide_none_of_the_latest(office: Office, shop: Shop) -> None:
    made = office.make(shop.owner, format="csv")
    for number in range(105):
        assert ask(office.api.client("staff", shop.name, user=f"u{number}"), made["id"]).status == 302
    given = office.read(shop.owner, made["id"])["downloads"]
    assert len(given) == 100 and len({each["by"]["id"] for each in given}) == 100
    assert sum(int(each["by"]["id"][1:]) >= 100 for each in given) == 5


def test_files_are_numbered_and_each_has_its_own_name(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.exports.formats import csv

    monkeypatch.setattr(csv, "MAX_ROWS", 2)
    office.at(datetime(2026, 11, 24, 12, tzinfo=UTC))
    shop = office.api.shop(name="Springfield Goods")
    for number in range(5):
        shop.platform.post("/v1/orders", new_order(order_id=f"n{number}", placed_at=f"2026-11-0{number + 1}T00:00:00Z"))
    window = {"from": "2026-11-01T00:00:00+08:00", "to": "2026-12-01T00:00:00+08:00"}
    made = office.make(shop.owner, format="csv", window=window)
    assert [(file["n"], file["rows"]) for file in made["files"]] == [(1, 2), (2, 2), (3, 1)]
    names = [names_in(link(ask(shop.owner, made["id"], n))[1]["response-content-disposition"])[1] for n in (1, 2, 3)]
    assert names == [f"Springfield Goods_orders_2026-11-01_2026-11-30_{n}.csv" for n in (1, 2, 3)]
    found = [row[0] for n in (1, 2, 3) for row in sheet(office.fetch(shop.owner, made, n), made)[1:]]
    assert found == [f"n{number}" for number in range(5)]
    assert [ask(shop.owner, made["id"], n).status for n in (0, 4)] == [404, 404]
