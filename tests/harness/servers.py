"""Servers that run beside the tests and end with them: Dynoxide, and all of a local run."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from local import engines, loopback
from local.members import Accounts
from local.tokens import Issuer
from tests.harness.clients import OverSocket
from tests.harness.deployed import TEMPLATE

ENDS_WITH_TESTS = (
    "import os, sys; from local.processes import follow_parent; follow_parent(); os.execv(sys.argv[1], sys.argv[1:])"
)
"""Becomes the program of its arguments, which the kernel kills when the tests end, even by kill -9."""


@contextmanager
def dynoxide() -> Iterator[str]:
    """A Dynoxide of this process's own, in memory. Skips where the platform has none."""
    import pytest

    binary = engines.dynoxide_binary()
    if binary is None:
        pytest.skip("Dynoxide is not to be had on this platform")
    host, port = loopback.address_without_browsers()
    process = subprocess.Popen(
        [sys.executable, "-c", ENDS_WITH_TESTS, binary, "serve", "--host", host, "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            try:
                socket.create_connection((host, port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.02)
        yield f"http://{host}:{port}"
    finally:
        process.kill()
        process.wait()


@dataclass
class Server:
    """`make run`, on a port and a data folder of its own."""

    data_dir: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    console: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        settings = {"PORT": str(self.port), "DATA_DIR": str(self.data_dir), "DEMO": "0", "WORKERS": "2"}
        variables = {**os.environ, **settings, "CONSOLE": "1" if self.console else "0"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local.run", "--with-parent"],
            env=variables,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(600):
            try:
                if httpx.get(f"{self.url}/v1/health", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
            assert self.process.poll() is None, "the server has stopped"
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        """The plug pulled: nothing gets to say goodbye."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def transport(self) -> OverSocket:
        return OverSocket(self.url, Accounts(self.url, Issuer.of(self.data_dir, TEMPLATE)))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
