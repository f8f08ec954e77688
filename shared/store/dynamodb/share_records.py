"""The items that bound what one store may do at the same time, or in a period."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute

from shared.store.dynamodb.attributes import JSONTextAttribute
from shared.store.dynamodb.records import Record


class SemaphoreRecord(Record, discriminator="semaphore"):
    """The workers that do one kind of work for a store: `leases` has for each its item and the end of its lease."""

    version = NumberAttribute()
    leases = JSONTextAttribute()


class RateRecord(Record, discriminator="rate"):
    """How often something was done for a store in one period."""

    used = NumberAttribute()
    expires_at = NumberAttribute()
