"""Exports and the regular export: bodies of requests, and answers."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field, StrictBool, StrictInt, WithJsonSchema
from typing_extensions import TypedDict

from functions.orders.models.fields import Body, Instant, Zone, statuses_of
from functions.orders.models.values import ActorView, MoneyView, actor_view, instant, money
from shared.domain.errors import Unprocessable
from shared.domain.exports import model as domain
from shared.domain.exports.columns import COLUMNS
from shared.domain.exports.layouts import LAYOUTS, OWN_COLUMNS, columns_of
from shared.domain.exports.model import ExportRequest, Format, Job, Kind
from shared.domain.exports.regular import RegularExport
from shared.domain.labels import labelled
from shared.domain.sentences.sentence import say
from shared.domain.stores import Store
from shared.store.exports.exports import Download

MESSAGES = {
    "cleaned": ("Characters that no cell can hold were replaced.", "已替换单元格无法保存的字符。"),
    "shortened": ("The text was cut at 32,767 characters.", "文本超过 32,767 个字符，已截断。"),
    "several_currencies": (
        "Amounts are in several currencies, and no column says in which.",
        "金额包含多个币种，且没有币种列。",
    ),
    "gave_up": ("A file could not be written, however often it was tried.", "文件多次写入失败。"),
    "orders_keep_moving": ("Orders were moved in time whenever the files were written.", "导出期间订单时间不断变化。"),
}


LISTED_WARNINGS = 10
NAME_OF = {Kind.CUSTOMERS: "buyer_id", Kind.PICKS: "sku"}
"""The field of a warning that says in which row it is."""
OF_ALL = {
    Kind.SHIPMENTS: "A shipment list is of all orders that await shipment now.",
    Kind.CUSTOMERS: "A file of customers is of all that there are now.",
    Kind.PICKS: "A pick list is of all orders that can be shipped now.",
}


# The document lists the codes of all kinds of exports. A code of another kind is refused.
CODES = list(dict.fromkeys((*COLUMNS, *chain.from_iterable(OWN_COLUMNS.values()))))
ColumnCode = Annotated[str, WithJsonSchema({"type": "string", "enum": CODES})]
LAYOUT_NAMES = sorted({name for layouts in LAYOUTS.values() for name in layouts})
LayoutName = Annotated[
    str, Field(min_length=1, max_length=64), WithJsonSchema({"type": "string", "enum": LAYOUT_NAMES})
]


class Cadence(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class WindowBody(Body):
    """Half-open: `from` is in it, `to` is not."""

    from_: Annotated[Instant, Field(alias="from")]
    to: Instant


class NewExport(Body):
    kind: Kind = Kind.ORDERS
    format: Format = Format.XLS
    preset: Literal["last_3_months"] | None = None
    window: WindowBody | None = None
    status: Annotated[str, Field(min_length=1, max_length=400)] | None = None
    columns: Annotated[list[ColumnCode], Field(min_length=1, max_length=len(CODES))] | None = None
    layout: LayoutName | None = None
    time_zone: Zone | None = None
    language: Literal["zh-CN", "en"] | None = None
    recipient: Literal["full", "masked"] = "full"
    bom: StrictBool | None = None

    def request(self, store: Store, now: datetime) -> ExportRequest:
        """Raises Problem 400 or Unprocessable, each with the field."""
        self._refuse_contradictions()
        window = (self.window.from_, self.window.to) if self.window else None
        if window and window[0] >= window[1]:
            raise Unprocessable("window_empty", "The window ends before it begins.", "/window/to")
        return domain.new_request(
            store,
            now,
            self.kind,
            self.format,
            window=window,
            layout=self.layout,
            language=self.language,
            time_zone=self.time_zone,
            columns=self._columns(),
            statuses=statuses_of(self.status, "/status"),
            masked=self.recipient == "masked",
            bom=self.bom is not False,
        )

    def _refuse_contradictions(self) -> None:
        given = self.model_fields_set
        if self.preset and self.window:
            raise Unprocessable("window_twice", "An export has a preset or a window, not both.", "/preset")
        if self.columns and self.layout:
            raise Unprocessable("columns_twice", "An export has a layout or columns of its own, not both.", "/layout")
        for name in ("preset", "window", "status"):
            if self.kind in domain.WINDOWLESS and name in given:
                raise Unprocessable(f"not_for_{self.kind}", OF_ALL[self.kind], f"/{name}")
        if self.bom is not None and self.format is not Format.CSV:
            raise Unprocessable("bom_not_for_format", "Only a .csv has a byte order mark, or none.", "/bom")

    def _columns(self) -> tuple[str, ...]:
        known = columns_of(self.kind)
        for position, code in enumerate(self.columns or ()):
            if code not in known:
                detail = say("A column of {kind} is one of {columns}.", kind=self.kind, columns=", ".join(known))
                raise Unprocessable("column_unknown", detail, f"/columns/{position}")
            if code in (self.columns or ())[:position]:
                raise Unprocessable(
                    "column_twice", say("The column {code} is there already.", code=code), f"/columns/{position}"
                )
        return tuple(self.columns or ())


class ScheduleBody(Body):
    enabled: StrictBool
    cadence: Cadence = Cadence.MONTHLY
    kind: Kind = Kind.ORDERS
    format: Format = Format.XLS
    hour: Annotated[StrictInt, Field(ge=0, le=23)] = 2


class ScheduleView(TypedDict):
    """`hour` is in the store's zone; `next_at` is None while the schedule is off."""

    enabled: bool
    cadence: str
    kind: str
    format: str
    hour: int
    time_zone: str
    next_at: str | None
    last_export_id: str | None


class ShipmentListView(TypedDict):
    available: bool
    orders: int


class ProgressView(TypedDict):
    """`done` and `total` count orders; customers in an export of customers, products in a pick list. So do `orders` of
    files and coverage."""

    done: int
    total: int | None
    percent: int


class FileView(TypedDict):
    n: int
    name: str
    bytes: int
    sha256: str
    rows: int
    orders: int


CoverageView = TypedDict(
    "CoverageView", {"from": str | None, "to": str | None, "time_zone": str, "orders": int, "complete": bool}
)


class WarningView(TypedDict):
    """`sku` is the product id of a product without a SKU."""

    code: str
    message: str
    file: int
    column: NotRequired[str]
    order_id: NotRequired[str]
    buyer_id: NotRequired[str]
    sku: NotRequired[str]


class FailureView(TypedDict):
    code: str
    message: str


class DownloadView(TypedDict):
    n: int
    at: str
    by: ActorView


class ExportView(TypedDict):
    id: str
    kind: str
    kind_label: str
    format: str
    state: str
    state_label: str
    progress: ProgressView
    files: list[FileView]
    coverage: CoverageView
    totals: list[MoneyView]
    warnings: list[WarningView]
    more_warnings: int
    layout: str | None
    columns: list[str]
    statuses: list[str]
    language: str
    recipient: str
    scheduled: bool
    requested_by: ActorView
    requested_at: str
    started_at: str | None
    finished_at: str | None
    expires_at: str
    failed: FailureView | None
    downloads: NotRequired[list[DownloadView]]


def listed_export_view(job: Job, now: datetime, language: str) -> ExportView:
    """With ten of its warnings: a page of jobs with a thousand each is more than Lambda can answer."""
    some, rest = job.warnings[:LISTED_WARNINGS], len(job.warnings[LISTED_WARNINGS:])
    return export_view(replace(job, warnings=some, more_warnings=job.more_warnings + rest), now, language)


def export_view(job: Job, now: datetime, language: str) -> ExportView:
    request = job.request
    everything = request.kind in domain.WINDOWLESS
    view: Any = {
        "id": job.export_id,
        **labelled("kind", "export_kind", request.kind, language),
        "format": request.format,
        **labelled("state", "export_state", job.state_at(now), language),
        "progress": {"done": job.done, "total": job.expected, "percent": job.percent},
        "files": [{name: getattr(file, name) for name in FileView.__annotations__} for file in job.files],
        "coverage": {
            "from": None if everything else instant(request.since),
            "to": None if everything else instant(request.until),
            "time_zone": request.time_zone,
            "orders": job.orders,
            "complete": job.complete,
        },
        "totals": [money(minor, currency) for currency, minor in job.totals.items()],
        "warnings": [_warning(warned, request.kind, language) for warned in job.warnings],
        "more_warnings": job.more_warnings,
        "layout": None if request.columns else request.layout,
        "columns": list(request.columns),
        "statuses": [str(status) for status in request.statuses],
        "language": request.language,
        "recipient": "masked" if request.masked else "full",
        "scheduled": job.scheduled,
        "requested_by": actor_view(job.requested_by),
        "requested_at": instant(job.requested_at),
        "started_at": instant(job.started_at) if job.started_at else None,
        "finished_at": instant(job.finished_at) if job.finished_at else None,
        "expires_at": instant(job.expires_at),
        "failed": {"code": job.failed, "message": _message(job.failed, language)} if job.failed else None,
    }
    return view  # type: ignore[no-any-return]


def download_view(download: Download) -> DownloadView:
    return {"n": download.n, "at": instant(download.at), "by": actor_view(download.actor)}


def schedule_view(export: RegularExport, time_zone: str) -> ScheduleView:
    view: Any = {
        **asdict(export.schedule),
        "time_zone": time_zone,
        "next_at": instant(export.due_at) if export.due_at else None,
        "last_export_id": export.last,
    }
    return view  # type: ignore[no-any-return]


def _warning(warned: domain.FileWarning, kind: Kind, language: str) -> Any:
    view = {"code": warned.code, "message": _message(warned.code, language), "file": warned.n}
    view |= {"column": warned.column} if warned.column else {}
    name = NAME_OF.get(kind, "order_id")
    return view | ({name: warned.order_id} if warned.order_id else {})


def _message(code: str, language: str) -> str:
    return MESSAGES[code][language == "zh-CN"]
