"""Message templates: written, changed, deleted by the shop. Each may run twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.errors import Conflict, Unprocessable
from shared.domain.messages import templates as rules
from shared.domain.messages.templates import MAX_TEMPLATES, Template
from shared.operations.orders import ATTEMPTS, Receipt, new_id, pause
from shared.store.dynamodb.errors import Busy, Exists, Full, Missing, Stale
from shared.store.messages import templates


def create_template(store_id: str, name: str, text: str, now: datetime, receipt: Receipt | None = None) -> Template:
    """Raises Unprocessable, or Conflict `template_name_taken` or `too_many_templates`."""
    rules.check(name, text)
    template = Template(new_id("tpl_"), name, text, now, now)
    try:
        templates.create(store_id, template, receipt.writes(template) if receipt else ())
    except Exists:
        raise _taken() from None
    except Full:
        raise Conflict("too_many_templates", f"A store has at most {MAX_TEMPLATES} templates.") from None
    if receipt:
        receipt.kept = receipt.render is not None
    return template


def change_template(store_id: str, template: Template, name: str, text: str, now: datetime) -> Template:
    """The template with this name and text; the last to say so has it. Raises Unprocessable, Conflict
    `template_name_taken`, Missing where it has been deleted meanwhile, or Busy."""
    rules.check(name, text)
    for _ in range(ATTEMPTS):
        if (template.name, template.text) == (name, text):
            return template
        after = replace(template, name=name, text=text, changed_at=now, version=template.version + 1)
        try:
            templates.change(store_id, template, after)
        except Exists:
            raise _taken() from None
        except Stale:
            pause()
            template = templates.load(store_id, template.template_id)
            continue
        return after
    raise Busy("the template keeps changing")


def delete_template(store_id: str, template: Template) -> None:
    """Raises Missing where it has been deleted meanwhile, or Busy."""
    for _ in range(ATTEMPTS):
        try:
            templates.delete(store_id, template)
            return
        except Stale:
            pause()
            template = templates.load(store_id, template.template_id)
    raise Busy("the template keeps changing")


def find_template(store_id: str, template_id: str) -> Template:
    """The template that a body names. Raises Unprocessable `template_unknown`."""
    try:
        return templates.load(store_id, template_id)
    except Missing:
        raise Unprocessable("template_unknown", "The store has no such template.", "/template_id") from None


def _taken() -> Conflict:
    return Conflict("template_name_taken", "Another template of the store has this name.")
