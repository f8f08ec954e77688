"""Builds orders for the tests of the domain, with fixed times and ids that count up."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.errors import Conflict, DomainError, Unprocessable
from shared.domain.order import lifecycle
from shared.domain.order.history import Change, Entry
from shared.domain.order.model import Buyer, Dispute, FundState, Line, Overlay, Refund, Status
from shared.domain.order.placement import Placement, place
from shared.domain.order.transitions import Actor, Command
from shared.domain.stores import DURATIONS, DeadlinePolicy, Mode, Store

EVERY = (*lifecycle.ACTIONS, *lifecycle.DISPUTE_ACTIONS)
PLACED = datetime(2024, 3, 4, 1, 0, tzinfo=UTC)
"""A Monday, 09:00 in Shanghai."""
STORE = Store("shop")
WATCHING = replace(STORE, policy=DeadlinePolicy(Mode.WATCH))
TOTAL = 2800
"""Two of line a at 10.00, one of line b at 5.00, and 3.00 for shipping."""


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def days(number: float) -> timedelta:
    return timedelta(days=number)


def policy(**durations: timedelta) -> Store:
    """A store with other durations than the default ones."""
    return replace(STORE, policy=DeadlinePolicy(durations={**DURATIONS, **durations}))


def line(line_id: str, quantity: int = 1, unit_price: int = 1000, **more: Any) -> Line:
    return Line(line_id, f"product-{line_id}", quantity, unit_price, **more)


def placement(**changes: Any) -> Placement:
    standard = Placement(
        order_id="8001",
        placed_at=PLACED,
        buyer=Buyer("buyer-1", "FR"),
        recipient={"country": "FR"},
        currency="USD",
        lines=(line("a", 2, 1000), line("b", 1, 500)),
        shipping_fee=300,
    )
    return replace(standard, **changes)


def parcel(number: str = "LX1", carrier: str = "EMS", **quantities: int) -> dict[str, Any]:
    """A parcel as `ship` takes it; without quantities it takes everything that is left."""
    lines = [{"line_id": line_id, "quantity": quantity} for line_id, quantity in quantities.items()]
    return {"carrier": carrier, "tracking_no": number, **({"lines": lines} if lines else {})}


def claim(amount: int = 1000, **more: Any) -> dict[str, Any]:
    return {"kind": "not_received", "claim": amount, "solution": "refund", "text": "It never came.", **more}


def offer(amount: int = 500, **more: Any) -> dict[str, Any]:
    return {"solution": "refund", "refund": amount, "text": "Half of it.", **more}


class Life:
    """One order and its clock. `do` happens now; `wait` moves the clock."""

    def __init__(self, store: Store = STORE, **changes: Any) -> None:
        self.store, self.placement, self.ids = store, placement(**changes), 0
        self.order, first = place(self.placement, store, Actor("platform", "p"), self.placement.placed_at)
        self.now = self.placement.placed_at
        self.entries: list[Entry] = [first]

    @property
    def status(self) -> str:
        return str(self.order.status)

    @property
    def actions(self) -> list[str]:
        return [entry.action for entry in self.entries]

    @property
    def refund(self) -> Refund:
        """The newest refund record."""
        return self.order.refunds[-1]

    @property
    def dispute(self) -> Dispute:
        """The latest dispute."""
        assert self.order.dispute is not None
        return self.order.dispute

    def new_id(self, prefix: str) -> str:
        self.ids += 1
        return f"{prefix}{self.ids}"

    def due(self, kind: str) -> datetime | None:
        timer = self.order.timer(kind)
        return timer.due_at if timer else None

    def timers(self) -> set[str]:
        return {timer.kind for timer in self.order.timers}

    def left(self) -> dict[str, int]:
        return {part.line_id: part.quantity for part in self.order.left()}

    def on(self, moment: datetime) -> Life:
        self.now = moment
        return self

    def wait(self, **length: float) -> Life:
        return self.on(self.now + timedelta(**length))

    def command(
        self, action: str, by: str, at: datetime | None, reason: str | None, body: Mapping[str, Any]
    ) -> Command:
        history = tuple(self.entries) if action == "sync" else ()
        return Command(action, Actor(by, by), at or self.now, self.now, self.store, self.new_id, body, reason, history)

    def do(
        self, action: str, by: str = "platform", *, at: datetime | None = None, reason: str | None = None, **body: Any
    ) -> Life:
        """Carry out an action, and check what holds for every change."""
        return self.take(lifecycle.act(self.order, self.command(action, by, at, reason, body)))

    def sweep(self, *, before: datetime | None = None) -> Life:
        """Apply the lapses before now (or `before`)."""
        return self.take(
            lifecycle.lapse(self.order, self.store, before=before or self.now, recorded_at=self.now, new_id=self.new_id)
        )

    def take(self, change: Change) -> Life:
        assert [entry.seq for entry in change.entries] == list(range(self.order.version + 1, change.order.version + 1))
        self.order = change.order
        self.entries += change.entries
        return self

    def seen(self) -> Life:
        """A copy of the order after the lapses before now."""
        other = copy.copy(self)
        other.entries = list(self.entries)
        return other.sweep()

    def refuses(
        self, action: str, by: str = "platform", *, at: datetime | None = None, **body: Any
    ) -> Conflict | Unprocessable:
        """The refusal of an action."""
        with pytest.raises(DomainError) as refusal:
            lifecycle.act(self.order, self.command(action, by, at, None, body))
        assert isinstance(refusal.value, (Conflict, Unprocessable))
        return refusal.value

    def may(self, actor: str = "platform") -> set[str]:
        """The allowed actions of the order and of its dispute."""
        return set(lifecycle.choices(self.order, actor, self.store, self.now, EVERY).allowed)

    def snapshot(
        self,
        status: str,
        overlays: str = "",
        parcels: list[dict[str, Any]] | None = None,
        fund_state: FundState | None = None,
        end_reason: str | None = None,
        **changes: Any,
    ) -> dict[str, Any]:
        """The body of a `sync`, by default with the parcels of the order."""
        present = [
            {
                "carrier": parcel.carrier,
                "tracking_no": parcel.tracking_no,
                "shipped_at": parcel.shipped_at,
                "delivered_at": parcel.delivered_at,
                "lines": [{"line_id": part.line_id, "quantity": part.quantity} for part in parcel.lines],
            }
            for parcel in self.order.parcels
        ]
        return {
            "order": replace(self.placement, **changes),
            "status": Status(status),
            "overlays": frozenset(Overlay(overlay) for overlay in overlays.split()),
            "parcels": present if parcels is None else parcels,
            "fund_state": fund_state,
            "end_reason": end_reason,
        }

    def sync(self, status: str, overlays: str = "", *, at: datetime | None = None, **content: Any) -> Life:
        return self.do("sync", at=at, **self.snapshot(status, overlays, **content))


SHIP_A = ("ship", {"parcels": [parcel("LX1", a=1)]})
SHIP_ALL = ("ship", {"parcels": [parcel("LX9")]})
Step = str | tuple[str, dict[str, Any]]
WAYS: dict[str, tuple[Step, ...]] = {
    "PLACE_ORDER_SUCCESS": (),
    "PAYMENT_PROCESSING": ("start_payment",),
    "RISK_CONTROL": ("pay",),
    "RISK_CONTROL_HOLD": ("pay", "hold_risk"),
    "WAIT_SELLER_EXAMINE_MONEY": ("pay", ("report_short_payment", {"received": 2000})),
    "WAIT_SELLER_SEND_GOODS": ("pay", "pass_risk"),
    "SELLER_PART_SEND_GOODS": ("pay", "pass_risk", SHIP_A),
    "WAIT_BUYER_ACCEPT_GOODS": ("pay", "pass_risk", SHIP_ALL),
    "PART_CLOSED": ("pay", "pass_risk", SHIP_A, "expire_shipment"),
    "IN_CANCEL": ("pay", "pass_risk", "request_cancellation"),
    "FUND_PROCESSING": ("pay", "pass_risk", SHIP_ALL, "confirm_receipt"),
    "REFUNDING": ("pay", "reject_risk"),
    "FINISH": ("pay", "pass_risk", SHIP_ALL, "confirm_receipt", "release_funds"),
    "CLOSED": ("cancel_unpaid",),
}
"""The actions that lead to each status, and to four situations within a status."""
RETURNING = claim(kind="not_as_described", solution="return_and_refund")
DISPUTED: dict[str, tuple[Step, ...]] = {
    "wait_seller": (("open_dispute", claim()),),
    "wait_buyer": (("open_dispute", claim()), ("counter", offer())),
    "platform": (("open_dispute", claim()), "escalate"),
    "wait_address": (("open_dispute", RETURNING), "accept"),
    "wait_return": (("open_dispute", RETURNING), "accept", ("give_return_address", {"address": {"country": "CN"}})),
}
DISPUTED["wait_confirm_return"] = (*DISPUTED["wait_return"], "buyer_returned")
"""The actions that lead the dispute of a shipped order to each stage."""


def life_in(situation: str, store: Store = STORE, **changes: Any) -> Life:
    """An order in a status, a situation or a stage of a dispute, with one hour after each action."""
    life = Life(store, **changes)
    if situation in DISPUTED:
        life = life_in("WAIT_BUYER_ACCEPT_GOODS", store, **changes)
        for step in DISPUTED[situation]:
            action, body = (step, {}) if isinstance(step, str) else step
            life.do(action, **body).wait(hours=1)
        return life
    if situation not in WAYS:
        return life.wait(hours=1).sync(situation).wait(hours=1)
    for step in WAYS[situation]:
        action, body = (step, {}) if isinstance(step, str) else step
        life.wait(hours=1).do(action, **body)
    return life.wait(hours=1)
