"""Message templates: bodies of requests, and answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from functions.orders.models.fields import Body, OrderId
from functions.orders.models.limits import TEMPLATE_NAME_CHARACTERS
from functions.orders.models.values import instant
from shared.domain.messages.templates import VARIABLES, Template


class TemplateBody(Body):
    name: Annotated[str, StringConstraints(min_length=1, max_length=TEMPLATE_NAME_CHARACTERS)]
    text: Annotated[
        str,
        StringConstraints(min_length=1, max_length=20_000),
        Field(description=f"Variables: {', '.join(f'{{{name}}}' for name in VARIABLES)}."),
    ]


class ChangeTemplate(TemplateBody):
    """The template as it shall be."""


class PreviewTemplate(Body):
    order_id: OrderId


class TemplateView(TypedDict):
    """`variables` are those that the text uses."""

    template_id: str
    name: str
    text: str
    variables: list[str]
    created_at: str
    changed_at: str


class PreviewView(TypedDict):
    text: str


def template_view(template: Template) -> TemplateView:
    return {
        "template_id": template.template_id,
        "name": template.name,
        "text": template.text,
        "variables": list(template.variables),
        "created_at": instant(template.created_at),
        "changed_at": instant(template.changed_at),
    }
