"""botocore sessions, and clients of the services other than DynamoDB. A client is created at first use, because most
requests need none."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

TIMEOUTS = {"sqs": (1.0, 3.0, 2), "s3": (2.0, 20.0, 4), "sesv2": (2.0, 5.0, 1), "kms": (1.0, 2.0, 3)}
"""Seconds to connect, seconds to answer, attempts. A message is sent within an HTTP request, so its limits are short; a
schedule resumes work whose message was not sent. The worker uploads files and has more time. An email has one attempt:
a retry after a lost answer would send it twice, and its delivery is retried on its own schedule."""

SERVICES = ("dynamodb", *TIMEOUTS)
SERVICE_DATA = Path(__file__).with_name("service_data")


class _ServiceData(Loader):
    """Reads the copy of botocore's data in the artefact (local/packaging/service_data.py)."""

    BUILTIN_DATA_PATH = str(SERVICE_DATA)


def with_service_data(session: botocore.session.Session) -> botocore.session.Session:
    """The session, set to read our copy of the service data if it exists: a client then takes a third of the time."""
    if SERVICE_DATA.is_dir():
        session.register_component("data_loader", _ServiceData())
    return session


@lru_cache
def client(service: str) -> Any:
    """A client of botocore; the package of the API function does not have boto3."""
    connect_timeout, read_timeout, attempts = TIMEOUTS[service]
    config = Config(
        signature_version="s3v4" if service == "s3" else "v4",
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
        s3={"addressing_style": "virtual"},  # the region's own host: links to the global one fail in newer regions
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
    return with_service_data(botocore.session.Session()).create_client(service, config=config)
