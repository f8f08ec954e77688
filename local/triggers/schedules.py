"""The schedules of one function: invokes it at the rates of its ScheduleV2 events, and once for each at the start.

It runs one event at a time; a failed event is printed and the schedules go on.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn

from local.resources import REGION, Function, Schedule
from local.runtime import Context, load
from local.template import Template


def payload(schedule: Schedule, at: datetime) -> dict[str, Any]:
    """The target's Input, with values for the scheduler's context attributes."""
    attributes = {
        "<aws.scheduler.schedule-arn>": f"arn:aws:scheduler:{REGION}:local:schedule/{schedule.name}",
        "<aws.scheduler.scheduled-time>": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "<aws.scheduler.execution-id>": str(uuid.uuid4()),
        "<aws.scheduler.attempt-number>": "1",
    }
    text = schedule.payload
    for name, value in attributes.items():
        text = text.replace(name, value)
    filled: dict[str, Any] = json.loads(text)
    return filled


def fire(function: Function, schedule: Schedule, at: datetime) -> bool:
    """Run the handler once; False if it raised, and the traceback goes to stderr."""
    try:
        load(function.handler)(payload(schedule, at), Context(function.logical_id, function.memory, function.timeout))
    except Exception:
        print(f"{schedule.name} of {at:%H:%M:%S} failed:", file=sys.stderr)
        traceback.print_exc(file=sys.stderr)
        return False
    return True


def run(function: Function, schedules: Sequence[Schedule]) -> NoReturn:
    """Run for ever. Times that pass while another event runs are made up by one event."""
    due = {schedule.name: time.time() for schedule in schedules}
    while True:
        schedule = min(schedules, key=lambda candidate: due[candidate.name])
        time.sleep(max(0.0, due[schedule.name] - time.time()))
        at = due[schedule.name]
        fire(function, schedule, datetime.fromtimestamp(at, UTC))
        missed = max(0.0, time.time() - at) // schedule.every_seconds
        due[schedule.name] = at + (missed + 1) * schedule.every_seconds


def start(template: Template, name: str) -> int:
    run(template.functions[name], [each for each in template.schedules if each.function == name])
