"""The peak that is played (bench/peak.py) follows DynamoDB's rules."""

from __future__ import annotations

from bench.partitions import Call
from bench.peak import Peak, Trace, peaks, record, shared_partitions, walls
from tests.harness import Api, InProcess
from tests.proof import counted

STEPS = ("place", "pay", "pass_risk", "ship")
INDEX = ("by_placed", "store", "")
COUNTER = ("table", "store", "COUNT#1")


def played(call: Call, orders_a_second: float, **options: float) -> tuple[float, int, int]:
    """Requests answered a second, conflicts and refusals, where each step is one such call."""
    recordings: list[dict[str, Trace]] = [dict.fromkeys(STEPS, (call,))]
    peak = Peak(set(call.units), split=True, burst=1, **options)  # type: ignore[arg-type]
    peak.play(recordings, orders_a_second, seconds=12)
    outcomes = peak.outcomes.values()
    answered = sum(len(outcome.seconds) for outcome in outcomes)
    return answered / 7, sum(o.conflicts for o in outcomes), sum(sum(o.throttles.values()) for o in outcomes)


def test_a_partition_takes_a_thousand_write_units_a_second() -> None:
    below, conflicts, throttles = played(Call({INDEX: 2}, frozenset({("an", "order")})), 100)
    assert (conflicts, throttles) == (0, 0) and 320 < below < 380
    _, conflicts, throttles = played(Call({INDEX: 4}, frozenset({("an", "order")})), 100)
    assert conflicts == 0 and throttles > 1_000


def test_of_two_transactions_on_one_item_the_later_is_refused() -> None:
    item = frozenset({("store", "COUNT#1")})
    _, conflicts, _ = played(Call({COUNTER: 2}, item, transaction=True), 10)
    assert conflicts > 50
    _, conflicts, _ = played(Call({COUNTER: 2}, item), 10)
    assert conflicts == 0


def test_the_units_of_each_partition_add_up_to_those_that_the_engine_reports(on_dynoxide: Api) -> None:
    shop = Api(InProcess(), "dynoxide").shop()
    shop.platform.place()
    recordings = [record(shop, number) for number in range(3)]  # raises where they do not
    calls = [call for traces in recordings for trace in traces.values() for call in trace]
    counted("requests whose units were attributed to partitions", len(calls), floor=50)
    shared = shared_partitions(recordings)
    assert ("by_placed", shop.name, "") in shared
    assert not [partition for partition in shared if partition[1].startswith(f"{shop.name}#3")]  # an order's own
    assert any("`by_placed` of `store`" in row for row in walls(recordings, shared))
    (few,) = peaks(recordings, shared, 8, (3,))
    assert "| 100.0% |" in few and "| none |" in few
