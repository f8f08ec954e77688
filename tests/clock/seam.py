"""One seam for every store call of a test: `BaseClient._make_api_call`, through which boto3 and PynamoDB both go.

What a test puts there counts, orders, refuses or cuts off calls. A call of the table in memory goes through it as well,
as an operation of DynamoDB with the arguments that tests look at: keys, index and partition.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TypeVar

import botocore.client
from botocore.exceptions import ClientError
from pynamodb.exceptions import (
    CancellationReason,
    GetError,
    PutError,
    PynamoDBException,
    QueryError,
    TransactWriteError,
    UpdateError,
    VerboseClientError,
)

T = TypeVar("T")
_real = botocore.client.BaseClient._make_api_call
_ERRORS: dict[str, type[PynamoDBException]] = {
    "GetItem": GetError,
    "PutItem": PutError,
    "Query": QueryError,
    "TransactWriteItems": TransactWriteError,
    "UpdateItem": UpdateError,
}


class _Call:
    """Stands for the client of a call that is answered in this process."""

    meta = SimpleNamespace(service_model=SimpleNamespace(service_name="dynamodb"))

    def __init__(self, run: Callable[[], Any]) -> None:
        self.run = run


tables: list[Callable[[str, Any], Any]] = []
"""The tables in memory that stand in for DynamoDB, the latest last: what answers the calls of boto3's own clients."""


def _make_api_call(client: Any, operation: str, arguments: Any) -> Any:
    if type(client) is _Call:
        return client.run()
    if tables and client.meta.service_model.service_name == "dynamodb":
        return tables[-1](operation, arguments)
    return _real(client, operation, arguments)


botocore.client.BaseClient._make_api_call = _make_api_call


def call(operation: str, arguments: Callable[[], dict[str, Any]], run: Callable[[], T], *, wrapped: bool = True) -> T:
    """What `run` answers, by way of what a test has put at the seam. An error of DynamoDB that the test raises there
    is an error of PynamoDB if `wrapped`, as from its connection."""
    through: Any = botocore.client.BaseClient._make_api_call
    if through is _make_api_call:
        return run()

    def plain() -> T:
        try:
            return run()
        except PynamoDBException as error:
            raise error.cause or error from error  # what a client raises

    try:
        answer: T = through(_Call(plain), operation, arguments())
    except ClientError as error:
        if not wrapped:
            raise
        raise _ERRORS.get(operation, PynamoDBException)("refused", _verbose(error, operation)) from error
    return answer


def _verbose(error: ClientError, operation: str) -> ClientError:
    """As PynamoDB's connection makes it."""
    if isinstance(error, VerboseClientError):
        return error
    response: Any = error.response
    reasons = [
        None if reason["Code"] == "None" else CancellationReason(reason["Code"], reason.get("Message"))
        for reason in response.get("CancellationReasons", ())
    ]
    return VerboseClientError(response, operation, cancellation_reasons=reasons)


def named(key: tuple[str, str]) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def asked(hash_key: str, value: str, index: str | None = None) -> dict[str, Any]:
    """The arguments of a query: its partition, and its index."""
    return {
        **({"IndexName": index} if index else {}),
        "KeyConditionExpression": "#0 = :0",
        "ExpressionAttributeNames": {"#0": hash_key},
        "ExpressionAttributeValues": {":0": {"S": value}},
    }
