"""Copies of a test's process: each goes another way from where it was made, says how it ended, and ends there.

A copy has everything that the process had: the table in memory, the bucket and the queues of moto, the stack. So a way
that begins late in a long run costs only what comes after.
"""

from __future__ import annotations

import gc
import logging
import os
import random
import shutil
import signal
import tempfile
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

AT_ONCE = 2
"""Copies that run at the same time."""
SECONDS = 300
"""A copy that has not ended by then is killed."""


@dataclass
class Copies:
    """`folder` is for what copies write; the files of the process itself are never theirs."""

    folder: Path
    is_copy: bool = False
    name: str = ""
    ended: dict[str, str] = field(default_factory=dict)
    """How the copies of each name ended."""
    _running: deque[tuple[str, int, int]] = field(default_factory=deque)
    _out: int = -1

    def make(self, name: str) -> bool:
        """Is this the copy? The process waits while too many copies run."""
        while len(self._running) >= AT_ONCE:
            self._wait()
        back, out = os.pipe()
        pid = os.fork()
        if pid:
            os.close(out)
            self._running.append((name, pid, back))
            return False
        os.close(back)
        self.is_copy, self.name, self._out = True, name, out
        gc.disable()  # a copy whose collector touches everything copies every page
        signal.alarm(SECONDS)
        random.seed()
        logging.disable(logging.CRITICAL)
        silent = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(silent, stream)
        tempfile.tempdir = str(self.folder)
        shutil.rmtree = lambda *_, **__: None  # type: ignore[assignment]  # folders of the process that was copied
        return True

    def run(self, life: Callable[[], str]) -> str:
        """What `life` comes to in this process. The copies that are made meanwhile end with what it comes to there."""
        try:
            came_to = life()
        except BaseException as error:
            if not self.is_copy:
                raise
            came_to = f"{type(error).__name__}: {error}"
        if self.is_copy:
            self.end(came_to)
        self.wait()
        return came_to

    def end(self, came_to: str) -> NoReturn:
        """End this copy here."""
        assert self.is_copy
        os.write(self._out, came_to.encode()[:60_000])
        os._exit(0)

    def wait(self) -> None:
        """Until every copy has ended."""
        while self._running:
            self._wait()

    def _wait(self) -> None:
        name, pid, back = self._running.popleft()
        with os.fdopen(back, "rb") as said:
            came_to = said.read().decode(errors="replace")
        os.waitpid(pid, 0)
        self.ended[name] = came_to or "ended without a word"
