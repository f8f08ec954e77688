"""The chapters of the recorded run. Each has stores of its own and starts with an empty table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.upgrade.chapters import alerts, buyers, disputes, exports, lifecycle, orders, refusals, settings
from tests.upgrade.recorder import Recorder
from tests.upgrade.world import opened

CHAPTERS: dict[str, Callable[[Recorder], None]] = {
    "settings": settings.record,
    "orders": orders.record,
    "disputes": disputes.record,
    "buyers": buyers.record,
    "exports": exports.record,
    "alerts": alerts.record,
    **{f"lifecycle-{part}": partial(lifecycle.record, part=part) for part in range(lifecycle.PARTS)},
    **{f"dispute-steps-{part}": partial(disputes.record_steps, part=part) for part in range(disputes.PARTS)},
    **{f"refusals-{part}": partial(refusals.record, part=part) for part in range(refusals.PARTS)},
}


@dataclass(frozen=True)
class Recording:
    lines: list[str]
    requests: int


def run(chapter: str) -> Recording:
    with opened() as world:
        recorder = Recorder(world)
        CHAPTERS[chapter](recorder)
    return Recording(recorder.lines, recorder.requests)
