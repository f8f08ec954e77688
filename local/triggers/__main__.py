"""What invokes a function but for HTTP: `python -m local.triggers <kind> <function>`, with the function's variables
set. Each kind of trigger of a function has its own process, as it has its own environments on AWS."""

from __future__ import annotations

import os
import signal
import sys

from local import processes
from local.template import Template
from local.triggers import queues, schedules, streams

STARTS = {"queues": queues.start, "schedules": schedules.start, "streams": streams.start}


def main(kind: str, name: str) -> int:
    processes.follow_parent()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return STARTS[kind](Template.load(), name)


if __name__ == "__main__":
    status = main(*sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # a handler that hangs must not keep the process alive
