"""Encryption of secrets with a key of KMS, which allows each function only the kinds of secrets that it needs.

The kind and the owner of a secret are its encryption context: a text that is copied to another place cannot be
decrypted there. Without a key, as in the local run, secrets are stored as they are; those of former code are read as
they are.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from botocore.exceptions import BotoCoreError, ClientError

from shared.settings import settings
from shared.store.clients import client
from shared.store.dynamodb.errors import Busy

CHANNELS = "channels"
"""The kind of the secrets of channels. Each secret of the deployment is a kind of its own."""
ENCRYPTED = "kms:"
TRANSIENT = frozenset(
    {"DependencyTimeoutException", "KMSInternalException", "LimitExceededException", "ThrottlingException"}
)


def encrypt(kind: str, owner: str, text: str) -> str:
    """The text encrypted, at most 4,096 bytes of it; costs one request. Raises Busy."""
    key = settings().kms_key_id
    if not key:
        return text
    try:
        sent = client("kms").encrypt(KeyId=key, Plaintext=text.encode(), EncryptionContext=_context(kind, owner))
    except (BotoCoreError, ClientError) as error:
        raise _busy(error) from None
    return ENCRYPTED + base64.b64encode(sent["CiphertextBlob"]).decode("ascii")


def decrypt(kind: str, owner: str, stored: str) -> str:
    """The text; one request at first, and none while the process keeps it. Raises Busy."""
    return _decrypted(kind, owner, stored) if is_encrypted(stored) else stored


def is_encrypted(stored: str) -> bool:
    return stored.startswith(ENCRYPTED)


@lru_cache(maxsize=256)
def _decrypted(kind: str, owner: str, stored: str) -> str:
    blob = base64.b64decode(stored.removeprefix(ENCRYPTED))
    try:
        answer = client("kms").decrypt(CiphertextBlob=blob, EncryptionContext=_context(kind, owner))
    except (BotoCoreError, ClientError) as error:
        raise _busy(error) from None
    text: str = answer["Plaintext"].decode()
    return text


def _context(kind: str, owner: str) -> dict[str, str]:
    """The key policy in template.yaml names the kinds."""
    return {"kind": kind, "owner": owner}


def _busy(error: BotoCoreError | ClientError) -> Exception:
    """Busy if another attempt can succeed; the error itself otherwise, because it is a bug."""
    if isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") not in TRANSIENT:
        return error
    return Busy("the key does not answer")
