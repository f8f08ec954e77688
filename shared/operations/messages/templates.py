"""Message templates: create, change, delete and find them. Each may run twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.errors import Conflict, Unprocessable
from shared.domain.messages import templates as rules
from shared.domain.messages.templates import MAX_TEMPLATES, Template
from shared.domain.sentences.sentence import say
from shared.operations.orders import new_id
from shared.store.dynamodb.errors import Exists, Full, Missing
from shared.store.idempotency import PendingAnswer, settle
from shared.store.messages import templates
from shared.store.retries import retry


def create_template(
    store_id: str, name: str, text: str, now: datetime, pending: PendingAnswer | None = None
) -> Template:
    """Raises Unprocessable, or Conflict `template_name_taken` or `too_many_templates`."""
    rules.check(name, text)
    template = Template(new_id("tpl_"), name, text, now, now)
    try:
        with settle(pending, template) as answer:
            templates.create(store_id, template, answer)
    except Exists:
        raise _name_taken() from None
    except Full:
        raise Conflict("too_many_templates", say("A store has at most {most} templates.", most=MAX_TEMPLATES)) from None
    return template


def change_template(store_id: str, template: Template, name: str, text: str, now: datetime) -> Template:
    """Set the name and text. The last write wins. Raises Unprocessable, Conflict `template_name_taken`, Missing if it
    was deleted, or Busy."""
    rules.check(name, text)

    def step(template: Template) -> Template:
        if (template.name, template.text) == (name, text):
            return template
        after = replace(template, name=name, text=text, changed_at=now, version=template.version + 1)
        templates.change(store_id, template, after)
        return after

    try:
        return retry(step, lambda: templates.load(store_id, template.template_id), template)
    except Exists:
        raise _name_taken() from None


def delete_template(store_id: str, template: Template) -> None:
    """Raises Missing if it was deleted already, or Busy."""
    retry(
        lambda latest: templates.delete(store_id, latest),
        lambda: templates.load(store_id, template.template_id),
        template,
    )


def find_template(store_id: str, template_id: str, pointer: str = "/template_id") -> Template:
    """The template with an id from a request body. Raises Unprocessable `template_unknown`."""
    try:
        return templates.load(store_id, template_id)
    except Missing:
        raise Unprocessable("template_unknown", "The store has no such template.", pointer) from None


def _name_taken() -> Conflict:
    return Conflict("template_name_taken", "Another template of the store has this name.")
