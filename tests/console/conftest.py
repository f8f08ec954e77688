"""The console in a real Chromium, against a whole local run. Where there is no Chromium, or npm cannot build the
console, every test here is skipped and says why.

A test gets a store of its own, and pages that are signed in. At its end no page may have written an error to its
console, and the content security policy may have refused nothing.

What costs most is made once: the test processes share one local run, and a page is used again. Where a former test has
left it signed in as the same role, its user becomes a member of the new store, and the page goes there as by a link;
else it is emptied, and loaded and signed in anew. Tests of the loading itself ask for the fixture `anew`.

A test waits for what shows that a step is done, and not for what was true before it. `--slow 400` finds where one does
not: each page has a slow processor, and each request waits 400 ms before it goes out and again after its answer.
"""

from __future__ import annotations

import os
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from local.demo import DEMO_SHOP, fill
from local.members import Accounts, user_of
from local.signin.authorization import Client
from local.welcome import DEMO_STORE
from tests.console import waiting
from tests.harness import TEMPLATE, Api, Server, Shop
from tests.harness.shared_run import shared_run, turn

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The first is the same engine without the browser's own windows: a page costs a third less of the processor."""
BUILD_SECONDS = 300
HEIGHTS = {1280: 800, 390: 844}

WAIT_MS = 10_000
"""How long a test waits for what a page shows next."""
STORES_OF_A_PAGE = 8
"""After so many stores a page is signed in anew: each of its requests of `/v1/me` names them all."""
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
    with shared_run(tmp_path_factory, console=True) as running:
        if missing := wait_until_built(running):
            pytest.skip(f"the console could not be built here: {missing}")
        yield running


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
    with turn(server.data_dir / "demo") as filled:
        filled.seek(0)
        if not filled.read():
            assert fill(server.url, platform, owner, DEMO_SHOP) == []
            filled.write("filled")
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


IS_USABLE = """
language => location.pathname.startsWith('/stores/') && document.getElementById('content') !== null
  && document.documentElement.lang === language
"""
GO = """
address => {
  document.activeElement.blur()
  localStorage.clear()
  sessionStorage.clear()
  history.pushState(null, '', address)
  dispatchEvent(new PopStateEvent('popstate'))
}
"""


@dataclass(frozen=True)
class Look:
    """What a page is opened with, beside its address."""

    language: str = "en"
    width: int = 1280
    theme: str = "light"


@dataclass
class Watched:
    """A page, and what it wrote to its console. `expected` are parts of what the test brings about itself."""

    page: Page
    look: Look
    errors: list[str] = field(default_factory=list)
    expected: set[str] = field(default_factory=set)
    processor: CDPSession | None = None
    user: str = ""
    """Who is signed in, where the page can go on with another store."""
    role: str = ""
    stores: int = 0
    """How many stores the user is a member of."""

    def slow_down(self, rate: int) -> None:
        """How many times slower the page's processor is, with `--slow`. It keeps the machine busy, also at rest."""
        if self.processor:
            self.processor.send("Emulation.setCPUThrottlingRate", {"rate": rate})

    def complaints(self) -> list[str]:
        return [error for error in self.errors if not any(part in error for part in self.expected)]

    def rest(self) -> None:
        """Ends what a test has set up around the page."""
        self.slow_down(1)
        self.page.unroute_all()
        self.page.context.set_offline(False)
        self.page.emulate_media(media="null")

    def is_usable(self) -> bool:
        """Is the console open, as it was opened, so that the next test can go on with it?"""
        usable: bool = self.page.evaluate(IS_USABLE, self.look.language)
        return usable

    def clear(self, url: str) -> None:
        """Takes everything out of the page and its browser profile but the cache of files."""
        self.user = self.role = ""
        self.page.context.clear_cookies()
        self.page.goto(f"{url}/config.json")  # of the same origin, and without a script
        self.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        self.errors.clear()  # of the former test: an answer that it did not wait for may come as the page is left

    def go(self, store: str, address: str) -> None:
        """From the store of the former test to another one, as by a link."""
        self.page.evaluate(GO, address)
        self.page.wait_for_function("store => localStorage.getItem('store') === store", arg=store)


@dataclass
class Console:
    """Opens pages of the console, each in a browser profile of its own. `kept` has those that earlier tests left."""

    browser: Browser
    accounts: Accounts
    is_anew: bool
    slow_ms: int
    kept: dict[Look, list[Watched]]
    pages: list[Watched] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.accounts.url

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
        """A page of the store, signed in, that has its answers: what it offers goes by the role and the store's zone.
        `shop` is a store or its id."""
        store = shop if isinstance(shop, str) else shop.name
        address = f"/stores/{store}/{path}{'?' + urlencode(query) if query else ''}"
        watched = self._take(Look(language, width, theme), role)
        if watched.role == role and watched.stores < STORES_OF_A_PAGE and isinstance(shop, Shop) and not self.is_anew:
            watched.stores += 1
            self.accounts.grant(watched.user, {store: role})
            watched.go(store, address)
            waiting.at_rest(watched.page)
            return watched.page
        watched.clear(self.url)
        sign_in_ahead(watched.page.context, self.url, store, role)
        watched.page.goto(self.url + address)
        expect(watched.page.locator("#content")).to_be_visible()
        waiting.at_rest(watched.page)
        watched.user, watched.role, watched.stores = user_of({store: role}), role, 1
        return watched.page

    def new_page(self, look: Look) -> Page:
        """An empty page."""
        watched = self._take(look, "")
        watched.clear(self.url)
        return watched.page

    def _take(self, look: Look, role: str) -> Watched:
        """One that earlier tests have left, best one that is signed in as this role, or else a new one."""
        kept = self.kept[look]
        kept.sort(key=lambda watched: watched.role == role)
        watched = kept.pop() if kept else self._make(look)
        watched.errors.clear()
        watched.expected.clear()
        watched.slow_down(SLOWER)
        self.pages.append(watched)
        return watched

    def _make(self, look: Look) -> Watched:
        context = self.browser.new_context(
            viewport={"width": look.width, "height": HEIGHTS.get(look.width, 800)},
            locale={"en": "en-GB"}.get(look.language, look.language),
            color_scheme="dark" if look.theme == "dark" else "light",
            reduced_motion="reduce",
            accept_downloads=True,
        )
        page = context.new_page()
        watched = Watched(page, look)
        page.on("console", lambda message: watched.errors.append(_said(message)) if message.type == "error" else None)
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        waiting.count_requests(page, self.slow_ms)
        if self.slow_ms:
            watched.processor = context.new_cdp_session(page)
        return watched

    def expect_refusals(self, page: Page, *statuses: int) -> None:
        """The test makes the API answer so; Chromium writes each such answer to the console as an error."""
        self.expect_errors(page, *(f"the server responded with a status of {status}" for status in statuses))

    def expect_errors(self, page: Page, *parts: str) -> None:
        self._watched(page).expected.update(parts)

    def user(self, page: Page) -> str:
        """Who is signed in."""
        return self._watched(page).user

    def _watched(self, page: Page) -> Watched:
        return next(watched for watched in self.pages if watched.page is page)

    def end_session(self, page: Page) -> None:
        """The token has ended, and the issuer gives no new one; until `sign_in_again`."""
        self.expect_refusals(page, 400, 401)
        page.route("**/v1/**", lambda route: route.fulfill(status=401, json={"message": "Unauthorized"}))
        page.route("**/oauth2/token", lambda route: route.fulfill(status=400, json={"error": "invalid_grant"}))
        page.context.clear_cookies()

    def sign_in_again(self, page: Page, shop: Shop) -> None:
        """On the sign-in page: in the console, a request that is still under way would renew the session by itself."""
        expect(page.get_by_role("heading", name="Sign in to Orderkeep")).to_be_visible()
        page.unroute_all()
        sign_in(page, shop.name, "owner")

    def close(self) -> None:
        complaints = [complaint for watched in self.pages for complaint in watched.complaints()]
        for watched in self.pages:
            watched.rest()
            if self.is_anew or watched.expected or not watched.is_usable():
                watched.user = watched.role = ""
            self.kept[watched.look].append(watched)
        assert not complaints, complaints


def _said(message: ConsoleMessage) -> str:
    return f"{message.text} ({message.location.get('url', '')})"


def sign_in(page: Page, store: str, role: str) -> None:
    """Signs in on the local issuer's page, as a role of any store."""
    form = page.locator("details")
    form.locator("summary").click()
    form.locator("[name=store]").fill(store)
    form.locator("[name=role]").select_option(role)
    form.get_by_role("button").click()


def sign_in_ahead(context: BrowserContext, url: str, store: str, role: str) -> None:
    """Sends the form of that page for a browser profile, so that the console finds a session."""
    request = {
        "client_id": Client.of(TEMPLATE).client_id,
        "redirect_uri": f"{url}/signed-in",
        "response_type": "code",
        "scope": "openid",
        "state": "tests",
        "code_challenge": "A" * 43,
        "code_challenge_method": "S256",
    }
    answer = context.request.post(
        f"{url}/login?{urlencode(request)}",
        form={"store": store, "role": role},
        headers={"Origin": url},
        max_redirects=0,
    )
    assert "code=" in answer.headers["location"]


@pytest.fixture(scope="session")
def slow_ms(request: pytest.FixtureRequest) -> int:
    slow: int = request.config.getoption("--slow")
    expect.set_options(timeout=WAIT_MS + 10 * slow)
    return slow


@pytest.fixture(scope="session")
def kept() -> dict[Look, list[Watched]]:
    """The pages that ended tests have left, cleared."""
    return defaultdict(list)


@pytest.fixture
def anew() -> None:
    """Each page of the test is loaded and signed in by itself."""


@pytest.fixture
def console(
    request: pytest.FixtureRequest, browser: Browser, server: Server, slow_ms: int, kept: dict[Look, list[Watched]]
) -> Iterator[Console]:
    is_anew = "anew" in request.fixturenames
    opened = Console(browser, server.transport().accounts, is_anew, slow_ms, kept)
    yield opened
    opened.close()


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keeps a picture of a page in docs/console, where `--pictures` is given."""
    is_wanted = request.config.getoption("--pictures")

    def keep(page: Page, name: str) -> None:
        if is_wanted:
            page.screenshot(path=Path("docs/console") / f"{name}.png", animations="disabled")

    return keep
