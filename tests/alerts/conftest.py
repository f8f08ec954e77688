"""A bureau that delivers: the API, the queue, the workers and a real server on loopback."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from shared.telemetry import logger
from tests.alerts.bureau import Bureau, loopback
from tests.alerts.receiver import Receiver, listening
from tests.harness import Api


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Whatever is logged while a test runs, as the deployed function writes it."""
    stream, before = io.StringIO(), logger.log_level
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logger.registered_formatter)
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        logger.setLevel(before)
        logger.removeHandler(handler)


@pytest.fixture
def bureau(in_process: Api, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bureau]:
    with loopback(monkeypatch):
        yield Bureau.open(in_process, receiver)


@pytest.fixture
def bureau_on_dynoxide(
    on_dynoxide_and_moto: Api, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bureau]:
    """The table on Dynoxide; the queue and SES on moto."""
    with loopback(monkeypatch):
        yield Bureau.open(on_dynoxide_and_moto, receiver)
