"""How keys are built. `#` separates their parts, and no id contains it, so keys are unique.

The items of an order have the partition key `store#order`. A store's own items have the store's id, and all other items
of a store have `store#kind#id`. A user's memberships have `#user#id`: no store's id is empty.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote

from shared.domain.tracking import normalized

ORDER, DETAIL, PARCEL, REFUND, DISPUTE = (
    "ORDER",
    "ORDER#DETAIL",
    "ORDER#PARCEL#",
    "ORDER#REFUND#",
    "ORDER#DISPUTE#",
)
"""Sort keys of the head and the parts of an order. All begin with ORDER, so one query loads exactly these."""
HISTORY, ACCESS, LEDGER, MESSAGE, THREAD = "HISTORY#", "ACCESS#", "LEDGER#", "MESSAGE#", "THREAD"
VIOLATION = "VIOLATION#"
STORE, COUNTER, FUNDS, REGULAR_EXPORT = "STORE", "COUNT#", "FUNDS#", "EXPORT"
TEMPLATE, TEMPLATE_NAME, TEMPLATES = "TEMPLATE#", "TEMPLATE_NAME#", "TEMPLATES"
CUSTOMER = "CUSTOMER#"
TERMS = "TERMS"
MEMBERS, MEMBER_CHANGE = "MEMBERS", "MEMBER_CHANGE#"
MAX_MEMBER_CHANGES = 10**8


def order_pk(store_id: str, order_id: str) -> str:
    return f"{store_id}#{order_id}"


def split_pk(pk: str) -> tuple[str, str]:
    """(store_id, order_id); the order id is empty for a store's own items."""
    store_id, _, order_id = pk.partition("#")
    return store_id, order_id


def export_pk(store_id: str, export_id: str) -> str:
    return f"{store_id}#export#{export_id}"


def import_pk(store_id: str, import_id: str) -> str:
    return f"{store_id}#import#{import_id}"


def customers_pk(store_id: str) -> str:
    """All customers of a store. The buyer id is in the sort key, at its end, because it may contain any character."""
    return f"{store_id}#customers#"


def moved_pk(store_id: str) -> str:
    return f"{store_id}#moved#"


def ship_by_moved_pk(store_id: str) -> str:
    return f"{store_id}#moved#ship_by"


def figures_pk(store_id: str) -> str:
    return f"{store_id}#figures#"


def figures_sk(by: str, day: date, currency: str, shard: int, name: str) -> str:
    """One small item for each product or country, so that an update never pays for another. An order has the same shard
    here as in the counters, so it conflicts with no further orders."""
    named = "" if by == "total" else f"{quote(name, safe='')}#"
    return f"{figures_day(by, day)}#{currency}#{named}{shard}"


def figures_of_change_sk(by: str, day: date, currency: str, order_id: str, version: int) -> str:
    """No name is empty, so this is never the key of a product."""
    return f"{figures_day(by, day)}#{currency}##{order_id}#{version}"


def figures_day(by: str, day: date) -> str:
    """Sorts before every key of that day, and after those of the day before."""
    return f"{by.upper()}#{day.isoformat()}"


def semaphore_sk(name: str) -> str:
    return f"SEMAPHORE#{name}"


def rate_sk(name: str, item: str, period: int) -> str:
    return f"RATE#{name}#{item}#{period}"


def violation_sk(number: int) -> str:
    return f"{VIOLATION}{number:03d}"


def instant(at: datetime) -> str:
    """Fixed width, so that text order is time order: 2026-11-23T09:30:00.000000Z."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


NO_TIME = "#"
"""Stands for the time in a sort key without one: it is before every time."""


def sort_key(at: datetime, *ids: str) -> str:
    """A time, then ids that make the key unique. An `instant` alone sorts before every key of that time, so BETWEEN two
    instants is the half-open window [from, to)."""
    return "#".join((instant(at), *ids))


def second_timeline(store_id: str) -> str:
    """The partition of details, parcels and refunds of a store's orders, by the time their order was placed."""
    return f"{store_id}#records"


def tracking_key(store_id: str, tracking_no: str) -> str:
    return f"{store_id}#tracking#{normalized(tracking_no)}"


def former_tracking_key(store_id: str, tracking_no: str) -> str:
    """The key of parcels from before the number was normalized in it."""
    return f"{store_id}#tracking#{tracking_no}"


def term_pk(store_id: str, kind: str, value: str = "") -> str:
    """The partition of a term, by which orders or customers are found. The last part may have any character."""
    return f"{store_id}#{kind}#{value}"


def customer_tag_sk(last_at: datetime | None, buyer_id: str) -> str:
    """A customer without orders comes before all others."""
    return sort_key(last_at, buyer_id) if last_at else NO_TIME + buyer_id


def user_pk(user_id: str) -> str:
    return f"#user#{user_key(user_id)}"


def user_key(user_id: str) -> str:
    """The user pool does not tell large letters from small ones, and neither do the keys."""
    return user_id.lower()


def member_change_sk(seq: int) -> str:
    return f"{MEMBER_CHANGE}{seq:08d}"


def history_sk(seq: int) -> str:
    return f"{HISTORY}{seq:08d}"


def ledger_sk(seq: int, flow: str) -> str:
    return f"{LEDGER}{seq:08d}#{flow}"


def ledger_seq(sk: str) -> int:
    return int(sk.split("#")[1])


def funds_sk(currency: str, shard: int) -> str:
    return f"{FUNDS}{currency}#{shard}"


def template_name_sk(key: str) -> str:
    """A digest, because a case-folded name may have any length."""
    return f"{TEMPLATE_NAME}{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def replies_sk(day: date) -> str:
    return f"REPLIES#{day.isoformat()}"


def reminders_sk(day: date) -> str:
    return f"REMINDERS#{day.isoformat()}"


def counter_sk(shard: int) -> str:
    return f"{COUNTER}{shard}"


def counter_shard(counter_sk: str) -> int:
    return int(counter_sk.removeprefix(COUNTER))


def events_key(store_id: str, shard: int) -> str:
    return f"{store_id}#events#{shard}"


def event_number(number: int) -> str:
    """Fixed width, so that text order is the order of the numbers."""
    return f"{number:012d}"


SHARDS = 8


@dataclass(frozen=True, slots=True)
class Shards:
    """The partitions of an index over which the due items of one kind are spread."""

    kind: str

    def of(self, *ids: str) -> str:
        """The partition of the item with these ids."""
        return f"{self.kind}#{zlib.crc32('#'.join(ids).encode()) % SHARDS}"

    def all(self) -> list[str]:
        return [f"{self.kind}#{shard}" for shard in range(SHARDS)]


LAPSES, REMINDERS = Shards("CLOCK"), Shards("REMIND")
OUTBOX, DELIVERIES = Shards("OUTBOX"), Shards("DELIVERY")
"""Alerts until every channel has its delivery, and pending deliveries: in the clock's index, beside the lapses."""
AFTER_PREFIX = "$"
"""A sort key plus this sorts after all keys that begin with that key and `#`, and before all others: `$` is the next
character after `#`, and no id contains either."""

THREAD_SUFFIX = "talk"
"""The last part of the reminder key of an order's messages. The key of the order itself does not have it."""
EXPORT_SHARD, EXPORT_JOBS_SHARD = "EXPORT", "EXPORT#JOBS"
"""The clock partitions of regular exports and of open export jobs. The sweep does not read them."""
IMPORTS_SHARD = "IMPORTS"
"""The clock partition of imports that are not at an end. The sweep does not read it."""
ERASURES_SHARD = "ERASURES"
"""The clock partition of running erasures."""


def alert_pk(store_id: str, alert_id: str) -> str:
    return f"{store_id}#alert#{alert_id}"


def ids_of_alert(pk: str) -> tuple[str, str]:
    """The store and the alert of an `alert_pk`."""
    store_id, _, alert_id = pk.split("#")
    return store_id, alert_id


CHANNEL, CHANNELS, DELIVERY = "CHANNEL#", "CHANNELS", "DELIVERY#"
CHANNELS_PK = "#channels#"
"""Begins the partitions of channels, which only the functions that need their secrets may read (template.yaml). No
store id begins with `#`."""


def channels_pk(store_id: str) -> str:
    """The partition of a store's channels."""
    return CHANNELS_PK + store_id


def channel_pk(store_id: str, channel_id: str) -> str:
    """The partition of a channel's deliveries."""
    return f"{store_id}#channel#{channel_id}"
