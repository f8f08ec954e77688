"""Sends the requests of a script and writes down what comes back, one line of JSON each."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from python_calamine import CalamineWorkbook

from tests.harness import BUCKET, Answer, Client
from tests.upgrade.masks import Masks
from tests.upgrade.world import World

LANGUAGES = (None, "zh-CN", "en", None, "zh-CN")
ROLES = ("owner", "staff", "viewer", "platform")
LONGEST_BODY = 400
"""Characters of a sent body that a line shows; longer ones are left out."""


@dataclass
class Recorder:
    world: World
    masks: Masks = field(default_factory=Masks)
    lines: list[str] = field(default_factory=list)
    requests: int = 0
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _seen_mails: int = 0

    def shop(self, store_id: str, **settings: Any) -> Shop:
        """A store with a caller for each role."""
        shop = Shop(self, store_id, *(self.caller({store_id: role}, role) for role in ROLES))
        shop.owner.get("/v1/store")
        if settings:
            shop.owner.patch("/v1/store", settings)
        return shop

    def caller(self, grants: Mapping[str, str], user: str) -> Caller:
        return Caller(self, Client(self.world.api.transport, dict(grants), user))

    def number(self) -> str:
        """A number for the next order, as the platform numbers them."""
        return f"3000{next(self._numbers):012d}"

    def note(self, what: str, value: Any) -> None:
        """Something beside an answer."""
        self.lines.append(json.dumps({"note": what, "value": self.masks.value(value)}, ensure_ascii=False))

    def minutes(self, count: int = 1, **before: float) -> None:
        """Let the clock's runs come, `before` later; what they did, and what was sent to people, is recorded."""
        if before:
            self.world.tick(**before)
        for _ in range(count):
            self.note("a minute", self.world.minute())
        self.sent()

    def work(self) -> None:
        self.note("work", self.world.work())

    def sent(self) -> None:
        """Alerts that arrived since the last time. Their order in one run is nobody's promise."""
        arrived = []
        for path, headers, body, status in self.world.web.requests:
            names = sorted(set(headers) - {"host", "content-length"})
            try:
                content = self.masks.prose(json.loads(body))
            except ValueError:
                content = "<not JSON>"
            arrived.append(json.dumps({"path": path, "headers": names, "body": content, "answered": status}))
        mails = self.world.mails()
        for mail in mails[self._seen_mails :]:
            arrived.append(json.dumps({"mail": str(mail.destinations)}))
        self._seen_mails = len(mails)
        self.world.web.requests.clear()
        if arrived:
            self.note("sent to people", [json.loads(each) for each in sorted(arrived)])

    def send(self, client: Client, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        self.world.tick(seconds=1)
        headers = dict(more.pop("headers", None) or {})
        language = headers.get("Accept-Language") or LANGUAGES[self.requests % len(LANGUAGES)]
        if language:
            headers["Accept-Language"] = language
        self.requests += 1
        answer = client.request(method, path, body, headers=headers, **more)
        self._write(client, method, path, body, headers, answer, more)
        return answer

    def file(self, answer: Answer) -> None:
        """The cells of the file that an answer leads to."""
        link = urlsplit(answer.headers["location"])
        key = unquote(link.path).lstrip("/").removeprefix(f"{BUCKET}/")
        content = self.world.file(key)
        if key.endswith(".csv"):
            sheets = {"": list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))}
        else:
            book = CalamineWorkbook.from_filelike(io.BytesIO(content))
            sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
        self.note("a file", json.loads(json.dumps(sheets, default=str)))

    def _write(
        self,
        client: Client,
        method: str,
        path: str,
        body: Any,
        headers: dict[str, str],
        answer: Answer,
        more: dict[str, Any],
    ) -> None:
        query = {
            name: self.masks.cursor(value) if name == "cursor" else value
            for name, value in (more.get("query") or {}).items()
        }
        written: dict[str, Any] = {
            "n": self.requests,
            "by": {"user": client.user, "stores": dict(client.grants)},
            "asked": self.masks.text(f"{method} {path}") + (f" {query}" if query else ""),
            "headers": self.masks.value(headers),
        }
        if body is not None and len(shown := json.dumps(body, ensure_ascii=False)) <= LONGEST_BODY:
            written["body"] = self.masks.value(json.loads(shown))
        written["status"] = answer.status
        written["answered"] = {
            name: "<request>" if name == "x-request-id" else self.masks.text(value)
            for name, value in sorted(answer.headers.items())
        }
        written["content"] = self._content(path, answer)
        self.lines.append(json.dumps(written, ensure_ascii=False))

    def _content(self, path: str, answer: Answer) -> Any:
        if "json" not in answer.headers.get("content-type", ""):
            return self.masks.text(answer.content.decode())
        content = json.loads(answer.content) if answer.content else None
        if path == "/v1/openapi.json" and answer.status == 200:  # test_same_contract.py compares all of it
            return sorted(f"{method} {each}" for each, methods in content["paths"].items() for method in methods)
        if isinstance(content, dict) and "request_id" in content:
            same = content["request_id"] == answer.headers["x-request-id"]
            content["request_id"] = "<request>" if same else "<an earlier request>"
        return self.masks.value(content)


@dataclass(frozen=True)
class Caller:
    recorder: Recorder
    client: Client

    def get(self, path: str, **more: Any) -> Answer:
        return self.recorder.send(self.client, "GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.recorder.send(self.client, "POST", path, {} if body is None else body, **more)

    def patch(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.recorder.send(self.client, "PATCH", path, body, **more)

    def put(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.recorder.send(self.client, "PUT", path, body, **more)

    def delete(self, path: str, **more: Any) -> Answer:
        return self.recorder.send(self.client, "DELETE", path, **more)

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        return self.recorder.send(self.client, method, path, body, **more)

    def act(self, order_id: str, action: str, body: Any = None, **more: Any) -> Answer:
        return self.post(f"/v1/orders/{order_id}/actions/{action}", body, **more)

    def dispute(self, dispute_id: str, action: str, body: Any = None, **more: Any) -> Answer:
        return self.post(f"/v1/disputes/{dispute_id}/actions/{action}", body, **more)

    def pages(self, path: str, limit: int = 3, **query: Any) -> list[Any]:
        """A list, page by page to its end, each page recorded."""
        found, cursor = list[Any](), dict[str, str]()
        while True:
            answer = self.get(path, query={**query, "limit": limit, **cursor})
            if answer.status != 200:
                return found
            found += answer.json["data"]
            if answer.json["page"]["next_cursor"] is None:
                return found
            cursor = {"cursor": answer.json["page"]["next_cursor"]}


@dataclass(frozen=True)
class Shop:
    recorder: Recorder
    name: str
    owner: Caller
    staff: Caller
    viewer: Caller
    platform: Caller

    @property
    def callers(self) -> dict[str, Caller]:
        return {role: getattr(self, role) for role in ROLES}

    def place(self, **changes: Any) -> str:
        """A new order; its number."""
        body = self.new_order(**changes)
        answer = self.platform.post("/v1/orders", body)
        assert answer.status in (200, 201), answer.content
        return str(body["order_id"])

    def new_order(self, **changes: Any) -> dict[str, Any]:
        """Two lines, 28.50 USD in all, placed a minute ago."""
        return {
            "order_id": self.recorder.number(),
            "placed_at": self.recorder.world.ago(minutes=1),
            "buyer": {"id": "buyer-1", "name": "Alex Example", "country": "US"},
            "recipient": {
                "country": "US",
                "name": "Alex Example",
                "city": "Springfield",
                "street": "1 Example Street",
                "zip": "00000",
                "phone": "5550100",
            },
            "currency": "USD",
            "lines": [line("1", 2, "10.00"), line("2", 1, "5.50")],
            "shipping_fee": usd("3.00"),
            **changes,
        }

    def paid(self, **changes: Any) -> str:
        order_id = self.place(**changes)
        for action in ("pay", "pass_risk"):
            answer = self.platform.act(order_id, action)
            assert answer.status == 200, answer.content
        return order_id

    def sent(self, **changes: Any) -> str:
        order_id = self.paid(**changes)
        answer = self.staff.act(order_id, "ship", {"parcels": [parcel(f"LX{order_id[-9:]}CN")]})
        assert answer.status == 200, answer.content
        return order_id

    def disputed(self, **claim: Any) -> tuple[str, str]:
        """(order, dispute) of an order that is on its way."""
        order_id = self.sent()
        answer = self.platform.act(order_id, "open_dispute", {**CLAIM, **claim})
        assert answer.status == 200, answer.content
        return order_id, str(answer.json["dispute"]["dispute_id"])


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def line(line_id: str = "1", quantity: int = 2, price: str = "10.00", **more: Any) -> dict[str, Any]:
    return {"line_id": line_id, "product_id": f"P{line_id}", "quantity": quantity, "unit_price": usd(price), **more}


def parcel(number: str = "LX000000001CN", **lines: int) -> dict[str, Any]:
    """`line1=2`: two pieces of line 1; without lines, everything that is left."""
    pieces = [{"line_id": name.removeprefix("line"), "quantity": count} for name, count in lines.items()]
    return {"carrier": "CAINIAO_STANDARD", "tracking_no": number, **({"lines": pieces} if pieces else {})}


CLAIM = {"kind": "not_as_described", "claim": usd("10.00"), "solution": "refund", "text": "One is scratched."}
