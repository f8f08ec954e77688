"""Every English sentence of the code, in Chinese."""

from __future__ import annotations

from shared.domain.sentences.of_orders import OF_ORDERS
from shared.domain.sentences.of_requests import OF_REQUESTS

CHINESE: dict[str, str] = OF_ORDERS | OF_REQUESTS
