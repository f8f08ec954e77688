"""The figures of a day on which a shop has sold everything that it has, to every country, in each shard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import islice
from typing import Any

import boto3

from shared.domain.countries import COUNTRIES
from shared.domain.reports.figures import PRODUCTS, SALES
from shared.domain.shards import FEW
from shared.settings import settings
from shared.store.dynamodb import keys

ROUND_NUMBER = 10_000
"""Of each figure: as large as that of a busy shop, because a number takes more bytes with more digits."""


def sell(store_id: str, day: date, currency: str, products: Iterable[str]) -> int:
    """Write the day's items, and return how many these are."""
    names = {"product": (list(products), PRODUCTS), "country": (sorted(COUNTRIES), SALES)}
    items = (
        {
            "pk": {"S": keys.figures_pk(store_id)},
            "sk": {"S": keys.figures_sk(by, day, currency, shard, name)},
            "kind": {"S": "figures"},
            **{figure: {"N": str(ROUND_NUMBER)} for figure in kept},
        }
        for by, (of, kept) in names.items()
        for name in of
        for shard in range(FEW)
    )
    return _write(items)


def _write(items: Iterator[dict[str, Any]]) -> int:
    client, table, written = boto3.client("dynamodb"), settings().table_name, 0

    def write(batch: Sequence[dict[str, Any]]) -> int:
        requests: list[Any] = [{"PutRequest": {"Item": item}} for item in batch]
        assert not client.batch_write_item(RequestItems={table: requests})["UnprocessedItems"]
        return len(batch)

    with ThreadPoolExecutor(4) as pool:
        while window := list(islice(items, 2_500)):
            written += sum(pool.map(write, [window[at : at + 25] for at in range(0, len(window), 25)]))
    return written
