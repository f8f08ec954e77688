"""The items of the one table, and its indexes. template.yaml declares the same keys; a test compares the two.

Records never leave shared/store: orders.py and its neighbours turn them into what the domain knows. No attribute has a
default, because PynamoDB would invent it for whatever an index does not project.
"""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import DiscriminatorAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from shared.domain.order.ledger import FLOWS, HELD
from shared.domain.order.model import FundState, Overlay, Status
from shared.settings import settings
from shared.store.clients import quick
from shared.store.dynamodb.attributes import InstantAttribute, JSONTextAttribute, PackedAttribute

CONNECT_TIMEOUT, READ_TIMEOUT, RETRIES = 1.0, 2.0, 2
"""Seconds, and attempts after the first: three slow ones stay well inside an API request (HTTP API cuts at 30 s)."""


def _index(name: str, hash_key: str, range_key: str, *, keys_only: bool = False) -> Any:
    meta = type("Meta", (), {"index_name": name, "projection": KeysOnlyProjection() if keys_only else AllProjection()})
    keys = {hash_key: UnicodeAttribute(hash_key=True), range_key: UnicodeAttribute(range_key=True)}
    return type(name, (GlobalSecondaryIndex,), {"Meta": meta, **keys})()


class Record(Model):
    """What every item shares: the table's key and the keys of its indexes, each there only where the index needs it."""

    class Meta:
        table_name = ""
        connect_timeout_seconds = CONNECT_TIMEOUT
        read_timeout_seconds = READ_TIMEOUT
        max_retry_attempts = RETRIES

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()

    timeline = UnicodeAttribute(null=True)
    placed_key = UnicodeAttribute(null=True)
    status_key = UnicodeAttribute(null=True)
    fund_key = UnicodeAttribute(null=True)
    buyer_key = UnicodeAttribute(null=True)
    due_key = UnicodeAttribute(null=True)
    frozen_key = UnicodeAttribute(null=True)
    dispute_key = UnicodeAttribute(null=True)
    refund_key = UnicodeAttribute(null=True)
    unread_key = UnicodeAttribute(null=True)
    reference_key = UnicodeAttribute(null=True)
    state_key = UnicodeAttribute(null=True)
    sort_key = UnicodeAttribute(null=True)
    clock_shard = UnicodeAttribute(null=True)
    fires_at = UnicodeAttribute(null=True)
    reminder_shard = UnicodeAttribute(null=True)
    remind_at = UnicodeAttribute(null=True)

    by_placed = _index("by_placed", "timeline", "placed_key")
    by_status = _index("by_status", "status_key", "placed_key")
    by_fund_state = _index("by_fund_state", "fund_key", "placed_key")
    by_buyer = _index("by_buyer", "buyer_key", "placed_key")
    by_due = _index("by_due", "timeline", "due_key")
    by_status_due = _index("by_status_due", "status_key", "due_key")
    by_frozen = _index("by_frozen", "frozen_key", "placed_key")
    by_dispute = _index("by_dispute", "dispute_key", "placed_key")
    by_refund = _index("by_refund", "refund_key", "placed_key")
    by_unread = _index("by_unread", "unread_key", "placed_key")
    by_reference = _index("by_reference", "reference_key", "placed_key")
    by_state = _index("by_state", "state_key", "sort_key")
    by_clock = _index("by_clock", "clock_shard", "fires_at", keys_only=True)
    by_reminder = _index("by_reminder", "reminder_shard", "remind_at", keys_only=True)


class OrderRecord(Record, discriminator="order"):
    """The head of an order: all that changes, and all that a list shows. Kept under 1 KB, one write unit, for most.

    `part_versions` is a stamp of its parts and their versions (parts.stamp): where an index shows parts with another,
    head and parts are not of one moment. `alerted_until` and `alerts` are how far its alerts have been told, and which
    are open (order_alerts.AlertProgress).
    """

    version = NumberAttribute()
    part_versions = NumberAttribute()
    status = UnicodeAttribute()
    fund_state = UnicodeAttribute()
    placed_at = InstantAttribute()
    currency = UnicodeAttribute()
    buyer = JSONTextAttribute()
    amounts = JSONTextAttribute()
    line_count = NumberAttribute()
    platform_at = InstantAttribute()
    timers = JSONTextAttribute(null=True)
    supplied = JSONTextAttribute(null=True)
    end_reason = UnicodeAttribute(null=True)
    paid_at = InstantAttribute(null=True)
    shipped_at = InstantAttribute(null=True)
    received_at = InstantAttribute(null=True)
    finished_at = InstantAttribute(null=True)
    frozen_at = InstantAttribute(null=True)
    reminded_at = InstantAttribute(null=True)
    extended_days = NumberAttribute(null=True)
    delivered_assessment = JSONTextAttribute(null=True)
    violations = JSONTextAttribute(null=True)
    note = UnicodeAttribute(null=True)
    tags = JSONTextAttribute(null=True)
    assignee = UnicodeAttribute(null=True)
    unread_messages = NumberAttribute(null=True)
    promised = NumberAttribute(null=True)
    ship_by = InstantAttribute(null=True)
    alerted_until = InstantAttribute(null=True)
    alerts = JSONTextAttribute(null=True)
    passed_over = InstantAttribute(null=True)
    in_customer = NumberAttribute(null=True)


class CustomerRecord(Record, discriminator="customer"):
    """A buyer's orders in one store, counted, and what the seller has noted. In no list without an order; in the
    clock's index while the buyer's data is being erased."""

    version = NumberAttribute()
    country = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    counts = JSONTextAttribute()
    spend = JSONTextAttribute(null=True)
    first_at = InstantAttribute(null=True)
    last_at = InstantAttribute(null=True)
    tags = JSONTextAttribute(null=True)
    note = UnicodeAttribute(null=True)
    blocked = NumberAttribute(null=True)
    reminder_opt_out = NumberAttribute(null=True)
    erasure = JSONTextAttribute(null=True)


class DetailRecord(Record, discriminator="detail"):
    """What was bought and where it goes: written when placed, and again only when a snapshot changes it.

    Like parcels and refunds it lies on the store's second timeline, beside that of the heads and in the same order, so
    that an export reads whole orders off two queries, while a list by time reads heads alone.
    """

    version = NumberAttribute()
    placed_digest = UnicodeAttribute()
    content = PackedAttribute()


class ParcelRecord(Record, discriminator="parcel"):
    version = NumberAttribute()
    carrier = UnicodeAttribute()
    tracking_no = UnicodeAttribute()
    tracking_url = UnicodeAttribute(null=True)
    shipped_at = InstantAttribute()
    delivered_at = InstantAttribute(null=True)
    edits = NumberAttribute(null=True)
    lines = PackedAttribute()


class RefundRecord(Record, discriminator="refund"):
    version = NumberAttribute()
    state = UnicodeAttribute()
    source = UnicodeAttribute()
    amount = NumberAttribute()
    currency = UnicodeAttribute()
    lines = PackedAttribute()
    reason = UnicodeAttribute()
    requested_at = InstantAttribute()
    respond_by = InstantAttribute(null=True)
    on_silence = UnicodeAttribute(null=True)
    paid_at = InstantAttribute(null=True)
    coupon = NumberAttribute(null=True)


class DisputeRecord(Record, discriminator="dispute"):
    version = NumberAttribute()
    currency = UnicodeAttribute()
    content = PackedAttribute()


class HistoryRecord(Record, discriminator="history"):
    at = InstantAttribute()
    recorded_at = InstantAttribute()
    actor_role = UnicodeAttribute()
    actor_id = UnicodeAttribute()
    action = UnicodeAttribute()
    from_status = UnicodeAttribute(null=True)
    to_status = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    changes = JSONTextAttribute(null=True)


class AccessRecord(Record, discriminator="access"):
    at = InstantAttribute()
    actor_role = UnicodeAttribute()
    actor_id = UnicodeAttribute()
    what = UnicodeAttribute()


class StoreRecord(Record, discriminator="store"):
    """A store's settings. After a change of mode, `rearm_after` is the due key up to which it has reached the store's
    orders, and `rearm_at` when it may start to."""

    version = NumberAttribute()
    created_at = InstantAttribute()
    settings = JSONTextAttribute()
    rearm_after = UnicodeAttribute(null=True)
    rearm_at = InstantAttribute(null=True)


class RegularExportRecord(Record, discriminator="regular_export"):
    """A store's regular export: what its owner has set, and when it is due next, in the clock's index."""

    version = NumberAttribute()
    due_at = InstantAttribute(null=True)
    settings = JSONTextAttribute()
    last_export_id = UnicodeAttribute(null=True)


class ExportRecord(Record, discriminator="export"):
    """A job. While it is open it lies in the clock's index, so that one that has stopped moving is found."""

    version = NumberAttribute()
    state = UnicodeAttribute()
    requested_at = InstantAttribute()
    content = PackedAttribute()


class DownloadRecord(Record, discriminator="download"):
    """Somebody was given the link to a file."""

    at = InstantAttribute()
    actor_role = UnicodeAttribute()
    actor_id = UnicodeAttribute()
    n = NumberAttribute()


class MovedRecord(Record, discriminator="moved"):
    """An order was moved in time, or its ship-by was: an export under way may have met it twice, or not at all."""

    expires_at = NumberAttribute()


STATUS_COUNTS = {status: f"status_{status}" for status in Status}
FUND_COUNTS = {fund_state: f"fund_{fund_state}" for fund_state in FundState}
OVERLAY_COUNTS = {overlay: f"overlay_{overlay}" for overlay in Overlay}


class MessageRecord(Record, discriminator="message"):
    message_id = UnicodeAttribute()
    sender = UnicodeAttribute()
    text = UnicodeAttribute()
    sent_at = InstantAttribute()
    read_at = InstantAttribute(null=True)


class ThreadRecord(Record, discriminator="thread"):
    """The talk about one order: in an index, with what the buyer wrote, while that waits for an answer."""

    version = NumberAttribute()
    answered_at = InstantAttribute(null=True)
    message_id = UnicodeAttribute(null=True)
    text = UnicodeAttribute(null=True)
    unanswered_since = InstantAttribute(null=True)
    alert_at = InstantAttribute(null=True)
    alerted = NumberAttribute(null=True)


class RepliesRecord(Record, discriminator="replies"):
    """A day's answers in one store: how many, after how many seconds together, and how many of them within a day."""

    replies = NumberAttribute()
    seconds = NumberAttribute()
    in_time = NumberAttribute(null=True)


class TemplateRecord(Record, discriminator="template"):
    version = NumberAttribute()
    name = UnicodeAttribute()
    text = UnicodeAttribute()
    created_at = InstantAttribute()
    changed_at = InstantAttribute()


class TemplateNameRecord(Record, discriminator="template_name"):
    """A name that one of the store's templates has."""

    template_id = UnicodeAttribute()


class TemplatesRecord(Record, discriminator="templates"):
    """How many templates a store has."""

    templates = NumberAttribute()


class LedgerRecord(Record, discriminator="ledger"):
    """Money of an order that moved, in minor units: signed, and what the platform holds of the order after it."""

    at = InstantAttribute()
    flow = UnicodeAttribute()
    amount = NumberAttribute()
    held = NumberAttribute()
    currency = UnicodeAttribute()


class FundsRecord(Record, discriminator="funds"):
    """One of the items of a store's totals in one currency, in minor units; the sum over all of them is exact."""

    for _name in (*FLOWS, *HELD):
        locals()[_name] = NumberAttribute(null=True)


class FiguresRecord(Record, discriminator="figures"):
    """What a day's orders in one currency come to: a number for each figure; where it is by country or product, under
    that name and the figure's. Read by figures.py below the models, which know no such names."""


class ViolationRecord(Record, discriminator="violation"):
    """A rule that the seller broke with an order."""

    at = InstantAttribute()
    violation = UnicodeAttribute()


class CounterRecord(Record, discriminator="counter"):
    """One of a store's counter items; the sum over all of them is exact."""

    total = NumberAttribute()
    # One number for each status, fund state and overlay: ADD works on top-level attributes alone.
    for _name in (*STATUS_COUNTS.values(), *FUND_COUNTS.values(), *OVERLAY_COUNTS.values()):
        locals()[_name] = NumberAttribute(null=True)


class ClaimRecord(Record, discriminator="claim"):
    """An idempotency key: claimed while its request runs, then holding the answer. Expiry goes by the clock."""

    digest = UnicodeAttribute()
    owner = UnicodeAttribute()
    lease_until = InstantAttribute()
    valid_until = InstantAttribute()
    expires_at = NumberAttribute()
    answer = PackedAttribute(null=True)


class KeyRecord(Record, discriminator="key"):
    """The secret that signs cursors: made by whoever needs it first."""

    secret = UnicodeAttribute()


def connection() -> Connection:
    """The one connection that every record and transaction shares; made at first use."""
    if not Record.Meta.table_name:
        Record.Meta.table_name = settings().table_name
    if Record._connection is None:
        quick(Record._get_connection().connection.session)  # before its client is made
    return Record._get_connection().connection


def bind(table_name: str) -> None:
    """Point all records at another table, with a fresh connection; for tests."""
    Record.Meta.table_name = table_name
    Record._connection = None
