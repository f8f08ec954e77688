"""Message templates: texts of the shop for many orders."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body as InBody

from functions.orders.call import Call, access
from functions.orders.identity import SELLER
from functions.orders.models.templates import (
    ChangeTemplate,
    PreviewTemplate,
    PreviewView,
    TemplateBody,
    TemplateView,
    template_view,
)
from functions.orders.paging import Cursor, Limit, page_of, page_reply, position
from functions.orders.responses import documented, pending_answer, reply
from shared.domain.messages.templates import Template, fill
from shared.operations.messages import templates as operations
from shared.store.messages import templates
from shared.store.orders import orders

router = Router()


@router.get(
    "/v1/message-templates",
    summary="Message templates",
    tags=["Messages"],
    operation_id="list_templates",
    responses=documented(page_of("TemplatePage", TemplateView), "The oldest first."),
)
@access()
def list_templates(limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """The shop's own texts for messages."""
    call: Call = router.context["call"]
    query = {"list": "message-templates"}
    page = templates.page(call.store.store_id, limit, position(call, cursor, query))
    return page_reply(call, page, template_view, limit, query)


@router.post(
    "/v1/message-templates",
    summary="Create a template",
    tags=["Messages"],
    operation_id="create_template",
    responses=documented(TemplateView, "The template.", 201, headers="Location"),
)
@access(SELLER)
def create_template(body: Annotated[TemplateBody, InBody()]) -> Response[Any]:
    """A text with variables, which are filled from the order."""
    call: Call = router.context["call"]

    def answer(template: Template) -> Response[Any]:
        headers = {"Location": f"/v1/message-templates/{template.template_id}"}
        return reply(template_view(template), 201, headers)

    pending = pending_answer(call, answer)
    return answer(operations.create_template(call.store.store_id, body.name, body.text, call.now, pending))


@router.get(
    "/v1/message-templates/<template_id>",
    summary="Read a template",
    tags=["Messages"],
    operation_id="get_template",
    responses=documented(TemplateView, "The template."),
)
@access()
def get_template(template_id: str) -> Response[Any]:
    """One template, with the variables that its text uses."""
    call: Call = router.context["call"]
    return reply(template_view(call.resource(Template)))


@router.put(
    "/v1/message-templates/<template_id>",
    summary="Change a template",
    tags=["Messages"],
    operation_id="change_template",
    responses=documented(TemplateView, "The template as it is now."),
)
@access(SELLER, present=lambda call: template_view(call.resource(Template)))
def change_template(template_id: str, body: Annotated[ChangeTemplate, InBody()]) -> Response[Any]:
    """Set the name and the text of a template."""
    call: Call = router.context["call"]
    changed = operations.change_template(call.store.store_id, call.resource(Template), body.name, body.text, call.now)
    return reply(template_view(changed))


@router.delete(
    "/v1/message-templates/<template_id>",
    summary="Delete a template",
    tags=["Messages"],
    operation_id="delete_template",
    responses=documented(TemplateView, "The template as it was."),
)
@access(SELLER)
def delete_template(template_id: str) -> Response[Any]:
    """Delete a template. Messages that were written with it stay."""
    call: Call = router.context["call"]
    operations.delete_template(call.store.store_id, call.resource(Template))
    return reply(template_view(call.resource(Template)))


@router.post(
    "/v1/message-templates/<template_id>/preview",
    summary="Preview a template for an order",
    tags=["Messages"],
    operation_id="preview_template",
    responses=documented(PreviewView, "The text of the message; nothing is sent."),
)
@access()
def preview_template(template_id: str, body: Annotated[PreviewTemplate, InBody()]) -> Response[Any]:
    """The text that a template makes of an order."""
    call: Call = router.context["call"]
    order = orders.load(call.store.store_id, body.order_id).order
    return reply({"text": fill(call.resource(Template), order, call.store)})
