"""What can go wrong between the domain and the table. Conditions that failed are told apart; a conflict between
transactions is retried, and never reported as stale."""

from __future__ import annotations

from datetime import datetime
from typing import Any


class StoreError(Exception):
    """Nothing was written."""


class Missing(StoreError):
    """There is no such item, or not in this store, which is the same answer."""


class Stale(StoreError):
    """The order has moved on since it was read."""


class AlreadyRaised(StoreError):
    """An alert of this cause is there."""

    def __init__(self, alert_id: str) -> None:
        super().__init__("the alert is there already")
        self.alert_id = alert_id


class Exists(StoreError):
    """Somebody else has made it first."""


class Full(StoreError):
    """There are as many of these as there may be."""


class TooLarge(StoreError):
    """The change is of more items than one transaction holds, or of more figures than one item takes at once."""


class ClaimLost(StoreError):
    """Another request has taken over this idempotency key since we claimed it."""


class Busy(StoreError):
    """Throttled, in conflict for too long, or not answering: nothing is known to be wrong with the request."""


class Running(StoreError):
    """A request with the same idempotency key is under way, at most until `lease_until`."""

    def __init__(self, lease_until: datetime) -> None:
        super().__init__("a request with this key is running")
        self.lease_until = lease_until


class KeyReused(StoreError):
    """The idempotency key has been used with another body."""


class Answered(StoreError):
    """The idempotency key has its answer already: not an error, but it ends the request."""

    def __init__(self, answer: Any) -> None:
        super().__init__("answered before")
        self.answer = answer
