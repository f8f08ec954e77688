"""Write docs/lifecycle.md from the tables of the domain: `python -m docs.generate`; `--check` fails if it is stale."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from shared.domain.order.after_sales.disputes import ENDED, OPEN
from shared.domain.order.deadlines import TIMERS
from shared.domain.order.funds.amounts import END_REASONS
from shared.domain.order.lifecycle import ANY_TARGET, DISPUTE_TABLE, NOT_FINISHED, PLATFORM_ONLY, TABLE, WAYS
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
Every change from one status to another. `sync` is left out: it may lead from any status to any other. Words in brackets
are not actions: changes of the platform itself, and disputes whose end changes the order's status.
"""
ACTIONS_NOTE = """\
One line for each row of `lifecycle.TABLE`. The fund state is in brackets if it is not `none`. The platform may report
every action. A frozen order accepts only `unfreeze` and `sync`. An action that the order's state refuses answers 409.
"Exception": nothing of the order's money is due, so it finishes at once; or a snapshot shows a cancellation although
the goods are on their way.
"""
DISPUTES_NOTE = """\
One line for each row of `lifecycle.DISPUTE_TABLE`: the steps of a dispute, which change its order, too. "From" and "to"
are stages of the dispute; at any other stage the step is refused. The settled amount becomes a refund of source
`dispute`. If it is all the remaining money, the order goes to `FUND_PROCESSING`; otherwise the order continues.
"""
TIMERS_NOTE = """\
A timer runs while the order has one of the statuses. If the last column names an action, the clock performs it when the
timer lapses, in the statuses that are not in brackets. While an order is frozen, no timer is due. An open dispute stops
the timers with "yes".
"""
DURATIONS_NOTE = """\
The defaults of a store's deadline policy. `shipment` is in business days, and applies if no line has `handling_days`;
`receipt` applies if the order has no `delivery_days`.
"""


def document() -> str:
    sections = (
        INTRODUCTION,
        f"## Diagram\n\n{DIAGRAM_NOTE}\n" + diagram(status_changes()),
        section(
            "Actions",
            ACTIONS_NOTE,
            ("action", "actors", "from", "to", "also refused if (code)"),
            map(action, TABLE),
        ),
        section(
            "Disputes",
            DISPUTES_NOTE,
            ("action", "actors", "from", "to", "the order goes to", "also refused if (code)"),
            map(dispute_step, DISPUTE_TABLE),
        ),
        diagram(stage_changes()),
        section(
            "Timers", TIMERS_NOTE, ("timer", "runs in", "waits for", "held by a dispute", "when it lapses"), timers()
        ),
        section("Durations", DURATIONS_NOTE, ("timer", "default"), durations()),
        section(
            "End reasons",
            "The outcome of an ended order. A success with any paid refund is `partly_refunded`.\n",
            ("end reason", "given by", "outcome"),
            ((f"`{reason}`", given_by(reason), f"`{outcome}`") for reason, outcome in END_REASONS.items()),
        ),
    )
    return "\n".join(sections)


def section(title: str, note: str, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return f"## {title}\n\n{note}\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def action(row: Row) -> Sequence[str]:
    return f"`{row.action}`", actors(row), sources(row.sources), targets(row), conditions(row)


def dispute_step(row: Row) -> Sequence[str]:
    after = "unchanged" if row.to_stages == (SAME,) else named(row.to_stages)
    before = "any that is open" if row.stages == OPEN else named(row.stages)
    return f"`{row.action}`", actors(row), before, after, targets(row), conditions(row)


def actors(row: Row) -> str:
    return ", ".join(who for who in ACTORS if who in row.actors)


def conditions(row: Row) -> str:
    """The guards. The first guard of a dispute step is its stage, which has its own column."""
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


def target(after: Target, sources: frozenset[Status]) -> str:
    if after.status is None:
        return "unchanged"
    money = [] if after.fund_state is FundState.NONE else [str(after.fund_state)]
    only = [] if sources <= after.only_from else ["from " + named(after.only_from)]
    words = money + only + ["exception"] * after.exceptional
    return f"`{after.status}`" + (f" ({', '.join(words)})" if words else "")


def given_by(reason: str) -> str:
    rows = (*TABLE, *DISPUTE_TABLE)
    return named(dict.fromkeys(row.action for row in rows if reason in row.end_reasons and row.action != "sync"))


def status_changes() -> Iterator[tuple[str, str, str]]:
    yield "[*]", Status.PLACE_ORDER_SUCCESS, "place"
    for source, target_state, row in WAYS.edges():
        yield source, target_state, "(dispute)" if row.stages else row.action
    for source, following in PLATFORM_ONLY.items():
        yield from ((source, target_state, "(platform)") for target_state in following)
    yield Status.FINISH, "[*]", ""


def stage_changes() -> Iterator[tuple[str, str, str]]:
    yield from (
        ("[*]", stage, "open_dispute") for row in TABLE if row.action == "open_dispute" for stage in row.to_stages
    )
    for row in DISPUTE_TABLE:
        yield from (
            (stage, target_state, row.action)
            for stage in row.stages
            for target_state in row.to_stages
            if target_state != SAME
        )
    yield ENDED, "[*]", ""


def diagram(changes: Iterable[tuple[str, str, str]]) -> str:
    """A Mermaid state diagram with one arrow between two states, labelled with all the actions."""
    arrows: dict[tuple[str, str], dict[str, None]] = {}
    for source, target_state, by in changes:
        arrows.setdefault((source, target_state), {})[by] = None
    lines = (
        f"    {source} --> {target_state}" + (f" : {', '.join(by)}" if any(by) else "")
        for (source, target_state), by in arrows.items()
    )
    return "```mermaid\nstateDiagram-v2\n" + "".join(f"{line}\n" for line in lines) + "```\n"


def timers() -> Iterable[tuple[str, str, str, str, str]]:
    for kind, rule in TIMERS.items():
        statuses = (
            f"`{status}`" if status in rule.lapses_in or not rule.on_lapse else f"(`{status}`)"
            for status in Status
            if status in rule.runs_in
        )
        lapse = f"`{rule.on_lapse}`" if rule.on_lapse else "nothing by itself"
        yield f"`{kind}`", ", ".join(statuses), rule.actor, "yes" if rule.held_by_dispute else "no", lapse


def durations() -> Iterable[tuple[str, str]]:
    for kind, length in DURATIONS.items():
        yield f"`{kind}`", f"{length.days} business days" if kind == "shipment" else duration_text(length)


def duration_text(length: timedelta) -> str:
    """In hours up to two days, then in days."""
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
