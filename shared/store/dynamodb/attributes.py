"""How values lie in the table: times as RFC 3339 text, small structures as JSON text, long ones packed."""

from __future__ import annotations

import json
import zlib
from datetime import datetime
from typing import Any

from pynamodb.attributes import Attribute
from pynamodb.constants import BINARY, STRING

from shared.store.dynamodb.keys import instant

PACK_FROM = 2048
"""JSON shorter than this stays as it is: deflating it would save no capacity unit."""


class InstantAttribute(Attribute[datetime]):
    """An aware UTC time as RFC 3339 text of fixed width, so that conditions compare times. Naive times are refused."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        if value.tzinfo is None:
            raise ValueError("a naive time has no place in the store")
        return instant(value)

    def deserialize(self, value: str) -> datetime:
        return datetime.fromisoformat(value)


class JSONTextAttribute(Attribute[Any]):
    """A small structure as compact JSON text, readable in the console."""

    attr_type = STRING

    def serialize(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def deserialize(self, value: str) -> Any:
        return json.loads(value)


class PackedAttribute(Attribute[Any]):
    """A structure that may be long (a thousand lines): JSON in UTF-8, deflated once that pays. Lines resemble each
    other, so 700 of them shrink about tenfold, and with them every read and write unit they cost."""

    attr_type = BINARY

    def serialize(self, value: Any) -> bytes:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return zlib.compress(text) if len(text) >= PACK_FROM else text

    def deserialize(self, value: bytes) -> Any:
        return json.loads(zlib.decompress(value) if value[:1] == b"\x78" else value)
