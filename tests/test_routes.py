"""Routes are loaded when a request needs them: the table of them is right, and no answer depends on the order."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from functions.orders import handler
from functions.orders.pipeline import WITHOUT_BODY
from functions.orders.resources import RESOURCES
from functions.orders.route_table import ROUTES, modules_for
from local.template import PROJECT, Template

KEYS = {module: keys.strip().splitlines() for module, keys in ROUTES.items()}


@pytest.fixture(scope="module")
def routes() -> list[Any]:
    handler.load(ROUTES)
    every = (*handler.app._static_routes, *handler.app._dynamic_routes)
    return [route for route in every if route.func.__module__ != handler.__name__]


def module_of(route: Any) -> str:
    return str(route.func.__module__).removeprefix("functions.orders.routes.")


def test_the_table_has_the_templates_routes() -> None:
    wanted = {route.key for route in Template.load().routes} - {"GET /v1/openapi.json"}
    assert {key.strip() for keys in KEYS.values() for key in keys} == wanted
    assert len(wanted) > 60


def test_each_route_is_found_in_its_module(routes: list[Any]) -> None:
    for route in routes:
        assert module_of(route) in modules_for(route.openapi_path, route.method), route.path
    assert len(routes) > 110


def test_each_key_has_a_route(routes: list[Any]) -> None:
    there = {(module_of(route), route.method, route.openapi_path.count("/")) for route in routes}
    for module, keys in KEYS.items():
        for method, path in map(str.split, keys):
            assert (module, method, path.count("/")) in there, (module, method, path)


def test_each_path_parameter_is_loaded_or_its_routes_own() -> None:
    """A route checks these by itself: a part of what the table loads, a record found in an index, or a choice."""
    own = {"action", "delivery_id", "evidence_id", "n", "refund_id"}
    names = {part[1:-1] for keys in KEYS.values() for key in keys for part in key.split("/") if part.startswith("{")}
    assert names == own | RESOURCES.keys()
    assert len(RESOURCES) >= 7


def test_no_path_fits_two_routes_with_parameters(routes: list[Any]) -> None:
    """The resolver takes the first that fits, and which is first depends on what was loaded before."""
    pairs = [
        (one.method, one.path, other.path)
        for one, other in itertools.combinations((route for route in routes if "<" in route.path), 2)
        if one.method == other.method
        and one.path.count("/") == other.path.count("/")
        and all(
            a == b or a.startswith("<") or b.startswith("<")
            for a, b in zip(one.path.split("/"), other.path.split("/"), strict=True)
        )
    ]
    assert pairs == []


def test_what_is_not_validated_has_nothing_to_validate(routes: list[Any]) -> None:
    """A request without a body and without a query goes straight to its route."""
    seen = 0
    for route in routes:
        if route.method in WITHOUT_BODY:
            taken = route.dependant
            assert not (taken.body_params or taken.header_params or taken.cookie_params), route.path
            assert not any(param.required for param in taken.query_params), route.path
            assert all(param.type_ is str and not param.field_info.metadata for param in taken.path_params), route.path
            seen += 1
    assert seen > 40


def test_the_document_is_the_same_whatever_was_loaded_first() -> None:
    script = """
import json, os
from functions.orders import handler
from functions.orders.route_table import ROUTES
for order in (1, -1):
    if os.fork() == 0:
        handler.load(list(ROUTES)[::order])
        print(json.dumps(handler.document()), flush=True)
        os._exit(0)
    os.wait()
"""
    environment = {"PATH": os.environ.get("PATH", ""), "POWERTOOLS_SERVICE_NAME": "orders"}
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    first, second = ended.stdout.splitlines()
    assert first == second and len(json.loads(first)["paths"]) > 90
