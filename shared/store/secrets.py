"""The secrets of the deployment: one signs cursors, one hashes the words by which buyers are found. They are in the
encrypted table and are created at first use."""

from __future__ import annotations

import secrets
from contextlib import suppress
from functools import lru_cache

from shared.store.dynamodb.errors import Exists
from shared.store.dynamodb.records import KeyRecord
from shared.store.dynamodb.table import Put, absent, get, put


def cursor_secret() -> bytes:
    return secret("cursor")


def search_secret() -> bytes:
    return secret("search")


@lru_cache(maxsize=8)
def secret(name: str) -> bytes:
    """32 random bytes, the same for every function of the deployment; read once a process."""
    record = get(f"#{name}", "KEY")
    if record is None:
        with suppress(Exists):
            put(
                Put(
                    KeyRecord(f"#{name}", "KEY", secret=secrets.token_hex(32)),
                    absent(),
                    lambda: Exists("another process has created the secret"),
                )
            )
        record = get(f"#{name}", "KEY")
    assert isinstance(record, KeyRecord)
    return bytes.fromhex(record.secret)
