"""Today's OpenAPI document is that of commit 9902e89 but for its prose.

A change that means to change the contract replaces tests/upgrade/openapi.json in the same commit:
`python -m tests.upgrade.contract save tests/upgrade/openapi.json`.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.proof import counted
from tests.upgrade.contract import STORED, current, differences, without_prose


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(STORED.read_text(encoding="utf-8"))
    return document


def test_the_contract_is_the_same(stored: dict[str, Any]) -> None:
    before, now = without_prose(stored), without_prose(current())
    assert list(differences(before, now)) == []
    counted("operations compared", sum(len(methods) for methods in now["paths"].values()), 117)
    counted("schemas compared", len(now["components"]["schemas"]), 90)


def test_prose_and_the_place_of_a_class_are_no_difference(stored: dict[str, Any]) -> None:
    other = json.loads(json.dumps(stored).replace("functions__orders__exporting__", "functions__orders__models__"))
    other["info"]["description"] = "Other words."
    next(iter(other["paths"].values()))["get"]["summary"] = "Other words."
    assert list(differences(without_prose(stored), without_prose(other))) == []


@pytest.mark.parametrize("change", ["a field", "a field that is called description", "a status", "an order of items"])
def test_anything_else_is_a_difference(stored: dict[str, Any], change: str) -> None:
    other = copy.deepcopy(stored)
    schema = other["components"]["schemas"]["ProblemView"]
    if change == "a field":
        del schema["properties"]["code"]
    elif change == "a field that is called description":
        schema["properties"]["description"] = {"type": "string"}
    elif change == "a status":
        del other["paths"]["/v1/orders"]["post"]["responses"]["409"]
    else:
        other["components"]["schemas"]["NewOrder"]["required"].reverse()
    assert len(list(differences(without_prose(stored), without_prose(other)))) >= 1
