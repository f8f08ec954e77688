"""What is in the table and in the bucket, and what the API says of it."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3

from shared.store.customers import erasure_list
from tests.harness import BUCKET, TEMPLATE, Shop
from tests.store.customers.erasures.person import Person

FIGURES = ("funds", "figures", "ledger", "replies", "violation")
"""Items that an erasure must leave as they are to the byte."""
Item = dict[str, Any]


def table() -> str:
    from shared.settings import settings

    return settings().table_name


def items() -> list[Item]:
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table(), ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def indexed() -> Iterator[Item]:
    (declared,) = TEMPLATE.tables
    for index in declared.create_arguments["GlobalSecondaryIndexes"]:
        pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table(), IndexName=index["IndexName"])
        for page in pages:
            yield from page["Items"]


def texts(value: Any) -> str:
    """All that can be read in an item, what is packed included."""
    if isinstance(value, bytes):
        return (zlib.decompress(value) if value[:1] == b"\x78" else value).decode(errors="replace")
    if isinstance(value, dict):
        return "\n".join(f"{name}\n{texts(each)}" for name, each in value.items())
    return "\n".join(map(texts, value)) if isinstance(value, list) else str(value)


def versions() -> list[tuple[str, str, bytes]]:
    """Every version of every object but the list of erasures: key, version, content."""
    s3, found = boto3.client("s3"), []
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=BUCKET):
        assert not page.get("DeleteMarkers")
        for each in page.get("Versions", ()):
            if each["Key"].startswith(erasure_list.PREFIX):
                continue
            kept = s3.get_object(Bucket=BUCKET, Key=each["Key"], VersionId=each["VersionId"])
            found.append((each["Key"], each["VersionId"], kept["Body"].read()))
    return found


def left(marks: list[str]) -> Counter[str]:
    """Where these strings can still be read: how many items, index items and versions of files hold each."""
    held = [texts(item) for item in (*items(), *indexed())]
    held += [f"{key} {content!r}" for key, _, content in versions()]
    return Counter({mark: number for mark in marks if (number := sum(mark in each for each in held))})


def of_kind(*kinds: str) -> list[Item]:
    return sorted(
        (item for item in items() if item["kind"]["S"] in kinds), key=lambda item: (item["pk"]["S"], item["sk"]["S"])
    )


def of_person(person: Person) -> list[Item]:
    mine = {f"{person.shop.name}#{order_id}" for order_id in person.bodies}
    return [item for item in items() if item["pk"]["S"] in mine or item["sk"]["S"] == f"CUSTOMER#{person.buyer}"]


def figures(shop: Shop) -> dict[str, Any]:
    """What the shop's totals and the buyer's say, as the API tells them."""
    paths = ["/v1/funds", "/v1/reports/sales", "/v1/reports/sales?by=country", "/v1/reports/sales?by=product"]
    answers = {
        path: shop.viewer.get(path).json for path in (*paths, "/v1/reports/service-level", "/v1/orders/counters")
    }
    counts = answers["/v1/orders/counters"]
    for name in ("due_24h", "seller_due_24h", "overdue", "placed_today"):
        counts.pop(name)  # their queries name the moment
    counts["overlays"].pop("unread")  # of messages, which are gone
    answers = {
        path: {name: each for name, each in answer.items() if name != "as_of"} for path, answer in answers.items()
    }
    for each in shop.viewer.every("/v1/customers"):
        answers[each["buyer_id"]] = [
            each[name] for name in ("orders", "spend", "refund_rate", "first_order_at", "country")
        ]
    for each in shop.viewer.every("/v1/orders"):
        answers[each["order_id"]] = [
            each[name] for name in ("amounts", "status", "placed_at", "currency", "line_count")
        ]
    return answers


@dataclass
class Picture:
    """Table and bucket as they are at a moment, to be put there again."""

    table: list[Item]
    files: list[tuple[str, bytes]]

    @classmethod
    def take(cls) -> Picture:
        return cls(items(), [(key, content) for key, _, content in reversed(versions())])

    def show(self) -> None:
        client, s3 = boto3.client("dynamodb"), boto3.client("s3")
        keys = [{name: item[name] for name in ("pk", "sk")} for item in items()]
        wanted = [{"DeleteRequest": {"Key": key}} for key in keys if key not in self._keys()]
        wanted += [{"PutRequest": {"Item": item}} for item in self.table]
        for first in range(0, len(wanted), 25):
            client.batch_write_item(RequestItems={table(): wanted[first : first + 25]})
        for key, version, _ in versions():
            s3.delete_object(Bucket=BUCKET, Key=key, VersionId=version)
        for key, content in self.files:
            s3.put_object(Bucket=BUCKET, Key=key, Body=content)

    def _keys(self) -> list[Item]:
        return [{name: item[name] for name in ("pk", "sk")} for item in self.table]
