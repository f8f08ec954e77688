"""One language at a time: every text of an answer is in the language that was asked for, and codes never change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.harness import Api, Client, Shop, ago, parcel, usd
from tests.proof import counted

HAN = re.compile(r"[\u4e00-\u9fff]")
CODED = {"status", "fund_state", "end_reason", "outcome", "stage", "flow", "action"}
"""Fields that hold a code wherever they are."""
LANGUAGES = ("en", "zh-CN")


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for name, each in value.items():
            if name not in ("changes", "facts"):  # for programs
                yield from objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from objects(each)


def both(client: Client, path: str) -> tuple[Any, Any]:
    english, chinese = (client.get(path, headers={"Accept-Language": each}).json for each in LANGUAGES)
    return english, chinese


def lived(shop: Shop) -> list[str]:
    """Orders that have come to refunds, disputes, a violation, an end of each kind."""
    told = shop.platform.act
    unpaid = shop.platform.place(placed_at=ago(days=40))["order_id"]
    told(unpaid, "unfreeze")  # applies the lapse
    done = shop.platform.place()["order_id"]
    for action in ("pay", "pass_risk"):
        told(done, action)
    shop.staff.act(done, "ship", {"parcels": [parcel("LX1", line1=1)]})
    claim = {"kind": "not_received", "claim": usd("5.00"), "solution": "refund", "text": "not here"}
    told(done, "open_dispute", claim)
    shipped = shop.platform.place()["order_id"]
    for action in ("pay", "pass_risk"):
        told(shipped, action)
    shop.staff.act(shipped, "ship", {"parcels": [parcel("LX2")]})
    told(shipped, "confirm_receipt")
    told(shipped, "release_funds", {"commission": usd("1.00")})
    cancelled = shop.platform.place()["order_id"]
    for action in ("pay", "pass_risk"):
        told(cancelled, action)
    told(cancelled, "request_cancellation", {"reason": "a reason"})
    shop.staff.act(cancelled, "accept_cancellation")
    late = shop.platform.place(placed_at=ago(days=60))["order_id"]
    told(late, "pay", {"at": ago(days=59)})
    told(late, "freeze", {"reason": "review"})
    return [unpaid, done, shipped, cancelled, late]


def test_every_code_of_an_answer_has_its_label_beside_it_in_the_language_asked_for(api: Api) -> None:
    shop = api.shop()
    orders = lived(shop)
    paths = [f"/v1/orders/{order}{part}" for order in orders for part in ("", "/history", "/funds")]
    paths += ["/v1/orders", "/v1/deadlines", "/v1/refunds", "/v1/disputes", "/v1/funds/entries", "/v1/alerts"]
    paths += ["/v1/reports/violations", "/v1/customers", "/v1/exports"]
    shop.staff.post("/v1/exports", {"kind": "orders", "format": "csv"})
    seen = 0
    for path in paths:
        english, chinese = both(shop.owner, path)
        for ours, theirs in zip(objects(english), objects(chinese), strict=True):
            for name in CODED & ours.keys():
                assert f"{name}_label" in ours or ours[name] is None, (path, name)
            for name in [each for each in ours if each.endswith("_label")]:
                mine_all, other_all = (
                    [each[name]] if isinstance(each[name], str) else each[name] for each in (ours, theirs)
                )
                for mine, other in zip(mine_all, other_all, strict=True):
                    assert not HAN.search(mine.replace("成交不卖", "")), (path, name, mine)
                    assert HAN.search(other), (path, name, other)
                    seen += 1
                code = name.removesuffix("_label")
                assert ours[code] == theirs[code], "codes never change"
    counted("labels in answers", seen, 160)


def test_the_counters_name_what_they_count(api: Api) -> None:
    english, chinese = both(api.shop().viewer, "/v1/orders/counters")
    for group in ("statuses", "overlays", "fund_states"):
        for code, entry in english[group].items():
            assert entry["label"] and not HAN.search(entry["label"])
            assert HAN.search(chinese[group][code]["label"])


def test_the_totals_of_the_funds_name_what_they_are(api: Api) -> None:
    shop = api.shop()
    lived(shop)
    english, chinese = both(shop.viewer, "/v1/funds")
    for ours, theirs in zip(english["data"], chinese["data"], strict=True):
        for group in ("moved", "held"):
            for code, total in ours[group].items():
                assert not HAN.search(total["label"]) and HAN.search(theirs[group][code]["label"])
