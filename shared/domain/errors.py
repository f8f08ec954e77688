"""The refusals of the domain: few, typed, each with a code that is never renamed.

A *conflict* is the order's state, overlay, count or time speaking against a request; an *unprocessable* request is
well-formed but breaks a rule about its content. Nothing has been written when one of these is raised.
"""

from __future__ import annotations

from collections.abc import Sequence


class DomainError(Exception):
    """A request the domain refuses. `code` is stable, `detail` is for people and never holds a buyer's data."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Conflict(DomainError):
    """The order as it is now forbids it. Asking again later, or doing something else first, may succeed."""


class TransitionNotAllowed(Conflict):
    """No row of the lifecycle table leads from here with this action."""

    def __init__(
        self,
        status: str,
        action: str,
        allowed: Sequence[str],
        *,
        code: str = "transition_not_allowed",
        detail: str | None = None,
    ) -> None:
        super().__init__(code, detail or f"'{action}' is not possible while the order is {status}.")
        self.status = status
        self.allowed = tuple(allowed)


class Unprocessable(DomainError):
    """The content of the request breaks a rule. `pointer` is a JSON pointer into the request's body."""

    def __init__(self, code: str, detail: str, pointer: str = "") -> None:
        super().__init__(code, detail)
        self.pointer = pointer
