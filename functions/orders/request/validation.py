"""Powertools' validation of a request by its route's signature, and Pydantic's errors as field errors, with a pointer
into the body and one of a few stable codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from aws_lambda_powertools.event_handler.middlewares.openapi_validation import OpenAPIRequestValidationMiddleware

from functions.orders.problems import FieldError, Problem, at_fields
from shared.domain.sentences.sentence import say

CODES = {"extra_forbidden": "unknown_field", "missing": "required"}
OWN_CODES = frozenset(
    {
        "amount_invalid",
        "country_unknown",
        "currency_unknown",
        "time_invalid",
        "time_naive",
        "time_out_of_range",
        "time_zone_unknown",
        "duration_invalid",
        "date_invalid",
    }
)
MAX_ERRORS = 20
SENTENCES: Mapping[str, str] = {
    "missing": "This field is required.",
    "extra_forbidden": "There is no such field.",
    "string_type": "This is text.",
    "string_too_short": "Text has at least {min_length} characters here.",
    "string_too_long": "Text has at most {max_length} characters here.",
    "string_pattern_mismatch": "Text matches the pattern {pattern} here.",
    "bool_type": "This is true or false.",
    "int_type": "This is a whole number.",
    "int_parsing": "This is a whole number.",
    "int_parsing_size": "This number is too long.",
    "int_from_float": "This is a whole number.",
    "greater_than_equal": "This number is at least {ge}.",
    "less_than_equal": "This number is at most {le}.",
    "list_type": "This is a list.",
    "dict_type": "This is an object.",
    "model_type": "This is an object.",
    "model_attributes_type": "This is an object.",
    "too_short": "There are at least {min_length} of these.",
    "too_long": "There are at most {max_length} of these.",
    "enum": "This is one of {expected}.",
    "literal_error": "This is one of {expected}.",
}
"""What Pydantic finds wrong, by its type of error; the values are those of its context. A test sends every body with
wrong values and fails on a type that is missing here."""


def invalid(details: Iterable[Mapping[str, Any]]) -> Problem:
    """400 that names at most 20 fields. It never repeats the values of the request."""
    errors = []
    for detail in list(details)[:MAX_ERRORS]:
        kind = str(detail["type"])
        position = [str(part) for part in detail["loc"]]
        if position and position[0] == "body":
            position = position[1:]
        code = CODES.get(kind, kind if kind in OWN_CODES else "invalid_value")
        errors.append(FieldError("".join(f"/{part}" for part in position), code, _sentence(kind, detail)))
    return at_fields(errors)


def _sentence(kind: str, detail: Mapping[str, Any]) -> str:
    """What is wrong. Pydantic's own kinds of errors have sentences of ours, so that they can be said in Chinese."""
    values = detail.get("ctx") or {}
    if isinstance(values.get("detail"), str):
        return values["detail"]  # type: ignore[no-any-return]
    if kind not in SENTENCES:
        return str(detail.get("msg") or "This value is not allowed here.")
    expected = ", ".join(re.findall("'([^']*)'", str(values.get("expected", ""))))
    return say(SENTENCES[kind], **values | {"expected": expected})


class _Validation(OpenAPIRequestValidationMiddleware):
    """Takes the body that pipeline.py has read."""

    def _get_body(self, app: Any) -> dict[str, Any]:
        return app.context["body"]  # type: ignore[no-any-return]


VALIDATION = _Validation()
