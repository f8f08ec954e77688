"""Orders in answers, with the log of who read the recipient.

The bodies of requests are in bodies.py, apart from these types: a body needs Pydantic, and reading an order must not
load it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NotRequired

from typing_extensions import TypedDict

from functions.orders.models.orders.after_sales.disputes import OpenDisputeView, open_dispute_view
from functions.orders.models.orders.after_sales.refunds import RefundView, refund_view
from functions.orders.models.orders.choices import ChoicesView, choices_view
from functions.orders.models.orders.parcels import ParcelView, ParcelWarning, parcel_view
from functions.orders.models.values import ActorView, MoneyView, actor_view, instant, money, without_none
from shared.domain.countries import country_name
from shared.domain.labels import label, labelled
from shared.domain.order import deadlines
from shared.domain.order.choices import Choices
from shared.domain.order.funds import ledger
from shared.domain.order.model import Line, Order, Timer
from shared.domain.order.recipients import masked
from shared.domain.order.summary import Summary
from shared.domain.order.transitions import Actor
from shared.domain.stores import Store
from shared.store.orders.orders import Access


class AmountsView(TypedDict):
    lines: MoneyView
    shipping: MoneyView
    discount: MoneyView
    tax: MoneyView
    adjustment: MoneyView
    total: MoneyView
    received: NotRequired[MoneyView]
    refunded: MoneyView
    commission: NotRequired[MoneyView]
    affiliate_fee: NotRequired[MoneyView]
    tax_withheld: NotRequired[MoneyView]
    released: NotRequired[MoneyView]
    expected_release: NotRequired[MoneyView]
    unexplained: NotRequired[MoneyView]


class BuyerView(TypedDict):
    id: str
    name: NotRequired[str]
    country: str


class LineView(TypedDict):
    line_id: str
    product_id: str
    sku: NotRequired[str]
    title: NotRequired[str]
    attributes: NotRequired[dict[str, str]]
    quantity: int
    unit_price: MoneyView
    handling_days: NotRequired[int]
    image_url: NotRequired[str]
    shipped: int
    refunded: int
    returned: int


PROGRESS = ("shipped", "refunded", "returned")
OF_LINE = tuple(name for name in LineView.__annotations__ if name not in PROGRESS)


class DeadlineView(TypedDict):
    """A timer. `actor` is whose act it waits for: buyer, seller or platform. `on_lapse` is the action that its lapse
    carries out; null if it only shows."""

    kind: str
    kind_label: str
    due_at: NotRequired[str]
    held_since: NotRequired[str]
    actor: str
    actor_label: str
    on_lapse: str | None
    on_lapse_label: NotRequired[str]


class AssessmentView(TypedDict):
    at: str
    by: str


class ViolationView(TypedDict):
    kind: str
    kind_label: str
    at: str


class SummaryView(TypedDict):
    """An order in a list."""

    order_id: str
    store_id: str
    version: int
    status: str
    status_label: str
    fund_state: str
    fund_state_label: str
    overlays: list[str]
    overlays_label: list[str]
    outcome: NotRequired[str]
    outcome_label: NotRequired[str]
    end_reason: NotRequired[str]
    end_reason_label: NotRequired[str]
    placed_at: str
    paid_at: NotRequired[str]
    shipped_at: NotRequired[str]
    received_at: NotRequired[str]
    finished_at: NotRequired[str]
    buyer: BuyerView
    buyer_country_label: str
    currency: str
    amounts: AmountsView
    delivered_assessment: NotRequired[AssessmentView]
    deadlines: list[DeadlineView]
    violations: list[ViolationView]
    note: str | None
    tags: list[str]
    assignee: NotRequired[str]
    unread_messages: int


class FirstLineView(TypedDict):
    line_id: str
    product_id: str
    sku: NotRequired[str]
    title: NotRequired[str]
    attributes: NotRequired[dict[str, str]]
    quantity: int
    image_url: NotRequired[str]


class ListedOrderView(SummaryView):
    """`first_line` is there if the request includes it."""

    deadline_at: str | None
    line_count: int
    first_line: NotRequired[FirstLineView]


class OrderView(SummaryView, ChoicesView):
    """Everything about an order; `recipient` is masked unless it was revealed. `warnings` are about what the last
    action gave: it was accepted all the same."""

    recipient: dict[str, str]
    recipient_country_label: str
    lines: list[LineView]
    parcels: list[ParcelView]
    refunds: list[RefundView]
    dispute: NotRequired[OpenDisputeView]
    delivery_days: NotRequired[int]
    chosen_service: NotRequired[str]
    memo: NotRequired[str]
    erased_at: NotRequired[str]
    warnings: NotRequired[list[ParcelWarning]]


class AccessView(TypedDict):
    at: str
    actor: ActorView
    what: str


def order_view(
    order: Order, choices: Choices, actor: Actor, store: Store, now: datetime, language: str, *, reveal: bool = False
) -> OrderView:
    """An order with the actions that this caller may take now."""
    progress = order.line_progress()
    lines = [
        without_none(
            {name: getattr(line, name) for name in OF_LINE}
            | {"unit_price": money(line.unit_price, order.currency)}
            | {name: getattr(progress[line.line_id], name) for name in PROGRESS}
        )
        for line in order.lines
    ]
    view: OrderView = _summary(order, language) | without_none(
        {
            "recipient": dict(order.recipient) if reveal else masked(order.recipient),
            "recipient_country_label": country_name(order.recipient["country"], language),
            "lines": lines,
            "parcels": [parcel_view(parcel, language) for parcel in order.parcels],
            "refunds": [refund_view(refund, order.order_id, order.currency, language) for refund in order.refunds],
            "dispute": order.dispute and open_dispute_view(order, order.dispute, actor.kind, store, now, language),
            "delivery_days": order.delivery_days,
            "chosen_service": order.chosen_service,
            "memo": order.memo,
            "erased_at": order.erased_at and instant(order.erased_at),
            **choices_view(choices, language),
        }
    )
    return view


def listed_order_view(summary: Summary, language: str, first: Line | None = None) -> ListedOrderView:
    view = _summary(summary, language)
    listed: Any = {
        **view,
        "deadline_at": view["deadlines"][0].get("due_at") if view["deadlines"] else None,
        "line_count": summary.line_count,
    }
    if first is not None:
        listed["first_line"] = without_none({name: getattr(first, name) for name in FirstLineView.__annotations__})
    return listed  # type: ignore[no-any-return]


def access_view(access: Access) -> AccessView:
    return {
        "at": instant(access.at),
        "actor": actor_view(access.actor),
        "what": access.what,
    }


def _summary(order: Order | Summary, language: str) -> SummaryView:
    assessment = order.delivered_assessment
    times: Any = {
        name: instant(at)
        for name in ("paid_at", "shipped_at", "received_at", "finished_at")
        if (at := getattr(order, name))
    }
    view: SummaryView = without_none(
        {
            "order_id": order.order_id,
            "store_id": order.store_id,
            "version": order.version,
            **labelled("status", "status", order.status, language),
            **labelled("fund_state", "fund_state", order.fund_state, language),
            "overlays": [str(overlay) for overlay in order.overlays],
            "overlays_label": [label("overlay", overlay, language) for overlay in order.overlays],
            "placed_at": instant(order.placed_at),
            **times,
            "buyer": without_none({"id": order.buyer.id, "name": order.buyer.name, "country": order.buyer.country}),
            "buyer_country_label": country_name(order.buyer.country, language),
            "currency": order.currency,
            "amounts": _amounts(order),
            "deadlines": [
                *(_deadline_view(order, timer, language, due_at=timer.due_at) for timer in deadlines.running(order)),
                *(_deadline_view(order, timer, language, held_since=since) for timer, since in deadlines.held(order)),
            ],
            "violations": [
                {**labelled("kind", "violation", violation.kind, language), "at": instant(violation.at)}
                for violation in order.violations
            ],
            "tags": list(order.tags),
            "unread_messages": order.unread_messages,
            **labelled("outcome", "outcome", order.outcome, language),
            **labelled("end_reason", "end_reason", order.end_reason, language),
            "assignee": order.assignee,
            "delivered_assessment": assessment and {"at": instant(assessment.at), "by": assessment.by},
        }
    ) | {"note": order.note}
    return view


def _deadline_view(order: Order | Summary, timer: Timer, language: str, **times: datetime | None) -> DeadlineView:
    on_lapse = deadlines.on_lapse(order, timer)
    view: Any = {
        **labelled("kind", "timer", timer.kind, language),
        **{name: instant(at) for name, at in times.items() if at},
        **labelled("actor", "timer_actor", deadlines.TIMERS[timer.kind].actor, language),
        **(labelled("on_lapse", "action", on_lapse, language) or {"on_lapse": None}),
    }
    return view  # type: ignore[no-any-return]


def _amounts(order: Order | Summary) -> AmountsView:
    always = ("lines", "shipping", "discount", "tax", "adjustment", "total", "refunded")
    known = ("received", "commission", "affiliate_fee", "tax_withheld", "released")
    amounts = {name: getattr(order.amounts, name) for name in (*always, *known)}
    amounts |= {"expected_release": ledger.expected_release(order), "unexplained": ledger.unexplained(order) or None}
    view: Any = {name: money(minor, order.currency) for name, minor in amounts.items() if minor is not None}
    return view  # type: ignore[no-any-return]
