"""The stored digest of a placement, by which the same placement is recognised when it comes again.

It is keyed with a secret of the deployment. Without the secret, nobody who reads an order whose buyer is erased can try
names and addresses against it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from shared.store.secrets import search_secret

KEYED = "k"
"""Begins a keyed digest. One of former code is hexadecimal; it is replaced when the order's detail is next written."""


def keyed(digest: str) -> str:
    """The digest as it is stored. One that is keyed already stays as it is."""
    if not digest or is_keyed(digest):
        return digest
    made = hashlib.blake2b(digest.encode(), key=search_secret(), person=b"placement", digest_size=16)
    return KEYED + made.hexdigest()


def is_keyed(stored: str) -> bool:
    return stored.startswith(KEYED)


def is_one_of(stored: str, digests: Iterable[str]) -> bool:
    """Is the stored digest one of these, which are not keyed?"""
    return any(stored in (digest, keyed(digest)) for digest in digests)
