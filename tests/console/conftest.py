"""The console in a real Chromium, against a whole local run. Where there is no Chromium, or npm cannot build the
console, every test here is skipped and says why.

A test gets a store of its own and signs in on the page as a person would. At its end no page may have written an error
to its console, and the content security policy may have refused nothing.

A test waits for what shows that a step is done, and not for what was true before it. `--slow 400` finds where one does
not: each page has a slow processor, and each request waits 400 ms before it goes out and again after its answer.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from local.demo import DEMO_SHOP, fill
from local.welcome import DEMO_STORE
from tests.console import waiting
from tests.harness import Api, Server, Shop, free_port

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BUILD_SECONDS = 300
HEIGHTS = {1280: 800, 390: 844}

WAIT_MS = 10_000
"""How long a test waits for what a page shows next."""
SLOWER = 4
"""How many times slower the processor is with `--slow`."""


@pytest.fixture(scope="session")
def chromium() -> str:
    found = find_chromium()
    if found is None:
        pytest.skip("there is no Chromium on this machine: install it, or name it in CHROMIUM")
    return found


def find_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`make run` with the console, built from its sources or kept from an earlier build."""
    running = Server(tmp_path_factory.mktemp("console"), free_port(), console=True)
    running.start()
    try:
        if missing := wait_until_built(running):
            pytest.skip(f"the console could not be built here: {missing}")
        yield running
    finally:
        running.stop()


def wait_until_built(running: Server) -> str | None:
    """What the run says where it cannot build the console, else None."""
    until = time.monotonic() + BUILD_SECONDS
    while 'id="root"' not in (page := httpx.get(f"{running.url}/", headers={"accept": "text/html"}).text):
        if 'data-state="failed"' in page or time.monotonic() > until:
            return page
        time.sleep(0.5)
    return None


@pytest.fixture(scope="session")
def demo(server: Server) -> str:
    """The id of the demo shop, filled as `make run` fills it."""
    accounts = server.transport().accounts
    platform, owner = (accounts.token({DEMO_STORE: role}) for role in ("platform", "owner"))
    assert fill(server.url, platform, owner, DEMO_SHOP) == []
    return DEMO_STORE


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def stores(server: Server) -> Api:
    """The HTTP API of the server, to make stores and orders with."""
    return Api(server.transport(), "local")


@pytest.fixture
def shop(stores: Api) -> Shop:
    """A new store, with a client for each role."""
    return stores.shop(name="Lamp shop", time_zone="Asia/Shanghai")


@dataclass
class Watched:
    """A page, and what it wrote to its console. `expected` are parts of what the test brings about itself."""

    page: Page
    errors: list[str] = field(default_factory=list)
    expected: set[str] = field(default_factory=set)

    def complaints(self) -> list[str]:
        return [error for error in self.errors if not any(part in error for part in self.expected)]


class Console:
    """Opens pages of the console."""

    def __init__(self, browser: Browser, url: str, slow_ms: int) -> None:
        self.browser, self.url, self.slow_ms = browser, url, slow_ms
        self.pages: list[Watched] = []

    def open(
        self,
        shop: Shop | str,
        path: str = "todo",
        *,
        role: str = "owner",
        language: str = "en",
        width: int = 1280,
        theme: str = "light",
        **query: str,
    ) -> Page:
        """A page of the store, in a browser profile of its own, signed in. `shop` is a store or its id."""
        store = shop if isinstance(shop, str) else shop.name
        page = self.new_page(language=language, width=width, theme=theme)
        page.goto(f"{self.url}/stores/{store}/{path}{'?' + urlencode(query) if query else ''}")
        sign_in(page, store, role)
        expect(page.locator("#content")).to_be_visible()
        return page

    def new_page(self, *, language: str = "en", width: int = 1280, theme: str = "light") -> Page:
        """An empty page in a browser profile of its own."""
        context = self.browser.new_context(
            viewport={"width": width, "height": HEIGHTS.get(width, 800)},
            locale={"en": "en-GB"}.get(language, language),
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            accept_downloads=True,
        )
        page = context.new_page()
        watched = Watched(page)
        page.on("console", lambda message: watched.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        self.pages.append(watched)
        waiting.count_requests(page, self.slow_ms)
        if self.slow_ms:
            context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        return page

    def expect_refusals(self, page: Page, *statuses: int) -> None:
        """The test makes the API answer so; Chromium writes each such answer to the console as an error."""
        self.expect_errors(page, *(f"the server responded with a status of {status}" for status in statuses))

    def expect_errors(self, page: Page, *parts: str) -> None:
        next(watched for watched in self.pages if watched.page is page).expected.update(parts)

    def close(self) -> None:
        complaints = [complaint for watched in self.pages for complaint in watched.complaints()]
        for watched in self.pages:
            watched.page.context.close()
        assert not complaints, complaints


def sign_in(page: Page, store: str, role: str) -> None:
    """Signs in on the local issuer's page, as a role of any store."""
    form = page.locator("details")
    form.locator("summary").click()
    form.locator("[name=store]").fill(store)
    form.locator("[name=role]").select_option(role)
    form.get_by_role("button").click()


@pytest.fixture(scope="session")
def slow_ms(request: pytest.FixtureRequest) -> int:
    slow: int = request.config.getoption("--slow")
    expect.set_options(timeout=WAIT_MS + 10 * slow)
    return slow


@pytest.fixture
def console(browser: Browser, server: Server, slow_ms: int) -> Iterator[Console]:
    opened = Console(browser, server.url, slow_ms)
    yield opened
    opened.close()


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keeps a picture of a page, in docs/console where `--pictures` is given, else in pytest's folder."""
    folder = Path("docs/console") if request.config.getoption("--pictures") else request.getfixturevalue("tmp_path")

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png", animations="disabled")

    return keep
