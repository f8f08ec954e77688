"""How a module of routes declares them: the key, what the document says, and who may call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from aws_lambda_powertools.event_handler.api_gateway import Router

from functions.orders.call import Access

F = TypeVar("F", bound=Callable[..., Any])


class Routes(Router):
    """The routes of one module, under one heading of the document."""

    def __init__(self, tag: str) -> None:
        super().__init__()
        self.tag = tag

    def __call__(
        self,
        key: str,
        summary: str,
        responses: Mapping[int, Any],
        access: Access = Access(),  # noqa: B008 - it is frozen
        *,
        operation_id: str = "",
        tag: str = "",
    ) -> Callable[[F], F]:
        """Declares a function as the route of a key of route_table.py. Its name is the operation's id, its first
        argument the Call, and the others are the parameters and the body of the request."""
        method, path = key.split()

        def declare(function: F) -> F:
            _, *parameters = inspect.signature(function).parameters.values()
            function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
            function.access = access  # type: ignore[attr-defined]
            return self.route(
                path.replace("{", "<").replace("}", ">"),
                method,
                summary=summary,
                tags=[tag or self.tag],
                operation_id=operation_id or function.__name__,
                responses=dict(responses),
            )(function)

        return declare
