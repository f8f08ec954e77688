"""The regular export: each store's, at its own hour, once, whatever fires and however often."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.domain.schedules import Timetable
from shared.domain.windows import last_three_months, months_before
from shared.operations import exports
from shared.store.exports import exports as store
from shared.store.exports import regular_exports
from tests import permissions
from tests.exports.files import sheet
from tests.exports.office import Office
from tests.harness import new_order

FIRST = datetime(2027, 1, 31, 18, tzinfo=UTC)  # 1 February, 2 in the morning in Shanghai


def never() -> bool:
    return False


def soon_after_due(store: str) -> datetime:
    due_at = regular_exports.load(store).due_at
    assert due_at is not None
    return due_at + timedelta(minutes=1)


def test_each_store_gets_its_files_by_itself(office: Office) -> None:
    shop = office.api.shop(time_zone="Asia/Shanghai")
    due = soon_after_due(shop.name)
    since, until = last_three_months(due, "Asia/Shanghai")
    body = new_order(order_id="3000000000012345", placed_at=f"{until - timedelta(days=40):%Y-%m-%dT%H:%M:%SZ}")
    assert shop.platform.post("/v1/orders", body).status == 201
    assert exports.start_regular(datetime.now(UTC), never) == 0, "nothing is due yet"
    assert exports.start_regular(due, never) == 1
    assert exports.start_regular(due, never) == 0, "it is due once"
    office.work()
    (made,) = shop.owner.every("/v1/exports")
    assert (made["state"], made["scheduled"], made["format"], made["kind"]) == ("succeeded", True, "xls", "orders")
    assert made["requested_by"] == {"role": "clock", "id": "regular export"}
    assert datetime.fromisoformat(made["coverage"]["from"]) == since
    assert datetime.fromisoformat(made["coverage"]["to"]) == until
    rows = sheet(office.fetch(shop.owner, made), made)
    assert [row[0] for row in rows] == ["订单号", "3000000000012345"]
    schedule = shop.owner.get("/v1/export-schedule").json
    assert schedule["last_export_id"] == made["id"]
    assert schedule["next_at"] > f"{due:%Y-%m-%dT%H:%M:%S}"


def test_clock_and_worker_ask_for_no_more_than_their_roles_allow(office: Office) -> None:
    shop = office.api.shop()
    shop.platform.place()
    due = soon_after_due(shop.name)
    request: dict[str, permissions.RequestedActions] = {}
    with permissions.asked() as request["ExportScheduleRole"]:
        assert exports.start_regular(due, never) == 1
        exports.resume(due, never)
    with permissions.asked() as request["ExportsRole"]:
        office.work()
    assert [made["state"] for made in shop.owner.every("/v1/exports")] == ["succeeded"]
    for role, actions in request.items():
        assert actions <= permissions.allowed(role), (role, actions - permissions.allowed(role))
        assert actions.elsewhere <= permissions.allowed_elsewhere(role), (role, actions.elsewhere)
        assert len(actions) >= 2 and actions.elsewhere, (role, actions)


def test_two_runs_at_once_make_one_export(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = office.api.shop()
    due = soon_after_due(shop.name)
    assert list(regular_exports.due_by(due)) == [shop.name]
    monkeypatch.setattr(regular_exports, "due_by", lambda _: iter([shop.name] * 3))
    seen = regular_exports.load(shop.name)
    monkeypatch.setattr(regular_exports, "load", lambda _: seen)  # all three have looked before any has written
    assert exports.start_regular(due, never) == 1
    assert len(shop.owner.every("/v1/exports")) == 1


def test_one_store_or_job_that_cannot_be_read_stops_no_other(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes first is broken, and stays so: the others are served, each minute anew, and it is counted."""
    shops = [office.api.shop() for _ in range(3)]
    request = [office.ask(shop.staff, format="csv") for shop in shops]
    office.messages()
    due = max(soon_after_due(shop.name) for shop in shops)
    broken, counted = shops[0].name, []
    monkeypatch.setattr(exports.metrics, "add_metric", lambda name, *_: counted.append(name))
    load, load_regular = store.load, regular_exports.load

    def read(store_id: str, *of: Any) -> Any:
        if store_id == broken:
            raise ValueError("an item from nowhere")
        return (load if of else load_regular)(store_id, *of)

    monkeypatch.setattr(store, "load", read)
    monkeypatch.setattr(regular_exports, "load", read)
    assert exports.start_regular(due, never) == 2
    assert exports.resume(due, never) == 2
    assert {body["store_id"] for body in office.messages()} == {shop.name for shop in shops[1:]}
    assert counted == ["ExportsFailed"] * 2 and len(request) == 3


def test_runs_that_were_missed_are_made_up_once(office: Office) -> None:
    shop = office.api.shop()
    assert shop.owner.request("PUT", "/v1/export-schedule", {"enabled": True, "cadence": "daily"}).status == 200
    late = datetime.now(UTC) + timedelta(days=5)
    assert exports.start_regular(late, never) == 1
    assert exports.start_regular(late, never) == 0
    due_at = regular_exports.load(shop.name).due_at
    assert due_at is not None and late < due_at <= late + timedelta(days=1)


Change = tuple[str, str, dict[str, Any]]
SAVED: Change = ("PUT", "/v1/export-schedule", {"enabled": True})
CHANGES: dict[str, Change] = {
    "saved again": SAVED,
    "another kind": ("PUT", "/v1/export-schedule", {"enabled": True, "kind": "funds", "format": "csv"}),
    "an earlier hour": ("PUT", "/v1/export-schedule", {"enabled": True, "hour": 0}),
    "another cadence": ("PUT", "/v1/export-schedule", {"enabled": True, "cadence": "weekly", "hour": 0}),
    "switched off": ("PUT", "/v1/export-schedule", {"enabled": False}),
    "a zone to the east": ("PATCH", "/v1/store", {"time_zone": "Pacific/Auckland"}),
    "a zone to the west": ("PATCH", "/v1/store", {"time_zone": "America/Los_Angeles"}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_due_is_made_whatever_is_changed_before_its_run(office: Office, name: str) -> None:
    """The owner saves the settings on the first of the month, seconds before the clock comes."""
    shop = office.api.shop(time_zone="Asia/Shanghai")
    due = soon_after_due(shop.name) - timedelta(minutes=1)
    office.api.transport.now = due + timedelta(seconds=10)  # type: ignore[attr-defined]
    answer = shop.owner.request(*CHANGES[name])
    assert answer.status == 200, answer.content
    assert exports.start_regular(due + timedelta(minutes=1), never) == 1
    assert exports.start_regular(due + timedelta(minutes=2), never) == 0
    next_at = shop.owner.get("/v1/export-schedule").json["next_at"]
    assert next_at is None if name == "switched off" else datetime.fromisoformat(next_at) > due


@pytest.mark.parametrize("name", ["an earlier hour", "a zone to the east"])
def test_what_is_moved_past_its_time_is_made_at_once(office: Office, name: str) -> None:
    shop = office.api.shop(time_zone="Asia/Shanghai")
    now = soon_after_due(shop.name) - timedelta(minutes=31)
    office.api.transport.now = now  # type: ignore[attr-defined]
    assert shop.owner.request(*CHANGES[name]).status == 200
    assert exports.start_regular(now + timedelta(minutes=1), never) == 1
    office.api.transport.now = now + timedelta(minutes=2)  # type: ignore[attr-defined]
    assert shop.owner.request(*SAVED).status == 200
    assert exports.start_regular(now + timedelta(minutes=40), never) == 0, "the month has its file"


def test_switched_off_and_on_over_the_due_time_a_schedule_makes_its_file(office: Office) -> None:
    shop = office.api.shop()
    due = soon_after_due(shop.name) - timedelta(minutes=1)
    for offset, enabled in ((-30, False), (30, True)):
        office.api.transport.now = due + timedelta(seconds=offset)  # type: ignore[attr-defined]
        assert shop.owner.request("PUT", "/v1/export-schedule", {"enabled": enabled}).status == 200
    assert exports.start_regular(due + timedelta(minutes=1), never) == 1


def test_an_owner_sets_what_when_and_whether(office: Office) -> None:
    shop = office.api.shop(time_zone="America/Los_Angeles")
    body = {"enabled": True, "cadence": "weekly", "kind": "lines", "format": "xlsx", "hour": 5}
    answer = shop.owner.request("PUT", "/v1/export-schedule", body)
    assert answer.status == 200 and {name: answer.json[name] for name in body} == body
    assert answer.json["time_zone"] == "America/Los_Angeles"
    next_at = datetime.fromisoformat(answer.json["next_at"])
    assert next_at == Timetable("weekly", 5, "America/Los_Angeles").next(datetime.now(UTC)).due_at
    assert exports.start_regular(next_at + timedelta(minutes=1), never) == 1
    office.work()
    (made,) = shop.owner.every("/v1/exports")
    assert (made["kind"], made["format"], made["state"]) == ("lines", "xlsx", "succeeded")
    off = shop.owner.request("PUT", "/v1/export-schedule", {"enabled": False})
    assert (off.json["enabled"], off.json["next_at"]) == (False, None)
    assert exports.start_regular(datetime.now(UTC) + timedelta(days=400), never) == 0
    for bad, field in (
        ({}, "/enabled"),
        ({"enabled": "yes"}, "/enabled"),
        ({"enabled": True, "hour": 24}, "/hour"),
        ({"enabled": True, "cadence": "yearly"}, "/cadence"),
        ({"enabled": True, "colour": 1}, "/colour"),
    ):
        refused = shop.owner.request("PUT", "/v1/export-schedule", bad)
        assert (refused.status, refused.fields) == (400, [field])


@pytest.mark.parametrize("kind", ["shipments", "picks"])
def test_a_regular_shipment_list_is_made_only_where_something_is_to_be_shipped(office: Office, kind: str) -> None:
    shop = office.api.shop()
    body = {"enabled": True, "cadence": "daily", "kind": kind}
    assert shop.owner.request("PUT", "/v1/export-schedule", body).status == 200
    assert exports.start_regular(soon_after_due(shop.name), never) == 0
    assert shop.owner.every("/v1/exports") == []
    order_id = shop.platform.place()["order_id"]
    for action in ("pay", "pass_risk"):
        shop.platform.act(order_id, action)
    assert exports.start_regular(soon_after_due(shop.name), never) == 1


@pytest.mark.parametrize(
    ("cadence", "zone", "after", "expected"),
    [
        ("monthly", "Asia/Shanghai", datetime(2027, 1, 15, tzinfo=UTC), FIRST),
        ("monthly", "Asia/Shanghai", FIRST, datetime(2027, 2, 28, 18, tzinfo=UTC)),
        ("monthly", "Asia/Shanghai", FIRST - timedelta(microseconds=1), FIRST),
        ("weekly", "UTC", datetime(2026, 11, 23, 2, tzinfo=UTC), datetime(2026, 11, 30, 2, tzinfo=UTC)),
        ("weekly", "UTC", datetime(2026, 11, 23, 1, 59, tzinfo=UTC), datetime(2026, 11, 23, 2, tzinfo=UTC)),
        ("daily", "UTC", datetime(2028, 2, 28, 3, tzinfo=UTC), datetime(2028, 2, 29, 2, tzinfo=UTC)),
        # 2 in the morning does not exist on 14 March 2027 in Los Angeles, and comes twice on 7 November.
        ("daily", "America/Los_Angeles", datetime(2027, 3, 14, 8, tzinfo=UTC), datetime(2027, 3, 14, 10, tzinfo=UTC)),
        ("daily", "America/Los_Angeles", datetime(2027, 11, 7, 8, tzinfo=UTC), datetime(2027, 11, 7, 10, tzinfo=UTC)),
    ],
)
def test_it_is_due_at_the_stores_own_hour(cadence: str, zone: str, after: datetime, expected: datetime) -> None:
    assert Timetable(cadence, 2, zone).next(after).due_at == expected


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 5, 31), date(2026, 2, 28)),
        (date(2028, 5, 31), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2027, 11, 29)),
        (date(2027, 1, 31), date(2026, 10, 31)),
        (date(2026, 12, 31), date(2026, 9, 30)),
        (date(2026, 3, 1), date(2025, 12, 1)),
    ],
)
def test_three_months_before_is_the_same_day_or_the_months_last(day: date, before: date) -> None:
    assert months_before(day, 3) == before
