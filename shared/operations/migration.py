"""Rewrites what former code has left in the table as this code writes it. It may end anywhere and run again, twice at
the same time, and while orders change: each write has the condition that nothing has changed since it was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby

from shared.store.dynamodb import table
from shared.store.dynamodb.errors import Busy, Missing, Stale
from shared.store.former.items import Item
from shared.store.former.steps import OF_KIND, Step
from shared.store.retries import retry


@dataclass(slots=True)
class Migrated:
    """By step: how many orders or items were looked at, and how many of them are of former code. `written`: items and
    figures by kind. `failed` names the error and the partition of what could not be read or written."""

    seen: Counter[str] = field(default_factory=Counter)
    former: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def add(self, other: Migrated) -> None:
        for mine, others in ((self.seen, other.seen), (self.former, other.former), (self.written, other.written)):
            mine.update(others)
        self.failed += other.failed


def migrate(
    *,
    dry_run: bool = False,
    segment: int = 0,
    segments: int = 1,
    page_size: int | None = None,
    stops: Callable[[], bool] = lambda: False,
) -> Migrated:
    """Look at all items of the table, or of one of its `segments`, and rewrite those of former code; with `dry_run`,
    count them alone. Ends early when `stops()` is true. What fails is left for another run, and stops nothing else.

    Costs half a read unit for each 4 KB of the table, with `dry_run` a whole one, so that what it counts is there now;
    and for each former order some 6 read and 22 write units. Raises Busy if the table cannot be read."""
    done = Migrated()
    found = table.scan(segment, segments, page_size, consistent=dry_run)
    units = groupby(_with_steps(found), key=lambda each: each[:3])
    for (step, pk, sk), items in units:
        if stops():
            return done
        done.seen[step.name] += 1
        try:
            if step.is_former([item for *_, item in items]):
                done.former[step.name] += 1
                if not dry_run:
                    done.written += _rewrite(step, pk, sk)
        except Exception as error:  # its text may have a buyer's data
            done.failed.append(f"{type(error).__name__}: {step.name} {pk}")
    return done


def _rewrite(step: Step, pk: str, sk: str) -> Counter[str]:
    with suppress(Missing):
        return retry(lambda _: step.rewrite(pk, sk), lambda: None, on=(Stale, Busy))
    return Counter()


def _with_steps(items: Iterator[Item]) -> Iterator[tuple[Step, str, str, Item]]:
    """(step, pk, sk, item) of the items that belong to a step; one sort key for all items of an order."""
    for item in items:
        if step := OF_KIND.get(item.get("kind", {}).get("S", "")):
            yield step, item["pk"]["S"], "" if step.whole_order else item["sk"]["S"], item
