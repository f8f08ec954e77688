"""The environment, read once and here alone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Settings:
    """`kms_key_id` is the key for secrets; empty, they are stored as they are.

    `token_client_ids` are the app clients whose access tokens are taken; the bucket and the
    queues are empty where a function has nothing to do with them. `mail_sender` is whom email comes from; empty, there
    is none. `console_url` is where links in alerts lead. `loopback_targets` lets alerts go to this machine: the local
    run alone sets it. `worker_concurrency` is how many workers each queue has at most."""

    table_name: str
    kms_key_id: str
    exports_bucket: str
    exports_queue_url: str
    imports_queue_url: str
    alerts_queue_url: str
    work_queue_url: str
    mail_sender: str
    console_url: str
    loopback_targets: bool
    worker_concurrency: int
    token_issuer: str
    token_client_ids: frozenset[str]


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Raises KeyError with the variable's name where the template left one out."""
    return Settings(
        table_name=os.environ["TABLE_NAME"],
        kms_key_id=os.environ.get("KMS_KEY_ID", ""),
        exports_bucket=os.environ.get("EXPORTS_BUCKET", ""),
        exports_queue_url=os.environ.get("EXPORTS_QUEUE_URL", ""),
        imports_queue_url=os.environ.get("IMPORTS_QUEUE_URL", ""),
        alerts_queue_url=os.environ.get("ALERTS_QUEUE_URL", ""),
        work_queue_url=os.environ.get("WORK_QUEUE_URL", ""),
        mail_sender=os.environ.get("MAIL_SENDER", ""),
        console_url=os.environ.get("CONSOLE_URL", ""),
        loopback_targets=os.environ.get("LOOPBACK_TARGETS", "") == "1",
        worker_concurrency=int(os.environ.get("WORKER_CONCURRENCY", "2")),
        token_issuer=os.environ.get("TOKEN_ISSUER", ""),
        token_client_ids=frozenset(filter(None, os.environ.get("TOKEN_CLIENT_IDS", "").split(","))),
    )
