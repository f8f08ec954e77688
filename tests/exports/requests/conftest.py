"""One office for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.exports.office import Office, open_office


@pytest.fixture(scope="package")
def opened() -> Iterator[Office]:
    with open_office() as office:
        yield office


@pytest.fixture
def office(opened: Office) -> Iterator[Office]:
    """One office for all tests here, each with a shop of its own; its clock goes right again, its queue is empty."""
    opened.messages()
    yield opened
    opened.at(None)
