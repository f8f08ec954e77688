"""Run one peer, from store pages to a finished file: `python -m bench.export.peers <peer> <folder>`.

Prints one line of JSON: CPU seconds, peak MB, and the numbers of what was read and result.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

os.environ |= {
    "TABLE_NAME": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_LOG_LEVEL": "ERROR",
}

from bench.export import pages

Figures = dict[str, Any]
WARM = 100
"""Orders of the run that warms up, before the measured one."""


def json_loads(folder: Path) -> Figures:
    """The lower limit of reading: json.loads of every page."""
    return {"items": sum(len(json.loads(path.read_bytes())["Items"]) for path in pages.files(folder))}


def deflate(folder: Path, sheet: Path) -> Figures:
    """The lower limit of writing: zlib at level 6 of a sheet's bytes."""
    packer, size = zlib.compressobj(6), 0
    with sheet.open("rb") as file:
        while part := file.read(1 << 20):
            size += len(packer.compress(part))
    return {"bytes": size + len(packer.flush())}


def reading(folder: Path) -> Figures:
    return {"orders": sum(1 for _ in _ours(folder))}


def _ours(folder: Path) -> Iterator[Any]:
    from shared.store.dynamodb import wire
    from shared.store.dynamodb.records import connection
    from shared.store.orders import timeline

    pages.serve(wire._client(connection()), folder)
    return timeline.placed(pages.STORE, pages.SINCE, pages.UNTIL)


def export(folder: Path, kind: str, format_: str, keep: Path | None = None) -> Figures:
    """All files of an export, one after the other, as the worker writes them."""
    from dataclasses import replace

    from functions.exports.file_writer import write_file
    from shared.domain.exports import model
    from shared.domain.order.transitions import Actor
    from shared.domain.stores import Store

    _ours(folder)
    window = (pages.SINCE, pages.UNTIL)
    request = model.new_request(Store(pages.STORE), pages.UNTIL, model.Kind(kind), model.Format(format_), window=window)
    job = model.Job(pages.STORE, "exp_bench", request, Actor("owner", "bench"), pages.UNTIL)
    rows = orders = size = 0
    with tempfile.TemporaryDirectory() as scratch:
        while True:
            path = (keep or Path(scratch)) / f"{job.next_file}.{format_}"
            result = write_file(job, path, lambda _: None)
            rows, orders, size = rows + result.rows, orders + result.orders, size + path.stat().st_size
            if result.ended:
                return {"rows": rows, "orders": orders, "bytes": size, "files": job.next_file}
            file = model.File(job.next_file, path.name, path.name, 0, "", result.rows, result.orders)
            job = replace(job, files=(*job.files, file), position=result.position)


def xlwt_alone(folder: Path, kind: str) -> Figures:
    """Our reading and our rows with xlwt: rows flushed every 1,000, and files of 65,000 rows."""
    import xlwt

    from functions.exports.file_writer import FileResult, _rows, sheet_of
    from functions.exports.formats.sheets import NUMBER_FORMATS
    from functions.exports.kinds import KINDS
    from shared.domain.exports import model
    from shared.domain.stores import Store

    orders = _ours(folder)
    request = model.new_request(
        Store(pages.STORE), pages.UNTIL, model.Kind(kind), model.Format.XLS, window=(pages.SINCE, pages.UNTIL)
    )
    sheet, count = sheet_of(request), 0
    rows = _rows(KINDS[request.kind], (("", order) for order in orders), request, FileResult(1), 10**9)
    with tempfile.TemporaryDirectory() as scratch:
        while True:
            book = xlwt.Workbook(encoding="utf-8")
            page = book.add_sheet("Sheet1")
            styles = [xlwt.easyxf(num_format_str=NUMBER_FORMATS[heading.kind]) for heading in sheet.headings]
            done = 0
            for done, row in enumerate(_first(rows, 65_000), 1):
                for column, cell in enumerate(row):
                    if cell is not None:
                        page.write(done, column, cell, styles[column])
                if done % 1_000 == 0:
                    page.flush_row_data()
            book.save(str(Path(scratch) / "a.xls"))
            count += done
            if done < 65_000:
                return {"rows": count}


def _first(rows: Iterator[Any], limit: int) -> Iterator[Any]:
    for _, row in zip(range(limit), rows, strict=False):
        yield row


def pynamodb_openpyxl(folder: Path, kind: str) -> Figures:
    """The usual way: PynamoDB's query of the same index, openpyxl's write-only mode."""
    from shared.store.dynamodb import keys
    from shared.store.dynamodb.records import Record, connection
    from shared.store.orders.items import order_of

    pages.serve(connection().client, folder)
    heads = Record.by_placed.query(pages.STORE)
    records = Record.by_placed.query(keys.second_timeline(pages.STORE))

    def orders() -> Iterator[Any]:
        record = next(records, None)
        for head in heads:
            parts = []
            while record is not None and record.pk == head.pk:
                parts.append(record)
                record = next(records, None)
            yield order_of(head, parts)

    return _openpyxl(orders(), kind)


def boto3_openpyxl(folder: Path, kind: str) -> Figures:
    """boto3's Table.query with plain dictionaries, openpyxl's write-only mode."""
    import boto3
    from boto3.dynamodb.conditions import Key

    from shared.store.dynamodb import keys

    table = boto3.resource("dynamodb").Table("bench")
    pages.serve(table.meta.client, folder)

    def items(partition: str) -> Iterator[Any]:
        start: Figures = {}
        while True:
            page = table.query(IndexName="by_placed", KeyConditionExpression=Key("timeline").eq(partition), **start)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    records = items(keys.second_timeline(pages.STORE))

    def rows() -> Iterator[list[Any]]:
        record = next(records, None)
        for head in items(pages.STORE):
            parts = []
            while record is not None and record["pk"] == head["pk"]:
                parts.append(record)
                record = next(records, None)
            yield from _plain_rows(head, parts, kind)

    return _write_only(rows())


def _plain_rows(head: Figures, parts: Iterable[Figures], kind: str) -> Iterator[list[Any]]:
    """Rows with as many cells of the same kinds as ours, without our helpers."""
    from datetime import datetime, timedelta

    def local(name: str) -> Any:
        text = head.get(name)
        return datetime.fromisoformat(text).replace(tzinfo=None) + timedelta(hours=8) if text else None

    by_kind = {part["kind"]: part for part in parts}
    packed = bytes(by_kind["detail"]["content"])
    content = json.loads(zlib.decompress(packed) if packed[:1] == b"\x78" else packed)
    amounts, buyer, to = json.loads(head["amounts"]), json.loads(head["buyer"]), content["recipient"]
    lines = content["lines"]
    products = "\n".join(
        f"【{number}】 {line['title']}\n(产品属性: {line['attributes']})\n({line['sku']})\n({line['quantity']} piece)"
        for number, line in enumerate(lines, 1)
    )
    total = sum(amounts.get(name, 0) for name in ("lines", "shipping")) - amounts.get("discount", 0)
    shared = [
        head["pk"].split("#")[1], head["status"], head.get("assignee"), buyer["name"], local("placed_at"),
        local("paid_at"), float(Decimal(amounts["lines"]) / 100), float(Decimal(amounts["shipping"]) / 100),
        float(Decimal(total) / 100), float(Decimal(amounts.get("discount", 0)) / 100), products, content.get("memo"),
        ", ".join(to.values()), to["name"], to["country"], to["state"], to["city"], to["street"], to["zip"],
        to["phone"], to["mobile"], content["chosen_service"], None, by_kind["parcel"]["tracking_no"],
        local("shipped_at"), local("received_at"),
    ]  # fmt: skip
    if kind == "orders":
        yield shared
        return
    for line in lines:
        price = float(Decimal(line["unit_price"]) / 100)
        yield [
            *shared, line["line_id"], line["product_id"], line["sku"], line["title"], str(line["attributes"]),
            line["quantity"], price, price * line["quantity"], line["quantity"], 0, 0,
            head["status"], head["fund_state"], head["currency"], float(total) / 100, buyer["id"], to["country"],
            0.0, 0.0,
        ]  # fmt: skip


def _openpyxl(orders: Iterator[Any], kind: str) -> Figures:
    from functions.exports.file_writer import FileResult, _rows
    from functions.exports.kinds import KINDS
    from shared.domain.exports import model
    from shared.domain.stores import Store

    request = model.new_request(
        Store(pages.STORE), pages.UNTIL, model.Kind(kind), model.Format.XLSX, window=(pages.SINCE, pages.UNTIL)
    )
    return _write_only(_rows(KINDS[request.kind], (("", order) for order in orders), request, FileResult(1), 10**9))


def _write_only(rows: Iterable[list[Any]]) -> Figures:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet, count = book.create_sheet("Sheet1"), 0
    for row in rows:
        sheet.append(row)
        count += 1
    with tempfile.TemporaryDirectory() as scratch:
        book.save(Path(scratch) / "a.xlsx")
    return {"rows": count}


def unpack(xlsx: Path, target: Path) -> None:
    """Write the uncompressed XML of a workbook's first sheet."""
    with zipfile.ZipFile(xlsx) as packed, packed.open("xl/worksheets/sheet1.xml") as sheet, target.open("wb") as file:
        while part := sheet.read(1 << 20):
            file.write(part)


PEERS: dict[str, Callable[..., Figures]] = {
    "json": json_loads,
    "deflate": deflate,
    "reading": reading,
    "export": export,
    "xlwt": xlwt_alone,
    "pynamodb": pynamodb_openpyxl,
    "boto3": boto3_openpyxl,
}


def main(arguments: list[str]) -> None:
    name, folder, *more = arguments
    extra = [Path(each) if "/" in each else each for each in more]
    PEERS[name](pages.prepare(WARM), *extra)  # a worker imports modules and makes clients once
    began = time.process_time()
    figures = PEERS[name](Path(folder), *extra)
    cpu = time.process_time() - began
    print(json.dumps(figures | {"cpu": cpu, "mb": _peak_mb()}))


def _peak_mb() -> float:
    """Of this process alone; the value of getrusage includes the process that it was forked from."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main(sys.argv[1:])
