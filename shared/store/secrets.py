"""The secrets of the deployment: one signs cursors, one hashes the words by which buyers are found. They are in the
encrypted table, encrypted once more with the key for secrets, and are created at first use."""

from __future__ import annotations

import secrets
from contextlib import suppress
from functools import lru_cache

from shared.settings import settings
from shared.store.dynamodb.errors import Exists, Stale
from shared.store.dynamodb.records import KeyRecord
from shared.store.dynamodb.table import ABSENT, Put, get, put, stale
from shared.store.encryption import decrypt, encrypt, is_encrypted

DEPLOYMENT = "deployment"
"""The owner of these secrets in their encryption context."""


def cursor_secret() -> bytes:
    return secret("cursor")


def search_secret() -> bytes:
    return secret("search")


@lru_cache(maxsize=8)
def secret(name: str) -> bytes:
    """32 random bytes, the same for every function of the deployment; read once a process. Raises Busy."""
    record = _load(name)
    if record is None:
        with suppress(Exists):
            put(Put(_record(name, secrets.token_hex(32)), ABSENT, lambda: Exists("another process has created it")))
        record = _load(name)
    assert record is not None
    text = decrypt(name, DEPLOYMENT, record.secret)
    if settings().kms_key_id and not is_encrypted(record.secret):  # of former code
        with suppress(Stale):
            put(Put(_record(name, text), KeyRecord.secret == record.secret, stale))
    return bytes.fromhex(text)


def _load(name: str) -> KeyRecord | None:
    return get(KeyRecord, f"#{name}", "KEY")


def _record(name: str, text: str) -> KeyRecord:
    return KeyRecord(f"#{name}", "KEY", secret=encrypt(name, DEPLOYMENT, text))
