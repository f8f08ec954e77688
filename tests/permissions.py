"""What code asks of DynamoDB, as the actions that IAM knows: moto and Dynoxide allow everything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.client

from shared.store import encryption, secrets
from tests.test_template import PERMISSIONS

PARTS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}


SECRETS = {
    "channels": ("#channels#*", {"OrdersRole", "DeliveryRole"}),
    "cursor": ("#cursor", {"OrdersRole"}),
    "search": (
        "#search",
        {"OrdersRole", "AlertsRole", "RemindersRole", "WorkRole", "ImportsRole", "ErasuresRole"},
    ),
}
"""The kinds of secrets: the partitions in which they are, and whose functions may read and decrypt them."""


@contextmanager
def asked() -> Iterator[set[str]]:
    """The actions on the table itself that the DynamoDB calls of this process need, until the end of the block; and the
    kinds of secrets that they read."""
    actions, real = set[str](), botocore.client.BaseClient._make_api_call
    secrets.secret.cache_clear()
    encryption._decrypted.cache_clear()

    def call(client: Any, operation: str, arguments: Any) -> Any:
        if client.meta.service_model.service_name == "dynamodb" and "IndexName" not in arguments:
            text = repr(arguments)
            actions.update(kind for kind, (partition, _) in SECRETS.items() if f"'{partition.rstrip('*')}" in text)
            parts = [PARTS[part] for item in arguments.get("TransactItems", ()) for part in item]
            actions.update(f"dynamodb:{action}" for action in parts or [operation])
        return real(client, operation, arguments)

    botocore.client.BaseClient._make_api_call = call
    try:
        yield actions
    finally:
        botocore.client.BaseClient._make_api_call = real


def allowed(role: str) -> set[str]:
    return PERMISSIONS[role]["OrdersTable"] | {kind for kind, (_, roles) in SECRETS.items() if role in roles}
