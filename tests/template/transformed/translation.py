"""template.yaml as CloudFormation gets it: transformed by the translator of the SAM CLI."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from local.cloudformation import parse
from local.template import DEFAULT_PATH, PROJECT

SAM = PROJECT / ".tools" / "sam"
KEPT = SAM / "transformed"
DAY = 86_400
TRANSLATE = """
import json, logging, sys
from samtranslator.translator.transform import transform

logging.disable(logging.WARNING)
document = json.load(sys.stdin)
document["Globals"]["Function"]["CodeUri"] = {"Bucket": "b", "Key": "k"}  # as sam package leaves it
json.dump(transform(document, {}, None), sys.stdout)
"""


@lru_cache(maxsize=1)
def transformed() -> dict[str, Any]:
    """The transformed template. A translation takes some seconds, so it is kept in a file for a day."""
    python = SAM / "bin" / "python"
    if not python.exists():
        pytest.skip("there is no SAM CLI in .tools/sam: make test sets it up")
    text = DEFAULT_PATH.read_text("utf-8")
    kept = KEPT / f"{hashlib.sha256((TRANSLATE + text).encode()).hexdigest()}.json"
    if not kept.exists():
        ended = subprocess.run(
            [python, "-c", TRANSLATE],
            input=json.dumps(parse(text)),
            capture_output=True,
            text=True,
            check=False,
            env={"AWS_DEFAULT_REGION": "us-east-1"},
        )
        assert ended.returncode == 0, ended.stderr[-2000:]
        _keep(kept, ended.stdout)
    document: dict[str, Any] = json.loads(kept.read_text("utf-8"))
    return document


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    for former in path.parent.iterdir():
        if former.stat().st_mtime < time.time() - DAY:
            former.unlink(missing_ok=True)
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_text(text, "utf-8")
    partial.replace(path)
