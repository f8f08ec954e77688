"""Imports, the results of their rows, and the empty sheet."""

from pathlib import Path
from typing import Any, Literal

from aws_lambda_powertools.event_handler import Response

from functions.orders.call import Access, Call
from functions.orders.identity import SELLER
from functions.orders.models.fields import Nothing
from functions.orders.models.imports import ImportView, NewImport, RowStateName, RowView, import_view, row_view
from functions.orders.paging import Cursor, Limit, Paging, page_of
from functions.orders.problems import Problem, not_found
from functions.orders.responses import LINKED, documented, link_reply, pending_answer, reply
from functions.orders.routing import Routes
from shared.domain.imports.model import Import, RowState
from shared.operations.imports import imports as operations
from shared.store import files
from shared.store.imports import imports

route = Routes("Imports")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEETS = Path(__file__).with_name("sheets")


def _reply(call: Call, job: Import, status: int = 200) -> Response[Any]:
    headers = {"Location": f"/v1/imports/{job.import_id}"} if status == 201 else {}
    return reply(import_view(job, call.language, operations.upload_form(job)), status, headers)


def _pending(call: Call, status: int) -> Any:
    return pending_answer(call, lambda job: _reply(call, job, status))


@route(
    "POST /v1/imports",
    "Begin an import",
    documented(ImportView, "The import waits for its file.", 201, headers="Location"),
    Access(SELLER),
)
def create_import(call: Call, body: NewImport) -> Response[Any]:
    """Bring in orders or tracking numbers from a file. Send the file with the form in `upload`: its fields, then the
    file as `file`. A tracking sheet, and any import with `dry_run`, stops at a preview until it is applied.
    `GET /v1/imports/template?kind=tracking` is an empty tracking sheet to fill in."""
    request = body.request(call.language)
    job = operations.request_import(call.store, request, call.actor, call.now, _pending(call, 201))
    return _reply(call, job, 201)


@route(
    "GET /v1/imports",
    "Imports, latest first",
    documented(page_of("ImportPage", ImportView), "All imports of the store."),
    Access(SELLER),
)
def list_imports(call: Call, limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """The imports of the store, each with at most ten of its warnings."""
    paging = Paging(call, {"list": "imports"}, limit, cursor)
    page = imports.listed(call.store.store_id, limit, paging.start())
    return paging.reply(page, lambda job: import_view(job, call.language, listed=True))


@route(
    "GET /v1/imports/template",
    "An empty sheet to fill in",
    documented(None, "The file.", headers="Content-Disposition", media_type=XLSX),
    Access(SELLER),
)
def get_import_template(call: Call, kind: Literal["tracking"] = "tracking") -> Response[Any]:
    """An empty tracking sheet in the language of the request, with the carriers to choose from."""
    name = f"{kind}-{call.language}.xlsx"
    headers = {"Content-Disposition": files.disposition(name)}
    return Response(200, XLSX, (SHEETS / name).read_bytes(), headers=headers)


@route(
    "GET /v1/imports/{import_id}",
    "Read an import",
    documented(ImportView, "Its progress and its counts."),
    Access(SELLER),
)
def get_import(call: Call, import_id: str) -> Response[Any]:
    """One import: its progress, its counts and its warnings; while it waits for its file, the form to send it with."""
    return _reply(call, call.resource(Import))


@route(
    "GET /v1/imports/{import_id}/rows",
    "What became of each row",
    documented(page_of("ImportRowPage", RowView), "The rows that have their result."),
    Access(SELLER),
)
def list_import_rows(
    call: Call,
    import_id: str,
    state: RowStateName | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Any]:
    """The rows that have their result, in the order in which they were carried out; of a preview, what would happen."""
    job = _unexpired(call)
    query = {"list": "import_rows", "import": import_id, "state": state or "", "applies": str(job.applies)}
    paging = Paging(call, query, limit, cursor)
    page = imports.results_page(job, RowState(state) if state else None, limit, paging.start())
    return paging.reply(page, lambda row: row_view(row, call.language))


@route(
    "GET /v1/imports/{import_id}/failed-rows",
    "Fetch the rows that failed",
    LINKED,
    Access(SELLER),
)
def get_failed_rows(call: Call, import_id: str) -> Response[Any]:
    """A link to an .xlsx file of the failed rows as they came, each with its reason: a redirect, or JSON where `Accept`
    prefers that. Mend it and upload it again."""
    job = _unexpired(call)
    if job.failed_rows is None:
        raise not_found()
    stem = Path(job.request.file_name).stem
    return link_reply(call, files.link(job.failed_rows, f"{stem}_failed.xlsx"))


@route(
    "POST /v1/imports/{import_id}/apply",
    "Carry out a preview",
    documented(ImportView, "The import is queued again; now its rows take effect."),
    Access(SELLER),
)
def apply_import(call: Call, import_id: str, body: Nothing) -> Response[Any]:
    """Carry out an import that waits at its preview. Each row takes effect once."""
    job = operations.apply_import(call.store.store_id, import_id, call.now, _pending(call, 200))
    return _reply(call, job)


@route(
    "POST /v1/imports/{import_id}/cancel",
    "Stop an import",
    documented(ImportView, "The import is cancelled; rows that took effect stay."),
    Access(SELLER),
)
def cancel_import(call: Call, import_id: str, body: Nothing) -> Response[Any]:
    """Stop an import between two rows. Rows that took effect stay."""
    job = operations.cancel_import(call.store.store_id, import_id, call.now, _pending(call, 200))
    return _reply(call, job)


def _unexpired(call: Call) -> Import:
    job = call.resource(Import)
    if call.now >= job.expires_at:
        raise Problem(410, "import_expired", "The rows of an import are kept for 30 days.")
    return job
