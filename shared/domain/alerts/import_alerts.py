"""The alert for an import that failed, or that ended with failed rows."""

from __future__ import annotations

from shared.domain.alerts.model import Alert, Cause, alert
from shared.domain.imports.model import Import, RowState, State

FAILED, FAILED_ROWS = "import_failed", "import_rows_failed"


def raised(before: Import, after: Import) -> list[Alert]:
    if after.state is before.state or not after.finished_at:
        return []
    rows = after.counts[RowState.FAILED]
    facts = {"code": after.failed, "rows": rows, "kind": str(after.request.kind)}
    if after.state is State.FAILED:
        return [alert(after.store_id, Cause(FAILED, after.finished_at, after.import_id), facts)]
    if after.state is State.SUCCEEDED and rows:
        return [alert(after.store_id, Cause(FAILED_ROWS, after.finished_at, after.import_id), facts)]
    return []
