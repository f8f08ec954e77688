"""The graph of statuses: which ways lead from one status to another, and what lies on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from shared.domain.order.deadlines import DISPUTABLE
from shared.domain.order.model import Status
from shared.domain.order.transitions import Row

Graph = Mapping[Status, frozenset[Status]]
"""The next statuses of each status."""
Edge = tuple[Status, Status]


@dataclass(frozen=True)
class Ways:
    """The graph that rows make, and `platform_only`, the changes of status that no row makes."""

    rows: tuple[Row, ...]
    platform_only: Mapping[Status, tuple[Status, ...]]

    def edges(self) -> Iterator[tuple[Status, Status, Row]]:
        """Every (source, target, row) where a row changes the status. `sync` is left out, because it may lead anywhere.
        A row of a dispute starts from the statuses in which a dispute may be opened."""
        for each in self.rows:
            sources = DISPUTABLE if each.stages else each.sources
            for source in Status if each.action != "sync" else ():
                if source in sources:
                    yield from ((source, target, each) for target in each.next_statuses(source) if target is not source)

    def lead_to(self, start: Status, end: Status) -> bool:
        """Can an order with the status `start` go on to the status `end`?"""
        return bool(_shortest(self._graph, start, end))

    def skipped(self, before: Status, after: Status, end_reason: str | None = None) -> list[str]:
        """The statuses on every way between the two; empty if there is no way. With the end reason that the order got,
        only the ways through an action that gives it count."""
        giving = tuple((start, end) for start, end, row in self._usual if end_reason in row.end_reasons)
        return [str(status) for status in passed(self._graph, before, after, giving)]

    @cached_property
    def _usual(self) -> tuple[tuple[Status, Status, Row], ...]:
        """The edges without two exceptions: an order that has ended does not go on by itself, and an exceptional
        target is not the rule."""
        return tuple(
            (start, end, row)
            for start, end, row in self.edges()
            if start is not Status.FINISH and any(each.status is end and not each.exceptional for each in row.targets)
        )

    @cached_property
    def _graph(self) -> Graph:
        """The next statuses of each status."""
        ends = [(start, end) for start, end, _ in self._usual]
        ends += [(start, end) for start, following in self.platform_only.items() for end in following]
        return {status: frozenset(end for start, end in ends if start is status) for status in Status}


def passed(graph: Graph, start: Status, end: Status, last_step: Iterable[Edge] = ()) -> list[Status]:
    """The statuses on every way from `start` to `end`, in their order, without these two. Empty if there is no way.

    With `last_step`, only ways through one of these edges count. If none of them can be reached from `start`, the
    order came there on a way that the graph does not have, and only the statuses after the edge are known.
    """
    edges = tuple(last_step)
    reached = [edge for edge in edges if _shortest(graph, start, edge[0])]

    def way(avoided: Status | None = None) -> Sequence[Status]:
        if not edges:
            return _shortest(graph, start, end, avoided)
        before = {edge: _shortest(graph, start, edge[0], avoided) if reached else (start,) for edge in reached or edges}
        after = {edge: _shortest(graph, edge[1], end, avoided) for edge in before}
        ways = ((*before[edge], *after[edge]) for edge in before if before[edge] and after[edge])
        return min(ways, key=len, default=())

    return [status for status in way() if status not in (start, end) and not way(avoided=status)]


def _shortest(graph: Graph, start: Status, end: Status, avoided: Status | None = None) -> tuple[Status, ...]:
    """The shortest way with both its ends; empty if there is none."""
    ways: list[tuple[Status, ...]] = [(start,)] if avoided not in (start, end) else []
    seen = {start, avoided}
    for way in ways:
        if way[-1] is end:
            return way
        reached = [status for status in Status if status in graph[way[-1]] - seen]
        ways.extend((*way, status) for status in reached)
        seen.update(reached)
    return ()
