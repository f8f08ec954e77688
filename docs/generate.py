"""Write docs/lifecycle.md from the tables of the domain: `python -m docs.generate`; `--check` fails where stale."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from shared.domain.order.deadlines import TIMERS
from shared.domain.order.disputes import TABLE as DISPUTES
from shared.domain.order.lifecycle import ANY, NOT_FINISHED, TABLE
from shared.domain.order.model import END_REASONS, Status
from shared.domain.order.transitions import Row
from shared.domain.stores import DURATIONS

TARGET = Path(__file__).resolve().parent / "lifecycle.md"
ACTORS = ("seller", "platform", "clock")
INTRODUCTION = """\
# The life of an order

Generated from `shared/domain` by `python -m docs.generate`; changes made here are lost.
"""
ACTIONS_NOTE = """\
One line for each row of `lifecycle.TABLE`. The platform may report every action; a frozen order admits `unfreeze` and
`sync` alone. Whatever is refused for the order's state answers 409.
"""
DISPUTES_NOTE = """\
One line for each row of `disputes.TABLE`: the steps of a dispute, each of them a change of its order. What it is
settled with becomes a refund of source `dispute`. One of all that remains takes the order to `FUND_PROCESSING`; any
other lets it go on.
"""
TIMERS_NOTE = """\
A timer runs while the order has one of the statuses; where the last column names an action, its lapse carries it out in
the statuses that are not in brackets. While an order is frozen no timer is due, and a dispute holds those marked so.
"""
DURATIONS_NOTE = """\
The defaults of a store's deadline policy. `shipment` is in business days, and counts where no line names its own
`handling_days`; `receipt` counts where the order names no `delivery_days`.
"""


def document() -> str:
    sections = (
        INTRODUCTION,
        section(
            "Actions",
            ACTIONS_NOTE,
            ("action", "actors", "from", "refused, also there, when (code)"),
            map(action, TABLE),
        ),
        section("Disputes", DISPUTES_NOTE, ("action", "actors", "refused when (code)"), disputes()),
        section("Timers", TIMERS_NOTE, ("timer", "runs in", "held by a dispute", "when it lapses"), timers()),
        section("Durations", DURATIONS_NOTE, ("timer", "default"), durations()),
        section(
            "End reasons",
            "What an ended order came to. A success with any paid refund is `partly_refunded`.\n",
            ("end reason", "outcome"),
            ((f"`{reason}`", f"`{outcome}`") for reason, outcome in END_REASONS.items()),
        ),
    )
    return "\n".join(sections)


def section(title: str, note: str, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return f"## {title}\n\n{note}\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def action(row: Row) -> tuple[str, str, str, str]:
    conditions = "; ".join(f"{guard.because} (`{guard.code}`)" for guard in row.guards)
    return f"`{row.action}`", ", ".join(who for who in ACTORS if who in row.actors), sources(row.sources), conditions


def disputes() -> Iterable[tuple[str, str, str]]:
    for row in DISPUTES:
        name, actors, _, conditions = action(row)
        yield name, actors, conditions


def sources(statuses: frozenset[Status]) -> str:
    if statuses == ANY:
        return "any"
    if statuses == NOT_FINISHED:
        return "any but `FINISH`"
    return ", ".join(f"`{status}`" for status in Status if status in statuses)


def timers() -> Iterable[tuple[str, str, str, str]]:
    for kind, rule in TIMERS.items():
        shown = (
            f"`{status}`" if status in rule.lapses_in or not rule.on_lapse else f"(`{status}`)"
            for status in Status
            if status in rule.runs_in
        )
        lapse = f"`{rule.on_lapse}`" if rule.on_lapse else "nothing by itself"
        yield f"`{kind}`", ", ".join(shown), "yes" if rule.held_by_dispute else "no", lapse


def durations() -> Iterable[tuple[str, str]]:
    for kind, length in DURATIONS.items():
        yield f"`{kind}`", f"{length.days} business days" if kind == "shipment" else spoken(length)


def spoken(length: timedelta) -> str:
    """Up to two days in hours."""
    return f"{length // timedelta(hours=1)} h" if length <= timedelta(days=2) else f"{length.days} d"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the file is stale")
    if not parser.parse_args(arguments).check:
        TARGET.write_text(document(), "utf-8")
        return 0
    if TARGET.is_file() and TARGET.read_text("utf-8") == document():
        return 0
    print(f"{TARGET.name} is stale: run python -m docs.generate", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
