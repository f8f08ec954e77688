"""What the console is built from, and the digest by which a build is found again."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

NOT_SOURCES = frozenset({"node_modules", "dist", "openapi.json", "schema.d.ts"})
"""What npm and the build write: packages, pages, the API's document and its types."""


def files(folder: Path) -> Iterator[Path]:
    """The source files, in order."""
    for path in sorted(folder.iterdir()):
        if path.name in NOT_SOURCES:
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def digest(folder: Path, document: bytes) -> str:
    """It changes with every file's name and content, and with what the API offers."""
    state = hashlib.sha256(hashlib.sha256(document).digest())
    for path in files(folder):
        state.update(hashlib.sha256(path.relative_to(folder).as_posix().encode()).digest())
        state.update(hashlib.sha256(path.read_bytes()).digest())
    return state.hexdigest()[:16]


def copy(folder: Path, into: Path) -> None:
    shutil.copytree(folder, into, ignore=lambda _, names: NOT_SOURCES.intersection(names))
