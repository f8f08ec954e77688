"""The steps of the demo orders, and the times of each in hours before now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

Body = dict[str, Any]
View = Mapping[str, Any]

DAY = 24.0


@dataclass(frozen=True, slots=True)
class HoursAgo:
    """A time in hours before now; negative: after now."""

    ago: float


@dataclass(frozen=True, slots=True)
class Step:
    """An action of the order, or of its dispute. `body` makes the request's body from the order before it."""

    action: str
    ago: float
    body: Callable[[View], Body] = lambda view: {}
    of_dispute: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """The buyer's are sent at `ago`, the seller's while the shop is filled."""

    text: str
    ago: float | None = None

    @property
    def sender(self) -> str:
        return "seller" if self.ago is None else "buyer"


@dataclass(frozen=True, slots=True)
class DemoOrder:
    """`placed` is in hours before now. `notes` are the seller's note, tags and assignee."""

    placed: float
    steps: tuple[Step, ...] = ()
    lines: int = 1
    quantity: int = 1
    delivery_days: int = 30
    notes: Body | None = None
    messages: tuple[Message, ...] = ()


def with_times(value: Any, placed: datetime, age: float) -> Any:
    """The value, with a time for every HoursAgo in it."""
    if isinstance(value, HoursAgo):
        return iso_time(placed + timedelta(hours=age - value.ago))
    if isinstance(value, Mapping):
        return {name: with_times(each, placed, age) for name, each in value.items()}
    return [with_times(each, placed, age) for each in value] if isinstance(value, list) else value


def usd(amount: str) -> Body:
    return {"amount": amount, "currency": "USD"}


def iso_time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def step(action: str, ago: float, **body: Any) -> Step:
    return Step(action, ago, lambda view: dict(body))


def paid(ago: float, ship_in: float | None = None) -> tuple[Step, ...]:
    """Paid, and past the risk check an hour later. `ship_in`: the platform's shipping deadline, in hours from now."""
    supplied: Body = {} if ship_in is None else {"deadlines": [{"kind": "shipment", "due_at": HoursAgo(-ship_in)}]}
    return (step("pay", ago), step("pass_risk", ago - 1, **supplied))


def ship(ago: float, **lines: int) -> Step:
    def parcel(view: View) -> Body:
        number = int(view["order_id"][-8:]) + len(view["parcels"])
        body: Body = {"carrier": "CAINIAO_STANDARD", "tracking_no": _s10(number)}
        if lines:
            body["lines"] = [{"line_id": name[1:], "quantity": quantity} for name, quantity in lines.items()]
        return {"parcels": [body]}

    return Step("ship", ago, parcel)


def report_delivery(ago: float, parcel: int = 0) -> Step:
    return Step("report_delivery", ago, lambda view: {"parcel_id": view["parcels"][parcel]["parcel_id"]})


def complete_refund(ago: float) -> Step:
    def refund(view: View) -> Body:
        return {"refund_id": next(each["refund_id"] for each in view["refunds"] if each["state"] == "accepted")}

    return Step("complete_refund", ago, refund)


def open_dispute(
    ago: float, kind: str = "not_received", solution: str = "refund", text: str = "It has not come."
) -> Step:
    def claim(view: View) -> Body:
        return {"kind": kind, "claim": view["amounts"]["lines"], "solution": solution, "text": text}

    return Step("open_dispute", ago, claim)


def dispute(action: str, ago: float, **body: Any) -> Step:
    return Step(action, ago, lambda view: dict(body), of_dispute=True)


def offer(action: str, ago: float, refund: str, text: str, solution: str = "refund") -> Step:
    """A proposal, or the platform's decision."""
    return dispute(action, ago, solution=solution, refund=usd(refund), text=text)


def sync(status: str, ago: float) -> Step:
    def snapshot(view: View) -> Body:
        lines = [{name: line[name] for name in LINE_FIELDS if name in line} for line in view["lines"]]
        order = {name: view[name] for name in ORDER_FIELDS if name in view}
        order["recipient"] = {name: view["recipient"][name] for name in ("country", "state", "city")}
        order |= {"lines": lines, "shipping_fee": view["amounts"]["shipping"]}
        return {"order": order, "status": status, "overlays": [], "parcels": []}

    return Step("sync", ago, snapshot)


ORDER_FIELDS = ("order_id", "placed_at", "buyer", "currency", "delivery_days", "chosen_service", "memo")
LINE_FIELDS = ("line_id", "product_id", "sku", "title", "attributes", "quantity", "unit_price")


def _s10(number: int) -> str:
    """A tracking number of the S10 format, with its check digit."""
    digits = f"{number:08d}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return f"LX{digits}{ {10: 0, 11: 5}.get(rest, rest) }CN"


def notes(note: str, *tags: str) -> Body:
    return {"note": note, "tags": list(tags), "assignee": "alex-example"}
