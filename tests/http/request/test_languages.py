"""One language at a time: every text of an answer is in the language that was asked for, and codes never change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from shared.domain.labels import END_REASONS
from tests.harness import Api, Client, Shop, ago, parcel, usd
from tests.http.refusals import open_desk
from tests.http.request.test_bad_input import bodies
from tests.proof import counted, size

HAN = re.compile(r"[\u4e00-\u9fff]")
CODED = {"status", "fund_state", "end_reason", "outcome", "stage", "flow", "action"}
"""Fields that hold a code wherever they are."""
LANGUAGES = ("en", "zh-CN")
LISTS = """
orders orders/counters deadlines refunds disputes funds funds/entries funds/unexplained parcels messages customers
alerts alert-rules alert-channels message-templates exports export-schedule shipment-list store reports/service-level
reports/sales?by=country reports/violations
"""


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
    act = shop.platform.act
    unpaid = shop.platform.place(placed_at=ago(days=40))["order_id"]
    act(unpaid, "unfreeze")  # applies the lapse
    done = shop.platform.place()["order_id"]
    for action in ("pay", "pass_risk"):
        act(done, action)
    shop.staff.act(done, "ship", {"parcels": [parcel("LX1", line1=1)]})
    claim = {"kind": "not_received", "claim": usd("5.00"), "solution": "refund", "text": "missing"}
    act(done, "open_dispute", claim)
    shipped = shop.platform.place()["order_id"]
    for action in ("pay", "pass_risk"):
        act(shipped, action)
    shop.staff.act(shipped, "ship", {"parcels": [parcel("LX2")]})
    act(shipped, "confirm_receipt")
    act(shipped, "release_funds", {"commission": usd("1.00")})
    cancelled = shop.platform.place()["order_id"]
    for action in ("pay", "pass_risk"):
        act(cancelled, action)
    act(cancelled, "request_cancellation", {"reason": "a reason"})
    shop.staff.act(cancelled, "accept_cancellation")
    late = shop.platform.place(placed_at=ago(days=60))["order_id"]
    act(late, "pay", {"at": ago(days=59)})
    act(late, "freeze", {"reason": "review"})
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
                whose, _, country = name.removesuffix("_label").partition("_")
                if country == "country" and whose in ours:
                    assert ours[whose][country] == theirs[whose][country], "codes never change"
                else:
                    code = name.removesuffix("_label")
                    assert ours[code] == theirs[code], "codes never change"
    counted("labels in answers", seen, 160)


def test_the_reason_of_a_refund_has_a_label_where_it_is_a_code(api: Api) -> None:
    shop = api.shop()
    for step, body in (("reject_risk", {}), ("request_cancellation", {"reason": "Bought twice"})):
        order = shop.platform.place()["order_id"]
        for action in ("pay", *(["pass_risk"] if body else [])):
            assert shop.platform.act(order, action).status == 200
        assert shop.platform.act(order, step, body).status == 200
    english, chinese = both(shop.viewer, "/v1/refunds")
    labels = {
        ours["reason"]: (ours.get("reason_label"), theirs.get("reason_label"))
        for ours, theirs in zip(english["data"], chinese["data"], strict=True)
    }
    assert labels == {"risk_reject_closed": tuple(END_REASONS["risk_reject_closed"]), "Bought twice": (None, None)}


def test_the_counters_name_what_they_count(api: Api) -> None:
    english, chinese = both(api.shop().viewer, "/v1/orders/counters")
    pairs = [(english.pop(group), chinese.pop(group)) for group in ("statuses", "overlays", "fund_states")]
    seen = 0
    for ours, theirs in (*pairs, (english, chinese)):
        for code, entry in ours.items():
            if code != "as_of":
                assert entry.keys() == {"count", "label", "query"}, code
                assert entry["label"] and not HAN.search(entry["label"])
                assert HAN.search(theirs[code]["label"])
                seen += 1
    counted("counts with a name", seen, 27)


def test_the_totals_of_the_funds_name_what_they_are(api: Api) -> None:
    shop = api.shop()
    lived(shop)
    english, chinese = both(shop.viewer, "/v1/funds")
    for ours, theirs in zip(english["data"], chinese["data"], strict=True):
        for group in ("moved", "held"):
            for code, total in ours[group].items():
                assert not HAN.search(total["label"]) and HAN.search(theirs[group][code]["label"])


def refused_in(client: Client, method: str, path: str, body: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
    english, chinese = (client.request(method, path, body, headers={"Accept-Language": each}) for each in LANGUAGES)
    assert english.status == chinese.status >= 400, english.content
    return english.json, chinese.json


def is_translated(english: dict[str, Any], chinese: dict[str, Any], values: str) -> None:
    """Every text is in its own language, and has what these words are."""
    pairs = [(english["title"], chinese["title"]), (english["detail"], chinese["detail"])]
    errors = list(zip(english.get("errors", []), chinese.get("errors", []), strict=True))
    pairs += [(mine["message"], theirs["message"]) for mine, theirs in errors]
    for mine, theirs in pairs:
        assert not HAN.search(mine.replace("中", "")), mine
        assert HAN.search(theirs.replace("中", "")), theirs
    for word in values.split():
        assert word in english["detail"] and word in chinese["detail"], (word, chinese["detail"])
    assert [(mine["pointer"], mine["code"]) for mine, _ in errors] == [
        (its["pointer"], its["code"]) for _, its in errors
    ]
    assert english["code"] == chinese["code"]


def test_every_refusal_is_in_the_language_asked_for_and_loses_no_fact(api: Api) -> None:
    shop = api.shop()
    order = shop.platform.place()["order_id"]
    path, staff, platform = f"/v1/orders/{order}", shop.staff, shop.platform
    for english, chinese, values in (
        (*refused_in(staff, "POST", f"{path}/messages", {"text": "only 中"}), "6 中 IDEOGRAPH"),
        (*refused_in(staff, "POST", f"{path}/messages", {"text": "x" * 1501}), "1,500 1,501"),
        (*refused_in(staff, "POST", "/v1/exports", {"kind": "shipments", "format": "xls"}), ""),
        (*refused_in(staff, "GET", "/v1/orders?colour=red&size=1"), "colour size"),
        (
            *refused_in(staff, "GET", "/v1/orders?overlay=frozen&status=FINISH"),
            "overlay fund_state buyer status placed_from placed_to sort=-placed_at due_from due_to tracking_no",
        ),
        (*refused_in(staff, "GET", "/v1/orders?limit=999"), "200"),
        (*refused_in(staff, "GET", "/v1/orders?status=LOST"), "WAIT_BUYER_ACCEPT_GOODS"),
        (*refused_in(staff, "POST", f"{path}/actions/ship", {"parcels": [parcel()]}), ""),
        (*refused_in(staff, "POST", f"{path}/actions/ship", {"parcels": []}), "/parcels 1"),
        (*refused_in(shop.viewer, "POST", f"{path}/actions/ship", {}), "viewer"),
        (*refused_in(platform, "POST", f"{path}/actions/report_short_payment", {"received": 1}), "/received"),
        (*refused_in(platform, "POST", "/v1/orders", {"order_id": "a b"}), "/order_id"),
        (*refused_in(shop.owner, "PATCH", "/v1/store", {"time_zone": "Mars"}), "IANA"),
        (*refused_in(platform, "GET", "/v1/orders/nothing"), ""),
        (*refused_in(shop.viewer, "GET", "/v1/orders?cursor=made-up"), ""),
    ):
        is_translated(english, chinese, values)


WRONG: tuple[Any, ...] = (12345, -1, "", "text", "x" * 3000, True, 1.5, 10**40, [], [1] * 3000, {}, {"a": 1}, None)


def test_all_that_pydantic_refuses_is_in_the_language_asked_for(api: Api) -> None:
    desk = open_desk(api)
    messages: set[str] = set()
    for client, method, path, body in bodies(desk).values():
        for turn, name in enumerate(body):
            for value in size((WRONG * 2)[turn % len(WRONG) :][:5], WRONG):  # each kind in its turn
                answer = client.request(method, path, {**body, name: value}, headers={"Accept-Language": "zh-CN"})
                if answer.status >= 400 and answer.status != 404:
                    texts = [answer.json["title"], answer.json["detail"]]
                    texts += [each["message"] for each in answer.json.get("errors", [])]
                    for text in texts:
                        assert HAN.search(text), (path, name, value, text)
                    messages.update(texts)
    counted("different texts of refused bodies", len(messages), 100)


def test_no_answer_in_chinese_has_english_words_of_ours(api: Api) -> None:
    """Three English words in a row are a sentence; what the requests of this test said has none."""
    shop = api.shop()
    orders = lived(shop)
    shop.staff.post("/v1/exports", {"kind": "orders", "format": "csv"})
    paths = [f"/v1/orders/{order}{part}" for order in orders for part in ("", "/history", "/funds", "/messages")]
    paths += [f"/v1/{path}" for path in LISTS.split()]
    words = re.compile(r"[A-Za-z]+ [a-z]+ [a-z]+")
    texts = 0
    for path in paths:
        answer = shop.owner.get(path, headers={"Accept-Language": "zh-CN"})
        assert answer.status == 200, (path, answer.content)
        for each in objects(answer.json):
            for name, value in each.items():
                if isinstance(value, str):
                    assert not words.search(value), (path, name, value)
                    texts += 1
    counted("texts of answers in Chinese", texts, 500)
