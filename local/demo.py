"""The demo shop of `make run`: invented orders with every status, overlay, fund state and kind of deadline.

The times of each order are in hours before now; the order's `placed_at` fixes them for later runs. The store has the
mode `watch` while the orders are created, so that no sweep runs between two steps in the past.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from local.load.client import Api, Refused, with_retries

Body = dict[str, Any]
View = Mapping[str, Any]

PRODUCTS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("1005006112043871", "USB-C to USB-C Braided Charging Cable 100W, 2 m", "6.49", {"Color": "Black"}),
    ("1005005987410226", "Mechanical Keyboard 75%, Hot-Swappable, RGB", "48.90", {"Layout": "US", "Switch": "Brown"}),
    ("1005004430915577", "Foldable Phone Stand, Aluminium", "9.99", {"Color": "Silver"}),
    ("1005006650127734", "Women's Waterproof Hiking Jacket", "36.20", {"Color": "Teal", "Size": "M"}),
    ("1005003388164092", "LED Desk Lamp with Wireless Charger", "27.35", {"Plug": "EU"}),
    ("1005005214709918", "Silicone Baking Mats, Set of 3", "11.80", {}),
    ("1005006903358410", "Bluetooth 5.3 Earbuds with Charging Case", "19.99", {"Color": "White"}),
    ("1005004076621385", "Stainless Steel Insulated Bottle 750 ml", "15.60", {"Color": "Forest"}),
)
ADDRESSES = (
    ("US", "Oregon", "Portland", "00001"),
    ("ES", "Sevilla", "Sevilla", "00002"),
    ("BR", "SP", "Campinas", "00003"),
    ("FR", "Occitanie", "Toulouse", "00004"),
    ("DE", "Sachsen", "Leipzig", "00005"),
    ("PL", "Malopolskie", "Krakow", "00006"),
    ("KR", "Gyeonggi-do", "Suwon", "00007"),
    ("NL", "Utrecht", "Utrecht", "00008"),
    ("CL", "Valparaiso", "Valparaiso", "00009"),
    ("GB", "England", "Leeds", "00010"),
)
DAY = 24.0


@dataclass(frozen=True, slots=True)
class HoursAgo:
    """A time in hours before now; negative: after now."""

    ago: float


@dataclass(frozen=True, slots=True)
class Step:
    action: str
    ago: float
    body: Callable[[View], Body] = lambda view: {}


@dataclass(frozen=True, slots=True)
class DemoOrder:
    """`placed` is in hours before now. `notes` are the seller's note, tags and assignee."""

    placed: float
    steps: tuple[Step, ...] = ()
    lines: int = 1
    quantity: int = 1
    delivery_days: int = 30
    notes: Body | None = None


NAME, FILLING = "Demo shop", "Demo shop, being filled"


def fill(base_url: str, platform_token: str, owner_token: str) -> list[str]:
    """Create the demo orders that the store of the tokens does not have, and continue those that an earlier run did not
    finish. Returns the failures. If no order is missing, nothing is changed."""
    api, now = Api(base_url), datetime.now(UTC)
    loader = DemoLoader(api, platform_token, owner_token, api.get("/v1/me", platform_token)["user_id"], now)
    store = api.get("/v1/store", owner_token)
    numbered = dict(enumerate(DEMO_ORDERS, start=1))
    with ThreadPoolExecutor(8) as pool:
        exists = list(pool.map(lambda number: loader.find(number) is not None, numbered))
        if all(exists) and store["name"] != FILLING:
            return []
        loader.set_store(FILLING, "watch")
        failures = [failure for failure in pool.map(loader.create, numbered, numbered.values()) if failure]
    new = store["name"] in (FILLING, store["store_id"])  # else a user has changed the name
    loader.set_store(NAME if new else store["name"], "enforce" if new else store["deadline_policy"]["mode"])
    return failures


@dataclass(frozen=True, slots=True)
class DemoLoader:
    """`user` is the platform's user that reports the steps of the demo orders."""

    api: Api
    platform: str
    owner: str
    user: str
    now: datetime

    def set_store(self, name: str, mode: str) -> None:
        settings = {"name": name, "deadline_policy": {"mode": mode}}
        with_retries(lambda: self.api.call("PATCH", "/v1/store", self.owner, settings))

    def find(self, number: int) -> View | None:
        try:
            view: View = self.api.get(f"/v1/orders/{_order_id(number)}", self.owner)
        except Refused as refused:
            if refused.status == 404:
                return None
            raise
        return view

    def create(self, number: int, demo_order: DemoOrder) -> str | None:
        """Create one order; returns why it could not be finished, or None."""
        try:
            with_retries(lambda: self._create(number, demo_order))
        except Exception as failed:  # one failed order must not stop the others
            return f"{_order_id(number)}: {failed!r}"
        return None

    def _create(self, number: int, demo_order: DemoOrder) -> None:
        order_id = _order_id(number)
        path = f"/v1/orders/{order_id}"
        view = self.find(number)
        if view is None:
            placed = self.now.replace(microsecond=0) - timedelta(hours=demo_order.placed)
            order = _order(order_id, number, demo_order, placed)
            view, done = self.api.call("POST", "/v1/orders", self.platform, order).body, 0
        else:
            placed = datetime.fromisoformat(view["placed_at"])
            history = list(self.api.pages(f"{path}/history", self.owner))
            done = len(history) - 1
            if not self._is_ours(history, demo_order):
                return
        for step in demo_order.steps[done:]:
            body = _with_times(step.body(view), placed, demo_order.placed)
            time = "changed_at" if step.action == "sync" else "at"
            body[time] = _iso_time(placed + timedelta(hours=demo_order.placed - step.ago))
            view = self.api.call("POST", f"{path}/actions/{step.action}", self.platform, body).body
        if demo_order.notes:
            self.api.call("PATCH", path, self.owner, demo_order.notes)

    def _is_ours(self, history: Sequence[View], demo_order: DemoOrder) -> bool:
        """Whether the history is the start of the demo order's steps, without changes by users or the clock."""
        happened = [(entry["action"], entry["actor"]["role"], entry["actor"]["id"]) for entry in history]
        actions = ["place", *(step.action for step in demo_order.steps)]
        return happened == [(action, "platform", self.user) for action in actions[: len(history)]]


def _order_id(number: int) -> str:
    return f"8191{734_000_118_204 + number * 2_750_137:012d}"


def _order(order_id: str, number: int, demo_order: DemoOrder, placed: datetime) -> Body:
    country, state, city, code = ADDRESSES[number % len(ADDRESSES)]
    name = f"Alex Example {number}"
    lines = [_line(index, number, demo_order.quantity) for index in range(demo_order.lines)]
    return {
        "order_id": order_id,
        "placed_at": _iso_time(placed),
        "buyer": {"id": f"buyer-{number % 31 + 1}", "name": name, "country": country},
        "recipient": {
            "country": country,
            "name": name,
            "state": state,
            "city": city,
            "street": f"{number} Example Street",
            "zip": code,
            "phone": f"5550{100 + number}",
        },
        "currency": "USD",
        "lines": lines,
        "shipping_fee": _usd("2.99" if number % 3 else "0.00"),
        "delivery_days": demo_order.delivery_days,
        "chosen_service": "CAINIAO_STANDARD",
        **({"memo": "Please leave it with the neighbour."} if number % 7 == 0 else {}),
    }


def _line(index: int, number: int, quantity: int) -> Body:
    product_id, title, price, attributes = PRODUCTS[(number + index) % len(PRODUCTS)]
    return {
        "line_id": f"{index + 1}",
        "product_id": product_id,
        "sku": f"SKU-{product_id[-5:]}",
        "title": title,
        **({"attributes": attributes} if attributes else {}),
        "quantity": quantity,
        "unit_price": _usd(price),
    }


def _with_times(value: Any, placed: datetime, age: float) -> Any:
    """The value, with a time for every HoursAgo in it."""
    if isinstance(value, HoursAgo):
        return _iso_time(placed + timedelta(hours=age - value.ago))
    if isinstance(value, Mapping):
        return {name: _with_times(each, placed, age) for name, each in value.items()}
    return [_with_times(each, placed, age) for each in value] if isinstance(value, list) else value


def _usd(amount: str) -> Body:
    return {"amount": amount, "currency": "USD"}


def _iso_time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


# ---- the steps


def _step(action: str, ago: float, **body: Any) -> Step:
    return Step(action, ago, lambda view: dict(body))


def _paid(ago: float, ship_in: float | None = None) -> tuple[Step, ...]:
    """Paid, and past the risk check an hour later. `ship_in`: the platform's shipping deadline, in hours from now."""
    supplied: Body = {} if ship_in is None else {"deadlines": [{"kind": "shipment", "due_at": HoursAgo(-ship_in)}]}
    return (_step("pay", ago), _step("pass_risk", ago - 1, **supplied))


def _ship(ago: float, **lines: int) -> Step:
    def parcel(view: View) -> Body:
        number = int(view["order_id"][-8:]) + len(view["parcels"])
        body: Body = {"carrier": "CAINIAO_STANDARD", "tracking_no": _s10(number)}
        if lines:
            body["lines"] = [{"line_id": name[1:], "quantity": quantity} for name, quantity in lines.items()]
        return {"parcels": [body]}

    return Step("ship", ago, parcel)


def _report_delivery(ago: float, parcel: int = 0) -> Step:
    return Step("report_delivery", ago, lambda view: {"parcel_id": view["parcels"][parcel]["parcel_id"]})


def _complete_refund(ago: float) -> Step:
    def refund(view: View) -> Body:
        return {"refund_id": next(each["refund_id"] for each in view["refunds"] if each["state"] == "accepted")}

    return Step("complete_refund", ago, refund)


def _open_dispute(
    ago: float, kind: str = "not_received", solution: str = "refund", text: str = "It has not come."
) -> Step:
    def claim(view: View) -> Body:
        return {"kind": kind, "claim": view["amounts"]["lines"], "solution": solution, "text": text}

    return Step("open_dispute", ago, claim)


def _sync(status: str, ago: float) -> Step:
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


def _notes(note: str, *tags: str) -> Body:
    return {"note": note, "tags": list(tags), "assignee": "alex-example"}


_TWICE = "The buyer has ordered twice by mistake."

DEMO_ORDERS: tuple[DemoOrder, ...] = (
    # unpaid
    DemoOrder(0.4),
    DemoOrder(5, notes=_notes("Asked for a discount on ten pieces.", "wholesale"), quantity=10),
    DemoOrder(20 * DAY - 3),
    DemoOrder(9 * DAY, (_step("remind_payment", 2 * DAY),)),
    DemoOrder(2, (_step("start_payment", 1),)),
    DemoOrder(21 * DAY, (_step("expire_payment", DAY),)),
    DemoOrder(4 * DAY, (_step("cancel_unpaid", 3.9 * DAY),)),
    DemoOrder(50, (_sync("IN_BOOK_SALE", 49),)),
    # paid, in the risk check
    DemoOrder(3, (_step("pay", 2.5),)),
    DemoOrder(25, (_step("pay", 22.5),)),
    DemoOrder(30, (_step("pay", 29), _step("hold_risk", 20)), notes=_notes("The platform checks the card.", "risk")),
    DemoOrder(
        DAY * 4,
        (_step("pay", 80), _step("report_short_payment", 70, received=_usd("5.00"))),
        notes=_notes("Short", "ask"),
    ),
    DemoOrder(60, (_step("pay", 59), _sync("WAIT_GROUP_SUCCESS", 58))),
    DemoOrder(3 * DAY, (_step("pay", 70), _step("reject_risk", 60))),
    DemoOrder(12 * DAY, (_step("pay", 280), _step("cancel_in_risk", 275), _complete_refund(200))),
    # to be shipped
    DemoOrder(8 * DAY, _paid(7.9 * DAY, ship_in=2), notes=_notes("Pack today.", "urgent")),
    DemoOrder(7 * DAY, _paid(6.9 * DAY, ship_in=7), lines=2),
    DemoOrder(6 * DAY, _paid(5.9 * DAY, ship_in=20), quantity=3),
    DemoOrder(4 * DAY, _paid(3.9 * DAY, ship_in=70)),
    DemoOrder(30, _paid(29), lines=3),
    DemoOrder(10, _paid(9)),
    DemoOrder(3 * DAY, (*_paid(70, ship_in=90), _step("freeze", 30, reason="The platform reviews the account."))),
    DemoOrder(4 * DAY, (*_paid(90, ship_in=30), _step("request_cancellation", 45, reason=_TWICE))),
    DemoOrder(2 * DAY, (*_paid(40, ship_in=120), _step("request_cancellation", 3, reason="Wrong size chosen."))),
    DemoOrder(
        5 * DAY,
        (*_paid(110), _step("request_cancellation", 60, reason=_TWICE), _step("accept_cancellation", 40)),
    ),
    DemoOrder(15 * DAY, (*_paid(14.9 * DAY, ship_in=-5 * DAY), _step("expire_shipment", 5 * DAY))),
    # shipped in part
    DemoOrder(
        6 * DAY, (*_paid(5.9 * DAY, ship_in=5), _ship(40, l1=1)), lines=2, notes=_notes("Line 2 tomorrow.", "split")
    ),
    DemoOrder(5 * DAY, (*_paid(4.9 * DAY, ship_in=60), _ship(50, l1=1), _report_delivery(2)), quantity=2),
    # on the way
    DemoOrder(9 * DAY, (*_paid(8.9 * DAY), _ship(8 * DAY))),
    DemoOrder(12 * DAY, (*_paid(11.9 * DAY), _ship(11 * DAY), _report_delivery(3 * DAY))),
    DemoOrder(31 * DAY, (*_paid(30.9 * DAY), _ship(30 * DAY - 6)), notes=_notes("Ask the carrier.", "late")),
    DemoOrder(8 * DAY, (*_paid(7.9 * DAY), _ship(7 * DAY, l1=1), _ship(6 * DAY), _report_delivery(DAY)), lines=2),
    DemoOrder(20 * DAY, (*_paid(19.9 * DAY), _ship(18 * DAY), _open_dispute(30))),
    DemoOrder(
        22 * DAY,
        (
            *_paid(21.9 * DAY),
            _ship(20 * DAY),
            _report_delivery(5 * DAY),
            _open_dispute(110, "not_as_described", "return_and_refund", "The colour is not the one in the picture."),
        ),
        notes=_notes("Answer with the packing photo.", "dispute"),
    ),
    # received, and later
    DemoOrder(
        14 * DAY, (*_paid(13.9 * DAY), _ship(12 * DAY), _report_delivery(3 * DAY), _step("confirm_receipt", 2.5 * DAY))
    ),
    DemoOrder(
        18 * DAY, (*_paid(17.9 * DAY), _ship(16 * DAY), _report_delivery(6 * DAY), _step("confirm_receipt", 5 * DAY))
    ),
    DemoOrder(
        16 * DAY,
        (
            *_paid(15.9 * DAY),
            _ship(14 * DAY),
            _report_delivery(5 * DAY),
            _step("confirm_receipt", 2 * DAY),
            _open_dispute(10, "not_as_described", "refund", "One piece is scratched."),
        ),
    ),
    *(
        DemoOrder(
            age * DAY,
            (
                *_paid((age - 0.1) * DAY),
                _ship((age - 2) * DAY),
                _report_delivery((age - 11) * DAY),
                _step("confirm_receipt", (age - 12) * DAY),
                _step("release_funds", (age - 15) * DAY, commission=_usd("0.90")),
            ),
            lines=1 + age % 2,
        )
        for age in (16, 19, 24, 33, 47)
    ),
    DemoOrder(
        32 * DAY,
        (
            *_paid(31.9 * DAY, ship_in=-26 * DAY),
            _ship(29 * DAY, l1=1),
            _step("expire_shipment", 26 * DAY),
            _complete_refund(25 * DAY),
            _report_delivery(15 * DAY),
            _step("confirm_receipt", 14 * DAY),
            _step("release_funds", 11 * DAY),
        ),
        lines=2,
    ),
    DemoOrder(
        28 * DAY,
        (
            *_paid(27.9 * DAY),
            _step("request_cancellation", 27 * DAY, reason=_TWICE),
            _step("accept_cancellation", 26 * DAY),
            _complete_refund(24 * DAY),
        ),
    ),
)
