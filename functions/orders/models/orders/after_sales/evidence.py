"""Evidence in a dispute: bodies of requests, and the form for an upload."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints
from typing_extensions import TypedDict

from functions.orders.models.fields import Body, Long
from functions.orders.models.orders.actions import Step
from functions.orders.models.values import instant
from shared.domain.order.after_sales.evidence import MAX_BYTES
from shared.operations.evidence import Form


class NewEvidence(Body):
    media_type: Literal["image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf"]


class AddEvidence(Step):
    evidence_id: Annotated[str, StringConstraints(pattern=r"^evd_[0-9A-HJKMNP-TV-Z]{26}$")]
    text: Long | None = None


class UploadView(TypedDict):
    """A presigned POST: send `fields`, then the file as `file`, as multipart/form-data to `url`."""

    url: str
    fields: dict[str, str]


class FormView(TypedDict):
    evidence_id: str
    upload: UploadView
    max_bytes: int
    expires_at: str


def form_view(form: Form) -> FormView:
    return {
        "evidence_id": form.evidence_id,
        "upload": {"url": form.url, "fields": form.fields},
        "max_bytes": MAX_BYTES,
        "expires_at": instant(form.expires_at),
    }
