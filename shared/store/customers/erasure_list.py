"""The list of erasures, outside the table: a table that is restored from a backup does not know the later ones.

One file in the bucket for each erasure, for 40 days: longer than any backup goes back. The key has a time and a keyed
digest, so names of files tell nothing about buyers. The content has the platform's id of the buyer, which an erasure
keeps, and nothing else about a person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from shared.domain.customers.erasure import Erasure, new_erasure
from shared.domain.order.transitions import Actor
from shared.store import files
from shared.store.dynamodb import keys
from shared.store.dynamodb.attributes import TIME
from shared.store.secrets import search_secret

PREFIX = "erasures/"


@dataclass(frozen=True, slots=True)
class Listed:
    """An erasure as it was requested."""

    store_id: str
    buyer_id: str
    erasure: Erasure


def add(store_id: str, buyer_id: str, erasure: Erasure) -> None:
    """Add an erasure; the same one again changes nothing. Costs one PUT."""
    content = {
        "store_id": store_id,
        "buyer_id": buyer_id,
        "requested_at": TIME.serialize(erasure.requested_at),
        "requested_by": asdict(erasure.requested_by),
        "include_open": erasure.include_open,
    }
    buyer = f"{store_id}#{buyer_id}".encode()
    digest = hashlib.blake2b(buyer, key=search_secret(), person=b"erasure", digest_size=16).hexdigest()
    key = f"{PREFIX}{keys.instant(erasure.requested_at)}-{digest}"
    files.put(key, json.dumps(content).encode(), "application/json")


def names() -> Iterator[str]:
    """The names of the list's files, the earliest erasure first, lazily. A request for each 1,000."""
    return files.keys_under(PREFIX)


def read(name: str) -> Listed:
    """The erasure in a file of the list. One GET. Raises ValueError or KeyError if somebody else wrote the file."""
    content = json.loads(files.read(name))
    requested_at = TIME.deserialize(content["requested_at"])
    erasure = new_erasure(Actor(**content["requested_by"]), content["include_open"], requested_at)
    return Listed(content["store_id"], content["buyer_id"], erasure)
