"""The records of daily figures."""

from __future__ import annotations

from shared.store.dynamodb.attributes import PackedAttribute
from shared.store.dynamodb.records import Record


class FiguresRecord(Record, discriminator="figures"):
    """The figures of a day's orders in one currency: of all, of a country, or of a product. One number attribute each.
    figures.py reads them without a model, because former items have names of products in their attributes."""


class ChangeFiguresRecord(Record, discriminator="change_figures"):
    """What one change of an order of many products adds to a day's figures; or, rewritten, an item of former code. By
    name: amounts in the order of figures.PACKED."""

    products = PackedAttribute(null=True)
    countries = PackedAttribute(null=True)
