"""The descriptions of actions and steps: what each does, and the statuses or stages that its rows start from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shared.domain.order import lifecycle
from shared.domain.order.after_sales.disputes import OPEN
from shared.domain.order.transitions import ANY, Row

DOES: Mapping[str, str] = {
    "start_payment": "The buyer has begun to pay.",
    "fail_payment": "The payment has failed; the buyer may pay again.",
    "pay": "The buyer has paid. Without `amount` it is the order's total. The platform then checks the risk.",
    "adjust_price": "Set the order's total before it is paid. The difference is `amounts.adjustment`.",
    "remind_payment": "Ask the buyer to pay, by an order message with your `text`, the store's template (see the "
    "alert rules) or a standard text; once an order, and never a buyer who has opted out.",
    "cancel_unpaid": "The buyer has cancelled the order before paying it.",
    "expire_payment": "The time to pay is over, and the order ends.",
    "pass_risk": "The risk check has passed. The seller may ship, and the ship-by timer starts.",
    "hold_risk": "The risk check needs more time.",
    "reject_risk": "The risk check has failed, and all is refunded.",
    "cancel_in_risk": "The buyer has cancelled the order during the risk check, and all is refunded.",
    "report_short_payment": "The buyer has paid less than the total; the seller decides.",
    "accept_payment": "Take the short payment, and ship.",
    "refuse_payment": "Refuse the short payment. It is refunded.",
    "expire_examination": "The seller did not decide on a short payment in time. It is refunded.",
    "ship": "Add parcels. One parcel without `lines` takes all that is left; with several, each names its lines.",
    "edit_shipment": "Correct a parcel's carrier, number or URL. The same values again cost no edit.",
    "expire_shipment": "The time to ship is over. What was not shipped is refunded, and the violation is recorded.",
    "request_cancellation": "The buyer asks to cancel a paid order. The ship-by timer keeps running.",
    "accept_cancellation": "Accept the buyer's cancellation, and all is refunded.",
    "reject_cancellation": "Reject the buyer's cancellation, with a reason. A lapsed ship-by is due in 24 hours.",
    "withdraw_cancellation": "The buyer has withdrawn the cancellation.",
    "report_delivery": "The carrier has delivered a parcel. After the last one the receipt timer is due earlier.",
    "extend_receipt": "Give the buyer more days to confirm receipt; 60 in all at most.",
    "confirm_receipt": "The buyer has confirmed receipt. The funds await release.",
    "expire_receipt": "The time to confirm receipt is over. The funds await release.",
    "release_funds": "The platform has released the funds. Without `amount` it is what remains less tax and fees.",
    "complete_refund": "The platform has paid an accepted refund to the buyer.",
    "freeze": "Freeze the order: no timer is due, and most actions are refused.",
    "unfreeze": "End the freeze. Each timer is due later by the time frozen.",
    "open_dispute": "The buyer has opened a dispute, or the claim of a dispute that is known only from a snapshot.",
    "sync": "Tell the whole order as the platform has it now, whatever was skipped. A late snapshot changes nothing.",
    "accept": "Accept what the buyer asks for: a refund, or a return first.",
    "counter": "Offer the buyer another solution.",
    "buyer_accept": "The buyer has accepted the seller's offer.",
    "buyer_counter": "The buyer asks for another solution.",
    "escalate": "Leave the decision to the platform.",
    "decide": "The platform has decided the dispute.",
    "give_return_address": "Tell the buyer where to send the goods.",
    "expire_return_address": "The seller gave no address in time, and the buyer is refunded without a return.",
    "buyer_returned": "The buyer has sent the goods back.",
    "expire_return": "The buyer did not send the goods back in time, and the dispute ends without a refund.",
    "confirm_return": "The goods have come back, and the buyer is refunded.",
    "withdraw": "The buyer has withdrawn the dispute, which ends without a refund.",
    "add_evidence": "Add an uploaded file to the dispute.",
    "message": "Write to the buyer, in English, or fill a template of the shop.",
}
AT = "The platform may say in `at` when it happened."


def describe_action(operation: str) -> str | None:
    """The description of `action_…`, `dispute_…` or `bulk_…`; None for another operation."""
    kind, _, action = operation.partition("_")
    if action not in DOES or kind not in ("action", "dispute", "bulk"):
        return None
    if kind == "bulk":
        return (
            f"{DOES[action]} For up to 500 orders: each item is a transaction of its own, and one that fails stops no "
            "other. A dry run writes nothing. After 20 seconds the rest answers `not_attempted`."
        )
    return f"{DOES[action]} {_start(lifecycle.ROWS[action])} {AT}"


def _start(rows: Iterable[Row]) -> str:
    stages = tuple(dict.fromkeys(stage for row in rows for stage in row.stages))
    if stages:
        return "Possible in every stage." if set(OPEN) <= set(stages) else f"Possible in stage {_or(stages)}."
    sources = frozenset[str]().union(*(row.sources for row in rows))
    if sources == ANY:
        return "Possible in every status."
    if len(ANY - sources) == 1:
        return f"Possible in every status but {_or(ANY - sources)}."
    return f"Possible in status {_or(sorted(sources))}."


def _or(names: Iterable[str]) -> str:
    *most, last = (f"`{name}`" for name in names)
    return f"{', '.join(most)} or {last}" if most else last
