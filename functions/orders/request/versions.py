"""If-Match: a change that is meant for another version than the present one is refused."""

from __future__ import annotations

import re

from functions.orders.call import Access, Call
from functions.orders.problems import malformed
from shared.domain.customers.model import Customer
from shared.operations.orders import check_version
from shared.store.orders.orders import Loaded

_TAG = re.compile(r'(W/)?"([^"]*)"')


def expected_versions(tags: str | None, pointer: str) -> frozenset[int] | None:
    """The versions that these entity tags admit: None for no tags or `*`, none for a weak tag. Raises Problem 400."""
    if tags is None or tags.strip() == "*":
        return None
    matches = [_TAG.fullmatch(part.strip()) for part in tags.split(",")]
    if not all(matches):
        raise malformed(pointer, "invalid_value", 'An entity tag is written like "7".')
    return frozenset(
        int(tag[2])
        for tag in matches
        if tag and not tag[1] and tag[2].isascii() and tag[2].isdigit() and len(tag[2]) < 16
    )


def expected_of(header: str | None, access: Access, method: str) -> frozenset[int] | None:
    """The versions that the header admits. Raises Problem 400 where a change has no version that could be checked: a
    stale header must never be taken for a good one."""
    expected = expected_versions(header, "/header/if-match")
    if expected is not None and method != "GET" and not access.versioned:
        detail = "This change has no version to match. In a bulk, each item has its own `if_match`."
        raise malformed("/header/if-match", "invalid_value", detail)
    return expected


def check_versions(call: Call) -> None:
    """Runs after the idempotency key: a repeated request gets its first answer. The operations check the version again
    when they write. Raises PreconditionFailed."""
    if call.access.versioned:
        for resource in call.resources.values():
            if isinstance(resource, Loaded | Customer):
                check_version(resource.order if isinstance(resource, Loaded) else resource, call.expected)
