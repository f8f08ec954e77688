"""The items of terms, by which orders are found."""

from __future__ import annotations

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from shared.store.dynamodb.attributes import InstantAttribute
from shared.store.dynamodb.records import Record


class TermRecord(Record, discriminator="term"):
    """A term by which an order is found. The partition is the term, the sort key the order, by the time it was placed.
    `filter` stands for the terms that have no item of their own."""

    filter = BinaryAttribute(null=True, legacy_encoding=False)


class TermsProgressRecord(Record, discriminator="terms_progress"):
    """How far the terms of a store's older orders are written."""

    version = NumberAttribute()
    due_at = InstantAttribute()
    done = NumberAttribute(null=True)
    missed = NumberAttribute(null=True)
    position = UnicodeAttribute(null=True)
