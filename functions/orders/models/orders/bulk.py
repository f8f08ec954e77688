"""Requests for many orders, and the result of each item."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import Field, StrictInt, ValidatorFunctionWrapHandler, WrapValidator, create_model
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from functions.orders.models import limits
from functions.orders.models.fields import Body, OrderId
from functions.orders.models.orders.parcels import ParcelWarning
from functions.orders.problems import ProblemView

BULK_ACTIONS = ("ship", "remind_payment", "accept_cancellation", "reject_cancellation", "extend_receipt")


IfMatch = Annotated[
    StrictInt | Annotated[str, Field(max_length=1024)],
    Field(description="The version that the change is meant for, as number or as ETag.", examples=[7, '"7"']),
]


class Bulk(Body):
    """1 to 500 items, each with the fields of the action's body. A dry run writes nothing."""

    items: list[dict[str, Any]]
    dry_run: Annotated[bool, Field(strict=True)] = False


def _unread(value: Any, handler: ValidatorFunctionWrapHandler) -> dict[str, Any]:
    """The item as it came: it is read when its turn comes, because one that is malformed must stop no other."""
    if not isinstance(value, dict):
        raise PydanticCustomError("item_invalid", "An item is an object.")
    return value


def bulk_of(action: str, model: type[Body]) -> type[Bulk]:
    """The body of a bulk of this action."""
    name = action.title().replace("_", "")
    fields: Any = {"order_id": (OrderId, ...), "if_match": (IfMatch | None, None)}
    item: Any = create_model(f"{name}Item", __base__=model, **fields)
    items = Annotated[list[Annotated[item, WrapValidator(_unread)]], Field(min_length=1, max_length=limits.BULK_ITEMS)]
    return create_model(f"Bulk{name}", __base__=Bulk, __doc__=Bulk.__doc__, items=(items, ...))


class ItemResult(TypedDict):
    """`status` is succeeded, failed or not_attempted. In a dry run, succeeded means that the item would
    succeed; it has no version. A message does not change the version of its order, and has an id."""

    order_id: str
    status: str
    version: NotRequired[int]
    message_id: NotRequired[str]
    warnings: NotRequired[list[ParcelWarning]]
    problem: NotRequired[ProblemView]


class BulkResults(TypedDict):
    """`dry_run` is true where nothing was written."""

    dry_run: bool
    results: list[ItemResult]
