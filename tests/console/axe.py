"""Checks of accessibility by axe-core, which the console's build installs beside it."""

from __future__ import annotations

from functools import cache
from typing import Any

from playwright.sync_api import Page

from local.template import PROJECT

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

CHECK = """
async rules => {
  const alike = [...document.querySelectorAll('tbody tr:nth-child(n + 11)')]
  for (const row of alike) row.style.display = 'none'
  const found = await axe.run(document, {runOnly: rules})
  for (const row of alike) row.style.display = ''
  return found
}
"""
"""Of a long list the first ten rows are checked: the others are like them."""


@cache
def _source() -> str:
    return (PROJECT / "console/node_modules/axe-core/axe.min.js").read_text("utf-8")


def violations(page: Page) -> tuple[int, list[str]]:
    """How many elements axe has checked, and a line for each that it finds fault with."""
    page.evaluate(_source())
    result: dict[str, Any] = page.evaluate(CHECK, RULES)
    found = [
        f"{rule['id']}: {node['html'][:160]} ({' / '.join(check['message'] for check in node['any'] + node['all'])})"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]
    return sum(len(rule["nodes"]) for rule in result["passes"]), found
