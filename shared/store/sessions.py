"""Clients of the services beside DynamoDB, made where they are first used: most requests need none of them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import botocore.session
from botocore.config import Config

CONNECT_TIMEOUT, READ_TIMEOUT, ATTEMPTS = 2.0, 20.0, 4


@lru_cache
def client(service: str) -> Any:
    """A client without boto3, which the API's function does not carry."""
    config = Config(
        signature_version="v4" if service != "s3" else "s3v4",
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
    return botocore.session.Session().create_client(service, config=config)
