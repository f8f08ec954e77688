"""When the scheduled runs come: as they should, or twice, late, out of order, killed half-way and missing for a day."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise

from tests.clock.month import BEGIN, END

MINUTE = timedelta(minutes=1)
SILENT_DAYS = (8, 19)
"""Days of the month on which nothing comes at all."""
KILLED, KILLED_AFTER, LOST, SHORT = "killed before a write", "killed after a write", "answer lost", "out of time"


@dataclass(frozen=True, slots=True)
class Firing:
    """A run: when it comes, the moment it is for, and what befalls it after how many writes."""

    comes_at: datetime
    nominal: datetime
    trouble: str | None = None
    after: int = 0


@cache
def perfect(every: timedelta) -> list[Firing]:
    """Each once and on time."""
    return [Firing(moment, moment) for moment in _moments(every)]


@cache
def hostile(every: timedelta, seed: int) -> tuple[list[Firing], Counter[str]]:
    """What EventBridge and Lambda may do to a schedule, and more; the month's last run comes, or there is no end."""
    chance, counts, firings = random.Random(f"{seed}/{every}"), Counter[str](), list[Firing]()

    def fires(nominal: datetime, by: timedelta) -> None:
        befalls = trouble(chance)
        counts.update([befalls] if befalls else [], late=int(by > timedelta(0)))
        firings.append(Firing(min(END, nominal + by), nominal, befalls, chance.choice((0, 0, 0, 1, 2, 5))))

    for nominal in _moments(every):
        day = (nominal - BEGIN).days
        if nominal == END:
            firings.append(Firing(END, END))
        elif day in SILENT_DAYS or chance.random() < 0.12:
            counts["missing"] += 1
        else:
            fires(nominal, late(chance) if chance.random() < 0.15 else timedelta(0))
            if chance.random() < 0.12:
                counts["again"] += 1
                fires(nominal, late(chance) if chance.random() < 0.7 else timedelta(0))
    firings.sort(key=lambda firing: firing.comes_at)
    counts["out of order"] = sum(second.nominal < first.nominal for first, second in pairwise(firings))
    return firings, counts


def trouble(chance: random.Random) -> str | None:
    """What befalls one run in seven."""
    return chance.choice((KILLED, KILLED_AFTER, LOST, SHORT)) if chance.random() < 0.15 else None


def late(chance: random.Random) -> timedelta:
    """From seconds to some four hours, mostly minutes."""
    return timedelta(seconds=int(2 ** chance.uniform(1, 13.8)))


def _moments(every: timedelta) -> list[datetime]:
    return [BEGIN + every * number for number in range(1, (END - BEGIN) // every + 1)]
