"""The page of the sign-in, and its cookie."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser

import pytest

from tests.local.signin.browser import Browser, code, header, query


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.mark.parametrize(
    ("accepted", "lang", "words"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "演示店铺店主"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en", "Owner of Demo shop"),
        ("de, zh;q=0.5, en;q=0.7", "en", "Owner of Demo shop"),
        ("zh;q=0, en", "en", "Owner of Demo shop"),
        ("", "en", "Owner of Demo shop"),
        ("zh;q=x;;,", "en", "Owner of Demo shop"),
    ],
)
def test_page_speaks_the_browsers_language(browser: Browser, accepted: str, lang: str, words: str) -> None:
    answer = browser.send("GET", f"/login?{query({})}", Accept_Language=accepted)
    page = Elements(answer.body.decode())
    assert page.all("html") == [{"lang": lang}]
    assert words in [button.get("aria-label") for button in page.all("button")]


def test_language_that_the_console_names_wins(browser: Browser) -> None:
    address = header(browser.authorize(lang="zh-CN"), "location")
    assert 'lang="zh-CN"' in browser.send("GET", address, Accept_Language="en").body.decode()


def test_page_has_no_script_no_frame_and_a_label_for_each_field(browser: Browser) -> None:
    evil = query({"state": '"><script>alert(1)</script>'})
    answer = browser.send("GET", f"/login?{evil}")
    text = answer.body.decode()
    page = Elements(text)
    assert not page.all("script") and not page.all("img") and not page.all("link")
    labels = {label["for"] for label in page.all("label")}
    assert labels == {each["id"] for each in (*page.all("input"), *page.all("select"))}
    policy = header(answer, "content-security-policy")
    style = text.partition("<style>")[2].partition("</style>")[0]
    assert f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" in policy
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert header(answer, "x-frame-options") == "DENY" and header(answer, "cache-control") == "no-store"
    assert header(answer, "referrer-policy") == "same-origin", "with no-referrer the form comes with Origin: null"


def test_cookie_is_out_of_reach_of_scripts_and_of_other_pages(browser: Browser) -> None:
    cookie = header(browser.choose(), "set-cookie")
    name, *attributes = cookie.split("; ")
    assert name.startswith("orderkeep-session-3000=")
    assert set(attributes) == {"Path=/", "Max-Age=43200", "HttpOnly", "SameSite=Lax"}


def test_cookie_of_another_program_on_this_host_takes_nothing_away(browser: Browser) -> None:
    browser.sign_in()
    browser.cookie = f"theme=dark; {browser.signin.cookie}=forged; {browser.cookie}; x"
    assert code(browser.authorize())
