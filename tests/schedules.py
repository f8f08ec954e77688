"""Which orders of two clients' store calls have to be played, so that every outcome that there can be is seen.

Two calls commute when neither writes what the other touches: their order changes nothing. `every_schedule` plays each
order of all calls. `one_of_each_kind` plays one schedule of each class of those that differ only in the order of calls
that commute (dynamic partial order reduction with sleep sets, after Flanagan and Godefroid, for two clients).
tests/store/test_schedules.py holds the second against the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.baton import Call, Scripted
from tests.proof import size

Key = tuple[str, ...]
LIMIT = 5_000


@dataclass(frozen=True)
class Touch:
    """What a call reads and writes. A read names an item, a partition by its first key alone, or everything by ()."""

    reads: tuple[Key, ...] = ()
    writes: tuple[Key, ...] = ()

    def clashes(self, other: Touch) -> bool:
        return (
            bool(set(self.writes) & set(other.writes))
            or _seen(self.reads, other.writes)
            or _seen(other.reads, self.writes)
        )


def _seen(reads: Sequence[Key], writes: Sequence[Key]) -> bool:
    return any(write[: len(read)] == read for read in reads for write in writes)


def touch_of(call: Call) -> Touch:
    operation, arguments = call
    match operation:
        case "GetItem":
            return Touch(reads=(_key(arguments["Key"]),))
        case "Scan":
            return Touch(reads=((),))
        case "Query" if "IndexName" in arguments:
            return Touch(reads=((),))
        case "Query":
            return Touch(reads=((_partition(arguments),),))
        case "PutItem":
            return Touch(writes=(_key(arguments["Item"]),))
        case "UpdateItem" | "DeleteItem":
            return Touch(writes=(_key(arguments["Key"]),))
        case "PutObject":
            return Touch(writes=(("file", arguments["Key"]),))
        case "BatchGetItem":
            (request,) = arguments["RequestItems"].values()
            return Touch(reads=tuple(_key(each) for each in request["Keys"]))
        case "BatchWriteItem":
            (requests,) = arguments["RequestItems"].values()
            return Touch(writes=tuple(_key(each["PutRequest"]["Item"]) for each in requests))
        case "TransactWriteItems":
            items = [next(iter(each.items())) for each in arguments["TransactItems"]]
            keys = [(kind == "ConditionCheck", _key(each.get("Key") or each["Item"])) for kind, each in items]
            return Touch(tuple(key for read, key in keys if read), tuple(key for read, key in keys if not read))
    raise AssertionError(f"nobody has said what {operation} touches")


def _key(raw: Mapping[str, Any]) -> Key:
    return raw["pk"]["S"], raw["sk"]["S"]


def _partition(arguments: Mapping[str, Any]) -> str:
    found = re.match(r"\(?(#\d+) = (:\d+)", arguments["KeyConditionExpression"])
    assert found and arguments["ExpressionAttributeNames"][found[1]] == "pk", arguments
    return str(arguments["ExpressionAttributeValues"][found[2]]["S"])


Step = tuple[int, Touch]


def kind_of(steps: Sequence[Step]) -> frozenset[Any]:
    """The order of all calls that clash: schedules of the same kind come to the same."""
    numbered, calls = [], dict[int, int]()
    for client, touch in steps:
        calls[client] = calls.get(client, 0) + 1
        numbered.append((client, calls[client], touch))
    clashing = {
        (first[:2], then[:2])
        for place, then in enumerate(numbered)
        for first in numbered[:place]
        if first[0] != then[0] and first[2].clashes(then[2])
    }
    return frozenset({("calls", *sorted(calls.items())), *clashing})


def races(steps: Sequence[Step]) -> set[int]:
    """Where a call clashes with a later one of the other client and nothing between them holds the two in order."""
    before: list[set[int]] = []
    found = set()
    for place, (client, touch) in enumerate(steps):
        direct = [n for n in range(place) if steps[n][0] == client or steps[n][1].clashes(touch)]
        before.append(set(direct).union(*(before[n] for n in direct)))
        through = set[int]().union(*(before[n] for n in direct))
        found |= {n for n in direct if steps[n][0] != client and n not in through}
    return found


@dataclass
class Node:
    """A place in a schedule. A client is asleep when what would begin with its call here has been played before."""

    touches: Mapping[int, Touch]
    asleep: frozenset[int]
    taken: int
    turned: bool = False
    raced: bool = False

    def below(self) -> frozenset[int]:
        """Who is still asleep after the call that was taken."""
        mine = self.touches[self.taken]
        asleep = self.asleep | (self.touches.keys() - {self.taken} if self.turned else set())
        return frozenset(each for each in asleep - {self.taken} if not self.touches[each].clashes(mine))

    def turn(self) -> bool:
        """To the other client, if it can make a difference and was not played before."""
        other = self.touches.keys() - {self.taken} - self.asleep
        if self.turned or not self.raced or not other:
            return False
        (self.taken,), self.turned = other, True
        return True


@dataclass
class OneOfAKind:
    """Follows `nodes`, and adds those that come after."""

    nodes: list[Node]
    trace: list[int] = field(default_factory=list)

    def choose(self, clients: Sequence[int], calls: Mapping[int, Call]) -> int:
        place = len(self.trace)
        if place == len(self.nodes):
            asleep = self.nodes[-1].below() if self.nodes else frozenset[int]()
            awake = [client for client in clients if client not in asleep]
            assert len(clients) <= 2 and awake, "this is for two clients"
            self.nodes.append(Node({each: touch_of(calls[each]) for each in clients}, asleep, awake[0]))
        self.trace.append(self.nodes[place].taken)
        return self.trace[-1]

    def fault(self, client: int, operation: str) -> str | None:
        return None


def one_of_each_kind(limit: int = LIMIT) -> Iterator[OneOfAKind]:
    """A schedule of each kind, depth first: play each that is handed out, and what raced in it leads to the next."""
    nodes: list[Node] = []
    for _ in range(limit):
        yield OneOfAKind(nodes)
        for place in races([(node.taken, node.touches[node.taken]) for node in nodes]):
            nodes[place].raced = True
        while nodes and not nodes[-1].turn():
            nodes.pop()
        if not nodes:
            return
    raise AssertionError(f"more than {limit} schedules")


def every_schedule(limit: int = LIMIT) -> Iterator[Scripted]:
    """Every schedule, depth first: play each that is handed out, and its trace leads to the next."""
    script: list[int] = []
    for _ in range(limit):
        chooser = Scripted(script)
        yield chooser
        trace = chooser.trace
        while trace and trace[-1][0] + 1 >= trace[-1][1]:
            trace.pop()
        if not trace:
            return
        script = [taken for taken, _ in trace[:-1]] + [trace[-1][0] + 1]
    raise AssertionError(f"more than {limit} schedules")


schedules = size(one_of_each_kind, every_schedule)
