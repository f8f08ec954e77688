"""How far the build of the console is, in DATA_DIR/console: the run writes it, and every worker reads it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

State = Literal["off", "waiting", "document", "packages", "build", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class Progress:
    """`detail` is a sentence for the person who runs it, such as what is missing."""

    state: State
    detail: str = ""


def folder(data_dir: Path) -> Path:
    return data_dir / "console"


def site(data_dir: Path) -> Path:
    """A link to the built files that this data folder's run serves. It does not exist before the first build."""
    return folder(data_dir) / "site"


def write(data_dir: Path, progress: Progress) -> None:
    path = folder(data_dir) / "progress.json"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    _replace(path, lambda partial: partial.write_text(json.dumps([progress.state, progress.detail]), "utf-8"))


def read(data_dir: Path) -> Progress:
    try:
        state, detail = json.loads((folder(data_dir) / "progress.json").read_text("utf-8"))
    except (OSError, ValueError):
        return Progress("off")
    return Progress(state, detail)


def serve(data_dir: Path, built: Path) -> None:
    """Serve this folder from now on."""
    site(data_dir).parent.mkdir(mode=0o700, exist_ok=True)
    _replace(site(data_dir), lambda partial: partial.symlink_to(built.resolve(), target_is_directory=True))


def _replace(path: Path, make: Callable[[Path], object]) -> None:
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    partial.unlink(missing_ok=True)
    make(partial)
    partial.replace(path)
