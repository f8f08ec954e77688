"""Message templates in the table: one item each, one for each name so that names are unique, and one count."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.messages.templates import MAX_TEMPLATES, Template
from shared.store.dynamodb import keys, table
from shared.store.dynamodb.errors import Exists, Full, StoreError
from shared.store.dynamodb.records import Record, TemplateNameRecord, TemplateRecord, TemplatesRecord
from shared.store.dynamodb.table import ABSENT, PRESENT, Delete, Put, Update, Write, query, stale, transact
from shared.store.pages import Page, Position, page_of


def load(store_id: str, template_id: str) -> Template:
    """Raises Missing."""
    return _template(table.load(TemplateRecord, store_id, keys.TEMPLATE + template_id))


def create(store_id: str, template: Template, also: Sequence[Write] = ()) -> None:
    """Raises Exists if another template has the name, Full at the limit, or Stale."""
    counts = TemplatesRecord.templates
    room = ABSENT | (counts < MAX_TEMPLATES)
    transact(
        [
            Put(_record(store_id, template), ABSENT, stale),
            _put_name(store_id, template),
            Update(_count(store_id), [Record.kind.set(TemplatesRecord), counts.add(1)], room, _full),
            *also,
        ]
    )


def change(store_id: str, before: Template, after: Template) -> None:
    """Raises Exists if another template has the name, or Stale."""
    writes: list[Write] = [Put(_record(store_id, after), TemplateRecord.version == before.version, stale)]
    if after.key != before.key:
        writes += [_put_name(store_id, after), _delete_name(store_id, before)]
    transact(writes)


def delete(store_id: str, template: Template) -> None:
    """Raises Stale if the template has changed since it was read."""
    unchanged = TemplateRecord.version == template.version
    transact(
        [
            Delete(_record(store_id, template), unchanged, stale),
            _delete_name(store_id, template),
            Update(_count(store_id), [TemplatesRecord.templates.add(-1)], PRESENT, stale),
        ]
    )


def page(store_id: str, limit: int, after: Position | None) -> Page[Template]:
    """A page of templates, the oldest first."""
    lower = keys.TEMPLATE + after.key + keys.AFTER_PREFIX if after else keys.TEMPLATE
    records = query(TemplateRecord, store_id, Record.sk.between(lower, keys.TEMPLATE + "~"), limit=limit + 1)
    return page_of(map(_template, records), limit, lambda template: template.template_id)


def _record(store_id: str, template: Template) -> TemplateRecord:
    return TemplateRecord(
        store_id,
        keys.TEMPLATE + template.template_id,
        version=template.version,
        name=template.name,
        text=template.text,
        created_at=template.created_at,
        changed_at=template.changed_at,
    )


def _template(record: TemplateRecord) -> Template:
    return Template(
        record.sk.removeprefix(keys.TEMPLATE),
        record.name,
        record.text,
        record.created_at,
        record.changed_at,
        int(record.version),
    )


def _put_name(store_id: str, template: Template) -> Write:
    record = TemplateNameRecord(store_id, keys.template_name_sk(template.key), template_id=template.template_id)
    return Put(record, ABSENT, lambda: Exists("another template has this name"))


def _delete_name(store_id: str, template: Template) -> Write:
    record = TemplateNameRecord(store_id, keys.template_name_sk(template.key))
    return Delete(record, TemplateNameRecord.template_id == template.template_id, stale)


def _count(store_id: str) -> TemplatesRecord:
    return TemplatesRecord(store_id, keys.TEMPLATES)


def _full() -> StoreError:
    return Full("the store has the maximum number of templates")
