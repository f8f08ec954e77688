"""The errors of the table. Each failed condition has its own error. A conflict between transactions is retried and
never reported as Stale."""

from __future__ import annotations

from datetime import datetime
from typing import Any


class StoreError(Exception):
    """Nothing was written."""


class Missing(StoreError):
    """The item does not exist, or belongs to another store."""


class Stale(StoreError):
    """The item has changed since it was read."""


class AlreadyRaised(StoreError):
    """An alert with this cause exists."""

    def __init__(self, alert_id: str) -> None:
        super().__init__("the alert exists")
        self.alert_id = alert_id


class Exists(StoreError):
    """The item exists."""


class Full(StoreError):
    """The limit for items of this kind is reached."""


class TooLarge(StoreError):
    """The change has more items than one transaction takes."""


class ClaimLost(StoreError):
    """Another request has claimed this idempotency key meanwhile."""


class Busy(StoreError):
    """The table throttles, times out, or has had conflicts for too long. The caller may try again."""


class Running(StoreError):
    """A request with the same idempotency key is running, at most until `lease_until`."""

    def __init__(self, lease_until: datetime) -> None:
        super().__init__("a request with this key is running")
        self.lease_until = lease_until


class KeyReused(StoreError):
    """The idempotency key has been used with another body."""


class Answered(StoreError):
    """The idempotency key has an answer. This is not a failure: the request returns the stored answer."""

    def __init__(self, answer: Any) -> None:
        super().__init__("answered before")
        self.answer = answer
