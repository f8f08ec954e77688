"""Imports: bodies of requests, and answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NotRequired, get_args

from pydantic import StrictBool, StringConstraints
from typing_extensions import TypedDict

from functions.orders.models.exports import ProgressView
from functions.orders.models.fields import Body, Zone
from functions.orders.models.limits import FILE_NAME_CHARACTERS
from functions.orders.models.orders.after_sales.evidence import UploadView
from functions.orders.models.values import ActorView, actor_view, instant, without_none
from shared.domain.imports import model as domain
from shared.domain.imports.model import Import, ImportRequest, Kind, RowResult, State
from shared.domain.imports.reasons import reason, reason_of_row
from shared.domain.labels import labelled
from shared.operations.imports.imports import Form

LayoutName = Literal["aliexpress", "orderkeep", "amazon", "shopify", "ebay", "etsy"]
LAYOUTS: Mapping[Kind, tuple[str, ...]] = {Kind.ORDERS: get_args(LayoutName), Kind.TRACKING: ()}
"""The layouts that a file of each kind may be said to have."""
LISTED_WARNINGS = 10


class NewImport(Body):
    kind: Kind
    file_name: Annotated[str, StringConstraints(min_length=1, max_length=FILE_NAME_CHARACTERS)]
    layout: LayoutName | None = None
    time_zone: Zone | None = None
    dry_run: StrictBool = False

    def request(self, language: str) -> ImportRequest:
        layout = self.layout if self.kind is Kind.ORDERS else None
        return ImportRequest(self.kind, self.file_name, layout, self.time_zone, self.dry_run, language)


class CountsView(TypedDict):
    created: int
    updated: int
    unchanged: int
    failed: int


class ImportWarningView(TypedDict):
    code: str
    message: str
    row: NotRequired[int]
    column: NotRequired[str]


class ImportFailureView(TypedDict):
    code: str
    message: str


class ImportView(TypedDict):
    """`counts` are of rows; before a preview is applied, they are what would happen. `applies` says which: whether the
    rows take effect, or are only checked. `upload` is there while the import waits for its file."""

    id: str
    kind: str
    kind_label: str
    file_name: str
    state: str
    state_label: str
    layout: str | None
    time_zone: str | None
    applies: bool
    progress: ProgressView
    counts: CountsView
    warnings: list[ImportWarningView]
    requested_by: ActorView
    requested_at: str
    started_at: str | None
    finished_at: str | None
    expires_at: str
    failed: ImportFailureView | None
    upload: NotRequired[UploadView]
    max_bytes: NotRequired[int]


class RowView(TypedDict):
    """`effect` is ship, ship_part or correct in a tracking sheet. `column`, `value`, `code` and `reason` are there if
    the row failed."""

    row: int
    order_id: str
    state: str
    state_label: str
    effect: NotRequired[str]
    effect_label: NotRequired[str]
    column: NotRequired[str]
    value: NotRequired[str]
    code: NotRequired[str]
    reason: NotRequired[str]


RowStateName = Literal["created", "updated", "unchanged", "failed"]


def import_view(job: Import, language: str, form: Form | None = None, *, listed: bool = False) -> ImportView:
    view: Any = {
        "id": job.import_id,
        **labelled("kind", "import_kind", job.request.kind, language),
        "file_name": job.request.file_name,
        **labelled("state", "import_state", job.state, language),
        "layout": job.layout,
        "time_zone": job.time_zone,
        "applies": job.applies,
        "progress": {"done": job.done, "total": job.total, "percent": job.percent},
        "counts": job.counts,
        "warnings": [_warning(each, language) for each in job.warnings[: LISTED_WARNINGS if listed else None]],
        "requested_by": actor_view(job.requested_by),
        "requested_at": instant(job.requested_at),
        "started_at": instant(job.started_at) if job.started_at else None,
        "finished_at": instant(job.finished_at) if job.finished_at else None,
        "expires_at": instant(job.expires_at),
        "failed": {"code": job.failed, "message": reason(job.failed, job.facts, language) or job.failed}
        if job.failed
        else None,
    }
    if form is not None and job.state is State.AWAITING_UPLOAD:
        view["upload"] = {"url": form.url, "fields": form.fields}
        view["max_bytes"] = domain.MAX_BYTES
    return view  # type: ignore[no-any-return]


def row_view(result: RowResult, language: str) -> RowView:
    view: dict[str, Any] = {
        "row": result.row,
        "order_id": result.order_id,
        **labelled("state", "row_state", result.state, language),
        **labelled("effect", "effect", result.effect, language),
        "column": result.column,
        "value": result.value,
        "code": result.code,
        "reason": reason_of_row(result, language),
    }
    return without_none(view)  # type: ignore[no-any-return]


def _warning(warning: domain.ImportWarning, language: str) -> ImportWarningView:
    message = reason(warning.code, warning.facts, language)
    view: ImportWarningView = {"code": warning.code, "message": message or warning.code}
    if warning.row:
        view["row"] = warning.row
    if warning.column:
        view["column"] = warning.column
    return view
