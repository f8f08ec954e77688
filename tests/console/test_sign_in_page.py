"""The sign-in page of the local run, and the way through it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.console import axe
from tests.console.conftest import Console, Look
from tests.proof import counted


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("language", "owner", "other"),
    [("en", "Owner of Second shop", "Another store"), ("zh-CN", "第二家店铺店主", "其他店铺")],
)
def test_one_click_signs_in(console: Console, theme: str, language: str, owner: str, other: str) -> None:
    page = console.new_page(Look(language, 390, theme))
    page.goto(console.url)
    page.locator("summary", has_text=other).click()
    checked, found = axe.violations(page)
    assert found == []
    counted("elements of the sign-in page", checked, 20)
    assert page.evaluate("document.documentElement.scrollWidth") == 390, "nothing is cut off on a phone"
    smallest = page.evaluate("Math.min(...[...document.querySelectorAll('button')].map(each => each.offsetHeight))")
    assert smallest >= 44, "a button is large enough for a finger"
    page.get_by_role("button", name=owner).click()
    expect(page.locator("#content")).to_be_visible()
    expect(page).to_have_url(re.compile("/stores/second/"))
    stored = page.evaluate("JSON.stringify({...localStorage, ...sessionStorage}) + document.cookie")
    assert "eyJ" not in stored and "orderkeep-session" not in stored, "no script finds a token or the session"
    page.reload()
    expect(page.locator("#content")).to_be_visible()
