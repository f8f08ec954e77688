"""The items of the one table, and its indexes. template.yaml declares the same keys; a test compares the two.

Only shared/store uses records; its modules convert them to domain objects. No attribute has a default: PynamoDB would
also set it on items that were read from an index without this attribute.
"""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from shared.domain.order.funds.ledger import FLOWS, HELD
from shared.domain.order.model import FundState, Overlay, Status
from shared.settings import settings
from shared.store.answer_dictionary import ANSWER
from shared.store.clients import with_service_data
from shared.store.dynamodb.attributes import InstantAttribute, JSONTextAttribute, KindAttribute, PackedAttribute

CONNECT_TIMEOUT, READ_TIMEOUT, RETRIES = 1.0, 2.0, 2
"""Seconds, and retries after the first attempt. Three slow attempts stay within the 30 s of an HTTP API request."""


INDEX_KEYS: dict[str, tuple[str, str]] = {}


def _index(name: str, hash_key: str, range_key: str, *, keys_only: bool = False) -> Any:
    INDEX_KEYS[name] = hash_key, range_key
    meta = type("Meta", (), {"index_name": name, "projection": KeysOnlyProjection() if keys_only else AllProjection()})
    keys = {hash_key: UnicodeAttribute(hash_key=True), range_key: UnicodeAttribute(range_key=True)}
    return type(name, (GlobalSecondaryIndex,), {"Meta": meta, **keys})()


class Record(Model):
    """The attributes of every item: the table's key and the index keys. An item has only the index keys it needs."""

    class Meta:
        table_name = ""
        connect_timeout_seconds = CONNECT_TIMEOUT
        read_timeout_seconds = READ_TIMEOUT
        max_retry_attempts = RETRIES

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = KindAttribute()

    timeline = UnicodeAttribute(null=True)
    placed_key = UnicodeAttribute(null=True)
    status_key = UnicodeAttribute(null=True)
    fund_key = UnicodeAttribute(null=True)
    buyer_key = UnicodeAttribute(null=True)
    due_key = UnicodeAttribute(null=True)
    seller_key = UnicodeAttribute(null=True)
    seller_due_key = UnicodeAttribute(null=True)
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
    by_customer = _index("by_customer", "buyer_key", "placed_key", keys_only=True)
    by_status_due = _index("by_status_due", "status_key", "due_key")
    by_seller_due = _index("by_seller_due", "seller_key", "seller_due_key")
    by_frozen = _index("by_frozen", "frozen_key", "placed_key")
    by_dispute = _index("by_dispute", "dispute_key", "placed_key")
    by_refund = _index("by_refund", "refund_key", "placed_key")
    by_unread = _index("by_unread", "unread_key", "placed_key")
    by_reference = _index("by_reference", "reference_key", "placed_key")
    by_state = _index("by_state", "state_key", "sort_key")
    by_clock = _index("by_clock", "clock_shard", "fires_at", keys_only=True)
    by_reminder = _index("by_reminder", "reminder_shard", "remind_at", keys_only=True)


IN_CUSTOMER, HAS_TERMS = 1, 2
"""The bits of `in_customer` in the head of an order: its buyer's customer record counts it; it has its terms
(terms.py). Heads from before there were customer records have none, those from before terms the first."""


class OrderRecord(Record, discriminator="order"):
    """The head of an order: all that changes and all that lists show. Most heads are under 1 KB, one write unit.

    `part_versions` is the checksum of the parts and their versions (parts.versions_checksum). Where it does not match
    the parts that were read, head and parts are from different versions of the order. Every write of the head raises
    `revision`, also one that keeps the version: a message or an alert. An old head has none. `alerted_until` is the
    time up to which alerts were raised, `alerts` are the open ones (order_alerts.AlertProgress).
    """

    version = NumberAttribute()
    revision = NumberAttribute(null=True)
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
    watched = JSONTextAttribute(null=True)
    end_reason = UnicodeAttribute(null=True)
    paid_at = InstantAttribute(null=True)
    shipped_at = InstantAttribute(null=True)
    received_at = InstantAttribute(null=True)
    finished_at = InstantAttribute(null=True)
    frozen_at = InstantAttribute(null=True)
    disputed_since = InstantAttribute(null=True)
    claimless = NumberAttribute(null=True)
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
    shards = NumberAttribute(null=True)


class CustomerRecord(Record, discriminator="customer"):
    """A buyer in one store: order counts, and the seller's tags and notes. Lists leave out a customer without orders.
    While an erasure runs, the item is in the clock's index. `origin` tells a record from a deleted one of the same
    buyer: it names the change of an order that created it."""

    version = NumberAttribute()
    origin = UnicodeAttribute(null=True)
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
    """The lines and the recipient of an order: written when it is placed, and again only when a snapshot changes it.

    Details, parcels and refunds are on the store's second timeline, in the same order as the heads on the first. So an
    export reads whole orders with two queries, and a list by time reads only heads.
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
    currency = UnicodeAttribute(null=True)


class AccessRecord(Record, discriminator="access"):
    at = InstantAttribute()
    actor_role = UnicodeAttribute()
    actor_id = UnicodeAttribute()
    what = UnicodeAttribute()


class StoreRecord(Record, discriminator="store"):
    """A store's settings. After a change of mode the sweep updates the clock entries of the store's orders:
    `rearm_after` is the due key of the last updated order, `rearm_at` the earliest time of the next step, `rearm_busy`
    the orders before it that were busy."""

    version = NumberAttribute()
    created_at = InstantAttribute()
    settings = JSONTextAttribute()
    rearm_after = UnicodeAttribute(null=True)
    rearm_at = InstantAttribute(null=True)
    rearm_busy = JSONTextAttribute(null=True)


class RegularExportRecord(Record, discriminator="regular_export"):
    """A store's regular export: its settings, and when it is due next, in the clock's index."""

    version = NumberAttribute()
    due_at = InstantAttribute(null=True)
    due_day = UnicodeAttribute(null=True)
    made_at = InstantAttribute(null=True)
    settings = JSONTextAttribute()
    last_export_id = UnicodeAttribute(null=True)


class ExportRecord(Record, discriminator="export"):
    """An export job. While it is open it is in the clock's index, so that the schedule finds a job that has stopped."""

    version = NumberAttribute()
    state = UnicodeAttribute()
    requested_at = InstantAttribute()
    content = PackedAttribute()


class ImportRecord(Record, discriminator="import"):
    """An import. While it is open it is in the clock's index, so that the schedule finds one that has stopped."""

    version = NumberAttribute()
    state = UnicodeAttribute()
    requested_at = InstantAttribute()
    content = PackedAttribute()


class DownloadRecord(Record, discriminator="download"):
    """A person requested the link to a file."""

    at = InstantAttribute()
    actor_role = UnicodeAttribute()
    actor_id = UnicodeAttribute()
    n = NumberAttribute()


class MovedRecord(Record, discriminator="moved"):
    """The placed time or the ship-by of an order changed: a running export may have read it twice, or not at all."""

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
    """The message thread of one order. While a buyer's message has no reply, the item has its text and an index key."""

    version = NumberAttribute()
    answered_at = InstantAttribute(null=True)
    message_id = UnicodeAttribute(null=True)
    text = UnicodeAttribute(null=True)
    unanswered_since = InstantAttribute(null=True)
    alert_at = InstantAttribute(null=True)
    alerted = NumberAttribute(null=True)


class RepliesRecord(Record, discriminator="replies"):
    """The replies of one day in a store: their number, the sum of the response times in seconds, and how many took at
    most 24 hours."""

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
    """A template name that is taken in the store."""

    template_id = UnicodeAttribute()


class TemplatesRecord(Record, discriminator="templates"):
    """The number of a store's templates."""

    templates = NumberAttribute()


class LedgerRecord(Record, discriminator="ledger"):
    """A movement of an order's money, in minor units. `amount` is signed; `held` is the platform's balance of the order
    after it."""

    at = InstantAttribute()
    flow = UnicodeAttribute()
    amount = NumberAttribute()
    held = NumberAttribute()
    currency = UnicodeAttribute()


class FundsRecord(Record, discriminator="funds"):
    """One shard of a store's totals in one currency, in minor units; the sum over all shards is exact."""

    for _name in (*FLOWS, *HELD):
        locals()[_name] = NumberAttribute(null=True)


class ViolationRecord(Record, discriminator="violation"):
    """A violation of a platform rule by the seller, for one order."""

    at = InstantAttribute()
    violation = UnicodeAttribute()


class CounterRecord(Record, discriminator="counter"):
    """One shard of a store's order counts; the sum over all shards is exact. `events` is the number of the shard's last
    event (store/orders/events.py)."""

    total = NumberAttribute()
    events = NumberAttribute(null=True)
    # One number for each status, fund state and overlay: ADD works only on top-level attributes.
    for _name in (*STATUS_COUNTS.values(), *FUND_COUNTS.values(), *OVERLAY_COUNTS.values()):
        locals()[_name] = NumberAttribute(null=True)


class ClaimRecord(Record, discriminator="claim"):
    """An idempotency key: claimed by an owner while its request runs, then with the answer. `valid_until` decides, not
    the TTL."""

    digest = UnicodeAttribute()
    owner = UnicodeAttribute(null=True)
    lease_until = InstantAttribute(null=True)
    valid_until = InstantAttribute()
    expires_at = NumberAttribute()
    answer = PackedAttribute(null=True, dictionary=ANSWER)


class KeyRecord(Record, discriminator="key"):
    """A secret of the deployment, created at first use; encrypted, but for one of former code."""

    secret = UnicodeAttribute()


def connection() -> Connection:
    """The connection of all records and transactions, created at first use."""
    if not Record.Meta.table_name:
        Record.Meta.table_name = settings().table_name
    if Record._connection is None:
        with_service_data(Record._get_connection().connection.session)  # before its client is created
    return Record._get_connection().connection


def bind(table_name: str) -> None:
    """Point all records at another table, with a new connection; for tests."""
    Record.Meta.table_name = table_name
    Record._connection = None
