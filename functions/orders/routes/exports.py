"""Exports, their files, the shipment list and the regular export."""

from dataclasses import replace
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body as InBody
from ulid import ULID

from functions.orders.call import Call, access
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
from functions.orders.paging import Cursor, Limit, page_of, page_reply, position
from functions.orders.problems import Problem, not_found
from functions.orders.responses import LINKED, documented, link_reply, pending_answer, reply
from shared.domain.exports.model import Job
from shared.domain.exports.regular import Schedule
from shared.operations import exports as operations
from shared.store import files
from shared.store.exports import exports, regular_exports
from shared.store.exports.exports import Download

router = Router()

MAX_DOWNLOADS = 100


def _reply(call: Call, job: Job, status: int = 200) -> Response[Any]:
    headers = {"Location": f"/v1/exports/{job.export_id}"} if status == 202 else {}
    return reply(export_view(job, call.now, call.language), status, headers)


def _schedule(call: Call) -> ScheduleView:
    return schedule_view(regular_exports.load(call.store.store_id), call.store.time_zone)


def _pending(call: Call, status: int) -> Any:
    return pending_answer(call, lambda job: _reply(call, job, status))


@router.post(
    "/v1/exports",
    summary="Request an export",
    tags=["Exports"],
    operation_id="create_export",
    responses=documented(ExportView, "The export is queued; its Location shows its progress.", 202, headers="Location"),
)
@access(SELLER)
def create_export(body: Annotated[NewExport, InBody()]) -> Response[Any]:
    """Write orders, lines, shipments, picks, funds or customers into .xls, .xlsx or .csv files.

    Without preset and window it is the last three calendar months in the store's zone.
    """
    call: Call = router.context["call"]
    request = body.request(call.store, call.now)
    return _reply(call, operations.request_export(call.store, request, call.actor, call.now, _pending(call, 202)), 202)


@router.get(
    "/v1/exports",
    summary="Exports, latest first",
    tags=["Exports"],
    operation_id="list_exports",
    responses=documented(page_of("ExportPage", ExportView), "All exports of the store."),
)
@access(SELLER)
def list_exports(limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """The exports of the store, each with at most ten of its warnings."""
    call: Call = router.context["call"]
    query = {"list": "exports"}
    page = exports.listed(call.store.store_id, limit, position(call, cursor, query))
    return page_reply(call, page, lambda job: listed_export_view(job, call.now, call.language), limit, query)


@router.get(
    "/v1/exports/<export_id>",
    summary="Read an export",
    tags=["Exports"],
    operation_id="get_export",
    responses=documented(ExportView, "Its progress, its files, and their downloads."),
)
@access(SELLER)
def get_export(export_id: str) -> Response[Any]:
    """One export: its progress, its files, its warnings and who has fetched them."""
    call: Call = router.context["call"]
    view = export_view(call.resource(Job), call.now, call.language)
    downloads = exports.downloads(call.store.store_id, export_id, MAX_DOWNLOADS)
    return reply(view | {"downloads": [download_view(download) for download in downloads]})


@router.get(
    "/v1/exports/<export_id>/files/<n>",
    summary="Fetch a file",
    tags=["Exports"],
    operation_id="get_export_file",
    responses=LINKED,
)
@access(SELLER)
def get_export_file(export_id: str, n: str) -> Response[Any]:
    """A link to a file, which is valid for five minutes: a redirect, or JSON where `Accept` prefers that. The fetch is
    recorded."""
    call: Call = router.context["call"]
    job = call.resource(Job)
    file = job.file(int(n)) if n.isascii() and n.isdigit() and len(n) < 6 else None
    if file is None:
        raise not_found()
    if call.now >= job.expires_at:
        raise Problem(410, "export_expired", "Files are kept for 30 days: ask for the export again.")
    download = Download(str(ULID()), call.now, call.actor, file.n)
    exports.record_download(call.store.store_id, export_id, download)
    return link_reply(call, files.link(file.key, file.name))


@router.post(
    "/v1/exports/<export_id>/cancel",
    summary="Cancel an export",
    tags=["Exports"],
    operation_id="cancel_export",
    responses=documented(ExportView, "The export, cancelled; the files that it has stay."),
)
@access(SELLER)
def cancel_export(export_id: str, body: Annotated[Nothing, InBody()]) -> Response[Any]:
    """Stop an export. The files that it has stay."""
    call: Call = router.context["call"]
    return _reply(call, operations.cancel_export(call.store.store_id, export_id, call.now, _pending(call, 200)))


@router.post(
    "/v1/exports/<export_id>/retry",
    summary="Retry a failed export",
    tags=["Exports"],
    operation_id="retry_export",
    responses=documented(ExportView, "The export, queued again from the file that failed."),
)
@access(SELLER)
def retry_export(export_id: str, body: Annotated[Nothing, InBody()]) -> Response[Any]:
    """Run a failed, cancelled or expired export again, from the file that failed."""
    call: Call = router.context["call"]
    return _reply(call, operations.retry_export(call.store.store_id, export_id, call.now, _pending(call, 200)))


@router.get(
    "/v1/shipment-list",
    summary="Whether there is a shipment list",
    tags=["Exports"],
    operation_id="get_shipment_list",
    responses=documented(ShipmentListView, "Whether an order awaits shipment, and how many do."),
)
@access()
def get_shipment_list() -> Response[Any]:
    """Whether an order awaits shipment, so that there is a shipment list, and how many do."""
    call: Call = router.context["call"]
    count = operations.awaiting_shipment(call.store.store_id)
    return reply({"available": count > 0, "orders": count})


@router.get(
    "/v1/export-schedule",
    summary="Read the regular export",
    tags=["Exports"],
    operation_id="get_export_schedule",
    responses=documented(ScheduleView, "What is exported regularly, and when next."),
)
@access(OWNER)
def get_export_schedule() -> Response[Any]:
    """What is exported regularly, and when next."""
    call: Call = router.context["call"]
    return reply(_schedule(call))


@router.put(
    "/v1/export-schedule",
    summary="Set the regular export",
    tags=["Exports"],
    operation_id="put_export_schedule",
    responses=documented(ScheduleView, "The regular export as it is now."),
)
@access(OWNER, present=_schedule)
def put_export_schedule(body: Annotated[ScheduleBody, InBody()]) -> Response[Any]:
    """Set the regular export. A field left out gets its default."""
    call: Call = router.context["call"]
    schedule = replace(Schedule(), **{name: getattr(body, name) for name in type(body).model_fields})
    return reply(schedule_view(operations.change_schedule(call.store, schedule, call.now), call.store.time_zone))
