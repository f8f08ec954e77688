"""The alert for a failed export. A retry resolves it."""

from __future__ import annotations

from datetime import datetime

from shared.domain.alerts.model import Alert, Cause, alert
from shared.domain.exports.model import Job, State

KIND = "export_failed"


def raised(before: Job, after: Job) -> list[Alert]:
    """The alert, if the change failed the job."""
    if after.state is not State.FAILED or before.state is State.FAILED or not after.finished_at:
        return []
    facts = {"code": after.failed, "kind": str(after.request.kind), "format": str(after.request.format)}
    return [alert(after.store_id, Cause(KIND, after.finished_at, after.export_id), facts)]


def resolved(before: Job, after: Job) -> list[tuple[Cause, datetime]]:
    """The cause of the alert and the time of the retry, if the change retried a failed job."""
    if before.state is not State.FAILED or after.state is State.FAILED or not before.finished_at:
        return []
    at = after.lease.until if after.lease else before.finished_at
    return [(Cause(KIND, before.finished_at, before.export_id), at)]
