"""How values are stored: times as RFC 3339 text, small structures as JSON text, large ones compressed; and the kind."""

from __future__ import annotations

import json
import zlib
from datetime import datetime
from typing import Any

from pynamodb.attributes import Attribute, DiscriminatorAttribute
from pynamodb.constants import BINARY, STRING
from pynamodb.expressions.condition import In

from shared.store.dynamodb.keys import instant

PACK_FROM = 768
"""Bytes. Shorter JSON is not compressed: with its keys it is within 1 KB, one write unit, anyway."""


class InstantAttribute(Attribute[datetime]):
    """An aware UTC time as RFC 3339 text of fixed width: text order is time order. Naive times raise ValueError."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        if value.tzinfo is None:
            raise ValueError("the time has no time zone")
        return instant(value)

    def deserialize(self, value: str) -> datetime:
        return datetime.fromisoformat(value)


TIME = InstantAttribute()
"""For times within a structure that is stored as text."""


def time_text(at: datetime | None) -> str | None:
    return TIME.serialize(at) if at else None


def time_of(text: str | None) -> datetime | None:
    return TIME.deserialize(text) if text else None


class JSONTextAttribute(Attribute[Any]):
    """A small structure as compact JSON text, readable in the AWS console."""

    attr_type = STRING

    def serialize(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def deserialize(self, value: str) -> Any:
        return json.loads(value)


class PackedAttribute(Attribute[Any]):
    """A structure that may be large (1,000 lines): JSON in UTF-8, compressed with zlib from PACK_FROM bytes on. 700
    lines take about a tenth of the size, and so of the read and write units. `dictionary`: text that the values have in
    common; it must never change."""

    attr_type = BINARY

    def __init__(self, *, dictionary: bytes = b"", **options: Any) -> None:
        super().__init__(**options)
        self.dictionary = dictionary

    def serialize(self, value: Any) -> bytes:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        if len(text) < PACK_FROM:
            return text
        packer = zlib.compressobj(9, zdict=self.dictionary)
        return packer.compress(text) + packer.flush()

    def deserialize(self, value: bytes) -> Any:
        """Also of values from before there was a dictionary: zlib marks those that need it."""
        packed = self.is_packed(value)
        return json.loads(zlib.decompressobj(zdict=self.dictionary).decompress(value) if packed else value)

    @staticmethod
    def is_packed(value: bytes) -> bool:
        return value[:1] == b"\x78"


class KindAttribute(DiscriminatorAttribute):
    """The kind of an item. PynamoDB makes a filter of all kinds for each query; here it is made once."""

    def __init__(self) -> None:
        super().__init__()
        self._filters: dict[tuple[Any, ...], In] = {}

    def is_in(self, *kinds: Any) -> In:
        if kinds not in self._filters:
            self._filters[kinds] = super().is_in(*kinds)
        return self._filters[kinds]
