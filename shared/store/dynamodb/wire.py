"""Queries for exports: botocore signs, retries and finds the endpoint; msgspec decodes the answer.

botocore's own parser takes about seven times as long as reading the JSON (docs/exports.md). The session component
`response_parser_factory` replaces it: this module parses successful Query answers, botocore parses all others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar

import botocore.parsers
import botocore.session
import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.connection import Connection

from shared.store.clients import with_service_data
from shared.store.dynamodb.errors import Busy
from shared.store.dynamodb.records import INDEX_KEYS, Record, connection
from shared.store.dynamodb.table import TRANSIENT

CONNECT_TIMEOUT, READ_TIMEOUT, ATTEMPTS = 2.0, 10.0, 6
"""Seconds, and attempts with botocore's own backoff. A worker can wait longer than an HTTP request."""


class Text(msgspec.Struct, gc=False):
    S: str


class At(msgspec.Struct, gc=False):
    S: datetime


class Integer(msgspec.Struct, gc=False):
    """An integer. DynamoDB sends numbers as text."""

    N: int


Item = TypeVar("Item")
Tick = Callable[[], None]
"""Called regularly during a long operation. An exception that it raises ends the operation."""


def idle() -> None:
    """A tick that does nothing."""


class Page(msgspec.Struct, Generic[Item]):
    """The answer to a Query. With Select=COUNT it has no items."""

    Items: list[Item] = msgspec.field(default_factory=list)
    Count: int = 0
    LastEvaluatedKey: dict[str, Text] | None = None


def pages_of(shape: type[Item]) -> Callable[[bytes], Page[Item]]:
    """A decoder of pages of such items. It ignores attributes that `shape` does not name."""
    return msgspec.json.Decoder(Page[shape], strict=False).decode  # type: ignore[valid-type]


class _Parser:
    def __init__(self, protocol: str) -> None:
        self._default = botocore.parsers.create_parser(protocol)

    def parse(self, response: dict[str, Any], shape: Any) -> dict[str, Any]:
        if response["status_code"] != 200 or shape is None or shape.name != "QueryOutput":
            parsed: dict[str, Any] = self._default.parse(response, shape)
            return parsed
        return {
            "Page": response["body"],
            "ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": dict(response["headers"])},
        }


class _Parsers:
    def create_parser(self, protocol_name: str) -> _Parser:
        return _Parser(protocol_name)


@lru_cache(maxsize=1)
def _client(records_connection: Connection) -> Any:
    """One client for each connection of the records: when `bind` replaces that connection, this client is replaced."""
    session = with_service_data(botocore.session.Session())
    session.register_component("response_parser_factory", _Parsers())
    config = Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
    return session.create_client("dynamodb", config=config)


def items(
    index: str | None,
    key: str,
    since: str,
    until: str,
    decode: Callable[[bytes], Page[Item]],
    tick: Tick = idle,
) -> Iterator[Item]:
    """The items of an index partition with a sort key in [since, until], lazily, 1 MB a request. An index costs half a
    read unit for each 4 KB. Without an index this reads the table, consistently, one unit for each 4 KB. Raises
    Busy."""
    for page in _pages(index, key, since, until, decode, tick):
        yield from page.Items


def count(index: str | None, key: str, since: str, until: str, tick: Tick = idle) -> int:
    """The number of `items`, for the same read units. No item is sent."""
    return sum(page.Count for page in _pages(index, key, since, until, _counts, tick, Select="COUNT"))


_counts = pages_of(dict)


def _pages(
    index: str | None,
    key: str,
    since: str,
    until: str,
    decode: Callable[[bytes], Page[Item]],
    tick: Tick,
    **more: Any,
) -> Iterator[Page[Item]]:
    client, start = _client(connection()), None
    keys = INDEX_KEYS[index] if index else ("pk", "sk")
    request: dict[str, Any] = {
        "TableName": Record.Meta.table_name,
        **({"IndexName": index} if index else {"ConsistentRead": True}),
        "KeyConditionExpression": "#key = :key AND #sort BETWEEN :since AND :until",
        "ExpressionAttributeNames": dict(zip(("#key", "#sort"), keys, strict=True)),
        "ExpressionAttributeValues": {":key": {"S": key}, ":since": {"S": since}, ":until": {"S": until}},
        **more,
    }
    while True:
        try:
            page = decode(client.query(**request | ({"ExclusiveStartKey": start} if start else {}))["Page"])
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in TRANSIENT:
                raise Busy("the table is busy") from error
            raise
        except BotoCoreError as error:
            raise Busy("the table does not answer") from error
        tick()
        yield page
        if not page.LastEvaluatedKey:
            return
        start = {name: {"S": value.S} for name, value in page.LastEvaluatedKey.items()}
