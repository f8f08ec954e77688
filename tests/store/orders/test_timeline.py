"""The export's own way to read makes of every order what the usual way makes of it, and meets each once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.exports.cells import RenderContext
from shared.domain.exports.columns import COLUMNS
from shared.domain.order.model import Order, Status
from shared.store.orders import orders, timeline, timeline_rows
from tests.harness import Api, Shop, ago, line, new_order, parcel, snapshot, usd

FOREVER = datetime(2001, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
UNREAD = {
    "platform_at",
    "placed_digest",
    "supplied",
    "watched",
    "reminded_at",
    "ship_by",
    "time_zone",
    "erased_at",
    "shards",
}
"""What nobody exports, and the struct therefore leaves out."""


def make_orders(shop: Shop) -> list[str]:
    """Orders in many states, with every kind of part: parcels, refunds, a dispute, a freeze, long contents."""

    def placed(**changes: Any) -> str:
        order_id: str = shop.platform.place(**changes)["order_id"]
        return order_id

    def acted(order_id: str, *steps: tuple[str, Any]) -> str:
        for action, body in steps:
            client = shop.staff if action in ("ship", "accept_cancellation") else shop.platform
            answer = client.act(order_id, action, body)
            assert answer.status == 200, answer.content
        return order_id

    paid = (("pay", {}), ("pass_risk", {}))
    many = [line(str(n), n % 3 + 1, f"{n}.99", title=f"Title {n} 标题 \U0001f600", sku=f"S{n}") for n in range(1, 41)]
    shipped = ("ship", {"parcels": [parcel("LX000000011CN")]})
    return [
        placed(),
        placed(lines=many, memo="谢谢", tax=usd("1.10"), discount=usd("2.20"), delivery_days=30),
        acted(placed(buyer={"id": "b2", "country": "ES", "name": "Alex Example", "email": "a@example.com"}), *paid),
        acted(placed(), *paid, ("ship", {"parcels": [parcel("LX000000012CN", line1=1)]})),
        acted(placed(chosen_service="EMS"), *paid, shipped, ("report_delivery", {"parcel_id": "p1"})),
        acted(placed(), *paid, shipped, ("confirm_receipt", {}), ("release_funds", {"commission": usd("1.00")})),
        acted(placed(), *paid, ("request_cancellation", {"reason": "changed my mind"})),
        acted(placed(), *paid, ("request_cancellation", {"reason": "x"}), ("accept_cancellation", {})),
        acted(placed(), *paid, ("freeze", {"reason": "checked"})),
        acted(placed(), *paid, shipped, ("open_dispute", DISPUTE)),
        placed(placed_at=ago(days=80)),
    ]


DISPUTE = {
    "kind": "not_received",
    "claim": usd("5.00"),
    "solution": "refund",
    "text": "It has not come.",
    "line_ids": ["1"],
}


def same(read: Any, order: Order) -> Iterator[str]:
    """The names of what differs."""
    for field in fields(order):
        if field.name in UNREAD:
            continue
        mine, theirs = getattr(read, field.name), getattr(order, field.name)
        if plain(mine) != plain(theirs):
            yield field.name
    for name in ("disputed", "frozen", "overlays", "outcome", "remaining"):
        if getattr(read, name) != getattr(order, name):
            yield name
    if plain(read.line_progress()) != plain(order.line_progress()) or read.left() != order.left():
        yield "line progress"


def plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    names = getattr(type(value), "__struct_fields__", None) or getattr(type(value), "__dataclass_fields__", None)
    return {name: plain(getattr(value, name)) for name in names} if names else value


def read_all(shop: Shop, **how: Any) -> list[Order]:
    return list(timeline.placed(shop.name, *FOREVER, **how))


def test_every_kind_of_order_is_read_as_it_is(in_process: Api) -> None:
    shop = in_process.shop()
    order_ids = make_orders(shop)
    read = {order.order_id: order for order in read_all(shop)}
    assert set(read) == set(order_ids) and len(order_ids) == 11
    shown = [RenderContext(zone, language, mask) for zone, language, mask in SHOWN]
    cells = 0
    for order_id in order_ids:
        order = orders.load(shop.name, order_id).order
        assert list(same(read[order_id], order)) == [], order_id
        for one in shown:
            for code, column in COLUMNS.items():
                for mine, theirs in zip(read[order_id].lines, order.lines, strict=True):
                    assert column.value(read[order_id], mine, one) == column.value(order, theirs, one), code
                    cells += 1
    assert cells > 5_000


def zones() -> Iterator[Any]:
    from zoneinfo import ZoneInfo

    yield ZoneInfo("Asia/Shanghai"), "zh-CN", False
    yield ZoneInfo("America/Los_Angeles"), "en", True


SHOWN = list(zones())


def test_the_structs_have_every_attribute_that_exports_use() -> None:
    from shared.domain.order.funds.amounts import Amounts
    from shared.domain.order.model import Line, Parcel

    for struct, original in (
        (timeline_rows.OrderRead, Order),
        (timeline_rows.LineRead, Line),
        (timeline_rows.AmountsRead, Amounts),
        (timeline_rows.ParcelRead, Parcel),
    ):
        named = {field.name for field in fields(original)} - UNREAD
        assert set(struct.__struct_fields__) == named
        public = {name for name in vars(original) if not name.startswith("_")} - named - UNREAD
        missing = {name for name in public if not hasattr(struct, name)}
        assert not missing


def test_it_goes_on_behind_any_position(in_process: Api) -> None:
    shop = in_process.shop()
    at = ago(hours=5)
    # Ids of which one begins another, all placed at one instant: only the key's order tells them apart.
    ids = ["A", "A-1", "A_", "A1", "AA", "B", "a", "-A", "0"]
    for order_id in ids:
        shop.platform.place(order_id=order_id, placed_at=at)
    everything = read_all(shop)
    assert [order.order_id for order in everything] == sorted(ids)
    for cut, order in enumerate(everything):
        rest = read_all(shop, after=timeline.position(order))
        assert [each.order_id for each in rest] == [each.order_id for each in everything[cut + 1 :]]


def test_a_window_holds_its_first_instant_and_not_its_last(in_process: Api) -> None:
    shop = in_process.shop()
    edge = datetime(2026, 5, 31, 16, tzinfo=UTC)
    for name, moment in (("before", -1), ("first", 0), ("inside", 1)):
        shop.platform.place(order_id=name, placed_at=(edge + timedelta(microseconds=moment)).isoformat())
    day = timedelta(days=1)
    assert [order.order_id for order in timeline.placed(shop.name, edge, edge + day)] == ["first", "inside"]
    assert [order.order_id for order in timeline.placed(shop.name, edge - day, edge)] == ["before"]
    assert timeline.count(shop.name, edge, edge + day) == 2
    assert timeline.count(shop.name, edge, edge + day, [Status.PLACE_ORDER_SUCCESS, Status.FINISH]) == 2


@pytest.mark.parametrize("few", [True, False])
def test_only_orders_of_the_statuses_are_read(in_process: Api, few: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "SPARSE", 0 if few else 1_000)
    shop = in_process.shop()
    make_orders(shop)
    wanted = (Status.WAIT_SELLER_SEND_GOODS, Status.FINISH)
    expected = sorted(order.order_id for order in read_all(shop) if order.status in wanted)
    found = read_all(shop, statuses=wanted)
    assert sorted(order.order_id for order in found) == expected and len(expected) >= 3
    assert [timeline.position(order) for order in found] == sorted(timeline.position(order) for order in found)
    rest = read_all(shop, statuses=wanted, after=timeline.position(found[0]))
    assert [order.order_id for order in rest] == [order.order_id for order in found[1:]]


def test_an_order_that_is_being_changed_is_read_in_one_version(
    in_process: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = in_process.shop()
    order_id = shop.platform.place()["order_id"]
    shop.platform.act(order_id, "pay")
    shop.platform.act(order_id, "pass_risk")
    real, calls = timeline.wire.items, []

    def changed_between(*args: Any) -> Iterator[Any]:
        calls.append(args)
        if len(calls) == 2:  # heads come after parts
            assert shop.staff.act(order_id, "ship", {"parcels": [parcel("LX000000013CN")]}).status == 200
        yield from real(*args)

    monkeypatch.setattr(timeline.wire, "items", changed_between)
    (order,) = read_all(shop)
    assert len(calls) == 2
    assert order.status is Status.WAIT_BUYER_ACCEPT_GOODS and len(order.parcels) == 1


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=40),
        min_size=4,
        max_size=4,
    )
)
def test_any_text_comes_back_as_it_went_in(in_process: Api, texts: list[str]) -> None:
    shop = in_process.shop()
    title, sku, memo, name = texts
    body = new_order(lines=[line(title=title, sku=sku)], memo=memo)
    body["recipient"]["name"] = name
    assert shop.platform.post("/v1/orders", body).status == 201
    (order,) = read_all(shop)
    assert (order.lines[0].title, order.lines[0].sku, order.memo, order.recipient["name"]) == (title, sku, memo, name)


def test_a_snapshot_that_moves_an_order_leaves_a_trace(in_process: Api) -> None:
    shop = in_process.shop()
    before = datetime.now(UTC)
    placed = new_order(placed_at=ago(days=2))
    assert shop.platform.post("/v1/orders", placed).status == 201
    assert not orders.moved_since(shop.name, before)
    shown = snapshot(placed | {"placed_at": ago(days=3)}, "WAIT_SELLER_SEND_GOODS")
    assert shop.platform.act(placed["order_id"], "sync", shown).status == 200
    assert orders.moved_since(shop.name, before)
    assert not orders.moved_since(shop.name, datetime.now(UTC))
