"""Evidence in a dispute. The client uploads it with a form that S3 checks. Then the content is checked, and the file is
copied to a key that no form can write to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.errors import Conflict, DomainError, TransitionNotAllowed, Unprocessable
from shared.domain.order import lifecycle
from shared.domain.order.after_sales.evidence import MAX_BYTES, media_type_of
from shared.domain.order.model import Order
from shared.domain.order.transitions import Actor
from shared.domain.stores import Store
from shared.operations.orders import PreconditionFailed, Request, change_order, new_id
from shared.store import files
from shared.store.idempotency import PendingAnswer
from shared.store.orders import orders
from shared.telemetry import logger


@dataclass(frozen=True, slots=True)
class Form:
    """A presigned POST: `fields` go into a multipart form before the file, which comes last."""

    evidence_id: str
    url: str
    fields: dict[str, str]
    expires_at: datetime


def offer_form(store: Store, order: Order, dispute_id: str, media_type: str, actor: Actor, now: datetime) -> Form:
    """A form to upload one file with. A file that is not added to the dispute is deleted after a day. Costs no request.
    Raises TransitionNotAllowed if the dispute does not accept evidence."""
    _check_accepts_evidence(store, order, dispute_id, actor, now)
    evidence_id = new_id("evd_")
    url, fields = files.form(_key("uploads", store.store_id, dispute_id, evidence_id), media_type, MAX_BYTES)
    return Form(evidence_id, url, fields, now + timedelta(seconds=files.FORM_SECONDS))


def add_evidence(
    store: Store, loaded: orders.Loaded, dispute_id: str, request: Request, pending: PendingAnswer | None = None
) -> Order:
    """Add an uploaded file to the dispute, after a check of its content.

    Raises Conflict `evidence_missing` if nothing was uploaded, Unprocessable `evidence_not_image_or_pdf`, or what
    `change_order` raises.
    """
    body: dict[str, Any] = dict(request.body or {}) | {"dispute_id": dispute_id}
    added = {each.evidence_id for dispute in loaded.order.disputes for each in dispute.evidence}
    if body["evidence_id"] not in added:
        _check_accepts_evidence(store, loaded.order, dispute_id, request.actor, request.now)
        upload = _key("uploads", store.store_id, dispute_id, body["evidence_id"])
        head = files.first_bytes(upload)
        if head is None:
            raise Conflict("evidence_missing", "Nothing was uploaded under this id, or it is more than a day ago.")
        media_type = media_type_of(head.content)
        if media_type is None or not 0 < head.bytes <= MAX_BYTES:
            raise Unprocessable(
                "evidence_not_image_or_pdf", "Evidence is a JPEG, PNG, GIF, WebP or PDF file.", "/evidence_id"
            )
        key = _key("evidence", store.store_id, dispute_id, body["evidence_id"])
        copied = files.copy(upload, key, head.etag)
        body |= {"media_type": media_type, "bytes": head.bytes}
        with _deleted_if_refused(key, copied):
            return change_order(store, loaded, replace(request, body=body), pending)
    return change_order(store, loaded, replace(request, body=body), pending)


@contextmanager
def _deleted_if_refused(key: str, version: str | None) -> Iterator[None]:
    """Delete this version of the file if the step is refused. Another request may have added the same evidence: its
    version stays. After Busy the step may have succeeded, so the file stays, too."""
    try:
        yield
    except (DomainError, PreconditionFailed):
        if version:
            try:
                files.delete_version(key, version)
            except Exception as error:  # the answer is the refusal
                logger.warning("a file of a refused step could not be deleted", extra={"error": type(error).__name__})
        raise


def _check_accepts_evidence(store: Store, order: Order, dispute_id: str, actor: Actor, now: datetime) -> None:
    choices = lifecycle.choices(order, actor.kind, store, now, lifecycle.DISPUTE_ACTIONS, dispute_id)
    if refusal := choices.refused.get("add_evidence"):
        raise TransitionNotAllowed(refusal.code, refusal.detail, order.status, choices.allowed)


def link(store_id: str, order: Order, dispute_id: str, evidence_id: str) -> str | None:
    """A URL of the file that is valid for five minutes. None if the dispute has no evidence with this id."""
    for dispute in order.disputes:
        for each in dispute.evidence:
            if (dispute.dispute_id, each.evidence_id) == (dispute_id, evidence_id):
                suffix = each.media_type.rpartition("/")[2]
                return files.link(_key("evidence", store_id, dispute_id, evidence_id), f"{evidence_id}.{suffix}")
    return None


def _key(folder: str, store_id: str, dispute_id: str, evidence_id: str) -> str:
    return f"{folder}/{store_id}/{dispute_id}/{evidence_id}"
