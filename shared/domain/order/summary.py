"""The row of an order in a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.order.funds.amounts import Amounts, Outcome, outcome_of
from shared.domain.order.model import Assessment, Buyer, FundState, Overlay, Status, Timer, Violation


@dataclass(frozen=True, slots=True)
class Summary:
    """An order in a list: only its head. The fields have the same names as in Order. `promised` is the sum of the
    accepted refunds that are not paid yet."""

    store_id: str
    order_id: str
    version: int
    status: Status
    fund_state: FundState
    overlays: tuple[Overlay, ...]
    placed_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    received_at: datetime | None
    finished_at: datetime | None
    end_reason: str | None
    buyer: Buyer
    currency: str
    amounts: Amounts
    timers: tuple[Timer, ...]
    watched: tuple[str, ...]
    frozen_at: datetime | None
    disputed_since: datetime | None
    claimless: bool
    delivered_assessment: Assessment | None
    violations: tuple[Violation, ...]
    note: str | None
    tags: tuple[str, ...]
    assignee: str | None
    unread_messages: int
    promised: int
    line_count: int

    @property
    def outcome(self) -> Outcome | None:
        return outcome_of(self.end_reason, self.amounts)

    @property
    def frozen(self) -> bool:
        return Overlay.FROZEN in self.overlays

    @property
    def disputed(self) -> bool:
        return Overlay.DISPUTE in self.overlays
