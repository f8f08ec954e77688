"""What code asks of DynamoDB, as the actions that IAM knows: moto and Dynoxide allow everything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.client

from tests.test_template import PERMISSIONS

PARTS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}


@contextmanager
def asked() -> Iterator[set[str]]:
    """The actions on the table itself that the DynamoDB calls of this process need, until the end of the block."""
    actions, real = set[str](), botocore.client.BaseClient._make_api_call

    def call(client: Any, operation: str, arguments: Any) -> Any:
        if client.meta.service_model.service_name == "dynamodb" and "IndexName" not in arguments:
            parts = [PARTS[part] for item in arguments.get("TransactItems", ()) for part in item]
            actions.update(f"dynamodb:{action}" for action in parts or [operation])
        return real(client, operation, arguments)

    botocore.client.BaseClient._make_api_call = call
    try:
        yield actions
    finally:
        botocore.client.BaseClient._make_api_call = real


def allowed(role: str) -> set[str]:
    return PERMISSIONS[role]["OrdersTable"]
