"""The local token issuer: bearer tokens with the claims of a Cognito access token.

The signing key is in DATA_DIR, so a token is valid for all runs with this DATA_DIR.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from local.template import Template

ROLES = ("owner", "staff", "viewer", "platform")
PROGRAM_SCOPE = "orderkeep/platform"
ROLES_USE = "roles"
STORE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class TokenError(Exception):
    """A token cannot be issued, or is not accepted."""


def signing_key(data_dir: Path) -> rsa.RSAPrivateKey:
    """The issuer's key, created on first use. If several processes create it at once, all use the first one."""
    path = data_dir / "issuer.pem"
    if not path.exists():
        _create(path)
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TokenError(f"{path} is not an RSA key; remove it and a new one is made")
    return key


def _create(path: Path) -> None:
    pem = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".issuer-")  # mkstemp gives 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
        try:
            # A link fails if another process has just created the key; a rename would replace it.
            path.hardlink_to(temporary)
        except FileExistsError:
            return
    finally:
        temporary.unlink()


@dataclass(frozen=True)
class Issuer:
    """Issues and verifies the tokens of one DATA_DIR."""

    key: rsa.RSAPrivateKey
    issuer: str
    clients: tuple[str, ...]

    @classmethod
    def of(cls, data_dir: Path, template: Template) -> Issuer:
        return cls(signing_key(data_dir), template.issuer, template.audience)

    def issue(
        self,
        user: str,
        lifetime: int = 12 * 3600,
        *,
        is_program: bool = False,
        client_id: str = "",
        scope: str = "aws.cognito.signin.user.admin",
        auth_time: int | None = None,
    ) -> str:
        """An access token of a person, or of a program as from Cognito's grant of client credentials. What the user may
        do is in the table."""
        claims = {"client_id": client_id or self.clients[0], "token_use": "access"}
        if is_program:
            return self._signed({**claims, "scope": PROGRAM_SCOPE, "sub": user}, user, lifetime, auth_time)
        return self._signed({**claims, "scope": scope, "username": user}, user, lifetime, auth_time)

    def issue_identity(self, user: str, lifetime: int, *, client_id: str, nonce: str, auth_time: int) -> str:
        """An id token. The API refuses it."""
        claims = {"aud": client_id, "token_use": "id", "cognito:username": user, **({"nonce": nonce} if nonce else {})}
        return self._signed(claims, user, lifetime, auth_time)

    def sign_roles(self, user: str, roles: Mapping[str, str]) -> str:
        """A request to the run (members.py), valid for a minute. It is no token: the API refuses it."""
        return self._signed({"token_use": ROLES_USE, "user": user, "roles": dict(roles)}, user, 60, None)

    def signed_roles(self, text: str) -> tuple[str, dict[str, str]]:
        """(user, role by store) of such a request. Raises TokenError."""
        claims = self._verified(text)
        if claims.get("token_use") != ROLES_USE:
            raise TokenError("no request for roles")
        return str(claims["user"]), {str(store): str(role) for store, role in claims["roles"].items()}

    def _signed(self, claims: Mapping[str, Any], user: str, lifetime: int, auth_time: int | None) -> str:
        now = int(time.time())
        common = {
            "iss": self.issuer,
            "sub": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.issuer}/{user}")),
            "auth_time": auth_time or now,
            "iat": now,
            "exp": now + lifetime,
            "jti": secrets.token_hex(16),
        }
        return jwt.encode({**common, **claims}, self.key, algorithm="RS256", headers={"kid": self.key_id})

    @cached_property
    def key_id(self) -> str:
        der = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return hashlib.sha256(der).hexdigest()[:16]

    def key_set(self) -> dict[str, Any]:
        """The public key as a JSON Web Key Set."""
        key = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**key, "kid": self.key_id, "alg": "RS256", "use": "sig"}]}

    def verify(self, token: str) -> dict[str, Any]:
        """The claims of a token that API Gateway's JWT authorizer would accept. Raises TokenError for any other."""
        claims = self._verified(token)
        audience = claims.get("aud", claims.get("client_id"))
        names = audience if isinstance(audience, list) else [audience]
        if not set(self.clients) & {name for name in names if isinstance(name, str)}:
            raise TokenError("the token was issued to another client")
        return claims

    def _verified(self, token: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self.key.public_key(),
                algorithms=["RS256"],
                issuer=self.issuer,
                options={"require": ["exp", "iss"], "verify_aud": False},
            )
        except jwt.InvalidTokenError as refused:
            raise TokenError(str(refused)) from refused
        return claims
