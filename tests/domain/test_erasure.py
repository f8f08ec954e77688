"""What an erasure takes and what it leaves: every field of what a store keeps of a buyer has been decided upon."""

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
from tests.domain.build import life_in

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
OWNER = Actor("owner", "o")
GONE: dict[type, str] = {
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
    "delivered_assessment timers supplied violations assignee ship_by time_zone",
    Buyer: "id country",
    Parcel: "parcel_id carrier tracking_no shipped_at lines delivered_at edits",
    Refund: "refund_id state source amount lines requested_at respond_by on_silence paid_at coupon",
    Dispute: "dispute_id number stage opened_at held_since kind claim respond_by line_ids return_address "
    "return_carrier return_tracking_no returned_at ended_at result",
    Proposal: "by solution refund at state",
    Customer: "store_id buyer_id country counts spend first_at last_at blocked reminder_opt_out erasure version",
}


def full() -> Order:
    """An order with everything that there can be on one."""
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


@pytest.mark.parametrize("kind", GONE, ids=lambda kind: kind.__name__)
def test_every_field_has_been_decided_upon(kind: type) -> None:
    told = [name for table in (GONE, PARTLY, KEPT) for name in table.get(kind, "").split()]
    assert sorted(told) == sorted(each.name for each in fields(kind))


def test_what_is_to_go_is_gone_and_what_is_to_stay_is_as_it_was() -> None:
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
    looked = 0
    for was, now in pairs:
        for name in GONE[type(was)].split():
            assert getattr(was, name) and not getattr(now, name), name
            looked += 1
        for name in KEPT[type(was)].split():
            assert getattr(was, name) == getattr(now, name), name
            looked += 1
    assert after.recipient == {"country": "FR"}
    assert (after.version, after.erased_at) == (before.version + 1, NOW)
    assert (
        after.amounts == before.amounts
        and after.line_progress() == before.line_progress()
        and after.outcome is before.outcome
    )
    assert erasure.has_personal_data(before) and not erasure.has_personal_data(after)
    print(f"\n{looked} fields")
    assert looked >= 60


def test_a_reason_that_nobody_wrote_stays() -> None:
    order = full()
    coded = replace(order, refunds=(replace(order.refunds[0], reason="seller_send_goods_timeout"),))
    assert erased(coded).refunds == coded.refunds


def test_history_says_who_and_when_and_not_what() -> None:
    _, entry = erasure.erase(full(), erasure.new_erasure(OWNER, False, NOW), NOW)
    assert (entry.actor, entry.at, entry.recorded_at, entry.action) == (OWNER, NOW, NOW, "erase")
    assert entry.reason is None and not entry.changes and entry.from_status is entry.to_status
    assert erasure.changes_without_personal_data({"tags": [["a"], ["b"]], "note": True}) == {"tags": True, "note": True}


def test_a_customer_keeps_figures_and_whether_they_may_be_written_to() -> None:
    told = Customer("s", "b", "FR", "Alex", {"orders": 2}, {"USD": 5}, NOW, NOW, ("vip",), "kind", True, True)
    bare = customers.anonymous(told)
    for name in KEPT[Customer].split():
        assert getattr(bare, name) == getattr(told, name), name
    assert (bare.name, bare.note, bare.tags) == (None, None, ())


def test_two_passes_then_a_day_for_those_that_are_open() -> None:
    asked = erasure.new_erasure(OWNER, False, NOW)
    assert (asked.state, asked.due_at) == ("queued", NOW)
    first = erasure.after_order(erasure.after_order(erasure.at_start_of_pass(asked), "1", True), "2", False)
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


def test_only_what_has_ended_is_erased_unless_the_owner_says_so() -> None:
    open_order, ended = life_in("WAIT_SELLER_SEND_GOODS").order, life_in("FINISH").order
    careful, all_of_it = erasure.new_erasure(OWNER, False, NOW), erasure.begun(OWNER, True, NOW)
    assert [erasure.may_erase(order, careful) for order in (open_order, ended)] == [False, True]
    assert erasure.may_erase(open_order, all_of_it)
    assert erasure.may_erase(replace(open_order, erased_at=NOW), careful), "erased once, and opened again since"
