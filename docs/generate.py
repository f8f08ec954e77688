"""Write docs/lifecycle.md from the tables of the domain: `python -m docs.generate`; `--check` fails where stale."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from shared.domain.order.amounts import END_REASONS
from shared.domain.order.deadlines import TIMERS
from shared.domain.order.disputes import ENDED, OPEN
from shared.domain.order.lifecycle import ANY_TARGET, DISPUTE_TABLE, NOT_FINISHED, PLATFORM_ONLY, TABLE, edges
from shared.domain.order.model import FundState, Status
from shared.domain.order.transitions import ANY, SAME, Row, Target
from shared.domain.stores import DURATIONS

TARGET = Path(__file__).resolve().parent / "lifecycle.md"
ACTORS = ("seller", "platform", "clock")
INTRODUCTION = """\
# The life of an order

Generated from `shared/domain` by `python -m docs.generate`; changes made here are lost.
"""
DIAGRAM_NOTE = """\
Every way from one status into another. `sync` is left out: it may lead from any status to any other. Words in brackets
are no actions: what the platform does by itself, and a dispute whose end changes the order's status.
"""
ACTIONS_NOTE = """\
One line for each row of `lifecycle.TABLE`. The fund state stands in brackets where it is not `none`. The platform may
report every action; a frozen order admits `unfreeze` and `sync` alone. Whatever is refused for the order's state
answers 409.
"""
DISPUTES_NOTE = """\
One line for each row of `lifecycle.DISPUTE_TABLE`: the steps of a dispute, each of them a change of its order. "From"
and "to" are stages of the dispute; at any other stage the step is refused. What it is settled with becomes a refund of
source `dispute`. One of all that remains takes the order to `FUND_PROCESSING`; any other lets it go on.
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
        f"## Diagram\n\n{DIAGRAM_NOTE}\n" + diagram(ways()),
        section(
            "Actions",
            ACTIONS_NOTE,
            ("action", "actors", "from", "to", "refused, also there, when (code)"),
            map(action, TABLE),
        ),
        section(
            "Disputes",
            DISPUTES_NOTE,
            ("action", "actors", "from", "to", "the order goes to", "refused, also there, when (code)"),
            map(dispute_step, DISPUTE_TABLE),
        ),
        diagram(stage_ways()),
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


def action(row: Row) -> Sequence[str]:
    return f"`{row.action}`", actors(row), sources(row.sources), targets(row), conditions(row)


def dispute_step(row: Row) -> Sequence[str]:
    there = "unchanged" if row.to_stages == (SAME,) else named(row.to_stages)
    before = "any that is open" if row.stages == OPEN else named(row.stages)
    return f"`{row.action}`", actors(row), before, there, targets(row), conditions(row)


def actors(row: Row) -> str:
    return ", ".join(who for who in ACTORS if who in row.actors)


def conditions(row: Row) -> str:
    """The guards; a dispute's stage, which is the first of them, has a column of its own."""
    return "; ".join(f"{guard.detail} (`{guard.code}`)" for guard in row.guards[bool(row.stages) :])


def named(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def sources(statuses: frozenset[Status]) -> str:
    if statuses == ANY:
        return "any"
    if statuses == NOT_FINISHED:
        return "any but `FINISH`"
    return named(status for status in Status if status in statuses)


def targets(row: Row) -> str:
    return "any" if row.targets == ANY_TARGET else ", ".join(target(each, row.sources) for each in row.targets)


def target(there: Target, sources: frozenset[Status]) -> str:
    if there.status is None:
        return "unchanged"
    money = [] if there.fund_state is FundState.NONE else [str(there.fund_state)]
    only = [] if sources <= there.only_from else ["from " + named(there.only_from)]
    return f"`{there.status}`" + (f" ({', '.join(money + only)})" if money or only else "")


def ways() -> Iterator[tuple[str, str, str]]:
    yield "[*]", Status.PLACE_ORDER_SUCCESS, "place"
    for source, there, row in edges():
        yield source, there, "(dispute)" if row.stages else row.action
    for source, following in PLATFORM_ONLY.items():
        yield from ((source, there, "(platform)") for there in following)
    yield Status.FINISH, "[*]", ""


def stage_ways() -> Iterator[tuple[str, str, str]]:
    yield from (
        ("[*]", stage, "open_dispute") for row in TABLE if row.action == "open_dispute" for stage in row.to_stages
    )
    for row in DISPUTE_TABLE:
        yield from ((stage, there, row.action) for stage in row.stages for there in row.to_stages if there != SAME)
    yield ENDED, "[*]", ""


def diagram(ways: Iterable[tuple[str, str, str]]) -> str:
    """A Mermaid state diagram, with one arrow between two states for all that leads there."""
    arrows: dict[tuple[str, str], dict[str, None]] = {}
    for source, there, by in ways:
        arrows.setdefault((source, there), {})[by] = None
    lines = (
        f"    {source} --> {there}" + (f" : {', '.join(by)}" if any(by) else "")
        for (source, there), by in arrows.items()
    )
    return "```mermaid\nstateDiagram-v2\n" + "".join(f"{line}\n" for line in lines) + "```\n"


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
