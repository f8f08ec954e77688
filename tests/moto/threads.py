"""moto's queues, one request at a time. They are not made for threads: a receive fails if another thread receives
meanwhile, and a delete forgets what another thread sends meanwhile. A receive that waits for messages would hold up the
others; no test waits in one."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

from moto.sqs.models import SQSBackend

OPERATIONS = ("send_message", "send_message_batch", "receive_message", "change_message_visibility")
OPERATIONS += ("delete_message", "delete_message_batch", "change_message_visibility_batch")


def requests_in_turn() -> None:
    lock = threading.RLock()

    def alone(run: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(run)
        def locked(*args: Any, **options: Any) -> Any:
            with lock:
                return run(*args, **options)

        return locked

    for name in OPERATIONS:
        setattr(SQSBackend, name, alone(getattr(SQSBackend, name)))
