"""Requests as a web page in a browser sends them to a local run, and clients that have the key of the run."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from local import engines
from tests.harness import Server

EVIL = "https://evil.example"
OF_A_PAGE: dict[str, dict[str, str]] = {
    "fetch": {"origin": EVIL},
    "sandboxed frame": {"origin": "null"},
    "no-cors GET": {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
    "frame": {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
    "page on another port": {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"},
    "DNS rebinding": {"host": "evil.example:{port}", "sec-fetch-site": "same-origin"},
    "DNS rebinding of a fetch": {"host": "evil.example:{port}", "origin": "http://evil.example:{port}"},
    "rebinding without a port": {"host": "evil.example"},
    "another port's host": {"host": "127.0.0.1:1"},
}


def variables(server: Server) -> dict[str, str]:
    lines = (server.data_dir / engines.VARIABLES).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def client(server: Server, service: str, **other: str) -> Any:
    """A client with the key of the run."""
    env = variables(server)
    key = {"aws_access_key_id": env["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": env["AWS_SECRET_ACCESS_KEY"]}
    url = env["AWS_ENDPOINT_URL_DYNAMODB" if service == "dynamodb" else "AWS_ENDPOINT_URL"]
    links = Config(signature_version="s3v4") if service == "s3" else None  # as the product signs them
    arguments: Any = {**key, "region_name": env["AWS_REGION"], "endpoint_url": url, "config": links, **other}
    return boto3.client(service, **arguments)


def send(
    url: str, method: str, path: str, headers: dict[str, str], body: bytes = b""
) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    try:
        env = {name: value.format(port=parts.port) for name, value in headers.items()}
        connection.request(method, path, body or None, env)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def refused(answer: tuple[int, dict[str, str], bytes]) -> bool:
    """Whether nothing was done and no page may read why."""
    status, headers, body = answer
    shared = [name for name in headers if name.startswith("access-control-")]
    return (status, body, shared) == (403, b'{"message":"Forbidden"}', [])


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)
