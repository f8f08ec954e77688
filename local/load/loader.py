"""One seller's store and one order brought in: compare first, then send only what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.load import script
from local.load.client import Api, Gone, Refused, TryAgain, patiently
from local.load.source import ZONE_NAME, Order, Shop


@dataclass(frozen=True, slots=True)
class Tokens:
    owner: str
    platform: str


@dataclass(slots=True)
class Result:
    """What came of one order: how many calls changed something, and each refusal with its reason."""

    order_id: str
    changes: int = 0
    refused: list[str] = field(default_factory=list)


def open_store(api: Api, shop: Shop, tokens: Tokens) -> None:
    """The seller's store in `watch` mode: these orders' clocks ran years ago, on the platform."""
    wanted: dict[str, Any] = {"name": shop.name, "time_zone": ZONE_NAME, "currency": script.CURRENCY}
    store = api.get("/v1/store", tokens.owner)
    if all(store[name] == value for name, value in wanted.items()) and store["deadline_policy"]["mode"] == "watch":
        return
    body = {**wanted, "deadline_policy": {"mode": "watch"}}
    patiently(lambda: api.call("PATCH", "/v1/store", tokens.owner, body))


def load(api: Api, order: Order, token: str, now: datetime) -> Result:
    """Safe to run twice, and to stop anywhere: the order's own history says what has been told already.

    What the API refuses is in the result; only Gone is raised."""
    result = Result(order.order_id)
    try:
        patiently(lambda: _bring_in(api, order, token, now, result))
    except Gone:
        raise
    except (Refused, TryAgain, ValueError) as why:
        result.refused.append(str(why))
    return result


def _bring_in(api: Api, order: Order, token: str, now: datetime, result: Result) -> None:
    steps = script.steps(order, now)
    placed = api.call("POST", "/v1/orders", token, script.placement(order))
    shown: Mapping[str, Any] = placed.body
    result.changes += placed.status == 201
    if shown["version"] == 1:
        left = list(steps)
    elif shown["version"] == 1 + len(steps) and (shown["status"], shown["fund_state"]) == script.goal(order, now):
        return
    else:
        left = script.missing(steps, api.pages(f"/v1/orders/{order.order_id}/history", token))
    for step in left:
        path = f"/v1/orders/{order.order_id}/actions/{step.action}"
        try:
            after = api.call("POST", path, token, step.content(shown)).body
        except Refused as no:
            raise Refused(no.status, f"{step.action}: {no.code}", str(no).partition(": ")[2]) from None
        result.changes += after["version"] > shown["version"]
        shown = after
