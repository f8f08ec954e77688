"""`make token`: print a bearer token of the local run, and give its user the role in the store.

The last line of output is the token alone.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from local.members import Accounts
from local.tokens import ROLES, STORE_ID, TokenError

_LIFETIME = re.compile(r"(\d{1,6})([smhd])")
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def grants(stores: str, role: str) -> dict[str, str]:
    """The role by store, from `a,b` with one role for all, or from `a:owner,b:viewer`."""
    roles: dict[str, str] = {}
    for part in _parts(stores):
        store, colon, own_role = part.partition(":")
        chosen = own_role if colon else role
        if not STORE_ID.fullmatch(store):
            raise TokenError(f"STORE: {store!r} is no store id; letters, digits, _ and -, at most 64")
        if chosen not in ROLES:
            raise TokenError(f"ROLE: {chosen!r} is not one of {', '.join(ROLES)}")
        if store in roles:
            raise TokenError(f"STORE: {store} is named twice")
        roles[store] = chosen
    return roles


def _parts(stores: str) -> Iterable[str]:
    return (part.strip() for part in stores.split(","))


def lifetime(text: str) -> int:
    """`45s`, `30m`, `12h`, `7d` in seconds."""
    match = _LIFETIME.fullmatch(text)
    if not match:
        raise TokenError(f"TTL: {text!r} is not a time such as 45s, 30m, 12h or 7d")
    return int(match[1]) * _UNIT_SECONDS[match[2]]


def main(environment: Mapping[str, str]) -> int:
    role = environment.get("TOKEN_ROLE") or "owner"
    stores = environment.get("TOKEN_STORE") or "demo"
    data_dir = Path(environment.get("DATA_DIR") or "data").resolve()
    try:
        wanted = grants(stores, role)
        seconds = lifetime(environment.get("TOKEN_TTL") or "12h")
        token = Accounts.of(data_dir).token(wanted, environment.get("TOKEN_USER") or "", seconds)
    except TokenError as refused:
        print(refused, file=sys.stderr)
        return 2
    print(token)
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
