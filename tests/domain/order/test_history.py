"""The history: each entry says every field that its action changed, with the value before and after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from functions.orders.models.orders.history import entry_view
from shared.domain.order import history, lifecycle
from shared.domain.order.history import HIDDEN, Entry
from shared.domain.order.model import Line, Order
from shared.domain.order.transitions import Actor
from tests.domain.build import PLACED, Life, hours, life_in, line
from tests.domain.order.test_targets import ROWS, walked
from tests.proof import counted, size

IDS = {
    "parcels": "parcel_id",
    "refunds": "refund_id",
    "disputes": "dispute_id",
    "lines": "line_id",
    "evidence": "evidence_id",
    "timers": "kind",
    "supplied": "kind",
}
NAMES = {"timers": "deadlines", "supplied": "supplied_deadlines"}
SAID_BY_THE_ENTRY = {"version", "status", "platform_at"}
REPEATED = {"ship_by", "held_since", "number", "reason", "at", "requested_at", *IDS.values()}
"""The due time of a timer, when a pause began, the entry's own time and reason, and the ids, which are in the path."""
PRIVATE = {"note", "memo", "text", "tracking_url", "return_address", "recipient", "email", "title", "attributes"}
MONEY = {"amount", "claim", "refund", "coupon", "unit_price"}


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value in an order with its path; records are named by their ids, proposals by their numbers."""
    if isinstance(value, Mapping):
        for name, below in value.items():
            yield from leaves(below, (*path, NAMES.get(name, name)))
    elif isinstance(value, tuple) and value and isinstance(value[0], Mapping) and path[-1] != "violations":
        key = next((each for each in IDS.values() if each in value[0] and each != path[-1]), None)
        for number, below in enumerate(value, 1):
            name = str(below[key] if key else number)
            if path[-1] in NAMES.values():
                yield (*path, name), below["due_at"]
            elif set(below) == {"line_id", "quantity"}:
                yield (*path, name), below["quantity"]
            else:
                yield from leaves(below, (*path, name))
    else:
        yield path, value


def content(order: Order) -> dict[tuple[str, ...], Any]:
    return {path: value for path, value in leaves(asdict(order)) if not REPEATED & set(path[-1:])}


def plain(value: Any, path: tuple[str, ...]) -> Any:
    if value is None or value == () or (value == 0 and path[0] in ("parcels", "refunds") and path[-1] != "amount"):
        return [] if path in (("violations",), ("tags",)) else None
    if PRIVATE & set(path) and path[-1] != "country" and path[0] not in NAMES.values():
        return HIDDEN
    if path == ("violations",):
        return [each["kind"] for each in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return list(value) if isinstance(value, tuple) else value


def said(entry: Entry, path: tuple[str, ...]) -> Any:
    below: Any = entry.changes
    for name in path:
        below = below.get(name) if isinstance(below, Mapping) else None
    return below


def missing(before: Order, after: Order, entry: Entry) -> Iterator[tuple[str, ...]]:
    """The changed fields that the entry does not say as they were and are."""
    was, now = content(before), content(after)
    ids = {("parcels", each.parcel_id) for each in before.parcels} | {("refunds", e.refund_id) for e in before.refunds}
    for path in dict.fromkeys((*was, *now)):
        expected = [plain(was.get(path), path), plain(now.get(path), path)]
        if was.get(path) == now.get(path) or expected[0] == expected[1] != HIDDEN or path[0] in SAID_BY_THE_ENTRY:
            continue
        if path[0] in ("parcels", "refunds") and path[:2] not in ids and "lines" in path:
            lines = [value for other, value in now.items() if other[:3] == path[:3]]
            is_said = said(entry, (*path[:2], "pieces")) == [None, sum(lines)]
        else:
            is_said = said(entry, path) == expected
        if not is_said:
            yield path


def test_every_row_of_both_tables_says_what_it_changed() -> None:
    fields, rows, left_out = 0, set[int](), list[Any]()
    for number, step in enumerate(walked()[0]):
        if id(step.row) in rows and number % size(24, 1):
            continue
        change = lifecycle.act(step.before, step.command)
        for (entry, after), before in zip(change.steps, (step.before, *change.between), strict=False):
            rows.add(id(step.row))
            fields += sum(1 for _ in entry_view(entry).get("changes", ()))
            left_out += [(entry.action, path) for path in missing(before, after, entry)]
    assert sorted(set(left_out)) == []
    assert len(rows) == len(ROWS)
    counted("rows whose entries say every change", len(rows), 48)
    counted("changed fields in these entries", fields, size(1_000, 20_000))


def test_a_change_that_an_entry_leaves_out_is_detected() -> None:
    life = life_in("SELLER_PART_SEND_GOODS")
    before = life.order
    life.do("edit_shipment", "staff", parcel_id="p1", tracking_no="LX2")
    entry = life.entries[-1]
    assert list(missing(before, life.order, entry)) == []
    silent = replace(entry, changes={"parcels": {"p1": {"edits": [None, 1]}}})
    assert list(missing(before, life.order, silent)) == [("parcels", "p1", "tracking_no")]


def changes_of(life: Life) -> dict[str, Any]:
    return {name: tuple(change.values()) for name, change in entry_view(life.entries[-1])["changes"].items()}


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def test_an_edited_parcel_has_its_former_carrier_and_number_in_the_history() -> None:
    life = life_in("SELLER_PART_SEND_GOODS")
    life.do("edit_shipment", "staff", parcel_id="p1", carrier="DHL", tracking_no="LX2", tracking_url="https://x.test/1")
    assert changes_of(life) == {
        "parcels.p1.carrier": ("EMS", "DHL"),
        "parcels.p1.tracking_no": ("LX1", "LX2"),
        "parcels.p1.tracking_url": (None, HIDDEN),
        "parcels.p1.edits": (None, 1),
    }


def test_amounts_are_money_and_not_bare_numbers() -> None:
    assert changes_of(life_in("PLACE_ORDER_SUCCESS").do("adjust_price", "staff", total=2500)) == {
        "amounts.adjustment": (usd("0.00"), usd("-3.00"))
    }
    life = life_in("IN_CANCEL").do("accept_cancellation", "staff")
    life.do("complete_refund", refund_id=life.refund.refund_id, coupon=100)
    paid = changes_of(life)
    assert paid["amounts.refunded"] == (usd("0.00"), usd("28.00"))
    assert paid[f"refunds.{life.refund.refund_id}.coupon"] == (None, usd("1.00"))
    life = life_in("WAIT_SELLER_SEND_GOODS").sync("WAIT_SELLER_SEND_GOODS", lines=(line("a", 1, 900),))
    assert changes_of(life)["lines.a.unit_price"] == (usd("10.00"), usd("9.00"))
    assert changes_of(life)["lines.b.quantity"] == (1, None)


def test_a_parcel_that_a_snapshot_removes_is_in_the_history() -> None:
    life = life_in("SELLER_PART_SEND_GOODS").wait(days=1).sync("SELLER_PART_SEND_GOODS", parcels=[])
    removed = changes_of(life)
    assert removed["parcels.p1.tracking_no"] == ("LX1", None)
    assert removed["parcels.p1.lines.a"] == (1, None)


def test_private_values_are_only_named() -> None:
    order = life_in("WAIT_SELLER_SEND_GOODS").order
    after = replace(order, note="call her", recipient={**order.recipient, "zip": "00000"}, memo="for my wife")
    assert history.changes(order, after) == {name: [None, HIDDEN] for name in ("note", "memo")} | {
        "recipient": {"zip": [None, HIDDEN]}
    }


def test_a_thousand_changed_lines_are_one_word() -> None:
    order = life_in("WAIT_SELLER_SEND_GOODS").order
    many = tuple(Line(f"l{number}", "p", 1, 100) for number in range(1000))
    assert history.changes(order, replace(order, lines=many)) == {"lines": [HIDDEN, HIDDEN]}


FORMER = {
    "fund_state": ["none", "refunding"],
    "note": True,
    "tags": True,
    "amounts": {"received": [None, 2800]},
    "deadlines": {"risk": ["2024-03-05T01:00:00Z", None]},
    "parcels": ["p1", "p2"],
    "refunds": {"rfd_1": "accepted"},
    "disputes": {"dsp_1": ["wait_seller", "ended"]},
    "violations": ["transaction_non_fulfilment"],
    "overlays": [[], ["refund"]],
    "skipped": ["RISK_CONTROL"],
}


def test_an_entry_of_the_former_code_is_answered_in_the_same_shape() -> None:
    entry = Entry(2, PLACED, PLACED + hours(1), Actor("platform", "p"), "sync", None, life_in("FINISH").order.status)
    view = entry_view(replace(entry, changes=history.upgraded(FORMER)), "USD")
    assert view["skipped"] == ["RISK_CONTROL"]
    assert {name: tuple(change.values()) for name, change in view["changes"].items()} == {
        "fund_state": ("none", "refunding"),
        "note": (None, None),
        "tags": (None, None),
        "amounts.received": (None, usd("28.00")),
        "deadlines.risk": ("2024-03-05T01:00:00Z", None),
        "parcels.p1": (None, None),
        "parcels.p2": (None, None),
        "refunds.rfd_1.state": (None, "accepted"),
        "disputes.dsp_1.stage": ("wait_seller", "ended"),
        "violations": ([], ["transaction_non_fulfilment"]),
        "overlays": ([], ["refund"]),
    }
    now = life_in("WAIT_BUYER_ACCEPT_GOODS").wait(days=1).do("freeze", reason="x").entries[-1].changes
    assert history.upgraded(now) == now
