"""The secret that signs cursors. It is in the encrypted table and is created at first use."""

from __future__ import annotations

import secrets
from contextlib import suppress
from functools import lru_cache

from shared.store.dynamodb.errors import Exists
from shared.store.dynamodb.records import KeyRecord
from shared.store.dynamodb.table import Put, absent, get, put


@lru_cache(maxsize=1)
def cursor_secret() -> bytes:
    """32 random bytes, the same for every function of the deployment; read once a process."""
    record = get("#cursor", "KEY")
    if record is None:
        with suppress(Exists):
            put(
                Put(
                    KeyRecord("#cursor", "KEY", secret=secrets.token_hex(32)),
                    absent(),
                    lambda: Exists("another process has created the secret"),
                )
            )
        record = get("#cursor", "KEY")
    assert isinstance(record, KeyRecord)
    return bytes.fromhex(record.secret)
