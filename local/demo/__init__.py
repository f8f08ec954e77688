"""The demo shops of `make run`. The first has invented orders with every status, overlay, fund state, stage of a
dispute and kind of deadline, messages, and what a shop sets up; the second has a few orders.

The times of each order are in hours before now; the order's `placed_at` fixes them for later runs. The store has the
mode `watch` while the orders are created, so that no sweep runs between two steps in the past.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from local.demo.desk import Desk
from local.demo.orders import DEMO_ORDERS, SECOND_ORDERS, order_body, order_number
from local.demo.steps import DemoOrder, View, iso_time, with_times
from local.load.client import Api, Refused, with_retries
from local.welcome import DEMO_STORE, SECOND_STORE


@dataclass(frozen=True, slots=True)
class Shop:
    """`first` numbers its first order. `has_desk`: it gets channels, templates, messages and an export, too."""

    name: str
    orders: Sequence[DemoOrder]
    first: int = 1
    has_desk: bool = True

    @property
    def filling(self) -> str:
        """Its name while the orders are created."""
        return f"{self.name}, being filled"


DEMO_SHOP = Shop("Demo shop", DEMO_ORDERS)
SECOND_SHOP = Shop("Second shop", SECOND_ORDERS, first=501, has_desk=False)
SHOPS = {DEMO_STORE: DEMO_SHOP, SECOND_STORE: SECOND_SHOP}


def fill(base_url: str, platform_token: str, owner_token: str, shop: Shop = DEMO_SHOP) -> list[str]:
    """Create the demo orders that the store of the tokens does not have, and continue those that an earlier run did not
    finish. A new store also gets what a shop sets up and writes. Returns the failures. If no order is missing, nothing
    is changed."""
    api, now = Api(base_url), datetime.now(UTC)
    loader = DemoLoader(api, platform_token, owner_token, api.get("/v1/me", platform_token)["user_id"], now)
    desk = Desk(api, platform_token, owner_token, now)
    store = api.get("/v1/store", owner_token)
    new = store["name"] in (shop.filling, store["store_id"])  # else a user has changed the name
    numbered = dict(enumerate(shop.orders, start=shop.first))
    with ThreadPoolExecutor(8) as pool:
        exists = list(pool.map(lambda number: loader.find(number) is not None, numbered))
        if all(exists) and store["name"] != shop.filling:
            return []
        loader.set_store(shop.filling, "watch")
        # Before the orders, because it delivers only alerts that are raised later.
        channel = desk.open_channel() if new and shop.has_desk else None
        failures = [failure for failure in pool.map(loader.create, numbered, numbered.values()) if failure]
    if new and shop.has_desk:
        failures += desk.fill({order_number(n): order.messages for n, order in numbered.items() if order.messages})
    loader.set_store(shop.name if new else store["name"], "enforce" if new else store["deadline_policy"]["mode"])
    if channel and desk.is_on(channel):
        desk.send_test(channel)
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
            view: View = self.api.get(f"/v1/orders/{order_number(number)}", self.owner)
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
            return f"{order_number(number)}: {failed!r}"
        return None

    def _create(self, number: int, demo_order: DemoOrder) -> None:
        order_id = order_number(number)
        path = f"/v1/orders/{order_id}"
        view = self.find(number)
        if view is None:
            placed = self.now.replace(microsecond=0) - timedelta(hours=demo_order.placed)
            order = order_body(order_id, number, demo_order, placed)
            view, done = self.api.call("POST", "/v1/orders", self.platform, order).body, 0
        else:
            placed = datetime.fromisoformat(view["placed_at"])
            history = list(self.api.pages(f"{path}/history", self.owner))
            done = len(history) - 1
            if not self._is_ours(history, demo_order):
                return
        for step in demo_order.steps[done:]:
            body = with_times(step.body(view), placed, demo_order.placed)
            time = "changed_at" if step.action == "sync" else "at"
            body[time] = iso_time(placed + timedelta(hours=demo_order.placed - step.ago))
            target = f"/v1/disputes/{view['dispute']['dispute_id']}" if step.of_dispute else path
            view = self.api.call("POST", f"{target}/actions/{step.action}", self.platform, body).body
            if step.of_dispute:
                view = self.api.get(path, self.owner)
        if demo_order.notes:
            self.api.call("PATCH", path, self.owner, demo_order.notes)

    def _is_ours(self, history: Sequence[View], demo_order: DemoOrder) -> bool:
        """Whether the history is the start of the demo order's steps, without changes by users or the clock."""
        happened = [(entry["action"], entry["actor"]["role"], entry["actor"]["id"]) for entry in history]
        actions = ["place", *(step.action for step in demo_order.steps)]
        return happened == [(action, "platform", self.user) for action in actions[: len(history)]]
