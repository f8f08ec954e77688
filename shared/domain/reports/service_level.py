"""The service level of a store over some days: the measures of the marketplace, as shares of the daily figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: the sum of the figures `part` divided by the sum of `whole` (names of figures.SERVICE). `counts`
    describes it in English and Chinese. `more_is_better`: a limit is the least that its share may be, else the most."""

    part: tuple[str, ...]
    whole: tuple[str, ...]
    counts: tuple[str, str]
    more_is_better: bool = False

    def breaks(self, rate: float | None, limit: float | None) -> bool | None:
        """Is the share on the wrong side of the limit? None if one of them is not known."""
        if rate is None or limit is None:
            return None
        return rate < limit if self.more_is_better else rate > limit


PAID = ("paid_orders",)
MEASURES: Mapping[str, Measure] = {
    "on_time_shipment": Measure(
        ("shipped_on_time",),
        ("shipped_on_time", "shipped_late", "not_shipped"),
        (
            "Orders shipped in full by ship-by, of all that were shipped in full or closed because they were not.",
            "按时全部发货的订单，占已全部发货及因超时未发货而关闭的订单。",
        ),
        more_is_better=True,
    ),
    "transaction_non_fulfilment": Measure(
        ("violations",),
        PAID,
        (
            "Orders not shipped in time and closed for it, of the orders paid in these days.",
            "成交不卖：超时未发货而关闭的订单，占同期付款订单。",
        ),
    ),
    "cancellation": Measure(
        ("cancelled_by_seller", "cancelled_by_buyer"),
        PAID,
        (
            "Paid orders cancelled at the buyer's request or closed because the shop did not ship, of the orders paid "
            "in these days; not those that the risk check or a short payment ended.",
            "买家申请取消或因超时未发货而关闭的已付款订单，占同期付款订单；风控或少付款关闭的不计入。",
        ),
    ),
    "dispute": Measure(
        ("disputed",),
        PAID,
        (
            "Orders whose first dispute was opened in these days, of the orders paid in these days.",
            "同期内首次提起纠纷的订单，占同期付款订单。",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Level:
    numerator: int
    denominator: int

    @property
    def rate(self) -> float | None:
        """The share, or None if the denominator is 0."""
        return round(self.numerator / self.denominator, 4) if self.denominator else None


def level(measure: Measure, figures: Mapping[str, int]) -> Level:
    return Level(
        sum(figures.get(name, 0) for name in measure.part), sum(figures.get(name, 0) for name in measure.whole)
    )
