"""What a test waits for, where no text of the page shows that a step is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Page, expect

_REQUESTS = """
(() => {
  const pause = () => new Promise(done => %d ? setTimeout(done, %d) : done())
  const send = window.fetch
  window.asked = 0
  window.fetch = async (...request) => {
    window.asked++
    try {
      await pause()
      const answer = await send(...request)
      await answer.clone().arrayBuffer()
      await pause()
      return answer
    } finally {
      window.asked--
    }
  }
})()
"""
"""`window.asked`: how many requests of the page have no answer yet."""
_IS_AT_REST = """
async () => {
  for (let times = 0; times < 3; times++) {
    await new Promise(done => requestIdleCallback(done))
    await new Promise(done => setTimeout(done))
    if (window.asked || document.querySelector('.loading')) return false
  }
  return true
}
"""


def count_requests(page: Page, slow_ms: int) -> None:
    """Makes `at_rest` possible. Each request then waits `slow_ms` before it goes out, and again after its answer."""
    page.add_init_script(_REQUESTS % (slow_ms, slow_ms))


def at_rest(page: Page) -> None:
    """Waits until every request of the page has its answer, and the page has shown it."""
    page.wait_for_function(_IS_AT_REST)


@contextmanager
def sent(page: Page, path: str) -> Iterator[None]:
    """What is done within sends a change to an address that ends with this path; waits until the API has made it."""
    with page.expect_response(
        lambda answer: answer.request.method != "GET" and answer.url.partition("?")[0].endswith(path) and answer.ok
    ):
        yield


def expect_rows(page: Page, keys: Sequence[str]) -> None:
    """Waits until the page's list has these rows, in this order, and no other."""
    rows = page.locator("tr[data-key]")
    for place, key in enumerate(keys):
        expect(rows.nth(place)).to_have_attribute("data-key", key)
    expect(rows).to_have_count(len(keys))
