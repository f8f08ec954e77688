"""Evidence in a dispute: a form for an upload, the step that adds the file, and the file."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body as InBody

from functions.orders.call import Call, access
from functions.orders.identity import PLATFORM, SELLER
from functions.orders.models.orders.actions import request_for
from functions.orders.models.orders.after_sales.disputes import OpenDisputeView
from functions.orders.models.orders.after_sales.evidence import AddEvidence, FormView, NewEvidence, form_view
from functions.orders.problems import not_found
from functions.orders.responses import LINKED, dispute_reply, documented, link_reply, pending_answer, reply
from shared.operations import evidence
from shared.store.orders.orders import Loaded

router = Router()


@router.post(
    "/v1/disputes/<dispute_id>/evidence",
    summary="Request a form for an upload of evidence",
    tags=["Disputes"],
    operation_id="offer_evidence_form",
    responses=documented(FormView, "The form, valid for 15 minutes; the step `add_evidence` then adds the file.", 201),
)
@access(SELLER | PLATFORM)
def offer_form(dispute_id: str, body: Annotated[NewEvidence, InBody()]) -> Response[Any]:
    """A form for the upload of an image or a PDF, of 5 MB at most. Then `add_evidence` adds the file."""
    call: Call = router.context["call"]
    form = evidence.offer_form(call.store, call.order, dispute_id, body.media_type, call.actor, call.now)
    return reply(form_view(form), 201)


@router.post(
    "/v1/disputes/<dispute_id>/actions/add_evidence",
    summary="Add evidence",
    tags=["Disputes"],
    operation_id="dispute_add_evidence",
    responses=documented(OpenDisputeView, "The dispute as it is now.", headers="ETag"),
)
@access(SELLER | PLATFORM, versioned=True)
def add_evidence(dispute_id: str, body: Annotated[AddEvidence, InBody()]) -> Response[Any]:
    call: Call = router.context["call"]
    request = request_for(call, "add_evidence", body)
    pending = pending_answer(call, lambda order: dispute_reply(call, dispute_id, order))
    order = evidence.add_evidence(call.store, call.resource(Loaded), dispute_id, request, pending)
    return dispute_reply(call, dispute_id, order)


@router.get(
    "/v1/disputes/<dispute_id>/evidence/<evidence_id>",
    summary="Fetch a piece of evidence",
    tags=["Disputes"],
    operation_id="get_evidence",
    responses=LINKED,
)
@access()
def get_evidence(dispute_id: str, evidence_id: str) -> Response[Any]:
    """A link to a file of a dispute, which is valid for five minutes: a redirect, or JSON where `Accept` prefers
    that."""
    call: Call = router.context["call"]
    link = evidence.link(call.store.store_id, call.order, dispute_id, evidence_id)
    if link is None:
        raise not_found()
    return link_reply(call, link)
