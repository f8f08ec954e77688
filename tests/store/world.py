"""One order in a store on the table in memory, and clients that ask for something of it at the same time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from shared.domain.order.lifecycle import DISPUTE_ACTIONS
from shared.store.alerts import daily_alerts
from shared.store.dynamodb import keys
from shared.store.dynamodb.keys import Shards
from tests.baton import Baton, Killed, Scripted, baton_calls
from tests.books.orders import audit
from tests.clock.expressions import raw
from tests.clock.memory_table import MemoryTable
from tests.conftest import TABLE
from tests.harness import Answer, Api, InProcess, line, new_order, parcel
from tests.schedules import OneOfAKind

Client = Callable[[], Any]
OWN_ID = re.compile(r"(alr|rfd|dsp|msg)_\w{26}")
"""Of records that a run names anew."""
PAID = (("platform", "pay", {}), ("platform", "pass_risk", {}))
ALL = {"parcels": [parcel("LX1")]}


def timeless(state: str) -> str:
    """The retry came later than the first would have, and so an alert's id and outbox differ; all else is the same."""
    return re.sub(r"OUTBOX#\d", "OUTBOX", re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "T", state))


class World:
    """One order in a store on the table in memory, put back as it was before each schedule."""

    def __init__(self, api: Api, table: MemoryTable) -> None:
        from aws_lambda_powertools.event_handler.api_gateway import BaseRouter

        from functions.orders.handler import app

        self.app, self.router, self.api = app, BaseRouter, api
        self.table = table
        self.client = boto3.client("dynamodb")
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.shop = api.shop()
        for role in ("owner", "staff", "viewer", "platform"):  # their memberships are read once, in no schedule
            assert getattr(self.shop, role).get("/v1/store").status == 200
        self.body: dict[str, Any] = {}
        self.order_id = self.dispute_id = ""
        self.audited: set[str] = set()

    def begin(self, *steps: tuple[str, str, Any], **order: Any) -> str:
        """An order that has come this far: steps are (role, action, body)."""
        self.body = new_order(lines=[line("1", 2), line("2", 1)], **order)
        self.order_id = str(self.body["order_id"])
        assert self.shop.platform.post("/v1/orders", self.body).status == 201
        for role, action, body in steps:
            answer = getattr(self.shop, role).act(self.order_id, action, body)
            assert answer.status == 200, answer.content
            self.dispute_id = answer.json.get("dispute", {}).get("dispute_id", "")
        self.keep()
        return self.order_id

    def keep(self) -> None:
        self.kept = dict(self.table.items)

    def restore(self) -> None:
        self.table.restore(self.kept)
        self.app.clear_context()

    def request(
        self, role: str, action: str, body: Any = None, *, now: datetime | None = None, **headers: str
    ) -> Client:
        """A client that asks this once; a killed one leaves nothing behind in the handler."""
        who = getattr(self.shop, role)
        transport = InProcess(now or self.now)
        about = f"/v1/disputes/{self.dispute_id}" if action in DISPUTE_ACTIONS else f"/v1/orders/{self.order_id}"

        def ask() -> Any:
            names = {"x-store-id": self.shop.name}
            names |= {name.replace("_", "-"): value for name, value in headers.items()}
            try:
                return outcome(
                    transport.send(
                        "POST",
                        f"{about}/{action}" if action.startswith("messages") else f"{about}/actions/{action}",
                        "",
                        {"content-type": "application/json", **names},
                        json.dumps(body or {}).encode(),
                        who.grants,
                        who.user,
                    )
                )
            except Killed:
                self.app.clear_context()
                raise

        return ask

    def put_off_day(self) -> None:
        """The daily check of the store is not due in this test: whether it is depends on the hour, and it adds
        thousands of schedules where it lies in the shard of the order."""
        day = daily_alerts.load(self.shop.name)
        assert day is not None
        daily_alerts.save(day, replace(day, due_at=self.now + timedelta(days=9), look_at=None))

    def sweep(self, now: datetime) -> Client:
        from functions.deadlines.sweep import sweep

        def run() -> Any:
            swept = sweep(now, lambda: False)
            assert swept.failed == 0
            return "swept"

        return run

    def baton(self, chooser: Any) -> Baton:
        """Powertools' resolver keeps the current request on its class: each client takes its own along."""

        def suspend() -> Any:
            state = (self.router.__dict__.get("current_event"), dict(self.app.context))
            self.app.context.clear()
            return state

        def resume(state: Any) -> None:
            self.router.current_event = state[0]
            self.app.context.clear()
            self.app.context.update(state[1])

        return Baton(chooser, suspend, resume, settings_stay=isinstance(chooser, Scripted | OneOfAKind))

    def state(self) -> str:
        """All items but the idempotency keys, without what differs from run to run; each new state is audited."""
        items = [raw(item) for item in self.table.items.values()]
        items = [item for item in items if item["sk"]["S"] != "CLAIM"]
        for item in items:
            item.pop("part_versions", None)  # a checksum of ids that differ from run to run; the audit checks it
        written = [json.dumps(item, sort_keys=True, default=repr) for item in items]
        written.sort(key=lambda item: (timeless(OWN_ID.sub(r"\1", item)), item))  # an id's own time must not decide
        known: dict[str, str] = {}
        text = OWN_ID.sub(
            lambda found: known.setdefault(found[0], f"{found[1]}{len(known)}"), f"[{', '.join(written)}]"
        )
        if text not in self.audited:
            books = audit(self.client, TABLE)
            assert not books.wrong, books.wrong
            self.audited.add(text)
        return text


def outcome(answer: Answer) -> tuple[int, str]:
    body = answer.json
    return answer.status, next((body[name] for name in ("code", "status", "stage", "from") if name in body), "")


def read_one_shard(world: World, kind: Shards, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of this kind reads only the shard that holds the order. Seven more idle queries would multiply the
    schedules and find nothing."""
    every = Shards.all

    def shards(each: Shards) -> list[str]:
        return [each.of(world.order_id, world.shop.name)] if each is kind else every(each)

    monkeypatch.setattr(Shards, "all", shards)


@pytest.fixture
def world(on_memory: Api, memory_table: MemoryTable, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    from functions.orders import memberships
    from shared.store import retries

    monkeypatch.setattr(retries, "sleep", lambda seconds: None)
    monkeypatch.setattr(memberships, "VALID_FOR", timedelta(days=365))
    made = World(on_memory, memory_table)
    read_one_shard(made, keys.LAPSES, monkeypatch)
    with baton_calls():
        yield made


def due_soon(kind: str, **more: Any) -> Callable[[World], Any]:
    """An order whose timer of this kind is due at the world's own moment."""

    def begin(world: World) -> None:
        deadlines = [{"kind": kind, "due_at": world.now.isoformat()}]
        if kind == "payment":
            world.begin(deadlines=deadlines)
        else:
            world.begin(("platform", "pay", {}), ("platform", "pass_risk", {"deadlines": deadlines}), **more)

    return begin


def paid(world: World) -> None:
    world.begin(*PAID)
