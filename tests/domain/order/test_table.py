"""The product of status, action and actor, and every guard."""

from __future__ import annotations

import pytest

from shared.domain.errors import TransitionNotAllowed
from shared.domain.order import lifecycle
from shared.domain.order.model import Status
from tests.domain.bodies import body_for
from tests.domain.build import SHIP_ALL, Life, claim, life_in

UNPAID = "PLACE_ORDER_SUCCESS PAYMENT_PROCESSING"
RISK = "RISK_CONTROL RISK_CONTROL_HOLD"
SENT = "SELLER_PART_SEND_GOODS PART_CLOSED WAIT_BUYER_ACCEPT_GOODS"
WAITING = "PART_CLOSED WAIT_BUYER_ACCEPT_GOODS"
UNFINISHED = (
    f"{UNPAID} {RISK} WAIT_SELLER_EXAMINE_MONEY WAIT_SELLER_SEND_GOODS {SENT} IN_CANCEL FUND_PROCESSING REFUNDING"
    " IN_BOOK_SALE WAIT_GROUP_SUCCESS"
)
ALLOWED: dict[str, tuple[str, str]] = {
    "start_payment": ("", "PLACE_ORDER_SUCCESS"),
    "fail_payment": ("", "PAYMENT_PROCESSING"),
    "pay": ("", UNPAID),
    "adjust_price": ("seller", "PLACE_ORDER_SUCCESS"),
    "remind_payment": ("seller clock", "PLACE_ORDER_SUCCESS"),
    "cancel_unpaid": ("", UNPAID),
    "expire_payment": ("clock", UNPAID),
    "pass_risk": ("clock", RISK),
    "hold_risk": ("", "RISK_CONTROL"),
    "reject_risk": ("", RISK),
    "cancel_in_risk": ("", RISK),
    "report_short_payment": ("", RISK),
    "accept_payment": ("seller", "WAIT_SELLER_EXAMINE_MONEY"),
    "refuse_payment": ("seller", "WAIT_SELLER_EXAMINE_MONEY"),
    "expire_examination": ("clock", "WAIT_SELLER_EXAMINE_MONEY"),
    "ship": ("seller", "WAIT_SELLER_SEND_GOODS SELLER_PART_SEND_GOODS"),
    "edit_shipment": ("seller", SENT),
    "expire_shipment": ("clock", "WAIT_SELLER_SEND_GOODS SELLER_PART_SEND_GOODS"),
    "request_cancellation": ("", "WAIT_SELLER_SEND_GOODS"),
    "accept_cancellation": ("seller clock", "IN_CANCEL"),
    "reject_cancellation": ("seller", "IN_CANCEL"),
    "withdraw_cancellation": ("", "IN_CANCEL"),
    "report_delivery": ("", SENT),
    "extend_receipt": ("seller", WAITING),
    "confirm_receipt": ("", WAITING),
    "expire_receipt": ("clock", WAITING),
    "release_funds": ("", "FUND_PROCESSING"),
    "complete_refund": ("", "PART_CLOSED REFUNDING"),
    "freeze": ("", UNFINISHED),
    "unfreeze": ("", ""),
    "open_dispute": ("", f"{SENT} FUND_PROCESSING"),
    "sync": ("", f"{UNFINISHED} FINISH CLOSED"),
}
"""The actors of each action beside the platform, and its situations: the contract's table, written a second time."""
SITUATIONS = f"{UNFINISHED} FINISH CLOSED".split()
FOR_THE_CLOCK_ALONE = {("pass_risk", "RISK_CONTROL_HOLD")}


def may(action: str, actor: str, situation: str) -> bool:
    others, situations = ALLOWED[action]
    if actor == "clock" and (action, situation) in FOR_THE_CLOCK_ALONE:
        return False
    return situation in situations.split() and (actor == "platform" or actor in others.split())


def test_the_table_has_exactly_these_actions() -> None:
    assert set(lifecycle.ACTIONS) == set(ALLOWED)
    assert {str(status) for status in Status} <= set(SITUATIONS)


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("actor", ["platform", "seller", "clock", "viewer"])
def test_allowed_actions_are_those_of_the_contract(situation: str, actor: str) -> None:
    life = life_in(situation)
    assert life.may(actor) == {action for action in ALLOWED if may(action, actor, situation)}


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("role", ["platform", "owner", "staff", "clock", "viewer"])
def test_a_refusal_names_the_allowed_actions(situation: str, role: str) -> None:
    life = life_in(situation)
    actor = "seller" if role in ("owner", "staff") else role
    for action in ALLOWED:
        if may(action, actor, situation):
            continue
        refusal = life.refuses(action, role)
        assert isinstance(refusal, TransitionNotAllowed), action
        assert refusal.code == "transition_not_allowed"
        assert refusal.status == life.status
        assert set(refusal.allowed) == life.may(actor)


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("role", ["platform", "owner", "clock"])
def test_every_allowed_action_is_accepted(situation: str, role: str) -> None:
    actor = "seller" if role == "owner" else role
    for action in ALLOWED:
        if may(action, actor, situation):
            life = life_in(situation)
            life.do(action, role, **body_for(action, life))


def test_a_frozen_order_accepts_only_unfreeze_and_sync() -> None:
    for situation in UNFINISHED.split():
        life = life_in(situation).do("freeze", reason="review")
        assert life.may() == {"unfreeze", "sync"}
        assert life.may("seller") == life.may("clock") == set()
        for action in set(ALLOWED) - {"unfreeze", "sync"}:
            refusal = life.refuses(action)
            assert isinstance(refusal, TransitionNotAllowed)
            assert (refusal.code, set(refusal.allowed)) == ("order_frozen", {"unfreeze", "sync"})


def test_an_order_that_is_not_frozen_cannot_be_unfrozen() -> None:
    assert life_in("WAIT_SELLER_SEND_GOODS").refuses("unfreeze").code == "transition_not_allowed"


def test_a_dispute_stops_receipt_release_and_extension_but_not_shipping() -> None:
    part = life_in("SELLER_PART_SEND_GOODS").do("open_dispute", **claim())
    assert "ship" in part.may("seller")
    waiting = part.do("ship", "staff", **SHIP_ALL[1])
    assert waiting.status == "WAIT_BUYER_ACCEPT_GOODS"
    for action, body in (("confirm_receipt", {}), ("expire_receipt", {}), ("extend_receipt", {"days": 1})):
        assert waiting.refuses(action, **body).code == "dispute_open"
        assert action not in waiting.may()
    processing = life_in("FUND_PROCESSING").do("open_dispute", **claim())
    assert processing.refuses("release_funds").code == "dispute_open"
    assert "release_funds" not in processing.may()


def test_one_dispute_at_a_time() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS").do("open_dispute", **claim())
    assert life.refuses("open_dispute", **claim()).code == "dispute_open"
    assert "open_dispute" not in life.may()


def test_no_dispute_is_opened_while_everything_is_refunded() -> None:
    assert life_in("REFUNDING").refuses("open_dispute", **claim()).code == "transition_not_allowed"


def test_a_dispute_names_lines_of_the_order_and_claims_no_more_than_remains() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS")
    assert _pointed(life.refuses("open_dispute", **claim(line_ids=["z"]))) == ("line_unknown", "/line_ids")
    assert _pointed(life.refuses("open_dispute", **claim(2801))) == ("claim_exceeds_remaining", "/claim")
    assert life.do("open_dispute", **claim(2800, line_ids=["a"])).order.dispute is not None


def test_a_buyer_is_reminded_once() -> None:
    life = Life().do("remind_payment", "staff").wait(days=2)
    assert life.refuses("remind_payment", "staff").code == "already_reminded"
    assert "remind_payment" not in life.may("seller")


def test_funds_that_do_not_await_release_are_not_released() -> None:
    assert life_in("REFUNDING").refuses("release_funds").code == "transition_not_allowed"
    paid_out = life_in("PART_CLOSED").do("confirm_receipt").do("release_funds")
    assert paid_out.status == "FUND_PROCESSING"
    assert paid_out.refuses("release_funds").code == "transition_not_allowed"


def test_a_refund_is_paid_only_where_one_is_accepted() -> None:
    assert life_in("IN_CANCEL").refuses("complete_refund", refund_id="rfd_1").code == "transition_not_allowed"
    rejected = life_in("IN_CANCEL").do("reject_cancellation", "staff")
    assert rejected.refuses("complete_refund", refund_id="rfd_1").code == "transition_not_allowed"


def test_allowed_actions_are_those_after_the_lapses() -> None:
    life = Life().wait(days=21)
    assert "pay" not in life.may()
    assert life.status == "PLACE_ORDER_SUCCESS"


def test_edit_is_allowed_only_while_a_parcel_can_be_edited() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS")
    for carrier in ("DHL", "UPS"):
        assert "edit_shipment" in life.may("seller")
        life.do("edit_shipment", "staff", parcel_id="p1", carrier=carrier)
    assert "edit_shipment" not in life.may("seller")
    late = life_in("WAIT_BUYER_ACCEPT_GOODS").wait(days=5)
    assert "edit_shipment" not in late.may("seller")


def test_delivery_is_allowed_only_while_a_parcel_is_on_its_way() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS").do("report_delivery", parcel_id="p1")
    assert "report_delivery" not in life.may()


def _pointed(refusal: object) -> tuple[str, str]:
    return refusal.code, refusal.pointer  # type: ignore[attr-defined]
