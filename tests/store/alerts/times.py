"""The times of a test, which a fixture of this folder sets as the test begins: read them as `times.NOW`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

H = timedelta(hours=1)
NOW = datetime.now(UTC).replace(microsecond=0)
DUE = NOW + 60 * H


def ship_by() -> dict[str, Any]:
    """What a platform says of the shipment of an order that is due at DUE."""
    return {"deadlines": [{"kind": "shipment", "due_at": DUE.isoformat()}]}
