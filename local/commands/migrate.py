"""`make migrate`: rewrite what former code has left in the table of the running server as today's code writes it.

DATA_DIR is that of `make run`. DRY_RUN=1 only counts. WORKERS read the table at the same time. It may be interrupted,
run again, run twice at the same time, and run while the server works.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from local.engines import VARIABLES
from local.template import Template

if TYPE_CHECKING:
    from shared.operations.migration import Migrated

INTERRUPTED = 130
MOST_WORKERS = 64


def run(dry_run: bool, workers: int) -> int:
    """Migrate the table that the environment names, then count what is left. Returns the exit code: 0 if nothing is."""
    from shared.store.secrets import search_secret

    search_secret()  # before any item, so that a key that may not be used ends this at once
    if not dry_run:
        done, interrupted = _all_segments(False, workers)
        print(f"rewritten: {_list(done.written)}")
        if interrupted:
            print("Interrupted. What is rewritten stays so; the same command goes on.")
            return INTERRUPTED
    left, interrupted = _all_segments(True, workers)
    for step, seen in sorted(left.seen.items()):
        print(f"{step}: {seen:,} looked at, {left.former[step]:,} of former code")
    for failed in left.failed:
        print(f"left alone: {failed}", file=sys.stderr)
    is_left = bool(left.former.total() or left.failed)
    print(
        "The count was interrupted."
        if interrupted
        else "Nothing of former code is left."
        if not is_left
        else "Without DRY_RUN=1 these are rewritten."
        if dry_run
        else "Something is left: run the same command again."
    )
    return INTERRUPTED if interrupted else int(is_left and not dry_run)


def _all_segments(dry_run: bool, workers: int) -> tuple[Migrated, bool]:
    """What came of it, and whether somebody interrupted it with Ctrl-C."""
    from shared.operations.migration import Migrated, migrate

    stop, total, interrupted = threading.Event(), Migrated(), False
    with ThreadPoolExecutor(workers) as pool:
        running = [
            pool.submit(migrate, dry_run=dry_run, segment=each, segments=workers, stops=stop.is_set)
            for each in range(workers)
        ]
        try:
            for each in running:
                each.exception()
        except KeyboardInterrupt:
            interrupted = True
            stop.set()
    for each in running:
        total.add(each.result())
    return total, interrupted


def _list(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()) if count) or "nothing"


def arguments(variables: Mapping[str, str]) -> tuple[bool, int]:
    """(dry run, workers). Ends the command with a message if one of them is wrong."""
    workers = variables.get("WORKERS") or "4"
    if not (workers.isdecimal() and 1 <= int(workers) <= MOST_WORKERS):
        raise SystemExit(f"WORKERS is a number from 1 to {MOST_WORKERS}, not {workers}")
    return variables.get("DRY_RUN", "") not in ("", "0"), int(workers)


def main(variables: Mapping[str, str]) -> int:
    from botocore.exceptions import BotoCoreError, ClientError
    from pynamodb.exceptions import PynamoDBException

    from shared.store.dynamodb.errors import Busy

    dry_run, workers = arguments(variables)
    data_dir = Path(variables.get("DATA_DIR") or "data").resolve()
    try:
        lines = (data_dir / VARIABLES).read_text("utf-8").split()
        os.environ |= dict(line.split("=", 1) for line in lines)
        os.environ["TABLE_NAME"] = Template.load().tables[0].name
        return run(dry_run, workers)
    except (OSError, Busy, BotoCoreError, ClientError, PynamoDBException) as failed:
        print(f"No run answers that uses {data_dir}; start it first, with make run ({failed})", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(os.environ))
