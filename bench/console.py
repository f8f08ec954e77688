"""The console in Chromium over a shop of 10,000 real orders: `python -m bench.console FOLDER [DATA_DIR]`, with the
folder of the Online Retail file. Prints each figure with its limit, and fails where one is over it. Loading takes
long; a DATA_DIR keeps what it has loaded for the next time.

The list is opened with an empty cache, signed in. A measurement is repeated and the median counts. JavaScript is
counted as gzip compresses it, by the files that a first page loads.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect, sync_playwright

from local.load.retail.script import STORE
from tests.console.conftest import find_chromium, sign_in, wait_until_built
from tests.harness import Server, free_port

INVOICES, ORDERS = 13_400, 10_000
"""How many invoices and credit notes of the file are loaded, and the orders that they are at least."""
ROUNDS, PAGES = 7, 10
ROWS = "table tbody tr[data-key]"
LONG_TASKS = """
new PerformanceObserver(list => {
  window.longest = Math.max(window.longest ?? 0, ...list.getEntries().map(entry => entry.duration))
}).observe({type: 'longtask', buffered: true})
"""


@dataclass(frozen=True, slots=True)
class Figure:
    what: str
    value: float
    limit: float
    unit: str

    def __str__(self) -> str:
        verdict = "" if self.value <= self.limit else "   OVER THE LIMIT"
        return f"{self.what:<60} {self.value:>8.0f} {self.unit:<3} (limit {self.limit:.0f}){verdict}"


def first_paint(page: Page, address: str) -> float:
    """Milliseconds from an empty cache to the first row of the list."""
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(ROWS).first.wait_for()
    return (time.perf_counter() - began) * 1000


def next_page(page: Page) -> float:
    """Milliseconds from the click to the rows of the next page, counted in the page itself."""
    page.wait_for_load_state("networkidle")
    waited: float = page.evaluate(
        """rows => new Promise(resolve => {
          const first = () => document.querySelector(rows)?.dataset.key, before = first()
          const button = [...document.querySelectorAll('.pager button')].at(-1), began = performance.now()
          const changed = () => first() && first() !== before
          const look = () => changed() ? resolve(performance.now() - began) : requestAnimationFrame(look)
          button.click()
          look()
        })""",
        ROWS,
    )
    return waited


def scroll(page: Page) -> float:
    """The longest task, in milliseconds, while the list of 200 orders is scrolled to its end and back."""
    page.evaluate(LONG_TASKS)
    page.mouse.move(600, 500)
    for step in [400] * 30 + [-400] * 30:
        page.mouse.wheel(0, step)
        page.wait_for_timeout(16)
    longest: float = page.evaluate("window.longest ?? 0")
    return longest


def initial_javascript(page: Page, site: Path) -> float:
    """Kilobytes, compressed, of the scripts that the open page has loaded."""
    names: list[str] = page.evaluate(
        "performance.getEntriesByType('resource').map(entry => entry.name).filter(name => name.endsWith('.js'))"
    )
    assert names, "the page loads scripts"
    files = {site / urlsplit(name).path.lstrip("/") for name in names}
    return sum(len(gzip.compress(file.read_bytes())) for file in files) / 1024


def repeated(measure: Callable[[], float], rounds: int = ROUNDS) -> float:
    return median(measure() for _ in range(rounds))


@contextmanager
def running(data_dir: Path, data: Path) -> Iterator[Server]:
    """A run whose store holds the orders; what an earlier run has loaded stays."""
    server = Server(data_dir, free_port(), console=True)
    server.start()
    try:
        command = [sys.executable, "-m", "local.load", "--data", str(data), "--limit", str(INVOICES), "--no-verify"]
        settings = {"PORT": str(server.port), "DATA_DIR": str(data_dir)}
        subprocess.run(command, check=True, env={**os.environ, **settings})
        if missing := wait_until_built(server):
            sys.exit(f"the console could not be built: {missing}")
        yield server
    finally:
        server.stop()


def figures(browser: Browser, server: Server, store: str) -> Iterator[Figure]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    page = context.new_page()
    address = f"{server.url}/stores/{store}/orders"
    page.goto(address)
    sign_in(page, store, "owner")
    page.locator(ROWS).first.wait_for()
    with page.expect_response(lambda answer: answer.url.endswith("/v1/orders/counters")) as counters:
        page.goto(address)
    orders = counters.value.json()["total"]["count"]
    print(f"{orders:,} orders in the store, at least {ORDERS:,}")
    assert orders >= ORDERS
    expect(page.locator("nav.tabs a").first).to_contain_text(f"{orders:,}")
    yield Figure("the list's first row, from an empty cache", repeated(lambda: first_paint(page, address)), 1500, "ms")
    yield Figure(
        "JavaScript before the list is there", initial_javascript(page, server.data_dir / "console/site"), 350, "KB"
    )
    yield Figure("the next page", repeated(lambda: next_page(page), PAGES), 200, "ms")
    page.goto(f"{address}?limit=200")
    page.locator(ROWS).nth(199).wait_for()
    yield Figure("the longest task while 200 rows scroll", scroll(page), 200, "ms")


def main(data: Path, data_dir: Path) -> None:
    with running(data_dir, data) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        measured = list(figures(browser, server, STORE))
        browser.close()
    for figure in measured:
        print(figure)
    sys.exit(any(figure.value > figure.limit for figure in measured))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else temporary))
