"""Erasure: every field of an order and a customer is either erased or kept."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.customers import erasure
from shared.domain.customers import model as customers
from shared.domain.customers.model import Customer
from shared.domain.order.model import Buyer, Dispute, Evidence, Order, Parcel, Proposal, Quantity, Refund, RefundState
from shared.domain.order.transitions import Actor
from tests import proof
from tests.domain.build import life_in

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
OWNER = Actor("owner", "o")
ERASED: dict[type, str] = {
    Order: "memo note tags unread_messages",
    Buyer: "name email",
    Parcel: "tracking_url",
    Refund: "reason",
    Dispute: "evidence",
    Proposal: "text",
    Customer: "name note tags",
}
PARTLY: dict[type, str] = {Order: "buyer recipient parcels refunds disputes version erased_at", Dispute: "proposals"}
KEPT: dict[type, str] = {
    Order: "store_id order_id placed_at currency amounts lines platform_at placed_digest status fund_state end_reason "
    "delivery_days chosen_service paid_at shipped_at received_at finished_at frozen_at reminded_at extended_days "
    "delivered_assessment timers supplied watched violations assignee ship_by time_zone shards",
    Buyer: "id country",
    Parcel: "parcel_id carrier tracking_no shipped_at lines delivered_at edits",
    Refund: "refund_id state source amount lines requested_at respond_by on_silence paid_at coupon",
    Dispute: "dispute_id number stage opened_at held_since kind claim respond_by line_ids return_address "
    "return_carrier return_tracking_no returned_at ended_at result",
    Proposal: "by solution refund at state",
    Customer: "store_id buyer_id country counts spend first_at last_at blocked reminder_opt_out erasure version origin",
}


def full() -> Order:
    """An order with every field set."""
    order = life_in("FINISH").order
    file = Evidence("evd_1", "seller", "image/png", 9, NOW, "a label")
    said = Proposal("buyer", "refund", 100, "it is torn", NOW)
    dispute = Dispute(
        "dsp_1", 1, "ended", NOW, NOW, "not_as_described", 100, None, ("a",), (said,), (file,), {"zip": "1"}
    )
    return replace(
        order,
        buyer=Buyer("b", "FR", "Alex", "alex@example.com"),
        recipient={"country": "FR", "name": "Alex", "city": "Springfield", "zip": "00000"},
        memo="leave it at the door",
        note="kind",
        tags=("vip",),
        assignee="sam",
        unread_messages=3,
        parcels=(Parcel("p1", "EMS", "LX1", NOW, (Quantity("a", 1),), "https://x.test/?zip=00000"),),
        refunds=(Refund("rfd_1", RefundState.PAID, "cancellation", 5, (), "my wife is ill", NOW),),
        disputes=(dispute,),
    )


def erased(order: Order) -> Order:
    return erasure.erase(order, erasure.new_erasure(OWNER, False, NOW), NOW)[0]


@pytest.mark.parametrize("kind", ERASED, ids=lambda kind: kind.__name__)
def test_every_field_is_classified(kind: type) -> None:
    names = [name for table in (ERASED, PARTLY, KEPT) for name in table.get(kind, "").split()]
    assert sorted(names) == sorted(each.name for each in fields(kind))


def test_an_erasure_removes_personal_fields_and_keeps_the_others() -> None:
    before = full()
    after = erased(before)
    pairs: list[tuple[Any, Any]] = [
        (before, after),
        (before.buyer, after.buyer),
        (before.parcels[0], after.parcels[0]),
        (before.refunds[0], after.refunds[0]),
        (before.disputes[0], after.disputes[0]),
        (before.disputes[0].proposals[0], after.disputes[0].proposals[0]),
    ]
    checked = 0
    for was, now in pairs:
        for name in ERASED[type(was)].split():
            assert getattr(was, name) and not getattr(now, name), name
            checked += 1
        for name in KEPT[type(was)].split():
            assert getattr(was, name) == getattr(now, name), name
            checked += 1
    assert after.recipient == {"country": "FR"}
    assert (after.version, after.erased_at) == (before.version + 1, NOW)
    assert (
        after.amounts == before.amounts
        and after.line_progress() == before.line_progress()
        and after.outcome is before.outcome
    )
    assert erasure.has_personal_data(before) and not erasure.has_personal_data(after)
    proof.counted("fields looked at after an erasure", checked, 60)


def test_a_reason_that_is_a_code_stays() -> None:
    order = full()
    coded = replace(order, refunds=(replace(order.refunds[0], reason="seller_send_goods_timeout"),))
    assert erased(coded).refunds == coded.refunds


def test_the_history_entry_has_the_actor_and_the_time_but_no_values() -> None:
    _, entry = erasure.erase(full(), erasure.new_erasure(OWNER, False, NOW), NOW)
    assert (entry.actor, entry.at, entry.recorded_at, entry.action) == (OWNER, NOW, NOW, "erase")
    assert entry.reason is None and not entry.changes and entry.from_status is entry.to_status
    assert erasure.changes_without_personal_data({"tags": [["a"], ["b"]], "note": True}) == {"tags": True, "note": True}


def test_an_anonymous_customer_keeps_figures_and_opt_outs() -> None:
    customer = Customer("s", "b", "FR", "Alex", {"orders": 2}, {"USD": 5}, NOW, NOW, ("vip",), "kind", True, True)
    bare = customers.anonymous(customer)
    for name in KEPT[Customer].split():
        assert getattr(bare, name) == getattr(customer, name), name
    assert (bare.name, bare.note, bare.tags) == (None, None, ())


def test_an_erasure_has_two_passes_and_checks_open_orders_each_day() -> None:
    requested = erasure.new_erasure(OWNER, False, NOW)
    assert (requested.state, requested.due_at) == ("queued", NOW)
    first = erasure.after_order(erasure.after_order(erasure.at_start_of_pass(requested), "1", True), "2", False)
    assert (first.state, first.erased, first.open) == ("running", 1, 1)
    assert erasure.at_start_of_pass(first) == first, "a pass that goes on keeps its counts"
    assert erasure.after_order(first, "3", None) == replace(first, position="3"), "none of the buyer's"
    second = erasure.after_pass(first, NOW)
    assert (second.state, second.turn, second.position, second.erased) == ("running", 2, "", 0)
    assert second.due_at == NOW + timedelta(seconds=60)
    waiting = erasure.after_pass(erasure.after_order(second, "2", False), NOW)
    assert (waiting.state, waiting.open, waiting.due_at) == ("waiting", 1, NOW + timedelta(days=1))
    done = erasure.after_pass(erasure.after_order(second, "1", True), NOW)
    assert (done.state, done.erased, done.due_at, done.finished_at) == ("done", 1, None, NOW)


def test_only_ended_orders_are_erased_unless_the_request_includes_open_ones() -> None:
    open_order, ended = life_in("WAIT_SELLER_SEND_GOODS").order, life_in("FINISH").order
    careful, all_of_it = erasure.new_erasure(OWNER, False, NOW), erasure.new_erasure(OWNER, True, NOW)
    assert [erasure.may_erase(order, careful) for order in (open_order, ended)] == [False, True]
    assert erasure.may_erase(open_order, all_of_it)
    assert erasure.may_erase(replace(open_order, erased_at=NOW), careful), "erased once, and opened again since"
