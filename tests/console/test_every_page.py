"""Every page of the menu, in both languages, themes and widths: nothing is cut off, nothing is refused, and axe-core
finds no fault. In the quick run it checks each page in one of the two looks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.console import axe
from tests.console.conftest import Console
from tests.console.waiting import at_rest
from tests.proof import FULL, counted, size

LOOKS = size(
    [("en", "light", 1280), ("zh-CN", "dark", 390)],
    [(language, theme, width) for language in ("en", "zh-CN") for theme in ("light", "dark") for width in (1280, 390)],
)
CUT_OFF = """
[...document.querySelectorAll('.table')].filter(table => table.scrollWidth > table.parentElement.clientWidth + 1)
  .map(table => table.ariaLabel)
"""
"""The tables that are wider than what holds them."""
PAGES = 13
"""The pages of the menu."""


def menu(page: Page) -> list[str]:
    """The last part of the address of each page of the menu."""
    expect(page.locator("nav.side a")).to_have_count(PAGES)
    links: list[str] = page.locator("nav.side a").evaluate_all("links => links.map(link => link.pathname)")
    return [path.rpartition("/")[2] for path in links]


def follow(page: Page, name: str) -> None:
    """Goes to a page by its link in the menu, which a narrow screen hides, and waits for what the page asks for."""
    link = page.locator(f"nav.side a[href$='/{name}']")
    link.evaluate("link => link.click()")
    expect(link).to_have_attribute("aria-current", "page")  # until then the former page is shown
    at_rest(page)


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_a_page_has_no_fault(
    console: Console, demo: str, picture: Callable[[Page, str], None], language: str, theme: str, width: int
) -> None:
    page = console.open(demo, language=language, theme=theme, width=width)
    names, checked, faults = menu(page), 0, []
    for place, name in enumerate(names):
        follow(page, name)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        if FULL or place % 2 == (theme == "dark"):
            elements, found = axe.violations(page)
            checked += elements
            faults += [f"{name}: {line}" for line in found]
        overflow: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if overflow > 0:
            faults.append(f"{name}: {overflow} pixels wider than the screen")
        faults += [f"{name}: {cut} is cut off" for cut in page.evaluate(CUT_OFF)]
        if theme == ("light" if language == "en" else "dark"):
            picture(page, f"{name}-{width}-{language}")
    assert not faults, "\n".join(faults)
    counted("pages looked at", len(names), PAGES)
    counted("elements checked by axe-core", checked, size(50, 100) * PAGES)
