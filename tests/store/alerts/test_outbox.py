"""The outbox is fair to every store, and what it has postponed is sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.alerts import outbox
from shared.domain.alerts.model import Cause, alert
from shared.store import queues
from shared.store.alerts import alerts
from shared.store.alerts import outbox as stored
from shared.store.dynamodb import keys
from shared.store.dynamodb.errors import Busy
from shared.store.dynamodb.table import transact
from tests.clock.memory_table import MemoryTable

NOW = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)
Sent = list[Sequence[tuple[str, ...]]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, memory_table: MemoryTable) -> Sent:
    """The batches that the queue has received."""
    batches: Sent = []
    monkeypatch.setattr(queues, "send_alerts", batches.append)
    return batches


def raised(store_id: str, count: int, at: datetime = NOW - timedelta(minutes=1)) -> list[str]:
    made = [alert(store_id, Cause("new_order", at, f"{n}"), {}, of_order=True) for n in range(count)]
    for each in made:
        transact(alerts.raising([each]))
    return [each.alert_id for each in made]


def enqueue(now: datetime = NOW, batches: int | None = None) -> int:
    """One run. It has the time for so many batches."""
    left = iter(range(batches if batches is not None else 1 << 30))
    entered = outbox._in_turns  # the time ends while entries are sent, not while they are read

    def ends() -> bool:
        return reading[0] is False and next(left, None) is None

    reading = [True]

    def in_turns(entries: Any) -> Any:
        everything = list(entries)
        reading[0] = False
        return entered(iter(everything))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(outbox, "_in_turns", in_turns)
        return outbox.enqueue_alerts(now, ends)


def stores_of(batches: Sent) -> list[str]:
    return [ids[0] for batch in batches for ids in batch]


def test_a_store_with_many_alerts_holds_up_no_other(sent: Sent) -> None:
    raised("large", 100, NOW - timedelta(hours=1))
    raised("small", 2)
    assert enqueue(batches=1) == queues.MESSAGES
    assert stores_of(sent).count("small") == 2, "the stores take turns"
    assert enqueue() == 92 and stores_of(sent).count("large") == 100


def test_one_store_has_at_most_its_share_of_a_run(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "SHARE", 20)
    raised("large", 50)
    assert [enqueue(NOW + timedelta(seconds=n)) for n in range(4)] == [20, 20, 10, 0]


def test_each_run_begins_with_another_shard(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "SHARE", 1)
    ids = raised("large", 64)
    first = set()
    for minute in range(8):
        enqueue(NOW + timedelta(minutes=minute))
        first.add(keys.OUTBOX.of(sent[-1][0][1]))
    assert len(first) == 8 and len(ids) == 64


def test_an_entry_is_sent_whose_postponement_had_its_effect_and_whose_answer_was_lost(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    (alert_id,) = raised("small", 1)
    real, lost = stored.update, list[str]()

    def update(write: Any) -> None:
        real(write)
        if not lost:
            lost.append(write.record.pk)
            raise Busy("the answer was lost")

    monkeypatch.setattr(stored, "update", update)
    assert enqueue() == 1 and lost and sent == [[("small", alert_id)]]


def test_conflicts_of_an_entry_are_retried(sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    raised("small", 1)
    real, conflicts = stored.update, iter(range(3))

    def update(write: Any) -> None:
        if next(conflicts, None) is not None:
            raise Busy("a conflict")
        real(write)

    monkeypatch.setattr(stored, "update", update)
    assert enqueue() == 1 and len(sent) == 1


def test_messages_that_sqs_does_not_accept_are_sent_again(
    memory_table: MemoryTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests: list[list[dict[str, Any]]] = []

    class Sqs:
        refuses = 1

        def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:
            requests.append(Entries)
            return {"Failed": Entries[: self.refuses]}

    sqs = Sqs()
    monkeypatch.setattr(queues, "client", lambda _: sqs)
    with pytest.raises(queues.NotAccepted):
        queues.send_alerts([("small", "a"), ("small", "b")])
    assert [len(entries) for entries in requests] == [2, 1, 1]
    assert {entry["MessageGroupId"] for entries in requests for entry in entries} == {"small"}
    sqs.refuses = 0
    queues.send_deliveries([("small", "c", "d")], 5)
    assert requests[-1][0]["DelaySeconds"] == 5
