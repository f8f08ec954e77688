"""The throttle of the API's stage: one token bucket for all workers, in a file that they share."""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import threading
import time
from pathlib import Path

from local.resources import Throttle

_STATE = struct.Struct("dd")


class Bucket:
    """`allow()` takes a token and returns whether there was one. All processes with the same path share the tokens."""

    def __init__(self, path: Path, throttle: Throttle) -> None:
        self._rate, self._burst = throttle.rate, float(throttle.burst)
        self._lock = threading.Lock()
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        if os.fstat(self._handle).st_size < _STATE.size:
            os.ftruncate(self._handle, _STATE.size)
        self._state = mmap.mmap(self._handle, _STATE.size)

    def allow(self) -> bool:
        with self._lock:  # lockf excludes processes, not the threads of one
            fcntl.lockf(self._handle, fcntl.LOCK_EX)
            try:
                return self._take(time.monotonic())
            finally:
                fcntl.lockf(self._handle, fcntl.LOCK_UN)

    def _take(self, now: float) -> bool:
        tokens, last = _STATE.unpack_from(self._state)
        # A new file, or one from before a reboot, starts full.
        full = last == 0 or last > now
        tokens = self._burst if full else min(self._burst, tokens + (now - last) * self._rate)
        allowed = bool(tokens >= 1)
        _STATE.pack_into(self._state, 0, tokens - 1 if allowed else tokens, now)
        return allowed
