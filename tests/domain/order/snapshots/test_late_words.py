"""Late words: no snapshot or report that arrives late undoes what has happened here since."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from shared.domain.errors import DomainError
from shared.domain.order import lifecycle
from shared.domain.order.funds.amounts import END_REASONS
from shared.domain.order.history import Change
from shared.domain.order.lifecycle import ACTIONS, DISPUTE_ACTIONS
from shared.domain.order.model import Order, Status
from shared.domain.order.snapshots import sync
from tests import proof
from tests.domain.bodies import body_for
from tests.domain.build import DISPUTED, PLACED, SHIP_ALL, WAYS, Life, days, hours, life_in, offer
from tests.domain.order.snapshots import late_words_model
from tests.domain.order.snapshots.late_words_model import Step, not_shown, undone

PAIRS, PARTS = proof.size(100, 6_000), 4
SITUATIONS = [*WAYS, *DISPUTED]
SELLERS = [action for action in (*ACTIONS, *DISPUTE_ACTIONS) if action not in ("remind_payment", "sync")]


class Witness:
    """A Life whose steps are noted down."""

    def __init__(self, life: Life) -> None:
        self.life, self.steps = life, list[Step]()
        self.take(Change(life.order, ()))

    def take(self, change: Change) -> None:
        before = self.life.order
        for entry, after in change.steps:
            self.steps.append(Step(entry.actor.kind, entry.at, before, after))
            before = after
        self.life.take(change)

    def act(self, action: str, role: str, body: dict[str, Any], at: datetime | None = None) -> Change:
        life = self.life
        return lifecycle.act(life.order, life.command(action, role, at, "because", body))

    def sweep(self, before: datetime | None = None) -> None:
        life = self.life
        self.take(
            lifecycle.lapse(life.order, life.store, before=before or life.now, recorded_at=life.now, new_id=life.new_id)
        )


def seller_at_work(rng: Random) -> Witness:
    """An order in a random situation, after up to four steps of the seller, and lapses between them."""
    witness = Witness(life_in(rng.choice(SITUATIONS)))
    life = witness.life
    for _ in range(rng.randint(1, 4)):
        life.wait(hours=rng.choice((0.001, 1, 5, 30, 30, 130)), seconds=rng.random())
        witness.sweep()
        offered = [action for action in SELLERS if action in life.may("seller")]
        if offered:
            action = rng.choice(offered)
            try:
                witness.take(witness.act(action, "staff", body_for(action, life.seen(), rng)))
            except DomainError:
                continue
    life.wait(seconds=rng.random())
    return witness


def snapshot(witness: Witness, rng: Random) -> tuple[dict[str, Any], datetime]:
    """A valid snapshot of any status at any time; its parcels are those of some version of the order, and others."""
    life, steps = witness.life, witness.steps
    at = rng.choice([*(step.at for step in steps), life.now, life.order.platform_at])
    at += timedelta(seconds=rng.choice((-7200, -1, 0, 0, 0.4, 1, 3600)))
    at = max(PLACED, min(at, life.now))
    at = at.replace(microsecond=0) if rng.random() < 0.3 else at
    status = rng.choice([*Status, *(step.before.status for step in steps), Status.FINISH])
    funds = rng.choice([None, None, *sync.POSSIBLE_FUNDS[status]])
    reason = rng.choice([None, *END_REASONS]) if status in sync.ENDED else None
    overlays = " ".join(rng.sample(["dispute", "frozen"], rng.choice((0, 0, 1, 2))))
    version = rng.choice([life.order, *(step.before for step in steps)])
    parcels = [
        {"carrier": each.carrier, "tracking_no": each.tracking_no, "shipped_at": each.shipped_at}
        | ({"delivered_at": at} if rng.random() < 0.3 else {})
        for each in version.parcels
        if rng.random() < 0.8
    ]
    if rng.random() < 0.2:
        parcels.append({"carrier": "UPS", "tracking_no": "1Z", "shipped_at": at})
    due = {"receipt": at + days(3), "shipment": at + days(1)} if rng.random() < 0.3 else {}
    address = {"country": "FR", "zip": str(rng.randrange(10**5))}
    return life.snapshot(str(status), overlays, parcels, funds, reason, deadlines=due, recipient=address), at


def consistent(order: Order) -> bool:
    promised = [refund for refund in order.refunds if refund.state == "accepted" and not refund.amount]
    numbers = [(parcel.carrier, parcel.tracking_no) for parcel in order.parcels]
    shipped = all(each.shipped <= each.ordered for each in order.line_progress().values())
    return not promised and len(numbers) == len(set(numbers)) and shipped


@pytest.mark.parametrize("part", range(PARTS))
def test_no_snapshot_undoes_what_the_seller_did_after_it_and_all_that_it_tells_is_there(part: int) -> None:
    rng, counts, wrong = Random(part), Counter[str](), list[Any]()
    while counts["pairs"] < PAIRS:
        witness = seller_at_work(rng)
        for _ in range(4):
            body, at = snapshot(witness, rng)
            one = Witness(witness.life.seen())
            one.steps = list(witness.steps)
            one.sweep(at)
            order = one.life.order
            change = one.act("sync", "platform", body, at)
            after = change.order
            counts["pairs"] += 1
            if sync.end_of_second(at) < order.platform_at:
                counts["older than a report"] += 1
                assert after is order
                continue
            later = [step for step in one.steps if step.at > at and step.role in ("seller", "clock")]
            found = [*undone(order, after, body, later), *not_shown(after, body, at, later)]
            if not consistent(after):
                found.append("inconsistent")
            kept = change.entries[-1].changes.get("kept", []) if change.entries else []
            if ("status" in kept) != (after.status is order.status is not body["status"]):
                found.append(f"kept says {kept}")
            counts["late"] += any(step.role == "seller" for step in later)
            counts["kept"] += bool(kept)
            counts["parcels kept"] += any(name.startswith("parcels") for name in kept)
            counts["ends"] += str(body["status"]) in late_words_model.ENDED
            wrong += [(what, order.status, body["status"], at) for what in found]
    print(dict(counts))
    assert wrong[:10] == []
    proof.counted("random pairs of an order after the seller's steps and a snapshot", counts["pairs"], PAIRS)
    proof.counted("pairs with a step of the seller later than the snapshot", counts["late"], PAIRS // 4)
    proof.counted("pairs of which the order kept something", counts["kept"], PAIRS // 10)
    proof.counted("pairs whose snapshot tells an end", counts["ends"], PAIRS // 10)


def test_the_model_has_at_most_sixty_lines() -> None:
    assert len(Path(late_words_model.__file__).read_text("utf-8").splitlines()) <= 60


SINCE = {
    "ship": ("WAIT_SELLER_SEND_GOODS", SHIP_ALL[1]),
    "edit_shipment": ("WAIT_BUYER_ACCEPT_GOODS", {"parcel_id": "p1", "tracking_no": "LX2"}),
    "accept_cancellation": ("IN_CANCEL", {}),
    "reject_cancellation": ("IN_CANCEL", {}),
    "accept_payment": ("WAIT_SELLER_EXAMINE_MONEY", {}),
    "refuse_payment": ("WAIT_SELLER_EXAMINE_MONEY", {}),
    "extend_receipt": ("WAIT_BUYER_ACCEPT_GOODS", {"days": 9}),
    "accept": ("wait_seller", {}),
    "counter": ("wait_seller", offer()),
    "give_return_address": ("wait_address", {"address": {"country": "CN"}}),
    "confirm_return": ("wait_confirm_return", {}),
}


@pytest.mark.parametrize("action", SINCE)
def test_a_snapshot_of_before_a_step_of_the_seller_changes_nothing_of_it(action: str) -> None:
    situation, body = SINCE[action]
    life = life_in(situation)
    shown = life.snapshot(str(life.order.status), "dispute" if life.order.disputed else "")
    life.wait(hours=2).do(action, "staff", **body)
    order = life.order
    life.wait(hours=1).do("sync", at=life.now - hours(2), **shown)
    assert replace(life.order, version=order.version, platform_at=order.platform_at) == order


@pytest.mark.parametrize("action", SINCE)
def test_a_snapshot_of_after_it_takes_effect(action: str) -> None:
    situation, body = SINCE[action]
    life = life_in(situation)
    shown = life.snapshot("WAIT_SELLER_SEND_GOODS", parcels=[])
    life.wait(hours=2).do(action, "staff", **body).wait(hours=1).do("sync", **shown)
    assert (life.status, life.order.parcels, life.order.disputed) == ("WAIT_SELLER_SEND_GOODS", (), False)
    assert "kept" not in life.entries[-1].changes


def test_goods_that_were_sent_after_a_snapshot_stay_sent() -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS").wait(days=1)
    shown = life.snapshot("WAIT_SELLER_SEND_GOODS", "frozen", parcels=[], recipient={"country": "FR", "zip": "75001"})
    life.do("ship", "staff", **SHIP_ALL[1]).do("sync", at=life.now - hours(1), **shown)
    assert (life.status, [each.tracking_no for each in life.order.parcels]) == ("WAIT_BUYER_ACCEPT_GOODS", ["LX9"])
    assert (life.timers(), life.order.frozen, life.order.recipient["zip"]) == ({"receipt"}, True, "75001")
    assert life.entries[-1].changes["kept"] == ["status", "parcels.p1"]


def test_a_cancellation_of_before_the_shipment_can_be_rejected_and_the_goods_stay_sent() -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS").wait(days=1)
    life.do("ship", "staff", **SHIP_ALL[1]).sync("IN_CANCEL", at=life.now - hours(1), parcels=[])
    assert (life.status, len(life.order.parcels)) == ("IN_CANCEL", 1)
    rejected = life.do("reject_cancellation", "staff", reason="sent")
    assert (rejected.status, rejected.timers()) == ("WAIT_BUYER_ACCEPT_GOODS", {"receipt"})


def test_a_parcel_that_was_corrected_is_found_under_its_former_number() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS").wait(days=1)
    shown = life.snapshot("WAIT_BUYER_ACCEPT_GOODS")
    shown["parcels"][0]["delivered_at"] = life.now - hours(2)
    life.do("edit_shipment", "staff", parcel_id="p1", tracking_no="LX2").do("sync", at=life.now - hours(1), **shown)
    (parcel,) = life.order.parcels
    assert (parcel.parcel_id, parcel.tracking_no, parcel.delivered_at) == ("p1", "LX2", life.now - hours(2))


def test_a_deadline_of_before_the_extension_does_not_shorten_it() -> None:
    life = life_in("WAIT_BUYER_ACCEPT_GOODS").wait(days=1).do("extend_receipt", "staff", days=9)
    due = life.due("receipt")
    life.sync(life.status, at=life.now - hours(1), deadlines={"receipt": life.now + days(1)})
    assert life.due("receipt") == due
    assert life.entries[-1].changes["kept"] == ["deadlines.receipt"]
    assert life.wait(hours=1).sync(life.status, deadlines={"receipt": life.now}).due("receipt") == life.now


def test_a_snapshot_of_before_a_price_change_may_show_the_former_total() -> None:
    life = Life().do("adjust_price", "staff", total=2500).wait(hours=2).do("adjust_price", "staff", total=2400)
    assert life.sync("PAYMENT_PROCESSING", at=life.now - hours(1), total=2500).order.amounts.total == 2400
    refusal = life.wait(hours=1).refuses("sync", **life.snapshot("RISK_CONTROL", total=2500))
    assert refusal.code == "total_mismatch"


def test_a_snapshot_of_before_a_lapse_does_not_take_it_back_unless_it_shows_another_way() -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS").wait(days=30).sweep()
    assert life.status == "FUND_PROCESSING"
    lapsed = life.entries[-1].at
    parcels = [{"carrier": "EMS", "tracking_no": "LX7", "shipped_at": lapsed - days(1)}]
    assert life.sync("WAIT_SELLER_SEND_GOODS", at=lapsed - hours(2)).status == "FUND_PROCESSING"
    assert life.entries[-1].changes["kept"] == ["status"]
    assert (
        life.sync("WAIT_BUYER_ACCEPT_GOODS", at=lapsed - hours(1), parcels=parcels).status == "WAIT_BUYER_ACCEPT_GOODS"
    )
    assert life.refund.state == "withdrawn"


@pytest.mark.parametrize("late", [-1, -0.5, 0, 0.999999])
def test_a_snapshot_in_whole_seconds_is_of_the_end_of_its_second(late: float) -> None:
    life = Life().on(PLACED + hours(1) + timedelta(seconds=late)).do("pay")
    life.on(PLACED + hours(2)).sync("RISK_CONTROL_HOLD", at=PLACED + hours(1))
    assert life.status == "RISK_CONTROL_HOLD"
    assert life.order.platform_at == PLACED + hours(1) + timedelta(microseconds=999_999)


def test_a_snapshot_in_fractions_is_of_its_very_moment() -> None:
    paid = PLACED + timedelta(seconds=3600.7)
    life = Life().on(paid).do("pay").wait(hours=1)
    assert life.sync("RISK_CONTROL_HOLD", at=paid - timedelta(milliseconds=100)).status == "RISK_CONTROL"
    assert life.sync("RISK_CONTROL_HOLD", at=paid).status == "RISK_CONTROL_HOLD"


def test_a_step_of_the_seller_in_the_second_of_a_snapshot_stays() -> None:
    life = life_in("WAIT_SELLER_SEND_GOODS").wait(seconds=0.4).do("ship", "staff", **SHIP_ALL[1])
    life.wait(hours=1).sync("WAIT_SELLER_SEND_GOODS", at=life.now.replace(microsecond=0) - hours(1), parcels=[])
    assert life.status == "WAIT_BUYER_ACCEPT_GOODS"


def test_the_same_snapshot_in_whole_seconds_again_changes_nothing() -> None:
    life = life_in("RISK_CONTROL")
    body = life.snapshot("RISK_CONTROL_HOLD")
    first = life.do("sync", **body).order
    assert life.do("sync", **body).order is first


def paid_late(paid: datetime, swept: bool, **body: Any) -> Life:
    life = Life(deadlines={"shipment": PLACED + days(50)}).wait(days=22)
    return (life.sweep() if swept else life).do("pay", at=paid, **body)


@pytest.mark.parametrize("early", [days(19), timedelta(microseconds=1), timedelta(0)])
def test_a_payment_in_time_opens_an_order_that_lapsed_unpaid(early: timedelta) -> None:
    due = PLACED + days(20)
    swept, paid_first = paid_late(due - early, True), paid_late(due - early, False)
    assert swept.status == "RISK_CONTROL"
    assert swept.actions == ["place", "expire_payment", "pay"]
    assert swept.entries[-1].changes["reopened"] is True
    assert "reopened" not in paid_first.entries[-1].changes
    assert replace(swept.order, version=0) == replace(paid_first.order, version=0)
    assert swept.do("pass_risk", at=due - early).due("shipment") == PLACED + days(50)


def test_a_payment_after_the_lapse_and_other_lapses_stay_as_they_were() -> None:
    life = Life().wait(days=22).sweep()
    assert life.refuses("pay", at=PLACED + days(20) + timedelta(microseconds=1)).code == "transition_not_allowed"
    assert life.may() == {"sync"}
    cancelled = Life().wait(days=1).do("cancel_unpaid")
    assert cancelled.refuses("pay", at=PLACED + hours(1)).code == "transition_not_allowed"
    shipped_late = life_in("WAIT_SELLER_SEND_GOODS").wait(days=30).sweep()
    assert shipped_late.refuses("ship", at=PLACED + days(2), **SHIP_ALL[1]).code == "transition_not_allowed"
