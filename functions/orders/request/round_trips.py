"""What a GET of a setting answers may be sent back: its read-only fields are taken off the body before it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel

from functions.orders.problems import malformed

LABEL = "_label"
"""Labels depend on the caller's language, so one that comes back is never compared."""


def without_read_only(
    body: Mapping[str, Any], model: type[BaseModel], current: Mapping[str, Any], pointer: str = ""
) -> dict[str, Any]:
    """The body without the fields that `current`, the present answer, has and the model does not take. Raises Problem
    400 for one of these with another value; a field that neither has is left to the validation."""
    taken = fields_of(model)
    kept: dict[str, Any] = {}
    for name, value in body.items():
        if name in taken or name not in current:
            part, inner = current.get(name), taken.get(name)
            nested = inner is not None and isinstance(value, dict) and isinstance(part, dict)
            kept[name] = without_read_only(value, inner, part, f"{pointer}/{name}") if nested else value  # type: ignore[arg-type]
        elif value != current[name] and not name.endswith(LABEL):
            raise malformed(f"{pointer}/{name}", "read_only", "This field is not set by a request: leave it out.")
    return kept


def fields_of(model: type[BaseModel]) -> dict[str, type[BaseModel] | None]:
    """The names that a model takes, each with the model of its value where it has one."""
    return {field.alias or name: _model_in(field.annotation) for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None
