"""Connect to the running server and issue the tokens of the stores to load; used by all kinds of files."""

from __future__ import annotations

from pathlib import Path

from local.load.client import Api, Refused, TryAgain
from local.load.loader import Tokens
from local.members import Accounts
from local.template import Template
from local.tokens import Issuer

PRINTED = 20


class CannotLoad(Exception):
    """Printed for the user, without a traceback."""


def connect(url: str, data_dir: Path) -> tuple[Api, Accounts]:
    """The running server and its users. Raises CannotLoad."""
    api = Api(url)
    try:
        api.call("GET", "/v1/health", "")
    except (TryAgain, Refused) as why:
        raise CannotLoad(
            f"No server answers at {url} ({why}). Start one in another terminal, make run, and name the same "
            "PORT and DATA_DIR here"
        ) from None
    other = f"The server at {url} does not work with DATA_DIR {data_dir}: name the one it was started with"
    if not (data_dir / "issuer.pem").exists():
        raise CannotLoad(other)
    issuer = Issuer.of(data_dir, Template.load())
    try:
        api.call("GET", "/v1/me", issuer.issue("load"))
    except Refused:
        raise CannotLoad(other) from None
    return api, Accounts(url, issuer)


def tokens_of(accounts: Accounts, store_id: str) -> Tokens:
    owner, platform = (accounts.token({store_id: role}) for role in ("owner", "platform"))
    return Tokens(owner, platform)


def say(refused: list[str], wrong: list[str]) -> None:
    for title, texts in (("refused", refused), ("wrong", wrong)):
        for line in texts[:PRINTED]:
            print(f"{title}: {line}")
        if len(texts) > PRINTED:
            print(f"{title}: and {len(texts) - PRINTED} more")
