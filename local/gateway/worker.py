"""One worker process of the API: an execution environment that serves the listening socket of the run.

Started as `python -m local.gateway.worker <listening fd> <function> <data dir>` with the function's variables set.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from local import inbox, members, processes
from local.console.site import Site
from local.gateway.files import Files
from local.gateway.http_api import Router
from local.gateway.server import Api, Server
from local.gateway.throttle import Bucket
from local.runtime import TIMED_OUT, Environment, load
from local.signin.endpoints import SignIn
from local.template import Template
from local.tokens import Issuer

CANNOT_IMPORT = 3


def main(arguments: list[str]) -> int:
    descriptor, function_name, directory = arguments
    processes.follow_parent()
    template, data_dir = Template.load(), Path(directory)
    function = template.functions[function_name]
    try:
        handler = load(function.handler)
    except Exception as failed:
        sys.excepthook(type(failed), failed, failed.__traceback__)
        return CANNOT_IMPORT
    issuer = Issuer.of(data_dir, template)
    listener, services = socket.socket(fileno=int(descriptor)), os.environ["AWS_ENDPOINT_URL"]
    api = Api(
        Router((route for route in template.routes if route.function == function_name), template.default_route),
        issuer,
        template.cors,
        Bucket(data_dir / "throttle", template.throttle).allow,
        Environment(handler, function.logical_id, function.memory, function.timeout),
        (
            members.page(issuer),
            inbox.page(services, os.environ["AWS_SECRET_ACCESS_KEY"], data_dir / "inbox"),
            SignIn.of(data_dir, template, listener.getsockname()[1]).answer,
            Site(data_dir, template).answer,
        ),
        Files(services, template.bucket_cors),
    )
    access = os.open(data_dir / "logs" / "access.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    server = Server(listener, api, lambda line: _log(access, line))
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    gc.collect()
    gc.freeze()
    server.serve_forever(poll_interval=0.2)
    time.sleep(0.5)  # the 503 of the request that timed out is still being written
    return TIMED_OUT


def _log(handle: int, line: str) -> None:
    time_text = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    os.write(handle, f"{time_text} {line}\n".encode("utf-8", "replace"))


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # a handler that hangs must not keep the process alive
