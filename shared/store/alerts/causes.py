"""Causes of alerts as short lists of JSON values, for the head of an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.domain.alerts.model import Cause
from shared.store.dynamodb.attributes import TIME


def cause_values(cause: Cause) -> list[Any]:
    """[kind, time], then timer, due time and lead in seconds, then step, if the cause has them. The subject is omitted:
    it is the order. The list is short, so that a head stays within one write unit."""
    values: list[Any] = [cause.kind, TIME.serialize(cause.at)]
    if cause.timer and cause.due_at and cause.lead is not None:
        values += [cause.timer, TIME.serialize(cause.due_at), int(cause.lead.total_seconds())]
    return values if cause.step is None else [*values, cause.step]


def cause_of(values: Sequence[Any], order_id: str) -> Cause:
    """The cause from `cause_values` and its subject."""
    kind, at, *timed = values
    step = timed.pop() if len(timed) in (1, 4) else None
    cause = Cause(kind, TIME.deserialize(at), order_id, step=step)
    if not timed:
        return cause
    timer, due_at, lead = timed
    return replace(cause, timer=timer, due_at=TIME.deserialize(due_at), lead=timedelta(seconds=lead))
