"""A table that commit 9902e89 filled is read by today's code, and everything in it goes on from where it stood.

The answers are compared with those that the former code gave over the same table: in `make test` without what two more
months bring, and with the last lists of one store alone. See former.py.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.proof import FULL, counted
from tests.upgrade.continuation import NAME
from tests.upgrade.former import Stored, continued, load
from tests.upgrade.lines import answered
from tests.upgrade.record import first_difference
from tests.upgrade.record import load as recorded

KINDS = {
    "access": 1,
    "alert": 200,
    "channel": 3,
    "channels": 1,
    "claim": 10,
    "counter": 40,
    "customer": 15,
    "day": 5,
    "delivery": 40,
    "detail": 120,
    "dispute": 50,
    "download": 3,
    "export": 8,
    "figures": 150,
    "funds": 30,
    "history": 350,
    "key": 1,
    "ledger": 80,
    "message": 15,
    "moved": 1,
    "order": 120,
    "parcel": 35,
    "refund": 20,
    "regular_export": 5,
    "reminder": 2,
    "reminder_figures": 2,
    "replies": 1,
    "store": 6,
    "template": 1,
    "template_name": 1,
    "templates": 1,
    "thread": 5,
    "violation": 2,
}
"""Every kind of item, and how many of it are there at least."""
FIELDS: dict[str, set[str]] = {
    "status": {
        "PLACE_ORDER_SUCCESS",
        "PAYMENT_PROCESSING",
        "RISK_CONTROL",
        "RISK_CONTROL_HOLD",
        "WAIT_SELLER_EXAMINE_MONEY",
        "WAIT_SELLER_SEND_GOODS",
        "SELLER_PART_SEND_GOODS",
        "IN_CANCEL",
        "WAIT_BUYER_ACCEPT_GOODS",
        "IN_BOOK_SALE",
        "WAIT_GROUP_SUCCESS",
        "FUND_PROCESSING",
        "FINISH",
    },
    "fund_state": {"none", "awaiting_release", "released", "refunding", "refunded"},
    "overlays": {"dispute", "frozen", "refund", "unread"},
    "stage": {
        "wait_seller",
        "wait_buyer",
        "platform",
        "wait_address",
        "wait_return",
        "wait_confirm_return",
        "ended",
    },
    "state": {
        *("requested", "accepted", "rejected", "withdrawn", "paid"),  # refunds
        *("queued", "running", "succeeded", "failed", "cancelled"),  # exports
        *("open", "acknowledged", "resolved"),  # alerts
        *("pending", "delivered", "skipped"),  # deliveries
        *("waiting", "done"),  # erasures, beside queued and running
    },
}
"""What is read of the table before anything in it goes on, and shows at least these values."""


@pytest.fixture(scope="module")
def stored() -> Stored:
    return load()


def test_the_table_holds_every_kind_of_item(stored: Stored) -> None:
    kinds = Counter(item["kind"]["S"] for item in stored.items)
    assert kinds.keys() == KINDS.keys()
    for kind, floor in KINDS.items():
        counted(f"former items, {kind}", kinds[kind], floor)
    claims = [item for item in stored.items if item["kind"]["S"] == "claim"]
    counted("former claims that nobody has answered", sum("answer" not in claim for claim in claims), 1)
    counted("former items in all", len(stored.items), 1_500)


def test_the_table_holds_everything_in_every_state() -> None:
    seen: dict[str, set[str]] = {name: set() for name in FIELDS}
    for line in recorded(NAME):
        read = json.loads(line)
        if read.get("note"):
            break  # the clock's runs have come
        if read["asked"].startswith("GET"):
            for name, value in _fields(read["content"]):
                seen[name].add(value)
    missing = {name: sorted(values - seen[name]) for name, values in FIELDS.items()}
    assert missing == {name: [] for name in FIELDS}
    counted("states, stages and overlays in the former table", sum(map(len, FIELDS.values())), 40)


def test_every_answer_over_it_is_the_same(stored: Stored) -> None:
    lines, requests = continued(stored, to_the_end=FULL)
    before = recorded(NAME)
    difference = first_difference(before if FULL else before[: len(lines)], lines)
    assert difference is None, difference
    answers = list(answered(lines))
    counted("answers over the former table compared", requests, 1_200)
    taken = [answer for answer in answers if answer.operation.startswith("POST") and answer.status < 400]
    counted(
        "orders and disputes that went a step further", sum("/actions/" in answer.operation for answer in taken), 80
    )
    counted("answers from the former code's keys", sum(answer.replayed for answer in answers), 1)
    assert any(answer.code == "request_in_progress" for answer in answers)


def _fields(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """(field, text) of everything in an answer that FIELDS names."""
    if isinstance(value, dict):
        for field, each in value.items():
            yield from _fields(each, field)
    elif isinstance(value, list):
        for each in value:
            yield from _fields(each, name)
    elif isinstance(value, str) and name in FIELDS:
        yield name, value
