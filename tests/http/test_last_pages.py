"""The end of every list: a full last page has no cursor, and a page that a cursor leads to is never empty."""

from __future__ import annotations

import re
import time

import pytest

from tests import proof
from tests.harness import Api, Client, Shop
from tests.http.busy_shop import fill

EMPTY_HERE = {"/v1/exports", "/v1/imports/{import_id}/rows", "/v1/funds/held", "/v1/funds/unexplained"}
"""Lists that this shop has nothing in: exports and imports need their functions, fewer than two orders
await their release, and no money is unexplained."""


@pytest.fixture
def shop(api: Api) -> Shop:
    shop = api.shop()
    fill(shop)
    return shop


def check_last_page(owner: Client, place: str) -> bool:
    """Checks the end of the list at `place`; returns False where the list has fewer than two rows.

    A worker may change a row between two reads, as each attempt of a delivery does. So the list is read
    before and after, and pages count only where both are equal.
    """
    for _ in range(20):
        whole = owner.every(place)
        if len(whole) < 2:
            return False
        pages = [owner.get(place, query={"limit": limit}).json for limit in (len(whole), len(whole) + 1)]
        first = owner.get(place, query={"limit": len(whole) - 1}).json
        rest = owner.get(place, query={"limit": len(whole) - 1, "cursor": first["page"]["next_cursor"]}).json
        if owner.every(place) == whole:
            break
        time.sleep(0.1)
    else:
        pytest.fail(f"{place} changed between two reads, 20 times")
    for page in pages:
        assert (page["data"], page["page"]["next_cursor"]) == (whole, None), place
    assert (first["data"] + rest["data"], rest["page"]["next_cursor"]) == (whole, None), place
    assert len(rest["data"]) == 1, place
    return True


def test_the_last_page_of_every_list_has_no_cursor(api: Api, shop: Shop) -> None:
    document = Client(api.transport, {}, "nobody").get("/v1/openapi.json").json
    listed = shop.owner.every("/v1/reports/violations")[0]["order_id"]
    channel_id = shop.owner.get("/v1/alert-channels").json["data"][0]["id"]
    names = {"order_id": listed, "buyer_id": "buyer-0", "channel_id": channel_id}
    names["import_id"] = shop.staff.get("/v1/imports").json["data"][0]["id"]
    seen, empty = 0, set()
    for path, operations in document["paths"].items():
        parameters = operations.get("get", {}).get("parameters", [])
        if not any(each.get("name") == "cursor" for each in parameters):
            continue
        place = re.sub(r"\{(\w+)\}", lambda match: names[match[1]], path)
        if check_last_page(shop.owner, place):
            seen += 1
        else:
            empty.add(path)
    assert empty <= EMPTY_HERE
    proof.counted("lists whose last page has no cursor", seen, 19)


def test_filters_and_merged_partitions_end_in_the_same_way(shop: Shop) -> None:
    count = 0
    for path, filters in (
        ("/v1/orders", {"status": "PLACE_ORDER_SUCCESS"}),
        ("/v1/orders", {"status": "PLACE_ORDER_SUCCESS,WAIT_BUYER_ACCEPT_GOODS"}),
        ("/v1/orders", {"overlay": "unread"}),
        ("/v1/orders", {"sort": "deadline_at"}),
        ("/v1/parcels", {"state": "undelivered"}),
        ("/v1/messages", {"unread": "true"}),
        ("/v1/customers", {"frequency": "new"}),
        ("/v1/funds/entries", {"flow": "received"}),
        ("/v1/reports/sales", {"by": "product"}),
    ):
        answer = shop.viewer.get(path, query=filters)
        if answer.status != 200 or len(answer.json["data"]) < 2:
            continue
        full = shop.viewer.get(path, query={**filters, "limit": len(answer.json["data"])}).json
        assert full["page"]["next_cursor"] is None, (path, filters)
        count += 1
    assert count >= 6
