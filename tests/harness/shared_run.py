"""One local run for all processes of a test session: to start one takes as long as several tests."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.harness.servers import Server, free_port


@contextmanager
def shared_run(temporary: pytest.TempPathFactory, *, console: bool = False) -> Iterator[Server]:
    """The run of every process of this session. The first one starts it, and stops it after the last has left; who
    comes later still starts another."""
    folder = temporary.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # of all test processes
    folder /= "run"
    folder.mkdir(exist_ok=True)
    port = folder / "port"
    with (folder / "users").open("w") as users:
        with turn(folder / "turn"):
            fcntl.flock(users, fcntl.LOCK_SH)
            is_first = not port.exists()
            running = Server(folder / "data", free_port() if is_first else int(port.read_text()), console=console)
            if is_first:
                running.start()
                port.write_text(str(running.port))
        try:
            yield running
        finally:
            fcntl.flock(users, fcntl.LOCK_UN)
            if is_first:
                with turn(folder / "turn"):
                    fcntl.flock(users, fcntl.LOCK_EX)  # waits for the others
                    port.unlink()
                    running.stop()


@contextmanager
def turn(file: Path) -> Iterator[IO[str]]:
    """One process at a time."""
    with file.open("a+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield held
