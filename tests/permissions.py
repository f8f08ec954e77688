"""What code asks of AWS, as the actions that IAM knows: moto and Dynoxide allow everything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.client

from shared.store import encryption, secrets
from tests.template.permissions import PERMISSIONS

PARTS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
S3 = {
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "HeadObject": "GetObject",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjectsV2": "ListBucket",
    "UploadPart": "PutObject",
}
"""Operations of S3 whose action has another name."""
QUEUES = {"exports": "ExportsQueue", "alerts": "AlertsQueue", "imports": "ImportsQueue"}
"""The queues of the tests, as the template names them."""

SECRETS = {
    "channels": ("#channels#*", {"OrdersRole", "DeliveryRole"}),
    "cursor": ("#cursor", {"OrdersRole"}),
    "search": (
        "#search",
        {"OrdersRole", "AlertsRole", "RemindersRole", "WorkRole", "ImportsRole", "ErasuresRole"},
    ),
}
"""The kinds of secrets: the partitions in which they are, and whose functions may read and decrypt them."""


class RequestedActions(set[str]):
    """Actions on the table itself, and the kinds of secrets that were read. `elsewhere` has those on files and queues,
    each after its resource."""

    def __init__(self) -> None:
        super().__init__()
        self.elsewhere = set[str]()


@contextmanager
def asked() -> Iterator[RequestedActions]:
    """What the calls of this process need, until the end of the block."""
    actions, real = RequestedActions(), botocore.client.BaseClient._make_api_call
    secrets.secret.cache_clear()
    encryption._decrypted.cache_clear()

    def call(client: Any, operation: str, arguments: Any) -> Any:
        if client.meta.service_model.service_name == "dynamodb" and "IndexName" not in arguments:
            text = repr(arguments)
            actions.update(kind for kind, (partition, _) in SECRETS.items() if f"'{partition.rstrip('*')}" in text)
            parts = [PARTS[part] for item in arguments.get("TransactItems", ()) for part in item]
            actions.update(f"dynamodb:{action}" for action in parts or [operation])
        elif client.meta.service_model.service_name == "s3":
            actions.elsewhere.update(_on_files(operation, arguments))
        elif operation in ("SendMessage", "SendMessageBatch"):
            name = arguments["QueueUrl"].rpartition("/")[2]
            actions.elsewhere.add(f"{QUEUES.get(name, name)} sqs:SendMessage")
        return real(client, operation, arguments)

    botocore.client.BaseClient._make_api_call = call
    try:
        yield actions
    finally:
        botocore.client.BaseClient._make_api_call = real


def allowed(role: str) -> set[str]:
    return PERMISSIONS[role]["OrdersTable"] | {kind for kind, (_, roles) in SECRETS.items() if role in roles}


def allowed_elsewhere(role: str) -> set[str]:
    return {f"{resource} {action}" for resource, actions in PERMISSIONS[role].items() for action in actions}


def _on_files(operation: str, arguments: Any) -> Iterator[str]:
    if operation == "CopyObject":
        yield _on_file(arguments["CopySource"]["Key"], "GetObject")
    if operation in ("DeleteObject", "DeleteObjects"):
        for each in arguments.get("Delete", {}).get("Objects", [arguments]):
            yield _on_file(each["Key"], "DeleteObjectVersion" if "VersionId" in each else "DeleteObject")
    elif "Key" in arguments:
        yield _on_file(arguments["Key"], S3.get(operation, operation))
    else:
        yield f"ExportsBucket s3:{S3[operation]}"


def _on_file(key: str, action: str) -> str:
    return f"ExportsBucket/{key.partition('/')[0]}/* s3:{action}"
