"""The demo shop under everything that may happen to its filling: sweeps, interruptions, restarts and users."""

import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from functions.deadlines import sweep as deadlines
from local import demo
from local.demo.steps import step
from local.load import check, client
from shared.domain.order.after_sales.disputes import STAGES
from tests import harness
from tests.harness import Api, InProcess

GUARD = threading.Lock()  # the handler answers one request at a time
USERS = {"platform": "demo-platform", "owner": "demo-owner", "staff": "somebody"}


class Pulled(BaseException):
    """The plug, out of the wall."""


def nothing(count: int, path: str) -> None:
    """Before a change, of which `count` have been made."""


@dataclass
class InProcessServer(client.Api):
    """The demo's own client, with the handler where the socket would be. A token is the role."""

    transport: Any = None
    changes: list[str] = field(default_factory=list)
    before_change: Callable[[int, str], None] = nothing

    def call(self, method: str, path: str, token: str, body: Any = None) -> client.Answer:
        with GUARD:
            if path.endswith("/test") or (method, path) == ("POST", "/v1/exports"):
                return client.Answer(202, {})  # the queues of the real run carry these out, see below
            if method != "GET":
                self.before_change(len(self.changes), path)
                self.changes.append(f"{method} {path}")
            return self._answered(method, path, token, body)

    def _answered(self, method: str, path: str, token: str, body: Any) -> client.Answer:
        content = b"" if body is None else json.dumps(body).encode()
        path, _, query = path.partition("?")
        headers = {"content-type": "application/json"}
        self.transport.grant("demo", {USERS[token]: token})
        answer = self.transport.send(method, path, query, headers, content, {"demo": token}, USERS[token])
        if answer.status >= 400:
            raise client.Refused(answer.status, str(answer.code), str(answer.json))
        return client.Answer(answer.status, answer.json)

    def store(self) -> tuple[str, str]:
        store = self.get("/v1/store", "owner")
        return store["name"], store["deadline_policy"]["mode"]

    def orders(self) -> dict[str, dict[str, Any]]:
        return {order["order_id"]: order for order in self.pages("/v1/orders", "owner")}

    def summary(self) -> dict[str, tuple[Any, ...]]:
        """Every order by the values that a second fill must not change."""
        return {
            order_id: (order["status"], order["fund_state"], order["overlays"], order["version"], order["tags"])
            for order_id, order in self.orders().items()
        }


@pytest.fixture
def shop(in_process: Api, monkeypatch: pytest.MonkeyPatch) -> InProcessServer:
    made = InProcessServer("http://demo", transport=InProcess())
    monkeypatch.setattr(demo, "Api", lambda url: made)
    return made


def fill() -> list[str]:
    return demo.fill("http://demo", "platform", "owner", demo.DEMO_SHOP)


def offer(monkeypatch: pytest.MonkeyPatch, *orders: demo.DemoOrder) -> None:
    """Let the demo shop have these orders."""
    monkeypatch.setattr(demo, "DEMO_SHOP", replace(demo.DEMO_SHOP, orders=orders))


def expected() -> dict[str, int]:
    """The version that each demo_order's order has at its end: one for its placing, and one for each step since."""
    return {
        demo.order_number(number): 1 + len(demo_order.steps) + bool(demo_order.notes)
        for number, demo_order in enumerate(demo.DEMO_SHOP.orders, start=1)
    }


def versions(shop: InProcessServer) -> dict[str, int]:
    return {order_id: order["version"] for order_id, order in shop.orders().items()}


def sweep(after: timedelta = timedelta(0)) -> deadlines.Run:
    return deadlines.sweep(datetime.now(UTC) + after, lambda: False)


def test_second_filling_changes_nothing(shop: InProcessServer) -> None:
    assert fill() == []
    assert (shop.changes[0], shop.changes[-1]) == ("PATCH /v1/store", "PATCH /v1/store")
    assert shop.store() == ("Demo shop", "enforce")
    assert versions(shop) == expected()
    shop.changes.clear()
    assert fill() == []
    assert shop.changes == []


def test_sweeps_between_the_steps_take_nothing_away(shop: InProcessServer) -> None:
    # Some run as if a minute or two had gone by, when the change of mode reaches the orders that are there.
    def swept(count: int, path: str) -> None:
        if count % 4 == 0:
            found = sweep(timedelta(minutes=count % 3))
            assert (found.failed, found.done) == (0, 0)

    shop.before_change = swept
    assert fill() == []
    assert versions(shop) == expected()
    shop.before_change = nothing
    sweep(timedelta(minutes=2))  # the store enforces again: no demo_order ends with a deadline that has lapsed
    assert versions(shop) == expected()
    assert sweep(timedelta(days=3)).done >= 5  # but the clock runs


def test_interrupted_filling_is_repaired(shop: InProcessServer) -> None:
    def pulled_at(changes: int) -> None:
        def pull(count: int, path: str) -> None:
            if count >= changes or (count and path == "/v1/store"):
                raise Pulled

        shop.changes.clear()
        shop.before_change = pull
        with pytest.raises(Pulled):
            fill()
        shop.before_change = nothing
        assert shop.store() == ("Demo shop, being filled", "watch")
        sweep(timedelta(minutes=2))

    for changes in (1, 60, 90):
        pulled_at(changes)
        assert len(shop.changes) == changes and versions(shop) != expected()
    pulled_at(1_000)  # at the very last change
    assert versions(shop) == expected()
    shop.changes.clear()
    assert fill() == []
    assert shop.changes == ["PATCH /v1/store"] * 2
    assert (versions(shop), shop.store()) == (expected(), ("Demo shop", "enforce"))
    shop.changes.clear()
    assert fill() == []
    assert shop.changes == []


def test_what_a_user_or_the_clock_has_changed_is_left_alone(
    shop: InProcessServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo_orders = demo.DEMO_SHOP.orders
    begun_orders = (demo.DemoOrder(demo_order.placed) for demo_order in demo_orders[20:22])
    offer(monkeypatch, *demo_orders[:20], *begun_orders)
    assert fill() == []
    shop.call("PATCH", "/v1/store", "owner", {"name": "Mine", "deadline_policy": {"mode": "watch"}})
    own = {**demo.order_body("1", 1, demo_orders[0], datetime.now(UTC)), "order_id": "own"}
    shop.call("POST", "/v1/orders", "platform", own)
    noted, paid = demo.order_number(21), demo.order_number(20)  # one at its beginning, one at its end
    shop.call("PATCH", f"/v1/orders/{noted}", "staff", {"note": "mine"})
    shop.call("POST", f"/v1/orders/{paid}/actions/ship", "staff", _parcel())
    before = shop.summary()
    offer(monkeypatch, *demo_orders)
    assert fill() == []
    after = shop.summary()
    begun = demo.order_number(22)  # at its beginning, and touched by nobody
    assert {order_id: after[order_id] for order_id in before.keys() - {begun}} == {
        order_id: summary for order_id, summary in before.items() if order_id != begun
    }
    changed = {"own": 1, noted: 2, paid: expected()[paid] + 1}
    assert versions(shop) == expected() | changed
    assert shop.store() == ("Mine", "watch")


def test_the_second_shop_has_a_few_orders_and_no_desk(shop: InProcessServer) -> None:
    for _ in range(2):
        assert demo.fill("http://demo", "platform", "owner", demo.SECOND_SHOP) == []
    assert shop.store() == ("Second shop", "enforce")
    statuses = [order["status"] for order in shop.orders().values()]
    assert len(statuses) == 5 and len(set(statuses)) == 3
    assert not list(shop.pages("/v1/alert-channels", "owner"))
    assert not [number for number in shop.orders() if number in expected()], "no number of the first shop"


def _parcel() -> dict[str, Any]:
    return {"parcels": [{"carrier": "CAINIAO_STANDARD", "tracking_no": "LX000000001CN"}]}


def test_an_order_that_fails_stops_no_other(shop: InProcessServer, monkeypatch: pytest.MonkeyPatch) -> None:
    impossible = demo.DemoOrder(5, (step("release_funds", 4),))
    offer(monkeypatch, demo.DemoOrder(1), impossible, demo.DemoOrder(2))
    (failure,) = fill()
    assert failure.startswith(demo.order_number(2)) and "transition_not_allowed" in failure
    assert set(versions(shop).values()) == {1} and len(versions(shop)) == 3
    assert shop.store() == ("Demo shop", "enforce")


def everything(server: harness.Server, store: str) -> dict[str, Callable[[], list[dict[str, Any]]]]:
    """What a newcomer looks at, by where it is."""
    api, accounts = client.Api(server.url), server.transport().accounts
    owner = accounts.token({store: "owner"})

    def listed(path: str, **query: Any) -> Callable[[], list[dict[str, Any]]]:
        return lambda: list(api.pages(path, owner, **query))

    statuses = api.get("/v1/orders/counters", owner)["statuses"]
    return {
        **{status: listed("/v1/orders", status=status) for status in statuses if status != "ARCHIVE"},
        **{overlay: listed("/v1/orders", overlay=overlay) for overlay in ("dispute", "frozen", "refund", "unread")},
        **{f"dispute at {stage}": listed("/v1/disputes", stage=stage) for stage in STAGES},
        "messages": listed("/v1/messages"),
        "unread messages": listed("/v1/messages", unread="true"),
        "unanswered messages": listed("/v1/messages", unanswered_for=12),
        "templates": listed("/v1/message-templates"),
        "channels": listed("/v1/alert-channels"),
        "exports": listed("/v1/exports"),
        "unexplained money": listed("/v1/funds/unexplained"),
        "violations": listed("/v1/reports/violations"),
        "parcels": listed("/v1/parcels"),
        "refunds": listed("/v1/refunds"),
        "deadlines": listed("/v1/deadlines"),
        "customers with tags": lambda: [each for each in api.pages("/v1/customers", owner) if each["tags"]],
        "customers that are blocked": lambda: [each for each in api.pages("/v1/customers", owner) if each["blocked"]],
        "orders with tags": lambda: [each for each in api.pages("/v1/orders", owner) if each["tags"]],
        "finished exports": lambda: [e for e in api.pages("/v1/exports", owner) if e["state"] == "succeeded"],
    }


def test_a_newcomer_finds_something_everywhere(server: harness.Server) -> None:
    store = f"demo-{uuid.uuid4().hex[:8]}"
    platform, owner = (server.transport().accounts.token({store: role}) for role in ("platform", "owner"))
    assert demo.fill(server.url, platform, owner) == []
    places = everything(server, store)
    assert len(places) >= 35
    empty, until = list(places), time.monotonic() + 30
    while empty := [name for name in empty if not places[name]()]:
        assert time.monotonic() < until, empty
        time.sleep(0.2)
    while "demo@shop.example" not in httpx.get(f"{server.url}/inbox").text:
        assert time.monotonic() < until, "the channel has not sent its test message"
        time.sleep(0.2)
    api = client.Api(server.url)
    counters = api.get("/v1/orders/counters", owner)
    assert all(entry["count"] for entry in counters["statuses"].values()), counters["statuses"]
    assert all(entry["count"] for entry in counters["fund_states"].values()), counters["fund_states"]
    assert counters["overlays"]["dispute"]["count"] and counters["overlays"]["frozen"]["count"]
    assert counters["due_24h"]["count"] >= 5
    assert list(check.counters(api, owner)) == []
    before = list(api.pages("/v1/orders", owner))
    assert demo.fill(server.url, platform, owner) == [], "the second time nothing is missing"
    assert list(api.pages("/v1/orders", owner)) == before
