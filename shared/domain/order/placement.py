"""The order as the platform describes it: in a request that places it, or inside a snapshot."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from shared.domain.errors import Unprocessable
from shared.domain.money import MAX_MINOR, Money
from shared.domain.order import deadlines
from shared.domain.order.funds.amounts import Amounts
from shared.domain.order.history import Entry
from shared.domain.order.model import Buyer, Line, Order
from shared.domain.order.transitions import Actor
from shared.domain.sentences.sentence import say
from shared.domain.stores import FeeRates, Store

RESERVED = frozenset({"counters"})
"""Words that stand where an order number stands in a path of the API: an order of such a number could not be read."""


@dataclass(frozen=True, slots=True)
class Placement:
    """The parsed content of an order. Amounts are in minor units of `currency`. `total` is only checked, not stored;
    `deadlines` are the platform's own, by timer kind."""

    order_id: str
    placed_at: datetime
    buyer: Buyer
    recipient: Mapping[str, str]
    currency: str
    lines: tuple[Line, ...]
    shipping_fee: int
    discount: int = 0
    tax: int = 0
    total: int | None = None
    delivery_days: int | None = None
    chosen_service: str | None = None
    memo: str | None = None
    deadlines: Mapping[str, datetime] = field(default_factory=dict)
    fee_rates: FeeRates | None = None

    @property
    def digest(self) -> str:
        """A digest of the content: equal for equal content, however the request wrote it, in whatever order its lines
        are. `total` does not count."""
        return self._digest(sorted(self.lines, key=lambda line: line.line_id))

    def digests(self, order: Order) -> tuple[str, ...]:
        """The digests that the order may have if this placement made it. A digest of former code depends on the order
        of the lines, so their order in this placement and in the order count, too."""
        positions = {line.line_id: position for position, line in enumerate(order.lines)}
        as_stored = sorted(self.lines, key=lambda line: positions.get(line.line_id, -1))
        return self.digest, self._digest(self.lines), self._digest(as_stored)

    def _digest(self, lines: Iterable[Line]) -> str:
        content = asdict(replace(self, total=None, lines=tuple(lines)))
        if self.fee_rates is None:
            del content["fee_rates"]  # stored digests are older than this field, and than the next
        for line in content["lines"]:
            if not line["rest"]:
                del line["rest"]
        text = json.dumps(content, default=str, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def amounts(self, *adjustments: int, within: str = "") -> Amounts:
        """The amounts of the order. Raises Unprocessable if their sum is negative or too large, or if `total` is
        neither the sum nor the sum plus one of the `adjustments` that the seller made. `within` is the JSON pointer to
        this placement in the body."""
        parts = Amounts(
            lines=sum(line.amount for line in self.lines),
            shipping=self.shipping_fee,
            discount=self.discount,
            tax=self.tax,
        )
        if max(parts.lines, parts.total) > MAX_MINOR:
            detail = say("The order comes to more than {most}.", most=Money(MAX_MINOR, self.currency))
            raise Unprocessable("total_too_large", detail, f"{within}/lines")
        if parts.total < 0:
            raise Unprocessable(
                "discount_too_large", "The discount is more than lines, shipping and tax.", f"{within}/discount"
            )
        if self.total is not None and self.total - parts.total not in (0, *adjustments):
            raise Unprocessable(
                "total_mismatch", "The total is not lines + shipping_fee - discount + tax.", f"{within}/total"
            )
        return parts


def place(placement: Placement, store: Store, actor: Actor, now: datetime) -> tuple[Order, Entry]:
    """Version 1 of the order, unpaid, with its payment timer, and the first history entry. Raises Unprocessable for a
    number of RESERVED, or amounts that make no total."""
    if placement.order_id in RESERVED:
        raise Unprocessable(
            "order_id_reserved", "This word is an address of the API, not an order number.", "/order_id"
        )
    rates = placement.fee_rates or store.fee_rates
    order = Order(
        store_id=store.store_id,
        order_id=placement.order_id,
        placed_at=placement.placed_at,
        buyer=placement.buyer,
        recipient=placement.recipient,
        currency=placement.currency,
        amounts=replace(placement.amounts(), commission_rate=rates.commission, affiliate_rate=rates.affiliate),
        lines=placement.lines,
        platform_at=placement.placed_at,
        placed_digest=placement.digest,
        delivery_days=placement.delivery_days,
        chosen_service=placement.chosen_service,
        memo=placement.memo,
        time_zone=store.time_zone,
        shards=store.shards,
    )
    started = {"payment": deadlines.payment_due(store, placement.placed_at)}
    order = deadlines.update_timers(order, started, placement.deadlines)
    entry = Entry(
        seq=1,
        at=placement.placed_at,
        recorded_at=now,
        actor=actor,
        action="place",
        from_status=None,
        to_status=order.status,
    )
    return order, entry
