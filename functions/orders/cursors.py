"""Cursors: opaque, signed, bound to store and query; those of lists are valid for 24 hours."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from functions.orders.problems import FieldError, Problem
from shared.store.pages import Position
from shared.store.secrets import cursor_secret

LIFETIME = timedelta(hours=24)
_SIGNATURE = 16


def seal(position: Position | None, store_id: str, query: Mapping[str, str], now: datetime) -> str | None:
    """The cursor to the page after `position`, or None after the last page."""
    if position is None:
        return None
    return seal_lasting([position.key, position.pk, position.sk, int((now + LIFETIME).timestamp())], store_id, query)


def seal_lasting(position: Any, store_id: str, query: Mapping[str, str]) -> str:
    """A cursor that never expires. `position` is a JSON value."""
    payload = json.dumps(position, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_sign(payload, store_id, query) + payload).decode().rstrip("=")


def open_cursor(cursor: str | None, store_id: str, query: Mapping[str, str], now: datetime) -> Position | None:
    """Raises Problem 400 `cursor_invalid` for a cursor of another store or query, and 410 for one over 24 hours old."""
    if cursor is None:
        return None
    key, pk, sk, valid_until = open_lasting(cursor, store_id, query, "cursor")
    if now.timestamp() >= valid_until:
        raise Problem(410, "cursor_expired", "This cursor is more than 24 hours old: start the list again.")
    return Position(key, pk, sk)


def open_lasting(cursor: str, store_id: str, query: Mapping[str, str], parameter: str) -> Any:
    """What `seal_lasting` has sealed. Raises Problem 400 `cursor_invalid`, with the name of the parameter."""
    try:
        sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        sealed = b""
    signature, payload = sealed[:_SIGNATURE], sealed[_SIGNATURE:]
    if not hmac.compare_digest(signature, _sign(payload, store_id, query)):
        raise Problem(
            400,
            "cursor_invalid",
            "This cursor is not one of ours for this store and query.",
            [FieldError(f"/query/{parameter}", "cursor_invalid", "not a cursor of this list")],
        )
    return json.loads(payload)


def _sign(payload: bytes, store_id: str, query: Mapping[str, str]) -> bytes:
    bound = json.dumps([store_id, sorted(query.items())], separators=(",", ":")).encode()
    return hmac.new(cursor_secret(), bound + b"\n" + payload, hashlib.sha256).digest()[:_SIGNATURE]
