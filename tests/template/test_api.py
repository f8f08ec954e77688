"""The routes of the API as the local run reads them."""

from __future__ import annotations

from local.template import Template
from tests.template.api import DEFAULT, OPEN_ROUTES


def test_open_routes_are_there() -> None:
    template = Template.load()
    assert {route.key for route in template.routes if not route.authorised} == OPEN_ROUTES
    assert template.default_route is not None and template.default_route.key == DEFAULT
