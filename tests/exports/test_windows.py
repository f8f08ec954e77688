"""Which orders are in a file: `from` is in it, `to` is not, and three months are counted in the reader's own zone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.operations import exports
from tests.exports.files import sheet
from tests.exports.office import Office, open_office
from tests.harness import Shop

INSTANT = timedelta(microseconds=1)
FORMATS = ("xls", "xlsx", "csv")

# The moment of asking, the zone, and the moment three months before: all by hand.
PRESETS = [
    ("2026-05-31T12:00:00Z", "UTC", "2026-02-28T00:00:00Z"),
    ("2026-05-31T12:00:00Z", "Asia/Shanghai", "2026-02-27T16:00:00Z"),
    ("2026-05-31T12:00:00Z", "America/Los_Angeles", "2026-02-28T08:00:00Z"),
    ("2028-05-31T12:00:00Z", "UTC", "2028-02-29T00:00:00Z"),
    ("2028-02-29T12:00:00Z", "UTC", "2027-11-29T00:00:00Z"),
    ("2028-02-29T23:59:59.999Z", "America/Los_Angeles", "2027-11-29T08:00:00Z"),
    ("2027-03-01T00:30:00Z", "Asia/Shanghai", "2026-11-30T16:00:00Z"),
    ("2027-03-01T00:30:00Z", "America/Los_Angeles", "2026-11-28T08:00:00Z"),
    ("2026-12-31T23:59:59.999Z", "UTC", "2026-09-30T00:00:00Z"),
    ("2026-12-31T23:59:59.999Z", "Pacific/Kiritimati", "2026-09-30T10:00:00Z"),
    ("2026-12-31T12:00:00Z", "Asia/Kathmandu", "2026-09-29T18:15:00Z"),
    # The clock changed on 8 March and on 1 November 2026 in Los Angeles, at 2 in the morning.
    ("2026-06-08T06:59:59.999Z", "America/Los_Angeles", "2026-03-07T08:00:00Z"),
    ("2026-06-08T07:00:00Z", "America/Los_Angeles", "2026-03-08T08:00:00Z"),
    ("2026-06-09T07:00:00Z", "America/Los_Angeles", "2026-03-09T07:00:00Z"),
    ("2027-02-01T08:00:00Z", "America/Los_Angeles", "2026-11-01T07:00:00Z"),
    ("2027-02-02T08:00:00Z", "America/Los_Angeles", "2026-11-02T08:00:00Z"),
    # Where there is no midnight the day begins at one; where there are two it begins with the first.
    ("2026-12-06T12:00:00Z", "America/Santiago", "2026-09-06T04:00:00Z"),
    ("2027-02-01T12:00:00Z", "America/Havana", "2026-11-01T04:00:00Z"),
]


@pytest.fixture(scope="module")
def desk() -> Iterator[Office]:
    with open_office() as office:
        yield office


@pytest.fixture(autouse=True)
def now_again(desk: Office) -> Iterator[None]:
    yield
    desk.at(None)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def spelled(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def place_around(shop: Shop, since: datetime, until: datetime) -> list[str]:
    """An order on each edge and just beside it; answers with the numbers of those that lie in the window."""
    for name, at in (
        ("just-before", since - INSTANT),
        ("first", since),
        ("just-after", since + INSTANT),
        ("last", until - INSTANT),
        ("too-late", until),
        ("later", until + INSTANT),
    ):
        shop.platform.place(order_id=name, placed_at=spelled(at))
    return ["first", "just-after", "last"]


def numbers(office: Office, shop: Shop, export: dict[str, Any]) -> list[str]:
    return [row[0] for row in office.rows(shop.owner, export)]


@pytest.mark.parametrize(
    ("created", "zone", "since", "until"),
    [
        # Due at 2 in the morning of the first of the next month: the three months before it, to its midnight.
        ("2026-05-15T12:00:00Z", "UTC", "2026-03-01T00:00:00Z", "2026-06-01T00:00:00Z"),
        ("2026-05-15T12:00:00Z", "Asia/Shanghai", "2026-02-28T16:00:00Z", "2026-05-31T16:00:00Z"),
        ("2026-05-15T12:00:00Z", "America/Los_Angeles", "2026-03-01T08:00:00Z", "2026-06-01T07:00:00Z"),
        ("2027-01-15T12:00:00Z", "America/Los_Angeles", "2026-11-01T07:00:00Z", "2027-02-01T08:00:00Z"),
        ("2028-02-10T12:00:00Z", "UTC", "2027-12-01T00:00:00Z", "2028-03-01T00:00:00Z"),
        ("2026-12-31T23:59:59Z", "UTC", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"),
    ],
)
def test_a_regular_export_holds_the_three_months_before_its_day(
    desk: Office, created: str, zone: str, since: str, until: str
) -> None:
    """However late it is begun: its day is the one it was due on."""
    desk.at(moment(created))
    shop = desk.api.shop()
    assert shop.owner.patch("/v1/store", {"time_zone": zone}).status == 200
    due = moment(shop.owner.get("/v1/export-schedule").json["next_at"])
    assert due == moment(until) + timedelta(hours=2)
    late = due + timedelta(hours=30)
    desk.at(late)
    within = place_around(shop, moment(since), moment(until))
    assert exports.start_regular(late, lambda: False) >= 1
    desk.deliver(*(body for body in desk.messages() if body["store_id"] == shop.name))
    (made,) = shop.owner.every("/v1/exports")
    assert (made["coverage"]["from"], made["coverage"]["to"]) == (spelled(moment(since)), spelled(moment(until)))
    assert (made["state"], made["scheduled"], made["coverage"]["orders"]) == ("succeeded", True, 3)
    assert numbers(desk, shop, made) == within


def test_regular_months_that_follow_each_other_leave_no_day_out(desk: Office) -> None:
    desk.at(moment("2026-01-15T00:00:00Z"))
    shop = desk.api.shop(time_zone="America/Los_Angeles")
    windows = []
    for _ in range(12):
        due = moment(shop.owner.get("/v1/export-schedule").json["next_at"])
        desk.at(due)
        assert exports.start_regular(due + timedelta(seconds=30), lambda: False) >= 1
        made = shop.owner.every("/v1/exports")[0]
        windows.append((made["coverage"]["from"], made["coverage"]["to"]))
    assert [until for _, until in windows[:-3]] == [since for since, _ in windows[3:]]
    assert len(set(windows)) == 12


@pytest.mark.parametrize(("asked_at", "zone", "since"), PRESETS)
def test_the_last_three_months_are_counted_in_the_stores_zone(
    desk: Office, asked_at: str, zone: str, since: str
) -> None:
    now = moment(asked_at)
    desk.at(now)
    shop = desk.api.shop(time_zone=zone)
    within = place_around(shop, moment(since), now)
    preset = {"preset": "last_3_months"} if now.day % 2 else {}  # which is what is meant where nothing is said
    made = desk.make(shop.owner, format="csv", **preset)
    assert made["coverage"] == {
        "from": spelled(moment(since)),
        "to": spelled(now),
        "time_zone": zone,
        "orders": 3,
        "complete": True,
    }
    assert numbers(desk, shop, made) == within


@pytest.mark.parametrize(("asked_at", "zone", "since"), PRESETS[::3])
def test_a_zone_that_is_asked_for_counts_instead_of_the_stores(
    desk: Office, asked_at: str, zone: str, since: str
) -> None:
    now = moment(asked_at)
    desk.at(now)
    shop = desk.api.shop(time_zone="Pacific/Pago_Pago")
    within = place_around(shop, moment(since), now)
    made = desk.make(shop.owner, format="xlsx", preset="last_3_months", time_zone=zone)
    assert (made["coverage"]["from"], made["coverage"]["time_zone"]) == (spelled(moment(since)), zone)
    assert numbers(desk, shop, made) == within


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"),
        ("2026-03-08T01:30:00-08:00", "2026-03-08T03:30:00-07:00"),
        ("2026-11-01T01:30:00-07:00", "2026-11-01T01:30:00-08:00"),
        ("2026-01-01T00:00:00.000002Z", "2026-01-01T00:00:00.000010Z"),
        ("2001-01-01T00:00:00+14:00", "2026-11-01T00:00:00-12:00"),
    ],
    ids=["a day", "an hour left out", "an hour that comes twice", "eight microseconds", "a quarter of a century"],
)
@pytest.mark.parametrize("kind", ["orders", "lines"])
def test_a_window_of_ones_own_is_half_open(desk: Office, kind: str, since: str, until: str) -> None:
    """However short or long: every order is kept."""
    desk.at(moment("2026-11-23T12:00:00Z"))
    shop = desk.api.shop()
    within = place_around(shop, moment(since), moment(until))
    made = desk.make(shop.owner, kind=kind, format="csv", window={"from": since, "to": until})
    assert made["coverage"]["from"] == spelled(moment(since)) and made["coverage"]["to"] == spelled(moment(until))
    assert made["coverage"]["orders"] == 3
    assert numbers(desk, shop, made) == [each for each in within for _ in range(2 if kind == "lines" else 1)]


def test_windows_that_meet_hold_each_order_once(desk: Office) -> None:
    desk.at(moment("2026-11-23T12:00:00Z"))
    shop = desk.api.shop()
    edges = [moment(f"2026-{month:02}-01T00:00:00Z") for month in range(1, 8)]
    placed = []
    for number, (edge, beside) in enumerate(itertools.product(edges[:-1], (0, 1, 86_400_000_000, 2_419_199_999_999))):
        placed.append(shop.platform.place(order_id=f"n{number:02}", placed_at=spelled(edge + beside * INSTANT)))
    found: list[str] = []
    for since, until in itertools.pairwise(edges):
        window = {"from": spelled(since), "to": spelled(until)}
        found += numbers(desk, shop, desk.make(shop.owner, format="csv", window=window))
    print(f"\n{len(found)} orders in {len(edges) - 1} windows")
    assert found == [order["order_id"] for order in placed] and len(found) == 24


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", ["orders", "lines"])
def test_a_window_with_nothing_in_it_is_a_file_of_headings(desk: Office, kind: str, form: str) -> None:
    shop = desk.api.shop()
    shop.platform.place()
    window = {"from": "2020-01-01T00:00:00Z", "to": "2020-02-01T00:00:00Z"}
    for layout in ("english", "chinese", *(("seller_centre_2016", "seller_centre_2026") if kind == "orders" else ())):
        made = desk.make(shop.owner, kind=kind, format=form, layout=layout, window=window)
        (file,) = made["files"]
        assert (made["state"], made["progress"]) == ("succeeded", {"done": 0, "total": 0, "percent": 100})
        assert (file["rows"], file["orders"], made["totals"], made["warnings"]) == (0, 0, [], [])
        assert made["coverage"]["complete"] and made["coverage"]["orders"] == 0
        content = desk.fetch(shop.owner, made)
        (headings,) = sheet(content, made)
        assert headings[0] in ("订单号", "Order no.") and len(headings) >= 26 and all(headings)
        if form != "csv":
            summary = {row[0]: row[1] for row in sheet(content, made, 1)}
            assert summary["Rows in this file" if layout == "english" else "本文件行数"] == 0


@pytest.mark.parametrize("form", FORMATS)
def test_a_status_that_no_order_has_is_a_file_of_headings(desk: Office, form: str) -> None:
    shop = desk.api.shop()
    shop.platform.place()
    made = desk.make(shop.owner, format=form, status="FINISH,IN_CANCEL")
    assert (made["files"][0]["rows"], made["progress"]["percent"]) == (0, 100)
    assert len(sheet(desk.fetch(shop.owner, made), made)) == 1
