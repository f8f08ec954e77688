"""An export's life: one worker at a time, each file once, an end that is an end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.errors import Conflict, Unprocessable
from shared.domain.exports import model as life
from shared.domain.exports.model import File, FileWarning, Format, Job, Kind, State
from shared.domain.order.transitions import Actor
from shared.domain.stores import Store

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STORE = Store("s", time_zone="Asia/Shanghai")
A, B = "worker-a", "worker-b"


def job() -> Job:
    return Job("s", "exp_1", life.new_request(STORE, NOW, Kind.ORDERS, Format.XLS), Actor("owner", "o"), NOW)


def file(n: int, orders: int = 10) -> File:
    return File(n, f"f{n}.xls", f"k{n}", 1, "00", orders, orders)


def taken(job: Job, n: int = 1, owner: str = A, now: datetime = NOW) -> Job:
    after = life.claim(job, n, owner, now)
    assert after is not None
    return after


def written(job: Job, n: int) -> Job:
    return life.file_written(job, file(n), {"USD": 100}, (), 0, f"place-{n}", NOW)


def test_a_file_is_in_the_hands_of_one_worker() -> None:
    running = taken(job())
    assert running.state is State.RUNNING and running.lease and running.lease.owner == A
    assert life.claim(running, 1, B, NOW + life.LEASE - timedelta(seconds=1)) is None
    assert taken(running, owner=B, now=NOW + life.LEASE).lease == life.Lease(B, NOW + 2 * life.LEASE)


def test_a_heartbeat_keeps_it_there() -> None:
    beating = life.renew(taken(job()), A, 7, NOW + timedelta(minutes=2))
    assert life.claim(beating, 1, B, NOW + life.LEASE + timedelta(minutes=1)) is None
    assert beating.done == 7


@pytest.mark.parametrize("n", [0, 1, 3, 99])
def test_a_message_about_another_file_than_the_next_does_nothing(n: int) -> None:
    assert life.claim(written(taken(job()), 1), n, B, NOW + timedelta(days=1)) is None


def test_the_next_file_begins_where_the_last_one_ended() -> None:
    one = written(taken(job()), 1)
    two = written(taken(one, 2), 2)
    assert [each.n for each in two.files] == [1, 2]
    assert (two.position, two.orders, two.totals, two.next_file, two.attempts) == ("place-2", 20, {"USD": 200}, 3, 0)


def test_an_export_that_has_ended_is_taken_by_nobody() -> None:
    ended = life.succeed(written(taken(job()), 1), NOW)
    assert life.claim(ended, 2, B, NOW) is None and ended.percent == 100
    cancelled = life.cancel(taken(job()), NOW)
    assert life.claim(cancelled, 1, B, NOW + timedelta(days=1)) is None
    for over in (ended, cancelled):
        with pytest.raises(Conflict, match="already"):
            life.cancel(over, NOW)


def test_a_file_that_cannot_be_written_is_given_up() -> None:
    tried = job()
    for attempt in range(life.ATTEMPTS):
        tried = taken(tried, owner=f"w{attempt}", now=NOW + attempt * life.LEASE)
    given_up = life.claim(tried, 1, B, NOW + timedelta(days=1))
    assert given_up and given_up.state is State.FAILED and given_up.failed == "gave_up"


def test_a_retry_goes_on_from_the_file_it_had_come_to() -> None:
    failed = life.fail(taken(written(taken(job()), 1), 2), "gave_up", NOW)
    again = life.retry(failed, NOW + timedelta(hours=1))
    assert (again.state, again.next_file, again.failed, again.attempts) == (State.QUEUED, 2, None, 0)
    assert taken(again, 2, B, NOW + timedelta(hours=1)).state is State.RUNNING


def test_a_retry_of_old_files_begins_anew() -> None:
    failed = life.fail(taken(written(taken(job()), 1), 2), "gave_up", NOW)
    again = life.retry(failed, NOW + timedelta(days=29, hours=1))
    assert (again.next_file, again.orders, again.totals, again.position) == (1, 0, {}, None)


def test_an_expired_export_can_be_made_again() -> None:
    ended = life.succeed(written(taken(job()), 1), NOW)
    late = NOW + life.RETENTION
    assert ended.state_at(late - timedelta(seconds=1)) is State.SUCCEEDED
    assert ended.state_at(late) is State.EXPIRED
    assert life.retry(ended, late).next_file == 1
    with pytest.raises(Conflict, match="has its files"):
        life.retry(ended, NOW)


def test_one_that_is_under_way_is_not_tried_again() -> None:
    with pytest.raises(Conflict, match="under way"):
        life.retry(taken(job()), NOW)


def test_orders_that_keep_moving_end_it() -> None:
    moving = written(taken(job()), 1)
    for _ in range(life.RESTARTS):
        moving = life.restart(moving, NOW)
        assert moving.open and moving.next_file == 1
    assert life.restart(moving, NOW).failed == "orders_keep_moving"


def test_it_keeps_as_many_warnings_as_it_can_and_counts_the_rest() -> None:
    many = tuple(FileWarning("cleaned", 1, "c", str(number)) for number in range(life.MAX_WARNINGS))
    told = life.file_written(taken(job()), file(1), {}, many, 5, "p", NOW)
    told = life.file_written(taken(told, 2), file(2), {}, many[:3], 0, "q", NOW)
    assert (len(told.warnings), told.more_warnings) == (life.MAX_WARNINGS, 8)


def test_progress_never_says_that_it_is_done_before_it_is() -> None:
    assert replace(job(), total=10, done=10).percent == 99
    assert replace(job(), total=0).percent == 0
    assert replace(job(), total=None, done=5).percent == 0


def test_what_is_not_said_is_the_default() -> None:
    request = job().request
    assert (request.layout, request.language, request.time_zone) == ("seller_centre_2016", "zh-CN", "Asia/Shanghai")
    assert (request.since, request.until) == (datetime(2026, 8, 22, 16, tzinfo=UTC), NOW)
    english = life.new_request(STORE, NOW, Kind.ORDERS, Format.XLSX, language="en")
    assert english.layout == "english"
    assert life.new_request(STORE, NOW, Kind.LINES, Format.CSV, layout="english").language == "en"
    assert life.new_request(STORE, NOW, Kind.SHIPMENTS, Format.XLSX).since < datetime(1971, 1, 1, tzinfo=UTC)
    with pytest.raises(Unprocessable) as refused:
        life.new_request(STORE, NOW, Kind.LINES, Format.XLS, layout="seller_centre_2016")
    assert refused.value.pointer == "/layout"


def test_one_that_failed_because_orders_kept_moving_begins_anew() -> None:
    moving = written(taken(job()), 1)
    for _ in range(life.RESTARTS + 1):
        moving = life.restart(moving, NOW)
    again = life.retry(moving, NOW)
    assert (again.state, again.next_file, again.position, again.restarts) == (State.QUEUED, 1, None, 0)
