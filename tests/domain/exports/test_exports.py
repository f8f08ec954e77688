"""Export jobs: one worker at a time, each file once, and no step after the end."""

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


def claimed(job: Job, n: int = 1, owner: str = A, now: datetime = NOW) -> Job:
    after = life.claim(job, n, owner, now)
    assert after is not None
    return after


def written(job: Job, n: int) -> Job:
    return life.file_written(job, file(n), {"USD": 100}, (), 0, f"place-{n}", NOW)


def test_one_worker_at_a_time_writes_a_file() -> None:
    running = claimed(job())
    assert running.state is State.RUNNING and running.lease and running.lease.owner == A
    assert life.claim(running, 1, B, NOW + life.LEASE - timedelta(seconds=1)) is None
    assert claimed(running, owner=B, now=NOW + life.LEASE).lease == life.Lease(B, NOW + 2 * life.LEASE)


def test_a_renewed_lease_keeps_the_file() -> None:
    renewed = life.renew(claimed(job()), A, 7, NOW + timedelta(minutes=2))
    assert life.claim(renewed, 1, B, NOW + life.LEASE + timedelta(minutes=1)) is None
    assert renewed.done == 7


def test_the_progress_never_contradicts_itself() -> None:
    """What was counted first may be more than what belongs into the file, or less than what has come since."""
    counted = life.with_total(claimed(job()), 91)
    assert (counted.expected, counted.percent) == (91, 0)
    more = life.renew(counted, A, 95, NOW)
    assert (more.done, more.expected, more.percent) == (95, 95, 99)
    ended = life.succeed(written(counted, 1), NOW)
    assert (ended.done, ended.expected, ended.percent) == (10, 10, 100)
    cancelled = life.cancel(counted, NOW)
    assert (cancelled.done, cancelled.expected, cancelled.percent) == (0, 91, 0)


@pytest.mark.parametrize(
    ("until", "complete"), [(-1, True), (0, True), (1, False), (3600, False)], ids=["past", "now", "soon", "later"]
)
def test_an_export_is_complete_where_its_window_had_ended_before_it_was_read(until: int, complete: bool) -> None:
    window = NOW - timedelta(days=9), NOW + timedelta(seconds=until)
    request = life.new_request(STORE, NOW, Kind.ORDERS, Format.XLS, window=window)
    asked = replace(job(), request=request)
    assert not asked.complete, "it is not written yet"
    ended = life.succeed(written(claimed(asked), 1), NOW)
    assert ended.complete is complete
    again = claimed(
        life.retry(replace(ended, state=State.FAILED), NOW + timedelta(days=40)), now=NOW + timedelta(days=40)
    )
    assert life.succeed(written(again, 1), NOW + timedelta(days=40)).complete, "it was read anew after the window"


@pytest.mark.parametrize("kind", [Kind.SHIPMENTS, Kind.CUSTOMERS])
def test_an_export_without_a_window_is_complete(kind: Kind) -> None:
    asked = replace(job(), request=life.new_request(STORE, NOW, kind, Format.XLS))
    assert life.succeed(written(claimed(asked), 1), NOW).complete


@pytest.mark.parametrize("n", [0, 1, 3, 99])
def test_a_message_about_another_file_than_the_next_does_nothing(n: int) -> None:
    assert life.claim(written(claimed(job()), 1), n, B, NOW + timedelta(days=1)) is None


def test_the_next_file_begins_where_the_last_one_ended() -> None:
    one = written(claimed(job()), 1)
    two = written(claimed(one, 2), 2)
    assert [each.n for each in two.files] == [1, 2]
    assert (two.position, two.orders, two.totals, two.next_file, two.attempts) == ("place-2", 20, {"USD": 200}, 3, 0)


def test_an_ended_export_is_not_claimed() -> None:
    ended = life.succeed(written(claimed(job()), 1), NOW)
    assert life.claim(ended, 2, B, NOW) is None and ended.percent == 100
    cancelled = life.cancel(claimed(job()), NOW)
    assert life.claim(cancelled, 1, B, NOW + timedelta(days=1)) is None
    for over in (ended, cancelled):
        with pytest.raises(Conflict, match="already"):
            life.cancel(over, NOW)


def test_a_job_fails_after_too_many_attempts_for_a_file() -> None:
    tried = job()
    for attempt in range(life.ATTEMPTS):
        tried = claimed(tried, owner=f"w{attempt}", now=NOW + attempt * life.LEASE)
    given_up = life.claim(tried, 1, B, NOW + timedelta(days=1))
    assert given_up and given_up.state is State.FAILED and given_up.failed == "gave_up"


def test_a_retry_continues_with_the_next_file() -> None:
    failed = life.fail(claimed(written(claimed(job()), 1), 2), "gave_up", NOW)
    again = life.retry(failed, NOW + timedelta(hours=1))
    assert (again.state, again.next_file, again.failed, again.attempts) == (State.QUEUED, 2, None, 0)
    assert claimed(again, 2, B, NOW + timedelta(hours=1)).state is State.RUNNING


def test_a_retry_after_the_files_may_be_deleted_starts_from_the_first() -> None:
    failed = life.fail(claimed(written(claimed(job()), 1), 2), "gave_up", NOW)
    again = life.retry(failed, NOW + timedelta(days=29, hours=1))
    assert (again.next_file, again.orders, again.totals, again.position) == (1, 0, {}, None)


def test_an_expired_export_can_be_retried() -> None:
    ended = life.succeed(written(claimed(job()), 1), NOW)
    late = NOW + life.RETENTION
    assert ended.state_at(late - timedelta(seconds=1)) is State.SUCCEEDED
    assert ended.state_at(late) is State.EXPIRED
    assert life.retry(ended, late).next_file == 1
    with pytest.raises(Conflict, match="has its files"):
        life.retry(ended, NOW)


def test_an_open_export_is_not_retried() -> None:
    with pytest.raises(Conflict, match="under way"):
        life.retry(claimed(job()), NOW)


def test_orders_that_keep_moving_fail_the_export() -> None:
    moving = written(claimed(job()), 1)
    for _ in range(life.RESTARTS):
        moving = life.restart(moving, NOW)
        assert moving.open and moving.next_file == 1
    assert life.restart(moving, NOW).failed == "orders_keep_moving"


def test_a_job_stores_a_limited_number_of_warnings_and_counts_the_rest() -> None:
    many = tuple(FileWarning("cleaned", 1, "c", str(number)) for number in range(life.MAX_WARNINGS))
    job_ = life.file_written(claimed(job()), file(1), {}, many, 5, "p", NOW)
    job_ = life.file_written(claimed(job_, 2), file(2), {}, many[:3], 0, "q", NOW)
    assert (len(job_.warnings), job_.more_warnings) == (life.MAX_WARNINGS, 8)


def test_the_percentage_is_100_only_after_success() -> None:
    assert replace(job(), total=10, done=10).percent == 99
    assert replace(job(), total=0).percent == 0
    assert replace(job(), total=None, done=5).percent == 0


def test_a_request_without_choices_has_the_defaults() -> None:
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


def test_a_retry_after_orders_kept_moving_starts_from_the_first_file() -> None:
    moving = written(claimed(job()), 1)
    for _ in range(life.RESTARTS + 1):
        moving = life.restart(moving, NOW)
    again = life.retry(moving, NOW)
    assert (again.state, again.next_file, again.position, again.restarts) == (State.QUEUED, 1, None, 0)
