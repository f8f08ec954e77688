"""MiniStack behind a check: it answers requests that are signed with the secret of this run, and no others.

MiniStack by itself answers everyone and lets every page read the answer; its AUTH=true does not check signatures of the
account's own key. The check is in MiniStack's process, so it costs no further connection.

Pages do not reach it: a page of the front uses links and forms of the front, which passes them on
(local/gateway/files.py).

Started as `python -m local.guard` in MiniStack's virtual environment, with MiniStack's variables and HOSTS, the hosts
of the front, for which links and forms are signed.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from local import loopback

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

MAX_BODY = 65 * 1024 * 1024
"""Bytes of a body that are read before its signature is known: of messages, emails and forms. A form takes a file of
64 MB. The body of a signed S3 request is not read here."""
FORBIDDEN = b'{"message":"Forbidden"}'


@dataclass(frozen=True)
class Guard:
    """Passes a request on to `application` if its Host is in `hosts`, it has no Origin, and it is signed with `secret`:
    in its headers, its query (a presigned link) or its form (a presigned form)."""

    application: Application
    secret: str
    hosts: frozenset[str]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.application(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        else:
            headers = _joined(scope["headers"])
            ours = headers.get("host", "").lower() in self.hosts and "origin" not in headers
            body = Body(receive)
            if ours and await self._is_signed(scope, headers, body):
                await self.application(scope, body.again, _for_no_page(send))
            else:
                await _refuse(send)

    async def _is_signed(self, scope: Message, headers: dict[str, str], body: Body) -> bool:
        from ministack.core import sigv4

        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        presigned = "X-Amz-Signature" in query
        if "authorization" not in headers and not presigned:
            return scope["method"] == "POST" and not query and await self._is_signed_form(headers, body)
        signature = sigv4.parse_query_signature(query) if presigned else sigv4.parse_header_signature(headers)
        if isinstance(signature, tuple):  # why it cannot be read
            return False
        content = b"" if presigned or "x-amz-content-sha256" in headers else await body.read()
        failure = sigv4.header_signature_failure(
            signature,
            self.secret,
            scope["method"],
            scope["raw_path"].decode("latin-1"),
            query,
            headers,
            content or b"",
            presigned=presigned,
        )
        return content is not None and failure is None

    async def _is_signed_form(self, headers: dict[str, str], body: Body) -> bool:
        """Whether the body is a form with a policy of ours. MiniStack checks what the policy demands."""
        from ministack.core import sigv4
        from ministack.services import s3

        content_type = headers.get("content-type", "")
        content = await body.read() if content_type.startswith("multipart/form-data") else None
        if content is None:
            return False
        parts = [(name.lower(), value) for name, _, _, value in s3._parse_multipart_form(content_type, content)]
        fields = dict(parts)
        scope = fields.get("x-amz-credential", b"").decode("latin-1").split("/")
        if len(fields) != len(parts) or len(scope) != 5:
            return False
        policy, given = (fields.get(name, b"").decode("latin-1") for name in ("policy", "x-amz-signature"))
        computed = sigv4.calculate_signature(self.secret, scope[1], scope[2], "s3", policy)
        return given.isascii() and bool(sigv4.signatures_match(computed, given))


class Body:
    """The body of a request, which can be read before the application reads it again."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._read: list[Message] = []

    async def read(self) -> bytes | None:
        """The whole body; None if it is larger than MAX_BODY or the client has gone."""
        content, more = bytearray(), True
        while more:
            message = await self._receive()
            self._read.append(message)
            content += message.get("body", b"")
            if message["type"] != "http.request" or len(content) > MAX_BODY:
                return None
            more = message.get("more_body", False)
        return bytes(content)

    async def again(self) -> Message:
        return self._read.pop(0) if self._read else await self._receive()


def _joined(pairs: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in pairs:
        key, text = name.decode("latin-1").lower(), value.decode("utf-8", "replace")
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return headers


def _for_no_page(send: Send) -> Send:
    """MiniStack lets every page read its answers; here no page may."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [pair for pair in message["headers"] if not pair[0].lower().startswith(b"access-control-")]
            message = {**message, "headers": headers}
        await send(message)

    return sent


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(FORBIDDEN)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": [*headers, (b"connection", b"close")]})
    await send({"type": "http.response.body", "body": FORBIDDEN})


def main() -> None:
    from ministack import app as ministack

    ministack.app = Guard(
        ministack.app,
        os.environ["AWS_SECRET_ACCESS_KEY"],
        loopback.hosts(int(os.environ["GATEWAY_PORT"])) | frozenset(os.environ["HOSTS"].split()),
    )
    # It would restore the saved state of every service, and go on running a function that was made before this check.
    used = [ministack.SERVICE_REGISTRY[name] for name in ministack.SERVICE_HANDLERS]
    modules = {module for each in used for module in (each["module"], *each.get("sub_modules", ()))}
    ministack._state_map = {name: module for name, module in ministack._state_map.items() if module in modules}
    ministack.main()


if __name__ == "__main__":
    main()
