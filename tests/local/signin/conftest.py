"""A sign-in, and a browser that has not signed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from local.signin.endpoints import SignIn
from tests.harness import TEMPLATE
from tests.local.signin.browser import Browser, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def signin(data_dir: Path, clock: Clock) -> SignIn:
    made = SignIn.of(data_dir, TEMPLATE, 3000)
    return SignIn(made.issuer, made.client, made.issued, made.port, clock)


@pytest.fixture
def browser(signin: SignIn) -> Browser:
    granted: list[tuple[str, Mapping[str, str]]] = []
    signin = replace(signin, grant=lambda user, roles: granted.append((user, roles)))
    return Browser(signin, granted=granted)
