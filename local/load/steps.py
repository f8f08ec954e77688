"""The API calls that load one order, for all kinds of files: its placement, then steps with their times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Body = dict[str, Any]
OrderView = Mapping[str, Any]
Pick = Callable[[OrderView], Body]


@dataclass(frozen=True, slots=True)
class Step:
    """One action of the order, or of its dispute. `pick` takes values that only the API knows, such as ids, from the
    order as it is before the step."""

    action: str
    at: datetime
    body: Body
    pick: Pick | None = None
    of_dispute: bool = False

    def path(self, order: OrderView) -> str:
        subject = f"disputes/{order['dispute']['dispute_id']}" if self.of_dispute else f"orders/{order['order_id']}"
        return f"/v1/{subject}/actions/{self.action}"

    def content(self, order: OrderView) -> Body:
        time = "changed_at" if self.action == "sync" else "at"
        return {time: iso_time(self.at), **self.body, **(self.pick(order) if self.pick else {})}


@dataclass(frozen=True, slots=True)
class Replay:
    """The body of `POST /v1/orders`, every step that has happened, and the status and fund state after them."""

    placement: Body
    steps: tuple[Step, ...]
    goal: tuple[str, str]


def missing(steps: Iterable[Step], history: Iterable[Mapping[str, Any]]) -> list[Step]:
    """The steps that are not in the history yet. Other entries of the history are ignored."""
    recorded = Counter((entry["action"], entry["at"]) for entry in history)
    result: list[Step] = []
    for step in steps:
        key = (step.action, iso_time(step.at))
        if recorded[key] > 0:
            recorded[key] -= 1
        else:
            result.append(step)
    return result


def accepted_refund(order: OrderView) -> Body:
    """The body with the refund of the order that is accepted and not paid yet."""
    ids = [each["refund_id"] for each in order["refunds"] if each["state"] == "accepted"]
    return {"refund_id": ids[0] if ids else "unknown"}


def money(minor: int, currency: str) -> dict[str, str]:
    """For a currency with two decimals."""
    return {"amount": f"{minor // 100}.{minor % 100:02d}", "currency": currency}


def iso_time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
