"""What the demo shop sets up and writes: a channel for alerts, templates, messages, notes on customers, an export.

Each part is made only if it does not exist, so that the next run continues an interrupted filling.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import quote
from urllib.request import ProxyHandler, build_opener

from local.demo.steps import Body, Message, iso_time
from local.load.client import Api, Refused, with_retries

CHANNEL: Body = {"kind": "email", "name": "Demo inbox", "address": "demo@shop.example", "language": "en"}
urlopen = build_opener(ProxyHandler({})).open
CODE = re.compile(r"this email address is ([0-9]{8})")
INBOX_SECONDS = 20.0
EXPORT: Body = {"kind": "orders", "format": "xlsx", "language": "en"}
TEMPLATES: tuple[Body, ...] = (
    {"name": "Shipped", "text": "Hello {buyer_name}, your order {order_id} is on its way: {tracking_no}."},
    {"name": "Please pay", "text": "Hello {buyer_name}, your order {order_id} waits for your payment."},
)
CUSTOMERS: Mapping[str, Body] = {
    "buyer-3": {"tags": ["wholesale"], "note": "Asks for an invoice with each order."},
    "buyer-5": {"tags": ["vip", "gift-wrap"]},
    "buyer-9": {"tags": ["careful"], "note": "Three disputes in a month.", "blocked": True},
    "buyer-12": {"reminder_opt_out": True, "note": "Wants no reminders."},
}


@dataclass(frozen=True, slots=True)
class Desk:
    api: Api
    platform: str
    owner: str
    now: datetime

    def open_channel(self) -> str | None:
        """The id of the channel if it is a new one."""
        if self._all("/v1/alert-channels"):
            return None
        former = self._codes()
        channel = str(self._post("/v1/alert-channels", CHANNEL)["id"])
        if former is not None:
            self._confirm(channel, former)
        return channel

    def _codes(self) -> set[str] | None:
        """The codes in the emails that the local inbox shows; None without an inbox."""
        try:
            with urlopen(f"{self.api.url}/inbox", timeout=5) as page:
                return set(CODE.findall(page.read().decode()))
        except (OSError, ValueError):
            return None

    def _confirm(self, channel: str, former: set[str]) -> None:
        """Enter the code of the email that comes now. If none comes, the address stays unconfirmed."""
        until = time.monotonic() + INBOX_SECONDS
        while time.monotonic() < until:
            if new := (self._codes() or former) - former:
                self._post(f"/v1/alert-channels/{channel}/confirm", {"code": new.pop()})
                return
            time.sleep(0.3)

    def is_on(self, channel: str) -> bool:
        return bool(self.api.get(f"/v1/alert-channels/{channel}", self.owner)["enabled"])

    def send_test(self, channel: str) -> None:
        self._post(f"/v1/alert-channels/{channel}/test", {})

    def fill(self, threads: Mapping[str, tuple[Message, ...]]) -> Iterator[str]:
        """Make what is missing; `threads` are the messages by order. Yields the failures."""
        parts: dict[str, Callable[[], None]] = {
            f"the messages of {order}": partial(self._write, order, thread) for order, thread in threads.items()
        }
        parts |= {f"the customer {buyer}": partial(self._note, buyer, notes) for buyer, notes in CUSTOMERS.items()}
        parts |= {"the templates": self._templates, "the export": self._export}
        for name, make in parts.items():
            try:
                make()
            except Exception as failed:  # one failed part must not stop the others
                if not (isinstance(failed, Refused) and failed.status == 404):  # its order could not be created
                    yield f"{name}: {failed!r}"

    def _write(self, order: str, thread: tuple[Message, ...]) -> None:
        path = f"/v1/orders/{quote(order)}/messages"
        written = {message["text"] for message in self._all(path)}
        for message in thread:
            if message.text in written:
                continue
            if message.ago is None:
                self._post(path, {"text": message.text})
                self._post(f"{path}/read", {})
            else:
                at = iso_time(self.now - timedelta(hours=message.ago))
                self._post(path, {"from": "buyer", "text": message.text, "at": at}, self.platform)

    def _note(self, buyer: str, notes: Body) -> None:
        customer = self.api.get(f"/v1/customers/{buyer}", self.owner)
        if any(customer.get(name) != value for name, value in notes.items()):
            with_retries(lambda: self.api.call("PATCH", f"/v1/customers/{buyer}", self.owner, notes))

    def _templates(self) -> None:
        names = {template["name"] for template in self._all("/v1/message-templates")}
        for template in TEMPLATES:
            if template["name"] not in names:
                self._post("/v1/message-templates", template)

    def _export(self) -> None:
        if not self._all("/v1/exports"):
            self._post("/v1/exports", EXPORT)

    def _all(self, path: str) -> list[Body]:
        return list(self.api.pages(path, self.owner))

    def _post(self, path: str, body: Body, token: str | None = None) -> Body:
        answer: Body = self.api.call("POST", path, token or self.owner, body).body
        return answer
