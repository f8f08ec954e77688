"""The local inbox: the emails that SES was asked to send, stored in DATA_DIR/inbox and shown at /inbox.

MiniStack has sent email in memory only, so the run fetches it every two seconds, and the page does when it is opened.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any
from urllib import request as urllib_request

from local.gateway.http_api import Request, Response
from local.resources import REGION
from local.runtime import KEY_ID

PATH = "/inbox"
SENDER = "alerts@orderkeep.example"
"""The sender of email in the local run; MiniStack accepts only registered senders."""
SHOWN = 100
EVERY_SECONDS = 2.0
HEADERS = [
    ("content-type", "text/html; charset=utf-8"),
    ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("cache-control", "no-store"),
]
_open = urllib_request.build_opener(urllib_request.ProxyHandler({})).open
_STYLE = "body{font:15px sans-serif;max-width:50em;margin:2em auto}article{border-top:1px solid #999;padding:.5em 0}"


def collect(services: str, secret: str, folder: Path) -> int:
    """Fetch the sent emails, store the new ones and return their number."""
    folder.mkdir(exist_ok=True)
    with _open(_signed(f"{services}/_ministack/ses/messages", secret), timeout=5) as answer:
        sent = [each for account in json.load(answer)["messages"].values() for each in account]
    new = 0
    for mail in sent:
        path = folder / (re.sub(r"[^A-Za-z0-9-]", "_", mail["MessageId"]) + ".json")
        if not path.exists():
            partial = path.with_suffix(".partial")
            partial.write_text(json.dumps(mail, ensure_ascii=False), "utf-8")
            partial.replace(path)
            new += 1
    return new


def _signed(url: str, secret: str) -> urllib_request.Request:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest("GET", url)
    SigV4Auth(Credentials(KEY_ID, secret), "ses", REGION).add_auth(request)
    return urllib_request.Request(url, headers=dict(request.headers.items()))


def keep_collecting(services: str, secret: str, folder: Path) -> None:
    while True:
        with contextlib.suppress(OSError, ValueError, KeyError):
            collect(services, secret, folder)
        time.sleep(EVERY_SECONDS)


def page(services: str, secret: str, folder: Path) -> Callable[[Request], Response | None]:
    def show(request: Request) -> Response | None:
        if (request.method, request.path) != ("GET", PATH):
            return None
        with contextlib.suppress(OSError, ValueError, KeyError):
            collect(services, secret, folder)
        return Response(200, HEADERS, _html(stored(folder)).encode())

    return show


def stored(folder: Path) -> list[dict[str, Any]]:
    """The stored emails, the latest first."""
    emails = [json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")]
    return sorted(emails, key=lambda mail: mail["Timestamp"], reverse=True)[:SHOWN]


def _item(mail: dict[str, Any]) -> str:
    at, to = datetime.fromtimestamp(mail["Timestamp"], UTC), ", ".join(mail["To"])
    head = f"<h3>{escape(mail['Subject'])}</h3><p>{at:%Y-%m-%d %H:%M:%S} UTC, to {escape(to)}</p>"
    return f"<article>{head}<pre>{escape(mail['BodyText'])}</pre></article>"


def _html(mails: list[dict[str, Any]]) -> str:
    items = "".join(map(_item, mails))
    title = f"Inbox: {len(mails)} email{'s' * (len(mails) != 1)}"
    head = f'<!doctype html><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    return f"{head}<h1>{title}</h1>{items or '<p>Nothing has been sent yet.</p>'}"
