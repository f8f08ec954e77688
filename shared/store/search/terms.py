"""The terms by which an order is found: items of their own, beside the order.

Strict terms are written in the transaction of the order: a country and tags, of which there are whole lists, and words
of a name and ends of phones, which an erasure must not leave. The other terms cost half as much: they are written
before the transaction and never deleted, so there may be one too many and never one too few. A search compares what it
finds with the order. Words and phones are stored as keyed hashes.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence

from shared.domain import search
from shared.domain.countries import iso_country
from shared.domain.order.model import Order
from shared.store.dynamodb import keys
from shared.store.dynamodb.table import ALWAYS, PRESENT, Delete, Put, Write, put_many, stale
from shared.store.dynamodb.term_records import TermRecord
from shared.store.secrets import search_secret

MOST_UNITS = 12
"""Write units that the terms of a search add to the placement of any order; a strict term is two, another is one."""
MAX_FILTER = 800
"""Bytes of the filter in an item of `rest`: the item stays below 1 KB, one write unit."""
BITS, HASHES = 10, 3
"""Of a filter, for each code in it: one in a hundred that is not in it seems to be."""
MAX_LETTERS = 16
"""A longer word of a name is found by so many letters."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
Key = tuple[str, str]


def strict_terms(order: Order) -> set[Key]:
    """(partition, sort key) of the terms that change in the transaction of the order."""
    sort_key = keys.sort_key(order.placed_at, order.order_id)
    return {
        (keys.term_pk(order.store_id, "country", iso_country(order.buyer.country)), sort_key),
        *((keys.term_pk(order.store_id, "tag", tag), sort_key) for tag in order.tags),
        *_personal_terms(order),
    }


def loose_terms(order: Order) -> dict[Key, bytes | None]:
    """The other terms, and the filter of those that hold one. Its sort key names what is in it: a request that is
    refused afterwards must not replace the filter of the order."""
    sort_key = keys.sort_key(order.placed_at, order.order_id)
    tail = search.tail(order.order_id)
    codes = search.goods(order.lines)
    room = MOST_UNITS - 1 - 2 * len(_personal_terms(order))
    own = codes if len(codes) <= room else codes[: room - 1]
    rest = filter_of(codes[len(own) :])
    return {
        **({(keys.term_pk(order.store_id, "number", tail), sort_key): None} if tail else {}),
        **{(keys.term_pk(order.store_id, "goods", code), sort_key): None for code in own},
        **({(keys.term_pk(order.store_id, "rest"), f"{sort_key}#{_name_of(rest)}"): rest} if rest else {}),
    }


def delta_writes(was: Order | None, after: Order, *, all_strict: bool = False) -> list[Write]:
    """The writes of the strict terms that change. `was` is None if the order has no terms yet. `all_strict`: the other
    terms are written with them."""
    if was is not None and _facts(was) == _facts(after):
        return []
    before, now = strict_terms(was) if was else set(), strict_terms(after)
    loose = loose_terms(after) if all_strict else {}
    return [
        *(Delete(TermRecord(*key), PRESENT, stale) for key in sorted(before - now)),
        *(Put(TermRecord(*key), ALWAYS, stale) for key in sorted(now - before)),
        *(Put(TermRecord(*key, filter=bits), ALWAYS, stale) for key, bits in loose.items()),
    ]


def write_loose(was: Order | None, after: Order) -> None:
    """Write the other terms that are new, before the transaction of the order. Raises Busy."""
    if was is not None and _facts_of_goods(was) == _facts_of_goods(after):
        return
    before, now = loose_terms(was) if was else {}, loose_terms(after)
    if new := [TermRecord(*key, filter=bits) for key, bits in now.items() if key not in before or before[key] != bits]:
        put_many(new)


def filter_of(codes: Sequence[str]) -> bytes:
    """A Bloom filter of these codes."""
    bits = bytearray(min(MAX_FILTER, -(-len(codes) * BITS // 8)))
    for code in codes:
        for bit in _bits(code, len(bits)):
            bits[bit // 8] |= 1 << bit % 8
    return bytes(bits)


def may_hold(bits: bytes, code: str) -> bool:
    """False if the filter was surely made without this code."""
    return all(bits[bit // 8] & 1 << bit % 8 for bit in _bits(code, len(bits)))


def _name_of(bits: bytes) -> str:
    return hashlib.blake2b(bits, digest_size=5).hexdigest()


def _bits(code: str, size: int) -> list[int]:
    digest = hashlib.blake2b(code.encode(), digest_size=4 * HASHES).digest()
    return [int.from_bytes(digest[at : at + 4], "big") % (8 * size) for at in range(0, 4 * HASHES, 4)]


def phone_pk(store_id: str, tail: str) -> str:
    return keys.term_pk(store_id, "phone", _digest(store_id, "phone", tail).hex())


def name_pk(store_id: str, word: str) -> str:
    """The partition of words with the same first letters."""
    return keys.term_pk(store_id, "name", _digest(store_id, "name", word[: _first_letters(word)]).hex())


def letters(store_id: str, word: str) -> str:
    """One character for each further letter, which depends on all letters up to it: words that begin alike have texts
    that begin alike."""
    ends = range(_first_letters(word) + 1, min(len(word), MAX_LETTERS) + 1)
    return "".join(_LETTERS[_digest(store_id, "name", word[:end])[0] % 64] for end in ends)


def _first_letters(word: str) -> int:
    """The letters that choose the partition, so the fewest by which a name is found."""
    return 1 if unicodedata.name(word[0], "").startswith(("CJK", "HIRAGANA", "KATAKANA")) else 2


def _personal_terms(order: Order) -> set[Key]:
    sort_key = keys.sort_key(order.placed_at, order.order_id)
    phones = search.phone_tails(order.recipient)
    return {
        *((phone_pk(order.store_id, tail), sort_key) for tail in phones),
        *(
            (name_pk(order.store_id, word), f"{sort_key}#{letters(order.store_id, word)}")
            for word in search.terms_of_name(order.buyer.name, len(phones))
        ),
    }


def _digest(store_id: str, kind: str, value: str) -> bytes:
    return hashlib.blake2b(f"{store_id}#{kind}#{value}".encode(), key=search_secret(), digest_size=10).digest()


def _facts(order: Order) -> tuple[object, ...]:
    """All that strict terms depend on."""
    phones = search.phone_tails(order.recipient)
    return order.placed_at, order.buyer.country, order.buyer.name, order.tags, phones


def _facts_of_goods(order: Order) -> tuple[object, ...]:
    return order.placed_at, search.goods(order.lines)
