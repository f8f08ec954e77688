"""The errors of the domain. Each has a code that is never renamed.

Conflict: the state of the order, an overlay, a count or the time forbids the action. Unprocessable: the content of the
request breaks a rule. TooOften: a rate limit forbids it. When one of them is raised, nothing has been written.
"""

from __future__ import annotations

from collections.abc import Sequence


class DomainError(Exception):
    """A request that the domain refuses. `code` is stable; `detail` is a sentence for people
    (sentence.py) and never holds a buyer's data."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Conflict(DomainError):
    """The present state forbids the action. The same request may succeed later (HTTP 409)."""


class TransitionNotAllowed(Conflict):
    """No row of the lifecycle tables allows the action in this state. `allowed` are the actions that are allowed."""

    def __init__(self, code: str, detail: str, status: str, allowed: Sequence[str]) -> None:
        super().__init__(code, detail)
        self.status = status
        self.allowed = tuple(allowed)


class TooOften(DomainError):
    """The limit of a period is reached. The same request may succeed `retry_after` seconds later (HTTP 429)."""

    def __init__(self, code: str, detail: str, retry_after: int) -> None:
        super().__init__(code, detail)
        self.retry_after = retry_after


class Unprocessable(DomainError):
    """The content of the request breaks a rule (HTTP 422). `pointer` is a JSON pointer into the request's body."""

    def __init__(self, code: str, detail: str, pointer: str = "") -> None:
        super().__init__(code, detail)
        self.pointer = pointer


class Forbidden(DomainError):
    """The role of the caller does not allow this; one of `required` does (HTTP 403)."""

    def __init__(self, detail: str, required: Sequence[str]) -> None:
        super().__init__("forbidden", detail)
        self.required = tuple(required)
