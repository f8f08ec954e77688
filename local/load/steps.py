"""What is told of an order, whatever files it comes from: its placement, then steps at times of their own. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Body = dict[str, Any]
Shown = Mapping[str, Any]
Pick = Callable[[Shown], Body]


@dataclass(frozen=True, slots=True)
class Step:
    """One action of the order, or of its dispute. `pick` takes from the order, as the API shows it by then, what only
    the API knows."""

    action: str
    at: datetime
    body: Body
    pick: Pick | None = None
    of_dispute: bool = False

    def path(self, order: Shown) -> str:
        whose = f"disputes/{order['dispute']['dispute_id']}" if self.of_dispute else f"orders/{order['order_id']}"
        return f"/v1/{whose}/actions/{self.action}"

    def content(self, order: Shown) -> Body:
        time = "changed_at" if self.action == "sync" else "at"
        return {time: spelled(self.at), **self.body, **(self.pick(order) if self.pick else {})}


@dataclass(frozen=True, slots=True)
class Tale:
    """The body of `POST /v1/orders`, every step that has happened, and the status and fund state they lead to."""

    placement: Body
    steps: tuple[Step, ...]
    goal: tuple[str, str]


def missing(wanted: Iterable[Step], history: Iterable[Mapping[str, Any]]) -> list[Step]:
    """The steps that the history does not have yet; others' changes to the order do not matter."""
    told = Counter((entry["action"], entry["at"]) for entry in history)
    left: list[Step] = []
    for step in wanted:
        key = (step.action, spelled(step.at))
        if told[key] > 0:
            told[key] -= 1
        else:
            left.append(step)
    return left


def accepted_refund(order: Shown) -> Body:
    """The refund of the order that is to be paid."""
    ids = [each["refund_id"] for each in order["refunds"] if each["state"] == "accepted"]
    return {"refund_id": ids[0] if ids else "unknown"}


def money(minor: int, currency: str) -> dict[str, str]:
    """Of a currency with two decimals."""
    return {"amount": f"{minor // 100}.{minor % 100:02d}", "currency": currency}


def spelled(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
