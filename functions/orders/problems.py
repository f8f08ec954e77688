"""Refusals as RFC 9457 problem+json, and the problem for each error."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NotRequired

from aws_lambda_powertools.event_handler import Response
from typing_extensions import TypedDict

from shared.domain.errors import Conflict, DomainError, Forbidden, TooOften, TransitionNotAllowed, Unprocessable
from shared.domain.sentences.sentence import in_language, say
from shared.operations.orders import PreconditionFailed
from shared.store.dynamodb.errors import Busy, ClaimLost, KeyReused, Missing, Running, Stale, StoreError, TooLarge

CONTENT_TYPE = "application/problem+json"
CHINESE_TITLES: dict[int, str] = {
    400: "请求格式错误",
    401: "未登录",
    403: "没有权限",
    404: "未找到",
    405: "方法不允许",
    409: "与当前状态冲突",
    410: "已过期",
    412: "版本已变化",
    413: "内容过大",
    415: "不支持的内容类型",
    422: "内容不符合规则",
    429: "请求过多",
    500: "系统错误",
    503: "服务繁忙",
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """`pointer` is a JSON pointer into the body, or `/query/name`, `/header/name`. `message` is a sentence
    (sentence.py)."""

    pointer: str
    code: str
    message: str

    def as_json(self, language: str) -> dict[str, str]:
        return {"pointer": self.pointer, "code": self.code, "message": in_language(self.message, language)}


@dataclass(slots=True)
class Problem(Exception):
    """A refusal. `code` is lower_snake and never renamed."""

    status: int
    code: str
    detail: str
    errors: Sequence[FieldError] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_json(self, path: str, request_id: str, language: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": f"urn:orderkeep:problem:{self.code}",
            "title": (language == "zh-CN" and CHINESE_TITLES.get(self.status)) or HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": in_language(self.detail, language),
            "instance": path,
            "code": self.code,
            "request_id": request_id,
        }
        if self.errors:
            body["errors"] = [error.as_json(language) for error in self.errors]
        return body | dict(self.extra)


class FieldErrorView(TypedDict):
    """`pointer` is a JSON pointer into the body, or `/query/name`, `/header/name`."""

    pointer: str
    code: str
    message: str


class ProblemView(TypedDict):
    """RFC 9457. `code` says which problem it is and is never renamed; the texts are for people."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: NotRequired[list[FieldErrorView]]
    order_status: NotRequired[str]
    allowed_actions: NotRequired[list[str]]
    required_role: NotRequired[list[str]]
    current_version: NotRequired[int]


def not_found() -> Problem:
    """The only 404: the same bytes for an order of another store and for an order that does not exist."""
    return Problem(404, "not_found", "There is nothing here, or nothing that this token may see.")


def malformed(pointer: str, code: str, message: str) -> Problem:
    """400 that names one field."""
    return at_fields([FieldError(pointer, code, message)])


def at_fields(errors: Sequence[FieldError]) -> Problem:
    """400 that names fields; its detail is about the first."""
    first = errors[0]
    field = first.pointer or "The body"
    return Problem(400, "invalid_request", say("{field}: {problem}", field=field, problem=first.message), errors)


def not_together(detail: str, names: Iterable[str]) -> Problem:
    """400 for filters of a list that no index answers together."""
    errors = [FieldError(f"/query/{name}", "filter_not_indexed", "not with the others") for name in sorted(names)]
    return Problem(400, "filter_not_indexed", detail, errors)


def from_error(error: Exception) -> Problem | None:
    """The problem for an error of the domain, the operations or the store; None for a bug."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, TransitionNotAllowed):
        return Problem(
            409, error.code, error.detail, extra={"order_status": error.status, "allowed_actions": list(error.allowed)}
        )
    if isinstance(error, Unprocessable):
        return Problem(422, error.code, error.detail, [FieldError(error.pointer, error.code, error.detail)])
    if isinstance(error, TooOften):
        return Problem(429, error.code, error.detail, headers={"Retry-After": str(error.retry_after)})
    if isinstance(error, Conflict):
        return Problem(409, error.code, error.detail)
    if isinstance(error, Forbidden):
        return Problem(403, error.code, error.detail, extra={"required_role": sorted(error.required)})
    if isinstance(error, PreconditionFailed):
        return Problem(
            412,
            "version_mismatch",
            "This has changed since: read it again.",
            extra={"current_version": error.current_version},
        )
    if isinstance(error, Missing):
        return not_found()
    if isinstance(error, KeyReused):
        return Problem(
            422,
            "idempotency_key_reused",
            "This Idempotency-Key was used with another body.",
            [FieldError("/header/idempotency-key", "idempotency_key_reused", "used with another body")],
        )
    if isinstance(error, Running | ClaimLost):
        return Problem(
            409,
            "request_in_progress",
            "A request with this Idempotency-Key is still running.",
            headers={"Retry-After": "1"},
        )
    if isinstance(error, TooLarge):
        return Problem(
            409,
            "change_too_large",
            "This changes more at once than one transaction can hold: tell it in several steps.",
        )
    if isinstance(error, Busy | Stale):
        return Problem(503, "busy", "The store is busy: try again in a moment.", headers={"Retry-After": "1"})
    if isinstance(error, DomainError | StoreError):
        raise error
    return None


def response(problem: Problem, path: str, request_id: str, language: str) -> Response[str]:
    body = json.dumps(problem.as_json(path, request_id, language), ensure_ascii=False)
    return Response(problem.status, CONTENT_TYPE, body, headers=dict(problem.headers))
