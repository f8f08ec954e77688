"""Disputes in answers. The bodies of their steps are in actions.py."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import NotRequired

from typing_extensions import TypedDict

from functions.orders.models.orders.choices import ChoicesView, choices_view
from functions.orders.models.values import MoneyView, instant, money, without_none
from shared.domain.labels import labelled
from shared.domain.order import deadlines, lifecycle
from shared.domain.order.model import Dispute, Order
from shared.domain.stores import Store


class ProposalView(TypedDict):
    by: str
    solution: str
    solution_label: str
    refund: MoneyView
    text: str
    at: str
    state: str
    state_label: str


class EvidenceView(TypedDict):
    evidence_id: str
    by: str
    media_type: str
    bytes: int
    text: NotRequired[str]
    at: str


class DisputeView(TypedDict):
    dispute_id: str
    order_id: str
    stage: str
    stage_label: str
    kind: NotRequired[str]
    kind_label: NotRequired[str]
    line_ids: list[str]
    claim: NotRequired[MoneyView]
    solution: NotRequired[str]
    solution_label: NotRequired[str]
    proposals: list[ProposalView]
    evidence: list[EvidenceView]
    respond_by: NotRequired[str]
    on_silence: NotRequired[str | None]
    on_silence_label: NotRequired[str]
    return_address: NotRequired[dict[str, str]]
    return_carrier: NotRequired[str]
    return_tracking_no: NotRequired[str]
    opened_at: str
    returned_at: NotRequired[str]
    ended_at: NotRequired[str]
    result: NotRequired[str]
    result_label: NotRequired[str]


class OpenDisputeView(DisputeView, ChoicesView):
    """A dispute with the steps that this caller may take now."""


def dispute_view(dispute: Dispute, order_id: str, currency: str, language: str) -> DisputeView:
    """`solution` is the buyer's latest request. `on_silence` is what happens at `respond_by` without an answer;
    null if the buyer's claim is not known."""
    requests = [proposal for proposal in dispute.proposals if proposal.by == "buyer"]
    timer = deadlines.BY_STAGE.get(dispute.stage)
    unclaimed = not dispute.proposals and dispute.ended_at is None
    view: DisputeView = without_none(
        {
            "dispute_id": dispute.dispute_id,
            "order_id": order_id,
            **labelled("stage", "stage", dispute.stage, language),
            **labelled("kind", "dispute_kind", dispute.kind, language),
            "line_ids": list(dispute.line_ids),
            "claim": None if dispute.claim is None else money(dispute.claim, currency),
            **labelled("solution", "solution", requests[-1].solution if requests else None, language),
            "proposals": [
                {
                    **asdict(each),
                    **labelled("solution", "solution", each.solution, language),
                    **labelled("state", "proposal_state", each.state, language),
                    "refund": money(each.refund, currency),
                    "at": instant(each.at),
                }
                for each in dispute.proposals
            ],
            "evidence": [without_none({**asdict(each), "at": instant(each.at)}) for each in dispute.evidence],
            "respond_by": dispute.respond_by and instant(dispute.respond_by),
            **labelled(
                "on_silence",
                "action",
                deadlines.TIMERS[timer].on_lapse if timer and dispute.respond_by and not unclaimed else None,
                language,
            ),
            "return_address": dispute.return_address,
            "return_carrier": dispute.return_carrier,
            "return_tracking_no": dispute.return_tracking_no,
            "opened_at": instant(dispute.opened_at),
            "returned_at": dispute.returned_at and instant(dispute.returned_at),
            "ended_at": dispute.ended_at and instant(dispute.ended_at),
            **labelled("result", "dispute_result", dispute.result, language),
        }
    ) | ({"on_silence": None} if unclaimed else {})
    return view


def open_dispute_view(
    order: Order, dispute: Dispute, actor: str, store: Store, now: datetime, language: str
) -> OpenDisputeView:
    """A dispute of an order, with the steps that `actor` may take now; none once it has ended."""
    steps = lifecycle.choices(order, actor, store, now, lifecycle.DISPUTE_ACTIONS, dispute.dispute_id)
    view: OpenDisputeView = dispute_view(dispute, order.order_id, order.currency, language) | choices_view(
        steps, language
    )
    return view
