"""Where the walls are: `python -m bench.peak` writes docs/scaling.md.

The requests of some orders of one store are recorded (bench/partitions.py) and played in virtual time, as many a second
as a peak has. A partition takes 1,000 write units and 3,000 read units a second. A transaction is refused while another
one holds one of its items. What only an account can show is an assumption: the constants below.
"""

from __future__ import annotations

import heapq
import random
import re
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import quantiles
from typing import Any

import boto3

from bench.life import realistic_line
from bench.partitions import TABLE, Call, Partition, recorded
from shared.domain.shards import FEW, MANY
from shared.store import retries, stores
from tests.harness import Api, InProcess, Shop, create_table, dynoxide, environment, new_order, parcel, use_table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "scaling.md"
WRITE_LIMIT, READ_LIMIT = 1_000, 3_000
"""Units a second of one partition (AWS, "Best practices for designing and using partition keys")."""
TRANSACTION, WRITE, READ = (0.012, 0.4), (0.005, 0.3), (0.004, 0.3)
"""Median seconds of a request and the sigma of its log-normal spread. An assumption; an account shows the real ones."""
CPU_SECONDS = 0.010
"""Of a request outside the table."""
SECONDS, WARM_UP = 25.0, 5.0
ORDERS = {FEW: 32, MANY: 128}
"""Recorded orders: several for each shard."""
RATES = {FEW: (10, 25, 50, 100), MANY: (50, 100, 200)}
STEPS = ("place", "pay", "pass_risk", "ship")
SHARES = {"place": 1.0, "pay": 1.0, "pass_risk": 1.0, "ship": 0.5}
"""Requests of each step for each order placed, during the peak: payment and risk check follow within minutes, and the
warehouse ships half as fast as orders come in."""

Trace = Sequence[Call]


def record(shop: Shop, number: int) -> dict[str, Trace]:
    """The calls of each step of one order, from placement to shipment."""
    body = new_order(
        order_id=f"3{uuid.uuid4().int % 10**15:015d}",
        buyer={"id": f"buyer-{number}", "name": f"Maria Gonzalez{number}", "country": "US"},
        lines=[realistic_line(number * 3 + each) for each in range(3)],
    )
    order_id = body["order_id"]
    requests: dict[str, Callable[[dict[str, str]], Any]] = {
        "place": lambda key: shop.platform.post("/v1/orders", body, headers=key),
        "pay": lambda key: shop.platform.act(order_id, "pay", {}, headers=key),
        "pass_risk": lambda key: shop.platform.act(order_id, "pass_risk", {}, headers=key),
        "ship": lambda key: shop.staff.act(order_id, "ship", {"parcels": [parcel(f"LX{number:09d}CN")]}, headers=key),
    }
    traces: dict[str, Sequence[Call]] = {}
    for step, request in requests.items():
        with recorded() as calls:
            answer = request({"Idempotency-Key": f"{step}-{order_id}"})
        assert answer.status in (200, 201), answer.content
        traces[step] = tuple(calls)
    return traces


def record_all(shards: int, count: int) -> list[dict[str, Trace]]:
    """So many orders of a new store with so many shards."""
    shop = Api(InProcess(), "dynoxide").shop()
    shop.platform.place(buyer={"id": "somebody else", "country": "US"})  # a process reads its secrets once
    stored = stores.load(shop.name)
    stores.save(stored, replace(stored.store, shards=shards), rearming=None)
    return [record(shop, number) for number in range(count)]


def shared_partitions(recordings: Sequence[dict[str, Trace]]) -> set[Partition]:
    """The partitions that more than one order uses. All others belong to one order and never conflict."""
    used: Counter[Partition] = Counter()
    for traces in recordings:
        used.update({partition for calls in traces.values() for call in calls for partition in call.units})
    return {partition for partition, orders in used.items() if orders > 1}


@dataclass
class Bucket:
    """The units that a partition has left. Unused ones are kept for `burst` seconds."""

    limit: float
    burst: float
    left: float = field(init=False)
    at: float = 0.0
    taken: float = 0.0

    def __post_init__(self) -> None:
        self.left = self.limit * self.burst

    def available(self, now: float) -> float:
        self.left = min(self.limit * self.burst, self.left + (now - self.at) * self.limit)
        self.at = now
        return self.left


@dataclass
class Outcome:
    seconds: list[float] = field(default_factory=list)
    conflicts: int = 0
    throttles: Counter[str] = field(default_factory=Counter)
    refused: int = 0


class Peak:
    """Plays requests in virtual time. `split`: DynamoDB has split the table's hot partition keys by their sort keys."""

    def __init__(self, shared: set[Partition], *, split: bool, burst: float, seed: int = 1) -> None:
        self.shared, self.split, self.burst = shared, split, burst
        self.random = random.Random(seed)
        self.buckets: dict[tuple[str, ...], Bucket] = {}
        self.held_until: dict[tuple[str, str], float] = defaultdict(float)
        self.outcomes: dict[str, Outcome] = defaultdict(Outcome)

    def play(self, recordings: Sequence[dict[str, Trace]], orders_a_second: float, seconds: float = SECONDS) -> None:
        queue: list[tuple[float, int, str, Iterator[float]]] = []
        number = 0
        for step, share in SHARES.items():
            at = self.random.expovariate(orders_a_second * share)
            while at < seconds:
                number += 1
                trace = recordings[self.random.randrange(len(recordings))][step]
                queue.append((at, number, step, self._request(step, trace, at)))
                at += self.random.expovariate(orders_a_second * share)
        heapq.heapify(queue)
        while queue:
            at, number, step, request = heapq.heappop(queue)
            self.now = at
            wait = next(request, None)
            if wait is not None:
                heapq.heappush(queue, (at + wait, number, step, request))

    def _request(self, step: str, trace: Trace, began: float) -> Iterator[float]:
        counted = began >= WARM_UP
        outcome = self.outcomes[step] if counted else Outcome()
        yield self.random.expovariate(1 / CPU_SECONDS)
        for call in trace:
            tries, end = 0, self.now + retries.LIMIT
            while True:
                tried = self.now
                taken = self._spread(call)
                yield taken if (done := self._send(call, taken, outcome, counted)) else taken / 2
                if done:
                    break
                if self.now >= end:
                    outcome.refused += 1
                    return
                most = max(retries.MIN_WAIT * 2 ** min(tries, 7), (self.now - tried) * 2 ** min(tries, 2))
                yield self.random.uniform(0, min(retries.MAX_WAIT, most))
                tries += 1
        outcome.seconds.append(self.now - began)

    def _spread(self, call: Call) -> float:
        median, sigma = TRANSACTION if call.transaction else WRITE if call.items else READ
        return median * self.random.lognormvariate(0, sigma)

    def _send(self, call: Call, taken: float, outcome: Outcome, counted: bool) -> bool:
        """Is the call done? A throttled request costs nothing, one that meets a conflict its units all the same."""
        wanted = [
            (partition[0], self._bucket(partition, WRITE_LIMIT if call.items else READ_LIMIT), units)
            for partition, units in call.units.items()
            if partition in self.shared
        ]
        full = [name for name, bucket, units in wanted if bucket.available(self.now) < units]
        if full:
            outcome.throttles.update(full)
            return False
        for _, bucket, units in wanted:
            bucket.left -= units
            bucket.taken += units if counted else 0
        items = [key for key in call.items if (TABLE, *key) in self.shared]
        if any(self.held_until[key] > self.now for key in items):
            outcome.conflicts += 1
            return False
        if call.transaction:
            for key in items:
                self.held_until[key] = self.now + taken
        return True

    def _bucket(self, partition: Partition, limit: float) -> Bucket:
        name = partition if self.split else partition[:2]
        return self.buckets.setdefault((str(limit), *name), Bucket(limit, self.burst))


def hottest(recordings: Sequence[dict[str, Trace]], shared: set[Partition]) -> Counter[str]:
    """Write units for each order placed on each partition that all orders of a store use."""
    units: Counter[str] = Counter()
    for traces in recordings:
        for step, share in SHARES.items():
            for call in traces[step]:
                for partition, each in call.units.items() if call.items else ():
                    if partition in shared:
                        units[_name(partition)] += each * share / len(recordings)  # type: ignore[assignment]
    return units


def _name(partition: Partition) -> str:
    """The kind of a partition: without the store, and without the number of a shard."""
    part, key, sort = partition
    kind = re.sub(r"^shop\w+", "store", key)
    if part == TABLE:
        return f"items `{kind} {re.sub(r'[#0-9].*', '', sort)}`" if sort else f"items `{kind}`"
    return f"`{part}` of `{re.sub(r'#[0-9]+$', '', kind)}`"


def walls(recordings: Sequence[dict[str, Trace]], shared: set[Partition]) -> list[str]:
    """A table of the partitions that a peak meets first."""
    units = hottest(recordings, shared)
    keys: dict[str, set[Partition]] = defaultdict(set)
    for partition in shared:
        keys[_name(partition)].add(partition)
    rows = ["| partitions | how many | write units an order | orders a second at 1,000 units |", "|---|---|---|---|"]
    limits = {name: WRITE_LIMIT * len(keys[name]) / each for name, each in units.items()}
    for name in sorted(limits, key=lambda name: limits[name])[:16]:
        rows.append(f"| {name} | {len(keys[name])} | {units[name]:.1f} | {limits[name]:,.0f} |")
    return rows


HEAD = (
    "| shards | orders a second | requests a second | answered | conflicts a request | throttled by | median | 99 % "
    "| at once |",
    "|---|---|---|---|---|---|---|---|---|",
)


def peaks(
    recordings: Sequence[dict[str, Trace]], shared: set[Partition], shards: int, rates: Sequence[float]
) -> list[str]:
    """Rows of a table: what each rate of orders meets."""
    rows = []
    for rate in rates:
        peak = Peak(shared, split=True, burst=1)
        peak.play(recordings, rate)
        outcomes = peak.outcomes.values()
        seconds = [each for outcome in outcomes for each in outcome.seconds]
        sent = len(seconds) + sum(outcome.refused for outcome in outcomes)
        throttles: Counter[str] = sum((outcome.throttles for outcome in outcomes), Counter())
        cuts = quantiles(seconds, n=100)
        at_once = (sum(seconds) + retries.LIMIT * (sent - len(seconds))) / (SECONDS - WARM_UP)
        rows.append(
            f"| {shards} | {rate} | {sent / (SECONDS - WARM_UP):.0f} | {len(seconds) / sent:.1%} "
            f"| {sum(outcome.conflicts for outcome in outcomes) / sent:.2f} "
            f"| {', '.join(name for name, _ in throttles.most_common(3)) or 'none'} "
            f"| {cuts[49] * 1000:,.0f} ms | {cuts[98] * 1000:,.0f} ms | {at_once:,.0f} |"
        )
    return rows


def main() -> None:
    with dynoxide() as url, environment(url, "bench-peak"):
        create_table(boto3.client("dynamodb"), "bench-peak")
        use_table("bench-peak")
        recordings = {shards: record_all(shards, count) for shards, count in ORDERS.items()}
    played = list(HEAD)
    for shards, each in recordings.items():
        played += peaks(each, shared_partitions(each), shards, RATES[shards])
    most = recordings[MANY]
    for name, rows in (("walls", walls(most, shared_partitions(most))), ("peaks", played)):
        table = "\n".join(rows)
        print(table)
        begin, end = f"<!-- {name} -->\n", f"\n<!-- end {name} -->"
        before, _, rest = PAGE.read_text("utf-8").partition(begin)
        PAGE.write_text(f"{before}{begin}{table}{end}{rest.partition(end)[2]}", "utf-8")


if __name__ == "__main__":
    main()
