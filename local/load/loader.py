"""Load a store's settings and its orders: compare each order first, then send only what is missing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue
from typing import Any, TypeVar

from local.load import script
from local.load.client import Api, Refused, TryAgain, Unreachable, with_retries
from local.load.source import ZONE_NAME, Order, Shop
from local.load.steps import Replay, Step, missing

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Tokens:
    owner: str
    platform: str


@dataclass(slots=True)
class Result:
    """The result of loading one order: the number of calls that changed it, and the reason of each refusal."""

    order_id: str
    changes: int = 0
    refused: list[str] = field(default_factory=list)


def open_store(api: Api, shop: Shop, tokens: Tokens) -> None:
    prepare_store(api, {"name": shop.name, "time_zone": ZONE_NAME, "currency": script.CURRENCY}, tokens)


def prepare_store(api: Api, settings: Mapping[str, Any], tokens: Tokens) -> None:
    """Give the store these settings and the mode `watch`, because the deadlines of old orders ended long ago."""
    store = api.get("/v1/store", tokens.owner)
    if all(store[name] == value for name, value in settings.items()) and store["deadline_policy"]["mode"] == "watch":
        return
    body = {**settings, "deadline_policy": {"mode": "watch"}}
    with_retries(lambda: api.call("PATCH", "/v1/store", tokens.owner, body))


def load(api: Api, order: Order, token: str, now: datetime) -> Result:
    return load_order(api, order.order_id, lambda: script.replay(order, now), token)


def load_order(api: Api, order_id: str, replay: Callable[[], Replay], token: str) -> Result:
    """Load one order. It may run twice and stop anywhere, because the order's history says which steps it has.

    Refusals of the API and a replay that cannot be made (ValueError) are in the result; Unreachable is raised."""
    result = Result(order_id)
    try:
        made = replay()
        with_retries(lambda: _send_missing(api, made, token, result))
    except Unreachable:
        raise
    except (Refused, TryAgain, ValueError) as why:
        result.refused.append(str(why))
    return result


def _send_missing(api: Api, replay: Replay, token: str, result: Result) -> None:
    placed = api.call("POST", "/v1/orders", token, replay.placement)
    order: Mapping[str, Any] = placed.body
    result.changes += placed.status == 201
    if order["version"] == 1:
        steps = list(replay.steps)
    elif order["version"] == 1 + len(replay.steps) and (order["status"], order["fund_state"]) == replay.goal:
        return
    else:
        steps = missing(replay.steps, api.pages(f"/v1/orders/{order['order_id']}/history", token))
    for step in steps:
        after = _send(api, step, order, token)
        result.changes += after["version"] > order["version"]
        order = after


def _send(api: Api, step: Step, order: Mapping[str, Any], token: str) -> Mapping[str, Any]:
    """The order after the step."""
    try:
        answer: Mapping[str, Any] = api.call("POST", step.path(order), token, step.content(order)).body
    except Refused as no:
        raise Refused(no.status, f"{step.action}: {no.code}", str(no).partition(": ")[2]) from None
    if not step.of_dispute:
        return answer
    changed: Mapping[str, Any] = api.get(f"/v1/orders/{order['order_id']}", token)
    return changed


def in_parallel(chains: Sequence[Sequence[T]], threads: int, work: Callable[[T], R]) -> Iterator[R]:
    """Yield results as they arrive. One thread processes the items of a chain in their order. The first error ends
    all chains and is raised."""
    results: SimpleQueue[tuple[R | None, BaseException | None]] = SimpleQueue()
    stopped = threading.Event()

    def run(chain: Sequence[T]) -> None:
        try:
            for each in chain:
                if stopped.is_set():
                    return
                results.put((work(each), None))
        except BaseException as failed:
            results.put((None, failed))

    with ThreadPoolExecutor(threads) as pool:
        try:
            for chain in chains:
                pool.submit(run, chain)
            for _ in range(sum(map(len, chains))):
                result, failed = results.get()
                if failed is not None:
                    raise failed
                yield result  # type: ignore[misc]
        finally:
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
