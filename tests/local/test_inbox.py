"""The alerts of a shop on this machine: email in the inbox page, and a webhook at a loopback URL."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from local import inbox
from local.gateway.http_api import Request
from tests.alerts.receiver import listening
from tests.alerts.test_formats import verified
from tests.harness import Api, Server, usd

PATIENCE = 30
OPENED = Request("GET", inbox.PATH, [])


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.2)


def mail(n: int, **changes: Any) -> dict[str, Any]:
    sent = {"MessageId": f"m-{n}", "Timestamp": 1_800_000_000 + n, "To": ["me@shop.example"], "BodyText": f"text {n}"}
    return {**sent, "Subject": f"subject {n}", **changes}


@contextmanager
def services(sent: list[dict[str, Any]]) -> Iterator[str]:
    """What MiniStack says of the email that it was given."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/_ministack/ses/messages" else 404)
            self.end_headers()
            self.wfile.write(json.dumps({"messages": {"000000000000": sent}}).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def test_what_was_sent_is_kept_though_the_services_forget_it(tmp_path: Path) -> None:
    folder, sent = tmp_path / "inbox", [mail(1), mail(2, MessageId="../../m 2")]
    with services(sent) as url:
        assert [inbox.collect(url, "secret", folder) for _ in range(2)] == [2, 0]
        sent[:] = [mail(3)]
        assert inbox.collect(url, "secret", folder) == 1
        show = inbox.page(url, "secret", folder)
    answer = show(OPENED)
    assert answer is not None and answer.status == 200, "with nobody there to be asked"
    assert show(Request("GET", "/v1/orders", [])) is None
    page = answer.body.decode()
    places = [page.index(f"subject {n}") for n in (3, 2, 1)]
    assert places == sorted(places) and "Inbox: 3 emails" in page
    assert sorted(path.parent for path in tmp_path.rglob("*.json")) == [folder] * 3


def test_an_email_is_text_on_the_page_whatever_it_says(tmp_path: Path) -> None:
    evil = '<script>alert("x")</script>'
    with services([mail(1, Subject=evil, BodyText=evil, To=[evil])]) as url:
        answer = inbox.page(url, "secret", tmp_path / "inbox")(OPENED)
    assert answer is not None and answer.body.decode().count("&lt;script&gt;") == 3 and b"<script" not in answer.body
    assert dict(answer.headers)["content-security-policy"].startswith("default-src 'none'")


def _codes(server: Server, address: str) -> list[str]:
    """The codes that the inbox shows for this address."""
    page = httpx.get(f"{server.url}/inbox").text
    return re.findall(rf"email address is ([0-9]{{8}})</h3><p>[^<]* to {address}", page)


def test_an_alert_is_in_the_inbox_and_at_the_loopback_url_within_a_few_seconds(server: Server) -> None:
    shop = Api(server.transport(), "local").shop(name="好店")
    with listening() as receiver:
        by_mail, hook = (
            shop.owner.post("/v1/alert-channels", {"name": "n", "language": "en", **where}).json
            for where in (
                {"kind": "email", "address": f"{shop.name}@shop.example"},
                {"kind": "webhook", "url": receiver.url},
            )
        )
        address = f"{shop.name}@shop.example"
        wait_for(lambda: bool(_codes(server, address)))
        confirm = f"/v1/alert-channels/{by_mail['id']}/confirm"
        assert shop.owner.post(confirm, {"code": _codes(server, address)[0]}).json["enabled"]
        for channel in (by_mail, hook):
            assert shop.owner.post(f"/v1/alert-channels/{channel['id']}/test", {}).status == 202
            path = f"/v1/alert-channels/{channel['id']}/deliveries"
            wait_for(lambda path=path: shop.owner.get(path).json["data"][0]["state"] == "delivered")  # type: ignore[misc]
        (got,) = receiver.received
        assert verified([hook["secret"]], got.headers, got.body, datetime.now(UTC))["type"] == "test"
        order_id = shop.platform.place()["order_id"]
        shop.platform.act(order_id, "pay")
        assert shop.platform.act(order_id, "report_short_payment", {"received": usd("10.00")}).status == 200
        wait_for(lambda: order_id in receiver.received[-1].body.decode())
    page = httpx.get(f"{server.url}/inbox")
    assert page.status_code == 200 and f"to {shop.name}@shop.example" in page.text
    assert "好店: a test message; this channel works." in page.text
    stored = [path.read_text("utf-8") for path in (server.data_dir / "inbox").glob("*.json")]
    assert any(f"{shop.name}@shop.example" in text for text in stored)
    assert httpx.post(f"{server.url}/inbox").status_code == 404, "a page to read and nothing else"
