"""What the sign-in has issued: sessions, codes and refresh tokens, in one SQLite file that all workers share.

The file has digests only, so whoever reads it can use none of them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

Kind = Literal["session", "code", "refresh"]
_TABLE = """CREATE TABLE IF NOT EXISTS issued (
    digest TEXT PRIMARY KEY, kind TEXT NOT NULL, family TEXT NOT NULL, session TEXT NOT NULL,
    body TEXT NOT NULL, expires_at REAL NOT NULL, used INTEGER NOT NULL DEFAULT 0)"""


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Issued:
    """`session` is the digest of a session; what was issued in it ends with it. A `family` is a code and the refresh
    tokens that follow from it: one used twice ends the family, because the second user may be a thief."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._open() as database:
            database.execute(_TABLE)

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        try:
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")
        finally:
            database.close()

    def add(
        self, kind: Kind, body: Mapping[str, Any], now: float, seconds: float, *, session: str = "", family: str = ""
    ) -> str:
        """A new secret. It is not stored."""
        secret = secrets.token_urlsafe(32)
        row = (digest(secret), kind, family or digest(secret), session or digest(secret), json.dumps(body))
        with self._open() as database:
            database.execute("DELETE FROM issued WHERE expires_at <= ?", (now,))
            database.execute("INSERT INTO issued VALUES (?, ?, ?, ?, ?, ?, 0)", (*row, now + seconds))
        return secret

    def read(self, kind: Kind, secret: str, now: float) -> dict[str, Any] | None:
        """What was issued with this secret, or None if it is unknown or has expired."""
        with self._open() as database:
            row = self._row(database, kind, secret, now)
        return None if row is None else json.loads(row[0])

    def use(self, kind: Kind, secret: str, now: float) -> tuple[dict[str, Any], str, str] | None:
        """What was issued with this secret, its session and its family; each secret once. A second use ends the
        family."""
        with self._open() as database:
            row = self._row(database, kind, secret, now)
            if row is None:
                return None
            body, session, family, used = row
            if used:
                database.execute("DELETE FROM issued WHERE family = ? AND kind = 'refresh'", (family,))
                return None
            database.execute("UPDATE issued SET used = 1 WHERE digest = ?", (digest(secret),))
        return json.loads(body), session, family

    def end_session(self, secret: str) -> None:
        with self._open() as database:
            database.execute("DELETE FROM issued WHERE session = ?", (digest(secret),))

    def end_family(self, secret: str) -> None:
        """Revoke a refresh token and those that came before it."""
        with self._open() as database:
            database.execute(
                "DELETE FROM issued WHERE kind = 'refresh' AND family IN (SELECT family FROM issued WHERE digest = ?)",
                (digest(secret),),
            )

    @staticmethod
    def _row(database: sqlite3.Connection, kind: Kind, secret: str, now: float) -> Any:
        return database.execute(
            "SELECT body, session, family, used FROM issued WHERE digest = ? AND kind = ? AND expires_at > ?",
            (digest(secret), kind, now),
        ).fetchone()
