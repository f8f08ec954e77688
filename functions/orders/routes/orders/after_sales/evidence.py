"""Evidence in a dispute: a form for an upload, the step that adds the file, and the file."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.orders.call import Access, Call
from functions.orders.identity import PLATFORM, SELLER
from functions.orders.models.orders.actions import request_for
from functions.orders.models.orders.after_sales.disputes import OpenDisputeView
from functions.orders.models.orders.after_sales.evidence import AddEvidence, FormView, NewEvidence, form_view
from functions.orders.problems import not_found
from functions.orders.responses import LINKED, dispute_reply, documented, link_reply, pending_answer, reply
from functions.orders.routing import Routes
from shared.operations import evidence
from shared.store.orders.orders import Loaded

route = Routes("Disputes")


@route(
    "POST /v1/disputes/{dispute_id}/evidence",
    "Request a form for an upload of evidence",
    documented(FormView, "The form, valid for 15 minutes; the step `add_evidence` then adds the file.", 201),
    Access(SELLER | PLATFORM),
)
def offer_evidence_form(call: Call, dispute_id: str, body: NewEvidence) -> Response[Any]:
    """A form for the upload of an image or a PDF, of 5 MB at most. Then `add_evidence` adds the file."""
    form = evidence.offer_form(call.store, call.order, dispute_id, body.media_type, call.actor, call.now)
    return reply(form_view(form), 201)


@route(
    "POST /v1/disputes/{dispute_id}/actions/add_evidence",
    "Add evidence",
    documented(OpenDisputeView, "The dispute as it is now.", headers="ETag"),
    Access(SELLER | PLATFORM, versioned=True),
)
def dispute_add_evidence(call: Call, dispute_id: str, body: AddEvidence) -> Response[Any]:
    request = request_for(call, "add_evidence", body)
    pending = pending_answer(call, lambda order: dispute_reply(call, dispute_id, order))
    order = evidence.add_evidence(call.store, call.resource(Loaded), dispute_id, request, pending)
    return dispute_reply(call, dispute_id, order)


@route(
    "GET /v1/disputes/{dispute_id}/evidence/{evidence_id}",
    "Fetch a piece of evidence",
    LINKED,
)
def get_evidence(call: Call, dispute_id: str, evidence_id: str) -> Response[Any]:
    """A link to a file of a dispute, which is valid for five minutes: a redirect, or JSON where `Accept` prefers
    that."""
    link = evidence.link(call.store.store_id, call.order, dispute_id, evidence_id)
    if link is None:
        raise not_found()
    return link_reply(call, link)
