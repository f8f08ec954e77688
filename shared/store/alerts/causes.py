"""Causes of alerts as lists of JSON values, short enough for an order's head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.domain.alerts.model import Cause
from shared.store.dynamodb.attributes import InstantAttribute

_time = InstantAttribute()


def told_cause(cause: Cause) -> list[Any]:
    """Without its subject, which is the order, and short: a head stays within one write unit."""
    told: list[Any] = [cause.kind, _time.serialize(cause.at)]
    if cause.timer and cause.due_at and cause.lead is not None:
        told += [cause.timer, _time.serialize(cause.due_at), int(cause.lead.total_seconds())]
    return told if cause.step is None else [*told, cause.step]


def cause_of(told: Sequence[Any], order_id: str) -> Cause:
    kind, at, *timed = told
    step = timed.pop() if len(timed) in (1, 4) else None
    cause = Cause(kind, _time.deserialize(at), order_id, step=step)
    if not timed:
        return cause
    timer, due_at, lead = timed
    return replace(cause, timer=timer, due_at=_time.deserialize(due_at), lead=timedelta(seconds=lead))
