"""The regular export: at the start of each month, every store's last three calendar months as .xls files in S3.

The platform hands out only three months, so a seller who forgets loses the file for good; this one does not forget. A
run is named by the store and the time it was due: a second run of it writes the same keys and changes nothing else.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any
from zoneinfo import ZoneInfo

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.exports.columns import LAYOUT_2016
from functions.exports.formats import xls
from shared.domain.money import Money
from shared.domain.orders import Order
from shared.domain.stores import Store
from shared.domain.windows import last_three_months, next_month_start
from shared.store import files, stores, timeline
from shared.store.errors import Stale
from shared.telemetry import logger, metrics, tracer

STOP_BEFORE_MS = 300_000
"""A store is not begun with less time left than this; the next hour's run goes on."""


def write_due(now: datetime, enough: Callable[[], bool]) -> int:
    """Write every regular export due by `now`; answers with how many stores got theirs."""
    written = 0
    for export in stores.due_exports(now):
        if enough():
            break
        store = stores.load(export.store_id).store
        try:
            kept = write_store(store, export.due_at)
            stores.exported(export, kept, next_month_start(export.due_at, store.time_zone, stores.EXPORT_HOUR))
            written += 1
        except Stale:
            logger.info("another run was first", extra={"store_id": export.store_id})
        except Exception:
            # One store that fails must not keep the others from their files; it is due again next hour.
            logger.exception("a regular export failed", extra={"store_id": export.store_id})
            metrics.add_metric("ExportsFailed", "Count", 1)
    return written


def write_store(store: Store, due_at: datetime) -> list[dict[str, Any]]:
    """The store's last three months before `due_at`: files of at most 65,000 orders, at least one, in order."""
    since, until = last_three_months(due_at, store.time_zone)
    orders = iter(timeline.placed(store.store_id, since, until))
    kept: list[dict[str, Any]] = []
    while True:
        batch = islice(orders, xls.MAX_ROWS)
        first = next(batch, None)
        if first is None and kept:
            return kept
        some = chain([first], batch) if first else iter(())
        kept.append(_write_file(store, some, len(kept) + 1, due_at, since, until))


def _write_file(
    store: Store, orders: Iterator[Order], number: int, due_at: datetime, since: datetime, until: datetime
) -> dict[str, Any]:
    zone = ZoneInfo(store.time_zone)
    book = xls.Workbook([column.heading for column in LAYOUT_2016], [column.kind for column in LAYOUT_2016])
    totals: dict[str, int] = {}
    for order in orders:
        book.add(column.value(order, zone) for column in LAYOUT_2016)
        totals[order.currency] = totals.get(order.currency, 0) + order.amounts.total
    book.about(
        [
            ("Store", store.store_id),
            ("Orders placed from", since.astimezone(zone).isoformat()),
            ("to, not included", until.astimezone(zone).isoformat()),
            ("Time zone of all times", store.time_zone),
            ("File", number),
            ("Orders in this file", book.rows),
            *((f"Total {currency}", str(Money(minor, currency))) for currency, minor in sorted(totals.items())),
            *(
                ("Shortened or cleaned", f"row {row + 1}, {LAYOUT_2016[column].heading}")
                for row, column in book.shortened
            ),
        ]
    )
    name = f"orders-{store.store_id}-{due_at.astimezone(zone):%Y-%m-%d}-{number}.xls"
    with tempfile.TemporaryFile() as file:
        book.save(file)
        size = file.tell()
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        files.put_file(f"exports/{store.store_id}/{name}", file, xls.CONTENT_TYPE)
    return {"n": number, "name": name, "rows": book.rows, "bytes": size, "sha256": digest}


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    now = datetime.now(UTC)
    written = write_due(now, lambda: context.get_remaining_time_in_millis() < STOP_BEFORE_MS)
    logger.info("regular exports written", extra={"stores": written})
    return {"stores": written}
