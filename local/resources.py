"""What the local run needs to know of each resource of template.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REGION = "us-east-1"
ACCOUNT = "000000000000"


def local_name(logical_id: str) -> str:
    """`OrdersTable` → `orderkeep-orders-table`, a name that DynamoDB and S3 both accept."""
    return "orderkeep-" + re.sub(r"(?<!^)(?=[A-Z])", "-", logical_id).lower()


def queue_arn(name: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def queue_url(logical_id: str) -> str:
    """The URL as on AWS. A client sends to its endpoint and not to this host; the name identifies the queue."""
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{local_name(logical_id)}"


@dataclass(frozen=True)
class Table:
    """`create_arguments` are the arguments of CreateTable; `ttl_attribute` is for UpdateTimeToLive; `stream` says what
    the table's stream has of an item."""

    logical_id: str
    name: str
    create_arguments: dict[str, Any]
    ttl_attribute: str | None
    stream: str | None


@dataclass(frozen=True)
class Function:
    logical_id: str
    handler: str
    timeout: int
    memory: int
    environment: dict[str, str]


@dataclass(frozen=True)
class Route:
    """One method and path of the HTTP API; `path` has its `{parameters}`. The default route has neither."""

    method: str
    path: str
    function: str
    authorised: bool

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}" if self.path else "$default"


@dataclass(frozen=True)
class Schedule:
    """`payload` is the target's Input text, with its `<aws.scheduler...>` attributes unfilled."""

    name: str
    function: str
    every_seconds: int
    payload: str


@dataclass(frozen=True)
class Queue:
    """`dead_letters` is the name of the queue for messages that were received more than `max_receives` times."""

    logical_id: str
    name: str
    visibility_seconds: int
    retention_seconds: int
    dead_letters: str | None
    max_receives: int

    @property
    def arn(self) -> str:
        return queue_arn(self.name)

    @property
    def url(self) -> str:
        return queue_url(self.logical_id)


@dataclass(frozen=True)
class QueueEvent:
    """A queue whose messages go to a function, in batches. `partial`: the function may return which of them failed."""

    function: str
    queue: Queue
    batch_size: int
    partial: bool


@dataclass(frozen=True)
class StreamEvent:
    """A table whose stream goes to a function, in batches of records that match one of `patterns`."""

    function: str
    table: str
    patterns: tuple[Mapping[str, Any], ...]
    batch_size: int
    retries: int


@dataclass(frozen=True)
class Cors:
    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    exposed: tuple[str, ...]
    max_age: int


@dataclass(frozen=True)
class Throttle:
    rate: float
    burst: int
