"""One store and one order brought in: compare first, then send only what is missing. Many at a time, chain by chain."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue
from typing import Any, TypeVar

from local.load import script
from local.load.client import Api, Gone, Refused, TryAgain, patiently
from local.load.source import ZONE_NAME, Order, Shop
from local.load.steps import Step, Tale, missing

T = TypeVar("T")
R = TypeVar("R")


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
    settle_store(api, {"name": shop.name, "time_zone": ZONE_NAME, "currency": script.CURRENCY}, tokens)


def settle_store(api: Api, wanted: Mapping[str, Any], tokens: Tokens) -> None:
    """The store with these settings, in `watch` mode: such orders' clocks ran years ago, elsewhere."""
    store = api.get("/v1/store", tokens.owner)
    if all(store[name] == value for name, value in wanted.items()) and store["deadline_policy"]["mode"] == "watch":
        return
    body = {**wanted, "deadline_policy": {"mode": "watch"}}
    patiently(lambda: api.call("PATCH", "/v1/store", tokens.owner, body))


def load(api: Api, order: Order, token: str, now: datetime) -> Result:
    return bring_in(api, order.order_id, lambda: script.tale(order, now), token)


def bring_in(api: Api, order_id: str, tale: Callable[[], Tale], token: str) -> Result:
    """Safe to run twice, and to stop anywhere: the order's own history says what has been told already.

    What the API refuses is in the result, as is a tale that cannot be made (ValueError); only Gone is raised."""
    result = Result(order_id)
    try:
        told = tale()
        patiently(lambda: _tell(api, told, token, result))
    except Gone:
        raise
    except (Refused, TryAgain, ValueError) as why:
        result.refused.append(str(why))
    return result


def _tell(api: Api, tale: Tale, token: str, result: Result) -> None:
    placed = api.call("POST", "/v1/orders", token, tale.placement)
    shown: Mapping[str, Any] = placed.body
    result.changes += placed.status == 201
    if shown["version"] == 1:
        left = list(tale.steps)
    elif shown["version"] == 1 + len(tale.steps) and (shown["status"], shown["fund_state"]) == tale.goal:
        return
    else:
        left = missing(tale.steps, api.pages(f"/v1/orders/{shown['order_id']}/history", token))
    for step in left:
        after = _take(api, step, shown, token)
        result.changes += after["version"] > shown["version"]
        shown = after


def _take(api: Api, step: Step, shown: Mapping[str, Any], token: str) -> Mapping[str, Any]:
    """The order after the step."""
    try:
        answer: Mapping[str, Any] = api.call("POST", step.path(shown), token, step.content(shown)).body
    except Refused as no:
        raise Refused(no.status, f"{step.action}: {no.code}", str(no).partition(": ")[2]) from None
    if not step.of_dispute:
        return answer
    found: Mapping[str, Any] = api.get(f"/v1/orders/{shown['order_id']}", token)
    return found


def side_by_side(chains: Sequence[Sequence[T]], threads: int, work: Callable[[T], R]) -> Iterator[R]:
    """Results as they come. What lies in one chain is done one after the other, by one thread; the first error ends
    it all."""
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
