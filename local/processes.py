"""Child processes that end with the run, even after a kill -9."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

_SET_PARENT_DEATH_SIGNAL = 1
_PARENT = "ORDERKEEP_RUN_PROCESS"
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Stopped(Exception):
    """A signal asked the run to stop; the message names it."""


class StopSignals:
    """Remembers the first SIGINT, SIGTERM or SIGHUP; `check` raises Stopped for it. Raising in the signal handler could
    leave a child half started, or the error could be lost in a finaliser."""

    def __init__(self) -> None:
        self._received: str | None = None
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, self._receive)

    def _receive(self, number: int, _: object) -> None:
        self._received = self._received or signal.Signals(number).name

    def check(self) -> None:
        if self._received:
            raise Stopped(self._received)


def follow_parent(how: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel to send `how` to this process when its parent dies, even by kill -9 (Linux only). If the parent
    that called `start` has died already, this process ends at once."""
    if _libc is not None:
        _libc.prctl(_SET_PARENT_DEATH_SIGNAL, int(how))
    if os.environ.get(_PARENT, str(os.getppid())) != str(os.getppid()):
        os._exit(1)


def start(
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    directory: Path,
    *,
    output: IO[bytes],
    errors: IO[bytes] | None = None,
    keep: Sequence[int] = (),
    on_parent_death: signal.Signals | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that only the run gets the terminal's signals and stops its children in
    order.

    `on_parent_death` is for programs that do not call follow_parent themselves; it is safe only before this process has
    threads. `keep` are descriptors that the child inherits.
    """
    return subprocess.Popen(
        [str(part) for part in command],
        env={**environment, _PARENT: str(os.getpid())},
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        pass_fds=tuple(keep),
        start_new_session=True,
        preexec_fn=_in_child(on_parent_death) if on_parent_death else None,  # noqa: PLW1509 - see above
    )


def _in_child(how: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def prepare() -> None:
        follow_parent(how)
        if os.getppid() != parent:  # the parent died before follow_parent
            os._exit(1)

    return prepare


def stop(children: Sequence[subprocess.Popen[bytes]], patience: float = 10.0) -> None:
    """Send SIGTERM to all, then SIGKILL to each that has not ended after `patience` seconds."""
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
    for child in children:
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def free_port() -> int:
    """A loopback port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
