"""Today's answers are the recorded ones, byte for byte, but for ids and sentences written for people.

`make test` replays a part, `make prove` (ORDERKEEP_PROVE=1) all of it. See record.py for a change that means to change
an answer.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from types import SimpleNamespace
from unittest.mock import patch

import pytest

from local import runtime
from tests.proof import counted, size
from tests.upgrade.contract import recorded_operations
from tests.upgrade.lines import answered
from tests.upgrade.masks import Masks
from tests.upgrade.record import first_difference, load
from tests.upgrade.recorder import Recorder
from tests.upgrade.script import CHAPTERS, run
from tests.upgrade.world import SWEEP, opened

QUICK = ("settings", "orders", "buyers", "exports", "lifecycle-0", "refusals-0")
"""`alerts` alone takes as long as three of these. Steps of disputes run in another process."""


@pytest.mark.parametrize("chapter", size(QUICK, tuple(CHAPTERS)))
def test_every_answer_is_the_same(chapter: str) -> None:
    now = run(chapter)
    difference = first_difference(load(chapter), now.lines)
    assert difference is None, difference
    counted(f"answers compared with the former code's, {chapter}", now.requests, 60)


def test_a_run_on_a_slow_machine_leaves_nothing_for_the_next() -> None:
    slow = SimpleNamespace(monotonic=lambda: time.monotonic() + 600)
    with opened() as world:
        shop = Recorder(world).shop("slow")
        for _ in range(3):
            shop.place()
        world.tick(days=30)
        with patch.object(runtime, "time", slow):
            swept = world.fire(SWEEP)
    assert (swept["lapsed"], swept["complete"]) == (3, True)


def test_the_recording_covers_every_operation_taken_and_refused() -> None:
    answers = [answer for chapter in CHAPTERS for answer in answered(load(chapter))]
    accepted = Counter(answer.operation for answer in answers if answer.status < 400)
    refused = Counter(answer.operation for answer in answers if answer.status >= 400)
    operations = {f"{method.upper()} {path}" for path, method in recorded_operations()}
    never_refused = {"GET /v1/health"}
    assert sorted(operations - accepted.keys()) == []
    assert sorted(operations - refused.keys() - never_refused) == []
    taken, not_taken = {200, 201, 202, 204, 302}, {400, 403, 404, 405, 409, 410, 412, 413, 415, 422}
    assert {answer.status for answer in answers} >= taken | not_taken
    counted("answers recorded", len(answers), 5_000)
    counted("operations recorded, each taken and refused", len(operations), 116)
    counted("codes of problems recorded", len({answer.code for answer in answers if answer.code}), 60)
    counted("answers recorded in Chinese", sum(answer.language == "zh-CN" for answer in answers), 1_500)
    counted("answers from kept keys recorded", sum(answer.replayed for answer in answers), 25)
    counted("pages after the first recorded", sum("cursor" in answer.query for answer in answers), 100)
    for role in ("owner", "staff", "viewer", "platform"):
        counted(f"answers to {role} recorded", sum(answer.user == role for answer in answers), 300)


@pytest.mark.parametrize("chapter", size(("dispute-steps-3",), tuple(CHAPTERS)))
def test_another_process_with_another_hash_seed_records_the_same(chapter: str) -> None:
    """Over the table in memory: at the full size the others are over Dynoxide."""
    code = f"from tests.upgrade.script import run; print(*run({chapter!r}).lines, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "ORDERKEEP_PROVE": "", "PYTHONHASHSEED": "77", "TZ": "America/New_York"},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    lines = [line for line in done.stdout.splitlines() if not line.startswith('{"_aws"')]
    assert first_difference(load(chapter), lines) is None


def test_masks_keep_relations_and_hide_nothing_else() -> None:
    masks = Masks()
    one, other = "rfd_01KBVTEST0000000000000000A", "rfd_01KBVTEST0000000000000000B"
    problem = {"type": "urn:x", "title": "Conflict", "detail": "冲突", "code": "busy", "order_status": "FINISH"}
    assert masks.value([one, other, f"/v1/refunds/{one}"]) == ["<rfd 1>", "<rfd 2>", "/v1/refunds/<rfd 1>"]
    assert masks.value(problem) == {**problem, "title": "<English words>", "detail": "<Chinese words>"}
    kept = {"title": "A cable", "message": "Hello", "due_at": "2026-12-07T01:00:00Z", "name": "rfd_short"}
    assert masks.value(kept) == kept
    assert masks.value({"next_cursor": "abc"}) == masks.value({"next_cursor": "abc"}) == {"next_cursor": "<cursor 1>"}
