"""botocore's sessions, and clients of the services beside DynamoDB, made where they are first used: most requests need
none of them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

PATIENCE = {"sqs": (1.0, 3.0, 2), "s3": (2.0, 20.0, 4), "sesv2": (2.0, 5.0, 1)}
"""Seconds to connect, seconds to answer, attempts. A message is sent within a request, which must not wait for it: the
clock drives on what was not sent. Files go up from the worker, which has the time. An email is asked for once: asked
again after an answer that was lost it would come twice, and the schedule of its delivery repeats it anyway."""

SERVICES = ("dynamodb", *PATIENCE)
SERVICE_DATA = Path(__file__).with_name("service_data")


class _ServiceData(Loader):
    """Reads the copy of botocore's data that an artefact has (local/packaging/service_data.py)."""

    BUILTIN_DATA_PATH = str(SERVICE_DATA)


def quick(session: botocore.session.Session) -> botocore.session.Session:
    """The same session, which reads only what our services need where that is at hand: a client takes a third."""
    if SERVICE_DATA.is_dir():
        session.register_component("data_loader", _ServiceData())
    return session


@lru_cache
def client(service: str) -> Any:
    """A client without boto3, which the API's function does not carry."""
    connect_timeout, read_timeout, attempts = PATIENCE[service]
    config = Config(
        signature_version="s3v4" if service == "s3" else "v4",
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
        s3={"addressing_style": "virtual"},  # the region's own host: links to the global one fail in newer regions
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
    return quick(botocore.session.Session()).create_client(service, config=config)
