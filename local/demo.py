"""The demo shop of `make run`: invented orders around now, so that every status, overlay, fund state and kind of
deadline is there to look at.

Each story is told in hours before now, and kept by the order's own `placed_at`. While they are told the store only
watches its deadlines, so that no sweep comes between two steps that both lie in the past.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from local.load.client import Api, Refused, patiently

Body = dict[str, Any]
Shown = Mapping[str, Any]

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
PLACES = (
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
class Moment:
    """A time in the story, in hours before now (negative: ahead)."""

    ago: float


@dataclass(frozen=True, slots=True)
class Step:
    action: str
    ago: float
    body: Callable[[Shown], Body] = lambda shown: {}


@dataclass(frozen=True, slots=True)
class Story:
    """`desk` is what the seller has written on the order."""

    placed: float
    steps: tuple[Step, ...] = ()
    lines: int = 1
    quantity: int = 1
    delivery_days: int = 30
    desk: Body | None = None


NAME, FILLING = "Demo shop", "Demo shop, being filled"


def fill(base_url: str, platform_token: str, owner_token: str) -> list[str]:
    """Tell the store of the tokens every story whose order it does not have, and go on with those at which an earlier
    filling was interrupted. Answers with what could not be told. Where nothing is missing, nothing is changed."""
    api, now = Api(base_url), datetime.now(UTC)
    teller = Teller(api, platform_token, owner_token, api.get("/v1/me", platform_token)["user_id"], now)
    store = api.get("/v1/store", owner_token)
    numbered = dict(enumerate(STORIES, start=1))
    with ThreadPoolExecutor(8) as pool:
        there = list(pool.map(lambda number: teller.find(number) is not None, numbered))
        if all(there) and store["name"] != FILLING:
            return []
        teller.set_store(FILLING, "watch")
        failures = [failure for failure in pool.map(teller.tell, numbered, numbered.values()) if failure]
    new = store["name"] in (FILLING, store["store_id"])  # else it has a name that somebody gave it
    teller.set_store(NAME if new else store["name"], "enforce" if new else store["deadline_policy"]["mode"])
    return failures


@dataclass(frozen=True, slots=True)
class Teller:
    """`user` is the platform's user whose reports are the stories' own."""

    api: Api
    platform: str
    owner: str
    user: str
    now: datetime

    def set_store(self, name: str, mode: str) -> None:
        settings = {"name": name, "deadline_policy": {"mode": mode}}
        patiently(lambda: self.api.call("PATCH", "/v1/store", self.owner, settings))

    def find(self, number: int) -> Shown | None:
        try:
            found: Shown = self.api.get(f"/v1/orders/{_order_id(number)}", self.owner)
        except Refused as no:
            if no.status == 404:
                return None
            raise
        return found

    def tell(self, number: int, story: Story) -> str | None:
        """Why it could not be told to its end; None when it is."""
        try:
            patiently(lambda: self._tell(number, story))
        except Exception as failed:  # one story that fails must not keep the others out
            return f"{_order_id(number)}: {failed!r}"
        return None

    def _tell(self, number: int, story: Story) -> None:
        order_id = _order_id(number)
        path = f"/v1/orders/{order_id}"
        shown = self.find(number)
        if shown is None:
            placed = self.now.replace(microsecond=0) - timedelta(hours=story.placed)
            order = _order(order_id, number, story, placed)
            shown, told = self.api.call("POST", "/v1/orders", self.platform, order).body, 0
        else:
            placed = datetime.fromisoformat(shown["placed_at"])
            history = list(self.api.pages(f"{path}/history", self.owner))
            told = len(history) - 1
            if not self._is_ours(history, story):
                return
        for step in story.steps[told:]:
            body = _timed(step.body(shown), placed, story.placed)
            time = "changed_at" if step.action == "sync" else "at"
            body[time] = _spelled(placed + timedelta(hours=story.placed - step.ago))
            shown = self.api.call("POST", f"{path}/actions/{step.action}", self.platform, body).body
        if story.desk:
            self.api.call("PATCH", path, self.owner, story.desk)

    def _is_ours(self, history: Sequence[Shown], story: Story) -> bool:
        """Whether all that has happened to the order is the beginning of its story: nobody else, nor the clock, has
        touched it."""
        happened = [(entry["action"], entry["actor"]["role"], entry["actor"]["id"]) for entry in history]
        actions = ["place", *(step.action for step in story.steps)]
        return happened == [(action, "platform", self.user) for action in actions[: len(history)]]


def _order_id(number: int) -> str:
    return f"8191{734_000_118_204 + number * 2_750_137:012d}"


def _order(order_id: str, number: int, story: Story, placed: datetime) -> Body:
    country, state, city, code = PLACES[number % len(PLACES)]
    name = f"Alex Example {number}"
    lines = [_line(place, number, story.quantity) for place in range(story.lines)]
    return {
        "order_id": order_id,
        "placed_at": _spelled(placed),
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
        "delivery_days": story.delivery_days,
        "chosen_service": "CAINIAO_STANDARD",
        **({"memo": "Please leave it with the neighbour."} if number % 7 == 0 else {}),
    }


def _line(place: int, number: int, quantity: int) -> Body:
    product_id, title, price, attributes = PRODUCTS[(number + place) % len(PRODUCTS)]
    return {
        "line_id": f"{place + 1}",
        "product_id": product_id,
        "sku": f"SKU-{product_id[-5:]}",
        "title": title,
        **({"attributes": attributes} if attributes else {}),
        "quantity": quantity,
        "unit_price": _usd(price),
    }


def _timed(value: Any, placed: datetime, age: float) -> Any:
    """The same with every Moment as a time."""
    if isinstance(value, Moment):
        return _spelled(placed + timedelta(hours=age - value.ago))
    if isinstance(value, Mapping):
        return {name: _timed(each, placed, age) for name, each in value.items()}
    return [_timed(each, placed, age) for each in value] if isinstance(value, list) else value


def _usd(amount: str) -> Body:
    return {"amount": amount, "currency": "USD"}


def _spelled(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


# ---- the steps


def _says(action: str, ago: float, **body: Any) -> Step:
    return Step(action, ago, lambda shown: dict(body))


def _paid(ago: float, ship_in: float | None = None) -> tuple[Step, ...]:
    """Paid and through the risk check an hour later. `ship_in`: hours from now by which the platform wants it sent."""
    supplied: Body = {} if ship_in is None else {"deadlines": [{"kind": "shipment", "due_at": Moment(-ship_in)}]}
    return (_says("pay", ago), _says("pass_risk", ago - 1, **supplied))


def _sent(ago: float, **lines: int) -> Step:
    def parcel(shown: Shown) -> Body:
        number = int(shown["order_id"][-8:]) + len(shown["parcels"])
        told: Body = {"carrier": "CAINIAO_STANDARD", "tracking_no": _s10(number)}
        if lines:
            told["lines"] = [{"line_id": name[1:], "quantity": quantity} for name, quantity in lines.items()]
        return {"parcels": [told]}

    return Step("ship", ago, parcel)


def _arrived(ago: float, parcel: int = 0) -> Step:
    return Step("report_delivery", ago, lambda shown: {"parcel_id": shown["parcels"][parcel]["parcel_id"]})


def _paid_back(ago: float) -> Step:
    def refund(shown: Shown) -> Body:
        return {"refund_id": next(each["refund_id"] for each in shown["refunds"] if each["state"] == "accepted")}

    return Step("complete_refund", ago, refund)


def _disputed(ago: float, kind: str = "not_received", solution: str = "refund", text: str = "It has not come.") -> Step:
    def claim(shown: Shown) -> Body:
        return {"kind": kind, "claim": shown["amounts"]["lines"], "solution": solution, "text": text}

    return Step("open_dispute", ago, claim)


def _shown_as(status: str, ago: float) -> Step:
    def snapshot(shown: Shown) -> Body:
        lines = [{name: line[name] for name in LINE_FIELDS if name in line} for line in shown["lines"]]
        order = {name: shown[name] for name in ORDER_FIELDS if name in shown}
        order["recipient"] = {name: shown["recipient"][name] for name in ("country", "state", "city")}
        order |= {"lines": lines, "shipping_fee": shown["amounts"]["shipping"]}
        return {"order": order, "status": status, "overlays": [], "parcels": []}

    return Step("sync", ago, snapshot)


ORDER_FIELDS = ("order_id", "placed_at", "buyer", "currency", "delivery_days", "chosen_service", "memo")
LINE_FIELDS = ("line_id", "product_id", "sku", "title", "attributes", "quantity", "unit_price")


def _s10(number: int) -> str:
    """A tracking number of the S10 format, check digit and all."""
    digits = f"{number:08d}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return f"LX{digits}{ {10: 0, 11: 5}.get(rest, rest) }CN"


def _desk(note: str, *tags: str) -> Body:
    return {"note": note, "tags": list(tags), "assignee": "alex-example"}


_cancelling = "The buyer has ordered twice by mistake."

STORIES: tuple[Story, ...] = (
    # unpaid
    Story(0.4),
    Story(5, desk=_desk("Asked for a discount on ten pieces.", "wholesale"), quantity=10),
    Story(20 * DAY - 3),
    Story(9 * DAY, (_says("remind_payment", 2 * DAY),)),
    Story(2, (_says("start_payment", 1),)),
    Story(21 * DAY, (_says("expire_payment", DAY),)),
    Story(4 * DAY, (_says("cancel_unpaid", 3.9 * DAY),)),
    Story(50, (_shown_as("IN_BOOK_SALE", 49),)),
    # paid, and looked at
    Story(3, (_says("pay", 2.5),)),
    Story(25, (_says("pay", 22.5),)),
    Story(30, (_says("pay", 29), _says("hold_risk", 20)), desk=_desk("The platform checks the card.", "risk")),
    Story(
        DAY * 4,
        (_says("pay", 80), _says("report_short_payment", 70, received=_usd("5.00"))),
        desk=_desk("Short", "ask"),
    ),
    Story(60, (_says("pay", 59), _shown_as("WAIT_GROUP_SUCCESS", 58))),
    Story(3 * DAY, (_says("pay", 70), _says("reject_risk", 60))),
    Story(12 * DAY, (_says("pay", 280), _says("cancel_in_risk", 275), _paid_back(200))),
    # to be sent
    Story(8 * DAY, _paid(7.9 * DAY, ship_in=2), desk=_desk("Pack today.", "urgent")),
    Story(7 * DAY, _paid(6.9 * DAY, ship_in=7), lines=2),
    Story(6 * DAY, _paid(5.9 * DAY, ship_in=20), quantity=3),
    Story(4 * DAY, _paid(3.9 * DAY, ship_in=70)),
    Story(30, _paid(29), lines=3),
    Story(10, _paid(9)),
    Story(3 * DAY, (*_paid(70, ship_in=90), _says("freeze", 30, reason="The platform reviews the account."))),
    Story(4 * DAY, (*_paid(90, ship_in=30), _says("request_cancellation", 45, reason=_cancelling))),
    Story(2 * DAY, (*_paid(40, ship_in=120), _says("request_cancellation", 3, reason="Wrong size chosen."))),
    Story(
        5 * DAY,
        (*_paid(110), _says("request_cancellation", 60, reason=_cancelling), _says("accept_cancellation", 40)),
    ),
    Story(15 * DAY, (*_paid(14.9 * DAY, ship_in=-5 * DAY), _says("expire_shipment", 5 * DAY))),
    # sent in part
    Story(6 * DAY, (*_paid(5.9 * DAY, ship_in=5), _sent(40, l1=1)), lines=2, desk=_desk("Line 2 tomorrow.", "split")),
    Story(5 * DAY, (*_paid(4.9 * DAY, ship_in=60), _sent(50, l1=1), _arrived(2)), quantity=2),
    # on the way
    Story(9 * DAY, (*_paid(8.9 * DAY), _sent(8 * DAY))),
    Story(12 * DAY, (*_paid(11.9 * DAY), _sent(11 * DAY), _arrived(3 * DAY))),
    Story(31 * DAY, (*_paid(30.9 * DAY), _sent(30 * DAY - 6)), desk=_desk("Ask the carrier.", "late")),
    Story(8 * DAY, (*_paid(7.9 * DAY), _sent(7 * DAY, l1=1), _sent(6 * DAY), _arrived(DAY)), lines=2),
    Story(20 * DAY, (*_paid(19.9 * DAY), _sent(18 * DAY), _disputed(30))),
    Story(
        22 * DAY,
        (
            *_paid(21.9 * DAY),
            _sent(20 * DAY),
            _arrived(5 * DAY),
            _disputed(110, "not_as_described", "return_and_refund", "The colour is not the one in the picture."),
        ),
        desk=_desk("Answer with the packing photo.", "dispute"),
    ),
    # received, and after
    Story(14 * DAY, (*_paid(13.9 * DAY), _sent(12 * DAY), _arrived(3 * DAY), _says("confirm_receipt", 2.5 * DAY))),
    Story(18 * DAY, (*_paid(17.9 * DAY), _sent(16 * DAY), _arrived(6 * DAY), _says("confirm_receipt", 5 * DAY))),
    Story(
        16 * DAY,
        (
            *_paid(15.9 * DAY),
            _sent(14 * DAY),
            _arrived(5 * DAY),
            _says("confirm_receipt", 2 * DAY),
            _disputed(10, "not_as_described", "refund", "One piece is scratched."),
        ),
    ),
    *(
        Story(
            age * DAY,
            (
                *_paid((age - 0.1) * DAY),
                _sent((age - 2) * DAY),
                _arrived((age - 11) * DAY),
                _says("confirm_receipt", (age - 12) * DAY),
                _says("release_funds", (age - 15) * DAY, commission=_usd("0.90")),
            ),
            lines=1 + age % 2,
        )
        for age in (16, 19, 24, 33, 47)
    ),
    Story(
        32 * DAY,
        (
            *_paid(31.9 * DAY, ship_in=-26 * DAY),
            _sent(29 * DAY, l1=1),
            _says("expire_shipment", 26 * DAY),
            _paid_back(25 * DAY),
            _arrived(15 * DAY),
            _says("confirm_receipt", 14 * DAY),
            _says("release_funds", 11 * DAY),
        ),
        lines=2,
    ),
    Story(
        28 * DAY,
        (
            *_paid(27.9 * DAY),
            _says("request_cancellation", 27 * DAY, reason=_cancelling),
            _says("accept_cancellation", 26 * DAY),
            _paid_back(24 * DAY),
        ),
    ),
)
