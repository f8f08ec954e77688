"""The items of terms, by which orders are found."""

from __future__ import annotations

from pynamodb.attributes import BinaryAttribute

from shared.store.dynamodb.records import Record


class TermRecord(Record, discriminator="term"):
    """A term by which an order is found. The partition is the term, the sort key the order, by the time it was placed.
    `filter` stands for the terms that have no item of their own."""

    filter = BinaryAttribute(null=True, legacy_encoding=False)
