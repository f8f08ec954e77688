"""The pages of a large shop as DynamoDB sends them: real records in wire JSON, without a table.

A botocore `before-send` hook answers each Query from these pages, so that the time of ours and of each peer is the time
to process the answers and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from botocore.awsrequest import AWSResponse

from shared.domain.order.funds.amounts import Amounts
from shared.domain.order.model import Buyer, FundState, Line, Order, Parcel, Quantity, Status, Timer
from shared.store.orders import placements
from shared.store.orders.items import head_of
from shared.store.orders.parts import part_record, parts_of, versions_checksum

STORE = "bench"
SINCE = datetime(2026, 8, 1, tzinfo=UTC)
UNTIL = datetime(2028, 1, 1, tzinfo=UTC)
PAGE_BYTES, CHUNK = 1_000_000, 2_500
WORDS = "stainless bottle cable braided charging lamp desk silicone mat set wireless earbuds jacket hiking".split()
CITIES = ("Portland", "Sevilla", "Campinas", "Toulouse", "Leipzig", "Kraków", "수원시", "Utrecht", "Valparaíso")


def order(number: int, lines: int = 3) -> Order:
    """Order `number` of the shop: paid, shipped in one parcel, received. All its values are computed from the
    number."""
    placed = SINCE + timedelta(seconds=number * 17)
    bought = tuple(
        Line(
            line_id=str(line),
            product_id=f"10050{(number * 7 + line) % 10**11:011d}",
            quantity=1 + (number + line) % 3,
            unit_price=199 + (number * 31 + line * 7) % 9_000,
            sku=f"SKU-{(number + line) % 5_000:05d}",
            title=" ".join(WORDS[(number + line * word) % len(WORDS)] for word in range(1, 9)).title(),
            attributes={"Color": ("Black", "Silver", "Forest")[line % 3], "Ships From": "CHINA"},
        )
        for line in range(1, lines + 1)
    )
    total = sum(line.quantity * line.unit_price for line in bought)
    city = CITIES[number % len(CITIES)]
    paid, shipped, received = (placed + timedelta(hours=hours) for hours in (1, 40, 500))
    return Order(
        store_id=STORE,
        order_id=f"81{number:014d}",
        placed_at=placed,
        buyer=Buyer(f"us{number % 40_000:010d}", "ES", f"Alex Example {number % 40_000}"),
        recipient={
            "country": "ES",
            "name": f"Alex Example {number}",
            "state": "Example State",
            "city": city,
            "street": f"Example Street {number % 900}, {number % 30} B",
            "zip": f"{number % 100_000:05d}",
            "phone": f"+34 600 {number % 10**6:06d}",
            "mobile": f"0034600{number % 10**6:06d}",
        },
        currency="USD",
        amounts=Amounts(total, 250, discount=100 if number % 4 == 0 else 0, received=total + 250),
        lines=bought,
        platform_at=received,
        placed_digest="0123456789abcdef0123456789abcdef01234567",
        version=9,
        status=Status.FUND_PROCESSING if number % 5 else Status.WAIT_BUYER_ACCEPT_GOODS,
        fund_state=FundState.AWAITING_RELEASE if number % 5 else FundState.NONE,
        chosen_service="AliExpress Standard Shipping",
        delivery_days=30,
        memo="Please pack it well, it is a gift. 谢谢" if number % 6 == 0 else None,
        paid_at=paid,
        shipped_at=shipped,
        received_at=received if number % 5 else None,
        timers=(Timer("release", received + timedelta(days=3)),) if number % 5 else (Timer("receipt", received),),
        parcels=(
            Parcel(
                "p1",
                "CAINIAO_STANDARD",
                f"LX{number:09d}CN",
                shipped,
                tuple(Quantity(line.line_id, line.quantity) for line in bought),
            ),
        ),
    )


def _wire(record: Any) -> str:
    def plain(value: Any) -> Any:
        return base64.b64encode(value).decode() if isinstance(value, bytes) else value

    item = {name: {kind: plain(value) for kind, value in typed.items()} for name, typed in record.serialize().items()}
    return json.dumps(item, separators=(",", ":"))


def _packed(items: Iterable[str]) -> Iterator[list[str]]:
    page: list[str] = []
    size = 0
    for item in items:
        if size + len(item) > PAGE_BYTES:
            yield page
            page, size = [], 0
        page.append(item)
        size += len(item)
    yield page


def _chunk(bounds: tuple[int, int, int]) -> tuple[list[list[str]], list[list[str]]]:
    """Pages of heads, and pages of the other items, of the orders from one number to another."""
    since, until, lines = bounds
    heads, records = [], []
    with mock.patch.object(placements, "search_secret", return_value=b"bench"):  # the table is not asked
        for number in range(since, until):
            made = order(number, lines)
            parts = parts_of(made)
            heads.append(
                _wire(head_of(made, part_versions=versions_checksum(dict.fromkeys(parts, made.version)), armed=True))
            )
            records += [_wire(part_record(made, sk, parts[sk], made.version)) for sk in sorted(parts)]
    return list(_packed(heads)), list(_packed(records))


def prepare(count: int, lines: int = 3) -> Path:
    """The folder with the pages of `count` orders, made once for each version of the stored format."""
    version = hashlib.sha256(Path(__file__).read_bytes() + json.dumps(_chunk((0, 30, lines))).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"orderkeep-pages-{version}-{count}-{lines}"
    if (folder / "ready").exists():
        return folder
    folder.mkdir(exist_ok=True)
    bounds = [(since, min(count, since + CHUNK), lines) for since in range(0, count, CHUNK)]
    written = {"heads": 0, "records": 0}
    lasts: dict[str, list[str]] = {"heads": [], "records": []}
    with ProcessPoolExecutor() as pool:
        for heads, records in pool.map(_chunk, bounds):
            for name, pages in (("heads", heads), ("records", records)):
                for page in pages:
                    # The last page is known only at the end: see below.
                    number = written[name]
                    more = f',"LastEvaluatedKey":{{"pk":{{"S":"{number + 1}"}}}}'
                    text = f'{{"Count":{len(page)},"Items":[{",".join(page)}],"ScannedCount":{len(page)}{more}}}'
                    (folder / f"{name}-{number}.json").write_text(text)
                    lasts[name].append(json.loads(page[-1])["placed_key"]["S"])
                    written[name] += 1
    for name, number in written.items():
        last = folder / f"{name}-{number - 1}.json"
        last.write_text(last.read_text().replace(f',"LastEvaluatedKey":{{"pk":{{"S":"{number}"}}}}', ""))
    for name, keys in lasts.items():
        (folder / f"{name}.lasts").write_text(json.dumps(keys))
    (folder / "ready").touch()
    return folder


def files(folder: Path) -> list[Path]:
    """All pages, by their numbers."""
    return sorted(folder.glob("*.json"), key=lambda path: (path.stem.split("-")[0], int(path.stem.split("-")[1])))


def serve(client: Any, folder: Path) -> None:
    """Answer the Query requests of a botocore client from the folder, by partition and page. Each page is read from
    disk when it is requested, so that memory has only what the reader keeps."""
    _served.append(folder)
    client.meta.events.register("before-send.dynamodb.Query", _answer, unique_id="bench")


_served: list[Path] = []


def _answer(request: Any, **_: Any) -> AWSResponse:
    query = json.loads(request.body)
    name = "records" if "#records" in request.body.decode() else "heads"
    since = query["ExpressionAttributeValues"].get(":since", {}).get("S", "")
    if "ExclusiveStartKey" in query:
        body = _page(name, int(query["ExclusiveStartKey"]["pk"]["S"]))
    else:
        lasts = json.loads((_served[-1] / f"{name}.lasts").read_text())
        number = next((number for number, last in enumerate(lasts) if last >= since), len(lasts) - 1)
        body = _page(name, number) if number == 0 else _page_from(_page(name, number), since)
    headers: Any = {"content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "bench"}
    return AWSResponse(request.url, 200, headers, _Raw(body))


def _page(name: str, number: int) -> bytes:
    return (_served[-1] / f"{name}-{number}.json").read_bytes()


def _page_from(body: bytes, since: str) -> bytes:
    """The items of a page from `since` on: a query starts within a page once for each file of an export."""
    page = json.loads(body)
    page["Items"] = [item for item in page["Items"] if item["placed_key"]["S"] >= since]
    return json.dumps(page, separators=(",", ":")).encode()


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()
