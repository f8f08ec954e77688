"""Powertools' validation of a request by its route's signature, and Pydantic's errors as field errors, with a pointer
into the body and one of a few stable codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aws_lambda_powertools.event_handler.middlewares.openapi_validation import OpenAPIRequestValidationMiddleware

from functions.orders.problems import FieldError, Problem

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


def field_errors(details: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """At most 20. They never repeat the values of the request."""
    errors = []
    for detail in list(details)[:MAX_ERRORS]:
        kind = str(detail["type"])
        position = [str(part) for part in detail["loc"]]
        if position and position[0] == "body":
            position = position[1:]
        code = CODES.get(kind, kind if kind in OWN_CODES else "invalid_value")
        message = {"unknown_field": "There is no such field.", "required": "This field is required."}.get(code)
        errors.append(
            FieldError("".join(f"/{part}" for part in position), code, message or str(detail.get("msg") or kind))
        )
    return errors


def invalid(details: Iterable[Mapping[str, Any]]) -> Problem:
    errors = field_errors(details)
    first = f"{errors[0].pointer or 'The body'}: {errors[0].message}" if errors else "The request is malformed."
    return Problem(400, "invalid_request", first, errors)


class _Validation(OpenAPIRequestValidationMiddleware):
    """Takes the body that pipeline.py has read."""

    def _get_body(self, app: Any) -> dict[str, Any]:
        return app.context["body"]  # type: ignore[no-any-return]


VALIDATION = _Validation()
