"""Quiet hours by the store's clock, over the days on which it is changed, and the digest."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.domain.alerts.deliveries import end_of_quiet_hours
from shared.operations.alerts.daily_alerts import raise_daily_alerts
from tests.alerts.bureau import START, Bureau, mails
from tests.alerts.receiver import OK
from tests.proof import counted, size

NIGHT = (time(22), time(8))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "hours", "now", "until"),
    [
        ("Asia/Shanghai", NIGHT, "2026-11-25T21:59:59+08:00", None),
        ("Asia/Shanghai", NIGHT, "2026-11-25T22:00:00+08:00", "2026-11-26T08:00:00+08:00"),
        ("Asia/Shanghai", NIGHT, "2026-11-26T07:59:59+08:00", "2026-11-26T08:00:00+08:00"),
        ("Asia/Shanghai", NIGHT, "2026-11-26T08:00:00+08:00", None),
        ("Asia/Shanghai", (time(12), time(14)), "2026-11-26T13:00:00+08:00", "2026-11-26T14:00:00+08:00"),
        ("Asia/Shanghai", (time(12), time(14)), "2026-11-26T14:00:00+08:00", None),
        ("Asia/Shanghai", (time(9), time(9)), "2026-11-26T09:00:00+08:00", None),
        ("Asia/Shanghai", NIGHT, "2028-02-28T23:00:00+08:00", "2028-02-29T08:00:00+08:00"),
        # the night is an hour shorter, or longer
        ("Europe/Berlin", NIGHT, "2027-03-27T23:00:00+01:00", "2027-03-28T08:00:00+02:00"),
        ("Europe/Berlin", NIGHT, "2026-10-24T23:00:00+02:00", "2026-10-25T08:00:00+01:00"),
        # the end does not exist: 02:30 is skipped
        ("Europe/Berlin", (time(22), time(2, 30)), "2027-03-28T01:59:00+01:00", "2027-03-28T03:30:00+02:00"),
        # the end comes twice: quiet until the first, and again before the second
        ("Europe/Berlin", (time(22), time(2, 30)), "2026-10-25T01:00:00+02:00", "2026-10-25T02:30:00+02:00"),
        ("Europe/Berlin", (time(22), time(2, 30)), "2026-10-25T02:45:00+02:00", None),
        ("Europe/Berlin", (time(22), time(2, 30)), "2026-10-25T02:10:00+01:00", "2026-10-25T02:30:00+01:00"),
        ("America/New_York", NIGHT, "2027-03-14T01:30:00-05:00", "2027-03-14T08:00:00-04:00"),
        ("America/New_York", NIGHT, "2026-11-01T01:30:00-05:00", "2026-11-01T08:00:00-05:00"),
        ("Australia/Lord_Howe", NIGHT, "2027-04-04T01:45:00+11:00", "2027-04-04T08:00:00+10:30"),
        ("Pacific/Apia", NIGHT, "2026-11-25T23:00:00+13:00", "2026-11-26T08:00:00+13:00"),
    ],
)
def test_the_end_of_the_night_is_by_the_stores_clock(
    zone: str, hours: tuple[time, time], now: str, until: str | None
) -> None:
    assert end_of_quiet_hours(utc(now), *hours, zone) == utc(until or now)


def test_the_night_always_ends_within_a_day_and_outside_itself() -> None:
    count, step = 0, size(timedelta(minutes=487), timedelta(minutes=97))
    for zone in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Shanghai"):
        for hours in (NIGHT, (time(1), time(3)), (time(4), time(2)), (time(23, 59), time(0, 1))):
            now = datetime(2026, 1, 1, tzinfo=UTC)
            while now.year == 2026:
                end = end_of_quiet_hours(now, *hours, zone)
                assert now <= end <= now + timedelta(hours=26), (zone, hours, now)
                assert end_of_quiet_hours(end, *hours, zone) == end, (zone, hours, now)
                now, count = now + step, count + 1
    counted("times by which a night ends", count, size(20_000, 100_000))


def rules(bureau: Bureau, **changes: Any) -> None:
    from dataclasses import replace

    from shared.store import stores

    stored = stores.load(bureau.shop.name)
    changed = replace(stored.store, alert_rules=replace(stored.store.alert_rules, **changes))
    stores.save(stored, changed, rearming=stored.rearming)


def test_by_night_only_what_is_critical_is_sent_and_the_rest_in_the_morning(bureau: Bureau) -> None:
    from shared.domain.alerts.rules import QuietHours

    rules(bureau, quiet_hours=QuietHours(*NIGHT))
    people, program = bureau.channel("slack"), bureau.channel(quiet_hours=False)
    bureau.now = utc("2026-11-25T23:00:00+08:00")
    bureau.alert("dispute_opened")
    urgent = bureau.alert("closed_by_clock")
    bureau.minute()
    assert bureau.states(people) == ["delivered", "pending"] and bureau.states(program) == ["delivered"] * 2
    (delivery,) = [each for each in bureau.deliveries(people) if each["state"] == "delivered"]
    assert delivery["alert_id"] == urgent.alert_id
    waiting = next(each for each in bureau.deliveries(people) if each["state"] == "pending")
    assert utc(waiting["next_attempt_at"]) == utc("2026-11-26T08:00:00+08:00")
    bureau.now = utc("2026-11-26T07:59:30+08:00")
    bureau.minute()
    assert bureau.states(people) == ["delivered", "pending"]
    bureau.now = utc("2026-11-26T08:00:00+08:00")
    bureau.minute()
    assert bureau.states(people) == ["delivered"] * 2


def test_what_failed_before_the_night_waits_for_its_end(bureau: Bureau) -> None:
    from shared.domain.alerts.rules import QuietHours

    rules(bureau, quiet_hours=QuietHours(*NIGHT))
    channel = bureau.channel()
    bureau.now = utc("2026-11-25T21:59:58+08:00")
    bureau.receiver.plan((500, {}, b""), then=OK)
    bureau.alert()
    bureau.minute()
    bureau.now += timedelta(seconds=10)
    bureau.minute()
    (delivery,) = bureau.deliveries(channel)
    assert (delivery["state"], len(delivery["attempts"])) == ("pending", 1)
    assert utc(delivery["next_attempt_at"]) == utc("2026-11-26T08:00:00+08:00")
    by_hand = bureau.shop.owner.post(f"/v1/alert-channels/{channel['id']}/test", {})
    assert by_hand.status == 202
    bureau.work()
    assert len(bureau.receiver.received) == 2, "a test is sent at once"


def digest(bureau: Bureau) -> Any:
    facts = {"day": "2026-11-25", "open": 1, "critical": 0, "due_24h": 1, "overdue": 0, "new_orders": 3}
    return bureau.alert("digest", of_order=False, order_id="2026-11-25", facts=facts)


def test_a_digest_goes_once_to_each_channel_that_has_it_on_with_what_is_due(bureau: Bureau) -> None:
    from shared.domain.alerts.rules import QuietHours

    rules(bureau, quiet_hours=QuietHours(time(9), time(12)))
    bureau.now = datetime.now(UTC)
    order_id = bureau.shop.platform.place(deadlines=[{"kind": "payment", "due_at": "2099-01-01T00:00:00Z"}])["order_id"]
    soon = (bureau.now + timedelta(hours=20)).isoformat().replace("+00:00", "Z")
    due = bureau.shop.platform.place(deadlines=[{"kind": "payment", "due_at": soon}])["order_id"]
    people, english = bureau.channel("email"), bureau.channel("slack", language="en")
    without, program = bureau.channel("feishu", digest=False), bureau.channel("webhook")
    changed = digest(bureau)
    for _ in range(3):
        bureau.minute()
        bureau.handle({"store_id": bureau.shop.name, "alert_id": changed.alert_id})
        bureau.work()
    assert bureau.states(people) == bureau.states(english) == ["delivered"]
    assert bureau.states(without) == bureau.states(program) == []
    (mail,) = [mail for mail in mails() if "2026-11-25" in mail.subject]
    assert "新订单 3 个" in mail.subject and due in mail.body and order_id not in mail.body
    assert "24 小时内到期" in mail.body and "订单将自动关闭" in mail.body
    (got,) = bureau.receiver.received
    assert due in got.body.decode() and "Due within 24 h" in got.body.decode()


@pytest.mark.parametrize(
    "begins", ["2027-03-26T00:00:00+01:00", "2026-12-30T00:00:00+01:00", "2027-10-29T00:00:00+02:00"]
)
def test_each_day_has_one_digest_at_the_stores_hour_though_its_clock_is_changed(bureau: Bureau, begins: str) -> None:
    """Runs come twice, and one day they do not come until the afternoon."""
    bureau.now = utc(begins)
    bureau.api.transport.now = bureau.now  # type: ignore[attr-defined]
    assert bureau.shop.owner.patch("/v1/store", {"time_zone": "Europe/Berlin"}).status == 200
    bureau.channel("email")
    sent, zone, days = dict[str, str](), ZoneInfo("Europe/Berlin"), 4
    while bureau.now < utc(begins) + timedelta(days=days):
        local = bureau.now.astimezone(zone)
        missed = local.day == utc(begins).astimezone(zone).day + 1 and 5 <= local.hour < 15
        if local.hour in (0, 3, 8, 9, 10, 15, 21) and not missed:
            for _ in range(2):
                raise_daily_alerts(bureau.shop.name, bureau.now)
                bureau.minute()
            for mail in mails()[len(sent) :]:
                day = mail.subject.partition("：")[2][:10]
                assert day not in sent, "one a day"
                sent[day] = f"{local:%Y-%m-%d %H}"
        bureau.now += timedelta(hours=1)
    first = utc(begins).astimezone(zone).date()
    wanted = [first + timedelta(days=n) for n in range(days)]
    late = {wanted[1]: 15}
    assert sent == {day.isoformat(): f"{day} {late.get(day, 9):02}" for day in wanted}


EARLIER, LATER, FARTHER = {"digest_hour": 7}, {"digest_hour": 11}, {"time_zone": "Pacific/Auckland"}


@pytest.mark.parametrize(
    ("minutes", "change"),
    size(
        [(-30, EARLIER), (-30, LATER), (0, FARTHER), (2, LATER)],
        list(product((-30, 0, 2), (EARLIER, LATER, FARTHER))),
    ),
)
def test_a_day_keeps_its_digest_though_its_hour_is_moved(bureau: Bureau, change: dict[str, Any], minutes: int) -> None:
    """The hour is moved before the run of nine o'clock, past the present time or not."""
    bureau.now = utc("2027-03-02T12:00:00+08:00")
    raise_daily_alerts(bureau.shop.name, bureau.now)
    bureau.minute()
    bureau.channel("email")
    bureau.now = utc("2027-03-03T09:00:00+08:00") + timedelta(minutes=minutes)
    bureau.api.transport.now = bureau.now  # type: ignore[attr-defined]
    if "digest_hour" in change:
        rules_now = bureau.shop.owner.get("/v1/alert-rules").json
        kept = {name: value for name, value in rules_now.items() if name in ("leads", "quiet_hours")}
        answer = bureau.shop.owner.request("PUT", "/v1/alert-rules", kept | change)
    else:
        answer = bureau.shop.owner.patch("/v1/store", change)
    assert answer.status == 200, answer.content
    while bureau.now < utc("2027-03-04T08:30:00+08:00"):
        bureau.now += timedelta(minutes=20)
        raise_daily_alerts(bureau.shop.name, bureau.now)
        bureau.minute()
    subjects = [mail.subject for mail in mails()]
    of_the_day = [subject for subject in subjects if "2027-03-03" in subject]
    assert len(of_the_day) == 1, subjects


def test_a_digest_that_fails_is_sent_again_as_it_was(bureau: Bureau) -> None:
    channel = bureau.channel("webhook", digest=True)
    bureau.receiver.plan((500, {}, b""), then=OK)
    digest(bureau)
    bureau.minute()
    bureau.alert("dispute_opened", at=START)
    bureau.now += timedelta(seconds=10)
    bureau.minute()
    first, second = [each for each in bureau.receiver.received if each.json["type"] == "digest"]
    assert first.body == second.body and first.headers["webhook-id"] == second.headers["webhook-id"]
    assert bureau.states(channel) == ["delivered"] * 2
