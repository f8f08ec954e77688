"""Every rule of this folder: the template keeps it, and it is shown to fail on a copy that breaks it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.template import alarms, api, console, functions, permissions, queues, sign_in, storage
from tests.template.document import GONE, Document, Place, Rule, written
from tests.template.transformed import alarms as transformed_alarms
from tests.template.transformed import api as transformed_api
from tests.template.transformed import mappings, sizes
from tests.template.transformed import permissions as transformed_permissions
from tests.template.transformed import storage as transformed_storage
from tests.template.transformed.translation import transformed

MODULES = {
    written: (storage, functions, queues, api, permissions, alarms, console, sign_in),
    transformed: (
        transformed_storage,
        mappings,
        transformed_api,
        transformed_permissions,
        transformed_alarms,
        sizes,
    ),
}
BREAKS = [(load, *row) for load, modules in MODULES.items() for module in modules for row in module.BREAKS]
RULES = list(dict.fromkeys((load, rule) for load, rule, *_ in BREAKS))


@pytest.mark.parametrize(("load", "rule"), RULES, ids=[rule.__name__ for _, rule in RULES])
def test_template_keeps(load: Callable[[], Document], rule: Rule) -> None:
    assert list(rule(load())) == []


@pytest.mark.parametrize(
    ("load", "rule", "place", "key", "value"), BREAKS, ids=[f"{rule.__name__}-{key}" for _, rule, _, key, _ in BREAKS]
)
def test_rule_sees(load: Callable[[], Document], rule: Rule, place: Place, key: str, value: Any) -> None:
    broken = copy.deepcopy(load())
    if value is GONE:
        del place(broken)[key]
    else:
        place(broken)[key] = value
    assert list(rule(broken))
