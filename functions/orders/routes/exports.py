"""Exports, their files, the shipment list and the regular export."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from ulid import ULID

from functions.orders.call import Access, Call
from functions.orders.identity import OWNER, SELLER
from functions.orders.models.exports import (
    ExportView,
    NewExport,
    ScheduleBody,
    ScheduleView,
    ShipmentListView,
    download_view,
    export_view,
    listed_export_view,
    schedule_view,
)
from functions.orders.models.fields import Nothing
from functions.orders.paging import Cursor, Limit, Paging, page_of
from functions.orders.problems import Problem, not_found
from functions.orders.responses import LINKED, documented, link_reply, pending_answer, reply
from functions.orders.routing import Routes
from shared.domain.exports.model import Job
from shared.domain.exports.regular import Schedule
from shared.operations import exports as operations
from shared.store import files
from shared.store.exports import exports, regular_exports
from shared.store.exports.exports import Download

route = Routes("Exports")

MAX_DOWNLOADS = 100


def _reply(call: Call, job: Job, status: int = 200) -> Response[Any]:
    headers = {"Location": f"/v1/exports/{job.export_id}"} if status == 202 else {}
    return reply(export_view(job, call.now, call.language), status, headers)


def _schedule(call: Call) -> ScheduleView:
    return schedule_view(regular_exports.load(call.store.store_id), call.store.time_zone)


def _pending(call: Call, status: int) -> Any:
    return pending_answer(call, lambda job: _reply(call, job, status))


@route(
    "POST /v1/exports",
    "Request an export",
    documented(ExportView, "The export is queued; its Location shows its progress.", 202, headers="Location"),
    Access(SELLER),
)
def create_export(call: Call, body: NewExport) -> Response[Any]:
    """Write orders, lines, shipments, picks, funds or customers into .xls, .xlsx or .csv files.

    Without preset and window it is the last three calendar months in the store's zone.
    """
    request = body.request(call.store, call.now)
    return _reply(call, operations.request_export(call.store, request, call.actor, call.now, _pending(call, 202)), 202)


@route(
    "GET /v1/exports",
    "Exports, latest first",
    documented(page_of("ExportPage", ExportView), "All exports of the store."),
    Access(SELLER),
)
def list_exports(call: Call, limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """The exports of the store, each with at most ten of its warnings."""
    paging = Paging(call, {"list": "exports"}, limit, cursor)
    page = exports.listed(call.store.store_id, limit, paging.start())
    return paging.reply(page, lambda job: listed_export_view(job, call.now, call.language))


@route(
    "GET /v1/exports/{export_id}",
    "Read an export",
    documented(ExportView, "Its progress, its files, and their downloads."),
    Access(SELLER),
)
def get_export(call: Call, export_id: str) -> Response[Any]:
    """One export: its progress, its files, its warnings and who has fetched them."""
    view = export_view(call.resource(Job), call.now, call.language)
    downloads = exports.downloads(call.store.store_id, export_id, MAX_DOWNLOADS)
    return reply(view | {"downloads": [download_view(download) for download in downloads]})


@route(
    "GET /v1/exports/{export_id}/files/{n}",
    "Fetch a file",
    LINKED,
    Access(SELLER),
)
def get_export_file(call: Call, export_id: str, n: str) -> Response[Any]:
    """A link to a file, which is valid for five minutes: a redirect, or JSON where `Accept` prefers that. The fetch is
    recorded."""
    job = call.resource(Job)
    file = job.file(int(n)) if n.isascii() and n.isdigit() and len(n) < 6 else None
    if file is None:
        raise not_found()
    if call.now >= job.expires_at:
        raise Problem(410, "export_expired", "Files are kept for 30 days: ask for the export again.")
    download = Download(str(ULID()), call.now, call.actor, file.n)
    exports.record_download(call.store.store_id, export_id, download)
    return link_reply(call, files.link(file.key, file.name))


@route(
    "POST /v1/exports/{export_id}/cancel",
    "Cancel an export",
    documented(ExportView, "The export, cancelled; the files that it has stay."),
    Access(SELLER),
)
def cancel_export(call: Call, export_id: str, body: Nothing) -> Response[Any]:
    """Stop an export. The files that it has stay."""
    return _reply(call, operations.cancel_export(call.store.store_id, export_id, call.now, _pending(call, 200)))


@route(
    "POST /v1/exports/{export_id}/retry",
    "Retry a failed export",
    documented(ExportView, "The export, queued again from the file that failed."),
    Access(SELLER),
)
def retry_export(call: Call, export_id: str, body: Nothing) -> Response[Any]:
    """Run a failed, cancelled or expired export again, from the file that failed."""
    return _reply(call, operations.retry_export(call.store.store_id, export_id, call.now, _pending(call, 200)))


@route(
    "GET /v1/shipment-list",
    "Whether there is a shipment list",
    documented(ShipmentListView, "Whether an order awaits shipment, and how many do."),
)
def get_shipment_list(call: Call) -> Response[Any]:
    """Whether an order awaits shipment, so that there is a shipment list, and how many do."""
    count = operations.awaiting_shipment(call.store.store_id)
    return reply({"available": count > 0, "orders": count})


@route(
    "GET /v1/export-schedule",
    "Read the regular export",
    documented(ScheduleView, "What is exported regularly, and when next."),
    Access(OWNER),
)
def get_export_schedule(call: Call) -> Response[Any]:
    """What is exported regularly, and when next."""
    return reply(_schedule(call))


@route(
    "PUT /v1/export-schedule",
    "Set the regular export",
    documented(ScheduleView, "The regular export as it is now."),
    Access(OWNER, present=_schedule),
)
def put_export_schedule(call: Call, body: ScheduleBody) -> Response[Any]:
    """Set the regular export. A field left out gets its default."""
    schedule = Schedule(**body.model_dump())
    return reply(schedule_view(operations.change_schedule(call.store, schedule, call.now), call.store.time_zone))
