"""The capacity units of loading a real order, by the loader's own calls. `python -m bench.load
../shared/data/olist`."""

from __future__ import annotations

import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

import boto3

from local.load import script, source
from tests.capacity import metered
from tests.harness import Api, InProcess, create_table, dynoxide, environment, use_table

ORDERS = 100


def main(folder: Path) -> None:
    (seller,) = source.read(folder, 1, ORDERS)
    with dynoxide() as url, environment(url, table := f"t{uuid.uuid4().hex}"):
        create_table(boto3.client("dynamodb"), table)
        use_table(table)
        shop, calls = Api(InProcess(), "dynoxide").shop(deadline_policy={"mode": "watch"}, currency="BRL"), 0
        with metered() as units:
            for order in seller.orders:
                answer = shop.platform.post("/v1/orders", script.placement(order))
                for step in script.steps(order, datetime.now(UTC)):
                    answer = shop.platform.act(order.order_id, step.action, step.content(answer.json))
                    assert answer.status == 200, (step, answer.content)
                    calls += 1
    count = len(seller.orders)
    print(f"{count} orders, {1 + calls / count:.2f} requests an order")
    print(
        f"{units.reads / count:.1f} read units, {units.write / count:.1f} write units, and for indexes "
        f"{units.index_write / count:.1f} more, an order"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
