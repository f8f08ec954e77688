"""The API as tests see it: the same calls against the handler in process or against a running server.

Engines: `moto` (in process, a fresh table), `dynoxide` (the handler in process, the table on the local engine), `local`
(everything over a socket, as `make run` starts it). Every test uses stores of its own, so that all three will do.
"""

from __future__ import annotations

from tests.harness.bodies import ago, ahead, line, new_order, parcel, snapshot, usd
from tests.harness.clients import Answer, Api, Client, InProcess, Shop
from tests.harness.deployed import (
    ALERTS,
    BUCKET,
    CLIENT,
    IMPORTS,
    ISSUER,
    MAIL_SENDER,
    QUEUE,
    TEMPLATE,
    create_table,
    environment,
    use_table,
)
from tests.harness.servers import Server, dynoxide, free_port

__all__ = [
    "ALERTS",
    "BUCKET",
    "CLIENT",
    "IMPORTS",
    "ISSUER",
    "MAIL_SENDER",
    "QUEUE",
    "TEMPLATE",
    "Answer",
    "Api",
    "Client",
    "InProcess",
    "Server",
    "Shop",
    "ago",
    "ahead",
    "create_table",
    "dynoxide",
    "environment",
    "free_port",
    "line",
    "new_order",
    "parcel",
    "snapshot",
    "usd",
    "use_table",
]
