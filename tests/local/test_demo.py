"""The demo shop under everything that may happen to its filling: sweeps, interruptions, restarts and users."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.deadlines import sweep as deadlines
from local import demo
from local.load import client
from tests.harness import Api, InProcess

GUARD = threading.Lock()  # the handler answers one request at a time
USERS = {"platform": "demo-platform", "owner": "demo-owner", "staff": "somebody"}


class Pulled(BaseException):
    """The plug, out of the wall."""


def nothing(count: int, path: str) -> None:
    """Before a change, of which `count` have been made."""


@dataclass
class Server(client.Api):
    """The demo's own client, with the handler where the socket would be. A token is the role."""

    transport: Any = None
    changes: list[str] = field(default_factory=list)
    before_change: Callable[[int, str], None] = nothing

    def call(self, method: str, path: str, token: str, body: Any = None) -> client.Answer:
        with GUARD:
            if method != "GET":
                self.before_change(len(self.changes), path)
                self.changes.append(f"{method} {path}")
            return self._answered(method, path, token, body)

    def _answered(self, method: str, path: str, token: str, body: Any) -> client.Answer:
        content = b"" if body is None else json.dumps(body).encode()
        path, _, query = path.partition("?")
        headers = {"content-type": "application/json"}
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
def server(on_dynoxide: Api, monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server("http://demo", transport=InProcess())
    monkeypatch.setattr(demo, "Api", lambda url: made)
    return made


def fill() -> list[str]:
    return demo.fill("http://demo", "platform", "owner")


def expected() -> dict[str, int]:
    """The version that each demo_order's order has at its end: one for its placing, and one for each step since."""
    return {
        demo._order_id(number): 1 + len(demo_order.steps) + bool(demo_order.notes)
        for number, demo_order in enumerate(demo.DEMO_ORDERS, start=1)
    }


def versions(server: Server) -> dict[str, int]:
    return {order_id: order["version"] for order_id, order in server.orders().items()}


def sweep(after: timedelta = timedelta(0)) -> deadlines.Run:
    return deadlines.sweep(datetime.now(UTC) + after, lambda: False)


def test_second_filling_changes_nothing(server: Server) -> None:
    assert fill() == []
    assert (server.changes[0], server.changes[-1]) == ("PATCH /v1/store", "PATCH /v1/store")
    assert server.store() == ("Demo shop", "enforce")
    assert versions(server) == expected()
    server.changes.clear()
    assert fill() == []
    assert server.changes == []


def test_sweeps_between_the_steps_take_nothing_away(server: Server) -> None:
    # Some run as if a minute or two had gone by, when the change of mode reaches the orders that are there.
    def swept(count: int, path: str) -> None:
        if count % 4 == 0:
            found = sweep(timedelta(minutes=count % 3))
            assert (found.failed, found.lapsed) == (0, 0)

    server.before_change = swept
    assert fill() == []
    assert versions(server) == expected()
    server.before_change = nothing
    sweep(timedelta(minutes=2))  # the store enforces again: no demo_order ends with a deadline that has lapsed
    assert versions(server) == expected()
    assert sweep(timedelta(days=3)).lapsed >= 5  # but the clock runs


def test_interrupted_filling_is_repaired(server: Server) -> None:
    def pulled_at(changes: int) -> None:
        def pull(count: int, path: str) -> None:
            if count >= changes or (count and path == "/v1/store"):
                raise Pulled

        server.changes.clear()
        server.before_change = pull
        with pytest.raises(Pulled):
            fill()
        server.before_change = nothing
        assert server.store() == ("Demo shop, being filled", "watch")
        sweep(timedelta(minutes=2))

    for changes in (1, 60, 90):
        pulled_at(changes)
        assert len(server.changes) == changes and versions(server) != expected()
    pulled_at(1_000)  # at the very last change
    assert versions(server) == expected()
    server.changes.clear()
    assert fill() == []
    assert server.changes == ["PATCH /v1/store"] * 2
    assert (versions(server), server.store()) == (expected(), ("Demo shop", "enforce"))
    server.changes.clear()
    assert fill() == []
    assert server.changes == []


def test_what_a_user_or_the_clock_has_changed_is_left_alone(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    demo_orders = demo.DEMO_ORDERS
    monkeypatch.setattr(
        demo,
        "DEMO_ORDERS",
        (*demo_orders[:20], *(demo.DemoOrder(demo_order.placed) for demo_order in demo_orders[20:22])),
    )
    assert fill() == []
    server.call("PATCH", "/v1/store", "owner", {"name": "Mine", "deadline_policy": {"mode": "watch"}})
    own = {**demo._order("1", 1, demo_orders[0], datetime.now(UTC)), "order_id": "own"}
    server.call("POST", "/v1/orders", "platform", own)
    noted, paid = demo._order_id(21), demo._order_id(20)  # one at its beginning, one at its end
    server.call("PATCH", f"/v1/orders/{noted}", "staff", {"note": "mine"})
    server.call("POST", f"/v1/orders/{paid}/actions/ship", "staff", _parcel())
    before = server.summary()
    monkeypatch.setattr(demo, "DEMO_ORDERS", demo_orders)
    assert fill() == []
    after = server.summary()
    begun = demo._order_id(22)  # at its beginning, and touched by nobody
    assert {order_id: after[order_id] for order_id in before.keys() - {begun}} == {
        order_id: summary for order_id, summary in before.items() if order_id != begun
    }
    changed = {"own": 1, noted: 2, paid: expected()[paid] + 1}
    assert versions(server) == expected() | changed
    assert server.store() == ("Mine", "watch")


def _parcel() -> dict[str, Any]:
    return {"parcels": [{"carrier": "CAINIAO_STANDARD", "tracking_no": "LX000000001CN"}]}


def test_an_order_that_fails_stops_no_other(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    impossible = demo.DemoOrder(5, (demo._step("release_funds", 4),))
    monkeypatch.setattr(demo, "DEMO_ORDERS", (demo.DemoOrder(1), impossible, demo.DemoOrder(2)))
    (failure,) = fill()
    assert failure.startswith(demo._order_id(2)) and "transition_not_allowed" in failure
    assert set(versions(server).values()) == {1} and len(versions(server)) == 3
    assert server.store() == ("Demo shop", "enforce")
