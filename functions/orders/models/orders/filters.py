"""The filters of a list of orders: which go together, and which index answers them. Others are refused, because only a
scan could answer them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from functions.orders.models.fields import statuses_of
from functions.orders.models.values import instant
from functions.orders.problems import not_together
from shared.domain.order.model import FundState, Overlay
from shared.domain.order.summary import Summary
from shared.store.orders import lists
from shared.store.pages import Page, Position

NOT_TOGETHER = (
    "These do not go together. What does: nothing, one overlay, one fund_state, one buyer, one tag, one country or one "
    "or several status, each with placed_from, placed_to and sort=-placed_at or placed_at; nothing, status or actor "
    "with due_from, due_to and sort=deadline_at; tracking_no alone."
)


@dataclass(frozen=True, slots=True)
class Filters:
    """The query parameters of `GET /v1/orders`."""

    status: str | None = None
    overlay: Overlay | None = None
    fund_state: FundState | None = None
    buyer: str | None = None
    tracking_no: str | None = None
    placed_from: datetime | None = None
    placed_to: datetime | None = None
    due_from: datetime | None = None
    due_to: datetime | None = None
    sort: str | None = None
    actor: str | None = None
    tag: str | None = None
    country: str | None = None

    def query(self) -> dict[str, str]:
        """The query that a cursor is bound to. Raises Problem 400 `filter_not_indexed`."""
        given = {part.name: getattr(self, part.name) for part in fields(self) if getattr(self, part.name) is not None}
        self._refuse_unindexed(set(given))
        return {name: instant(value) if isinstance(value, datetime) else str(value) for name, value in given.items()}

    def page(self, store_id: str, limit: int, start: Position | None) -> Page[Summary]:
        statuses = statuses_of(self.status, "/query/status")
        if self.tracking_no is not None:
            return lists.orders_of_parcel(store_id, self.tracking_no, limit, start)
        if self.sort == "deadline_at":
            return lists.deadlines(
                store_id,
                limit,
                start,
                statuses=statuses,
                since=self.due_from,
                until=self.due_to,
                of_seller=self.actor is not None,
            )
        return lists.orders(
            store_id,
            limit,
            start,
            statuses=statuses,
            overlay=self.overlay,
            fund_state=self.fund_state,
            buyer_id=self.buyer,
            tag=self.tag,
            country=self.country,
            since=self.placed_from,
            until=self.placed_to,
            forward=self.sort == "placed_at",
        )

    def _refuse_unindexed(self, given: set[str]) -> None:
        by = given & {"status", "overlay", "fund_state", "buyer", "tag", "country", "tracking_no", "actor"}
        due, placed = given & {"due_from", "due_to"}, given & {"placed_from", "placed_to"}
        indexed = (
            given == {"tracking_no"}
            or (self.sort == "deadline_at" and by in (set(), {"status"}, {"actor"}) and not placed)
            or (self.sort != "deadline_at" and len(by) <= 1 and not by & {"tracking_no", "actor"} and not due)
        )
        if not indexed:
            raise not_together(NOT_TOGETHER, given)
