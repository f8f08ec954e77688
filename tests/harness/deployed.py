"""What the deployed functions find around them, in this process: their environment and their table."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local.resources import REGION
from local.template import Template

TEMPLATE = Template.load()
ISSUER, CLIENT = "https://issuer.test", "client-of-the-tests"
BUCKET, QUEUE, ALERTS, IMPORTS = "orderkeep-tests", "exports", "alerts", "imports"
MAIL_SENDER = "alerts@orderkeep.example"


@contextmanager
def environment(dynamodb: str | None, table: str) -> Iterator[None]:
    """The variables of the deployed function, for this process."""
    variables = {
        "TABLE_NAME": table,
        "TOKEN_ISSUER": ISSUER,
        "TOKEN_CLIENT_IDS": CLIENT,
        "EXPORTS_BUCKET": BUCKET,
        "EXPORTS_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/123456789012/{QUEUE}",
        "IMPORTS_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/123456789012/{IMPORTS}",
        "ALERTS_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/123456789012/{ALERTS}",
        "MAIL_SENDER": MAIL_SENDER,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "POWERTOOLS_SERVICE_NAME": "tests",
        "POWERTOOLS_METRICS_DISABLED": "1",
        "POWERTOOLS_LOG_LEVEL": "ERROR",
        "AWS_EC2_METADATA_DISABLED": "true",
    } | ({"AWS_ENDPOINT_URL_DYNAMODB": dynamodb} if dynamodb else {})
    before = {name: os.environ.get(name) for name in (*variables, "AWS_ENDPOINT_URL_DYNAMODB")}
    os.environ.pop("AWS_ENDPOINT_URL_DYNAMODB", None)
    os.environ.update(variables)
    forget()
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def use_table(table: str) -> None:
    """Point the store at this table and forget what was cached about another."""
    from shared.store.dynamodb import records

    forget()
    records.bind(table)


def forget() -> None:
    """Forget what this process has read from the environment and from a table of another test. The clients of other
    services stay: moto mocks them all."""
    from functions.orders import memberships
    from shared.settings import settings
    from shared.store import encryption, secrets

    memberships.forget()
    settings.cache_clear()
    secrets.secret.cache_clear()
    encryption._decrypted.cache_clear()


def create_table(client: Any, name: str) -> None:
    """The template's own table, under another name."""
    (table,) = TEMPLATE.tables
    client.create_table(**{**table.create_arguments, "TableName": name})
