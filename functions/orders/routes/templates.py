"""Message templates: texts of the shop for many orders."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.orders.call import Access, Call
from functions.orders.identity import SELLER
from functions.orders.models.templates import (
    ChangeTemplate,
    PreviewTemplate,
    PreviewView,
    TemplateBody,
    TemplateView,
    template_view,
)
from functions.orders.paging import Cursor, Limit, Paging, page_of
from functions.orders.responses import documented, pending_answer, reply
from functions.orders.routing import Routes
from shared.domain.messages.templates import Template, fill
from shared.operations.messages import templates as operations
from shared.store.messages import templates
from shared.store.orders import orders

route = Routes("Messages")


@route(
    "GET /v1/message-templates",
    "Message templates",
    documented(page_of("TemplatePage", TemplateView), "The oldest first."),
)
def list_templates(call: Call, limit: Limit = 50, cursor: Cursor = None) -> Response[Any]:
    """The shop's own texts for messages."""
    paging = Paging(call, {"list": "message-templates"}, limit, cursor)
    return paging.reply(templates.page(call.store.store_id, limit, paging.start()), template_view)


@route(
    "POST /v1/message-templates",
    "Create a template",
    documented(TemplateView, "The template.", 201, headers="Location"),
    Access(SELLER),
)
def create_template(call: Call, body: TemplateBody) -> Response[Any]:
    """A text with variables, which are filled from the order."""

    def answer(template: Template) -> Response[Any]:
        headers = {"Location": f"/v1/message-templates/{template.template_id}"}
        return reply(template_view(template), 201, headers)

    pending = pending_answer(call, answer)
    return answer(operations.create_template(call.store.store_id, body.name, body.text, call.now, pending))


@route(
    "GET /v1/message-templates/{template_id}",
    "Read a template",
    documented(TemplateView, "The template."),
)
def get_template(call: Call, template_id: str) -> Response[Any]:
    """One template, with the variables that its text uses."""
    return reply(template_view(call.resource(Template)))


@route(
    "PUT /v1/message-templates/{template_id}",
    "Change a template",
    documented(TemplateView, "The template as it is now."),
    Access(SELLER, present=lambda call: template_view(call.resource(Template))),
)
def change_template(call: Call, template_id: str, body: ChangeTemplate) -> Response[Any]:
    """Set the name and the text of a template."""
    changed = operations.change_template(call.store.store_id, call.resource(Template), body.name, body.text, call.now)
    return reply(template_view(changed))


@route(
    "DELETE /v1/message-templates/{template_id}",
    "Delete a template",
    documented(TemplateView, "The template as it was."),
    Access(SELLER),
)
def delete_template(call: Call, template_id: str) -> Response[Any]:
    """Delete a template. Messages that were written with it stay."""
    operations.delete_template(call.store.store_id, call.resource(Template))
    return reply(template_view(call.resource(Template)))


@route(
    "POST /v1/message-templates/{template_id}/preview",
    "Preview a template for an order",
    documented(PreviewView, "The text of the message; nothing is sent."),
)
def preview_template(call: Call, template_id: str, body: PreviewTemplate) -> Response[Any]:
    """The text that a template makes of an order."""
    order = orders.load(call.store.store_id, body.order_id).order
    return reply({"text": fill(call.resource(Template).text, order, call.store)})
