"""What tests start ends with them, even when they are killed; what they have read does not outlive them."""

from __future__ import annotations

import socket
import subprocess
import sys
import time

import pytest

from shared.settings import settings
from tests.harness import environment

START = """
import sys, tempfile
from pathlib import Path
from tests.harness import Server, dynoxide, free_port
folder = tempfile.TemporaryDirectory()
with dynoxide() as url:
    server = Server(Path(folder.name), free_port())
    server.start()
    print(url.removeprefix("http://"), server.url.removeprefix("http://"), flush=True)
    sys.stdin.read()
"""
MOST_SECONDS = 60


def answers(address: str) -> bool:
    host, _, port = address.partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux alone tells a process that its parent ended")
def test_no_server_outlives_the_tests_that_started_it() -> None:
    tests = subprocess.Popen(
        [sys.executable, "-c", START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with tests:
        assert tests.stdout is not None
        addresses = tests.stdout.readline().decode().split()
        if not addresses:
            pytest.skip("Dynoxide is not to be had on this platform")
        assert [answers(each) for each in addresses] == [True, True]
        tests.kill()
    until = time.monotonic() + MOST_SECONDS
    while any(map(answers, addresses)) and time.monotonic() < until:
        time.sleep(0.1)
    assert [answers(each) for each in addresses] == [False, False]


def test_what_was_read_in_another_environment_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("key of another test", ""):
        monkeypatch.setenv("KMS_KEY_ID", key)
        with environment("http://127.0.0.1:1", "none"):
            assert settings().kms_key_id == key
