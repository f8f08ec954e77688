"""Requests for many orders, and the result of each item."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from functions.orders.models.fields import Body
from functions.orders.models.orders.parcels import ParcelWarning
from functions.orders.problems import ProblemView

BULK_ACTIONS = ("ship", "remind_payment", "accept_cancellation", "reject_cancellation", "extend_receipt")


class Bulk(Body):
    """Up to 500 items. Each has `order_id` and the fields of the action's body."""

    items: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=500)]
    dry_run: Annotated[bool, Field(strict=True)] = False


class ItemResult(TypedDict):
    """`status` is succeeded, failed or not_attempted. In a dry run, succeeded means that the item would
    succeed. A message does not change the version of its order; it has an id once it is written."""

    order_id: str
    status: str
    version: NotRequired[int]
    message_id: NotRequired[str]
    warnings: NotRequired[list[ParcelWarning]]
    problem: NotRequired[ProblemView]


class BulkResults(TypedDict):
    results: list[ItemResult]
