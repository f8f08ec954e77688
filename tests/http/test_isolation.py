"""Who may do what, and that a store's orders are nobody else's: every route of the template is covered here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from local.gateway import http_api
from tests import proof
from tests.harness import TEMPLATE, Answer, Api, Client, Shop, ahead, parcel, snapshot, usd

ALL, SELLER, OWNER, PLATFORM = "owner staff viewer platform", "owner staff", "owner", "platform"
ROLES = ALL.split()
BY_SELLER = "adjust_price remind_payment accept_payment refuse_payment ship edit_shipment extend_receipt".split()
BY_SELLER += ["accept_cancellation", "reject_cancellation"]
BY_PLATFORM = "start_payment fail_payment pay cancel_unpaid expire_payment pass_risk hold_risk reject_risk".split()
BY_PLATFORM += "cancel_in_risk report_short_payment expire_examination expire_shipment request_cancellation".split()
BY_PLATFORM += "withdraw_cancellation report_delivery confirm_receipt expire_receipt release_funds sync".split()
BY_PLATFORM += "complete_refund freeze unfreeze open_dispute".split()
DISPUTE_BY_SELLER = "accept counter give_return_address confirm_return add_evidence".split()
DISPUTE_BY_PLATFORM = "buyer_accept buyer_counter escalate decide buyer_returned withdraw".split()
DISPUTE_BY_PLATFORM += "expire_return_address expire_return".split()
BULK = "ship remind_payment accept_cancellation reject_cancellation extend_receipt message".split()
WHO: dict[str, str] = {
    "POST /v1/orders": PLATFORM,
    "GET /v1/orders": ALL,
    "GET /v1/orders/counters": ALL,
    "GET /v1/orders/{order_id}": ALL,
    "PATCH /v1/orders/{order_id}": SELLER,
    "GET /v1/orders/{order_id}/history": ALL,
    "GET /v1/orders/{order_id}/access": OWNER,
    "GET /v1/events": f"{OWNER} {PLATFORM}",
    "GET /v1/deadlines": ALL,
    "GET /v1/parcels": ALL,
    "GET /v1/pick-list": ALL,
    "GET /v1/search": ALL,
    "GET /v1/refunds": ALL,
    "GET /v1/refunds/{refund_id}": ALL,
    "GET /v1/orders/{order_id}/messages": ALL,
    "POST /v1/orders/{order_id}/messages": f"{SELLER} {PLATFORM}",
    "POST /v1/orders/{order_id}/messages/read": f"{SELLER} {PLATFORM}",
    "GET /v1/messages": ALL,
    "GET /v1/messages/figures": ALL,
    "GET /v1/message-templates": ALL,
    "POST /v1/message-templates": SELLER,
    "GET /v1/message-templates/{template_id}": ALL,
    "PUT /v1/message-templates/{template_id}": SELLER,
    "POST /v1/message-templates/{template_id}/preview": ALL,
    "DELETE /v1/message-templates/{template_id}": SELLER,
    "GET /v1/orders/{order_id}/funds": ALL,
    "GET /v1/funds": ALL,
    "GET /v1/funds/entries": ALL,
    "GET /v1/funds/held": ALL,
    "GET /v1/funds/unexplained": ALL,
    "GET /v1/customers": ALL,
    "GET /v1/customers/{buyer_id}": ALL,
    "PATCH /v1/customers/{buyer_id}": SELLER,
    "POST /v1/customers/{buyer_id}/erase": OWNER,
    "GET /v1/customers/{buyer_id}/orders": ALL,
    "GET /v1/reports/sales": ALL,
    "GET /v1/reports/service-level": ALL,
    "GET /v1/reports/violations": ALL,
    "GET /v1/disputes": ALL,
    "GET /v1/disputes/{dispute_id}": ALL,
    "POST /v1/disputes/{dispute_id}/evidence": f"{SELLER} {PLATFORM}",
    "GET /v1/disputes/{dispute_id}/evidence/{evidence_id}": ALL,
    **{f"POST /v1/disputes/{{dispute_id}}/actions/{action}": f"{SELLER} {PLATFORM}" for action in DISPUTE_BY_SELLER},
    **{f"POST /v1/disputes/{{dispute_id}}/actions/{action}": PLATFORM for action in DISPUTE_BY_PLATFORM},
    "POST /v1/exports": SELLER,
    "GET /v1/exports": SELLER,
    "GET /v1/exports/{export_id}": SELLER,
    "GET /v1/exports/{export_id}/files/{n}": SELLER,
    "POST /v1/exports/{export_id}/cancel": SELLER,
    "POST /v1/exports/{export_id}/retry": SELLER,
    "POST /v1/imports": SELLER,
    "GET /v1/imports": SELLER,
    "GET /v1/imports/template": SELLER,
    "GET /v1/imports/{import_id}": SELLER,
    "GET /v1/imports/{import_id}/rows": SELLER,
    "GET /v1/imports/{import_id}/failed-rows": SELLER,
    "POST /v1/imports/{import_id}/apply": SELLER,
    "POST /v1/imports/{import_id}/cancel": SELLER,
    "GET /v1/shipment-list": ALL,
    "GET /v1/export-schedule": OWNER,
    "PUT /v1/export-schedule": OWNER,
    "GET /v1/alerts": ALL,
    "GET /v1/alerts/counters": ALL,
    "GET /v1/alerts/{alert_id}": ALL,
    "POST /v1/alerts/{alert_id}/acknowledge": SELLER,
    "GET /v1/alert-rules": OWNER,
    "PUT /v1/alert-rules": OWNER,
    "GET /v1/reports/payment-reminders": ALL,
    "GET /v1/alert-channels": OWNER,
    "POST /v1/alert-channels": OWNER,
    "GET /v1/alert-channels/{channel_id}": OWNER,
    "PATCH /v1/alert-channels/{channel_id}": OWNER,
    "POST /v1/alert-channels/{channel_id}/test": OWNER,
    "POST /v1/alert-channels/{channel_id}/confirmation": OWNER,
    "POST /v1/alert-channels/{channel_id}/confirm": OWNER,
    "POST /v1/alert-channels/{channel_id}/rotate-secret": OWNER,
    "GET /v1/alert-channels/{channel_id}/deliveries": OWNER,
    "POST /v1/alert-channels/{channel_id}/deliveries/{delivery_id}/redeliver": OWNER,
    "DELETE /v1/alert-channels/{channel_id}": OWNER,
    "GET /v1/store": ALL,
    "PATCH /v1/store": OWNER,
    "GET /v1/members": OWNER,
    "POST /v1/members": OWNER,
    "PATCH /v1/members/{user_id}": OWNER,
    "DELETE /v1/members/{user_id}": OWNER,
    "GET /v1/members/history": OWNER,
    **{f"POST /v1/orders/{{order_id}}/actions/{action}": f"{SELLER} {PLATFORM}" for action in BY_SELLER},
    **{f"POST /v1/orders/{{order_id}}/actions/{action}": PLATFORM for action in BY_PLATFORM},
    **{f"POST /v1/bulk/{action}": SELLER for action in BULK},
}
"""Every route that is about a store, and the roles that may use it."""
STORELESS = {"GET /v1/me", "GET /v1/codes", "GET /v1/health", "GET /v1/openapi.json"}
ACTIONS = {
    "POST /v1/orders/{order_id}/actions/{action}": [*BY_SELLER, *BY_PLATFORM],
    "POST /v1/bulk/{action}": BULK,
    "POST /v1/disputes/{dispute_id}/actions/{action}": [*DISPUTE_BY_SELLER, *DISPUTE_BY_PLATFORM],
}


@dataclass(frozen=True)
class Held:
    """A store with an order that has a parcel and a dispute, one with a refund, an export, an import, a template and a
    channel."""

    shop: Shop
    order_id: str
    refunded_id: str
    refund_id: str
    dispute_id: str
    export_id: str
    template_id: str
    alert_id: str
    channel_id: str
    import_id: str

    @property
    def ids(self) -> dict[str, str]:
        return {
            "order_id": self.order_id,
            "refund_id": self.refund_id,
            "dispute_id": self.dispute_id,
            "evidence_id": "evd_0",
            "export_id": self.export_id,
            "template_id": self.template_id,
            "alert_id": self.alert_id,
            "channel_id": self.channel_id,
            "import_id": self.import_id,
            "delivery_id": "dlv_0",
            "n": "1",
            "buyer_id": "buyer-1",
            "user_id": f"{self.shop.name}-guest",
        }


def unused(ids: Mapping[str, str]) -> dict[str, str]:
    """Ids of the same shapes that nothing has."""
    return {
        "order_id": "9" * len(ids["order_id"]),
        "refund_id": "rfd_" + "0" * (len(ids["refund_id"]) - 4),
        "evidence_id": "evd_0",
        "dispute_id": "dsp_" + "0" * (len(ids["dispute_id"]) - 4),
        "export_id": "exp_" + "0" * (len(ids["export_id"]) - 4),
        "template_id": "tpl_" + "0" * (len(ids["template_id"]) - 4),
        "alert_id": "alr_" + "0" * (len(ids["alert_id"]) - 4),
        "channel_id": "chn_" + "0" * (len(ids["channel_id"]) - 4),
        "import_id": "imp_" + "0" * (len(ids["import_id"]) - 4),
        "delivery_id": "dlv_0",
        "n": "1",
        "buyer_id": "buyer-0",
        "user_id": "0" * len(ids["user_id"]),
    }


@pytest.fixture
def held(api: Api) -> Held:
    return hold(api)


def hold(api: Api) -> Held:
    shop = api.shop()
    order_id, refunded_id = shop.platform.place()["order_id"], shop.platform.place()["order_id"]
    for action in ("pay", "pass_risk"):
        assert shop.platform.act(order_id, action).status == 200
    assert shop.staff.act(order_id, "ship", {"parcels": [parcel(f"LX{order_id}")]}).status == 200
    claim = {"kind": "not_received", "claim": usd("1.00"), "solution": "refund", "text": "not here"}
    disputed = shop.platform.act(order_id, "open_dispute", claim)
    assert disputed.status == 200, disputed.content
    assert shop.platform.act(refunded_id, "pay").status == 200
    refunded = shop.platform.act(refunded_id, "reject_risk").json
    asked = shop.staff.post("/v1/exports", {"format": "csv"})
    assert asked.status == 202, asked.content
    template = shop.staff.post("/v1/message-templates", {"name": "hello", "text": "Order {order_id}."})
    assert template.status == 201, template.content
    refund_id, dispute_id = refunded["refunds"][0]["refund_id"], disputed.json["dispute"]["dispute_id"]
    export_id, template_id = asked.json["id"], template.json["template_id"]
    alert_id = shop.viewer.get("/v1/alerts").json["data"][0]["alert_id"]
    hook = {"kind": "webhook", "name": "a hook", "url": "https://hooks.example.com/x"}
    channel = shop.owner.post("/v1/alert-channels", hook)
    assert channel.status == 201, channel.content
    begun = shop.staff.post("/v1/imports", {"kind": "orders", "file_name": "orders.xlsx"})
    assert begun.status == 201, begun.content
    guest = {"user_id": f"{shop.name}-guest", "role": "viewer"}
    assert shop.owner.post("/v1/members", guest).status == 201
    ids = (export_id, template_id, alert_id, channel.json["id"], begun.json["id"])
    return Held(shop, order_id, refunded_id, refund_id, dispute_id, *ids)


def routes() -> Iterator[tuple[str, str]]:
    """Every route that is about a store as (key, path), its actions spelled out."""
    for key in WHO:
        yield key, key.partition(" ")[2]


def ask(client: Client, key: str, ids: Mapping[str, str], **kwargs: Any) -> Answer:
    """The route with a body that no route takes, so that nothing comes of it where it is let in."""
    method, _, path = key.partition(" ")
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", value)
    query = "?q=x" if path == "/v1/search" else ""
    return client.request(method, path + query, None if method == "GET" else {"colour": 1}, **kwargs)


def test_every_route_of_the_template_is_known_here() -> None:
    spelled = {f"{key.rpartition('/')[0]}/{action}" for key, actions in ACTIONS.items() for action in actions}
    assert {route.key for route in TEMPLATE.routes} == set(WHO) - spelled | set(ACTIONS) | STORELESS


def test_another_stores_ids_are_as_good_as_none(api: Api, held: Held) -> None:
    other, count = api.shop(), 0
    for key, path in routes():
        if "{" not in path:
            continue
        for role in ROLES:
            client = getattr(other, role)
            texts = []
            for ids in (held.ids, unused(held.ids)):
                answer = ask(client, key, ids)
                assert (answer.status, answer.code) == (404, "not_found"), (key, role)
                text = answer.content.decode().replace(answer.json["request_id"], "")
                for name in (
                    "order_id",
                    "refund_id",
                    "dispute_id",
                    "export_id",
                    "template_id",
                    "alert_id",
                    "channel_id",
                    "import_id",
                    "buyer_id",
                    "user_id",
                ):
                    text = text.replace(ids[name], "ID")
                headers = {
                    name: value for name, value in answer.headers.items() if name not in ("x-request-id", "date")
                }
                texts.append((text, headers))
            assert texts[0] == texts[1], (key, role)
            count += 1
    proof.counted("requests for another store's orders", count, 160)
    assert ask(other.owner, "GET /v1/orders/{order_id}", held.ids).status == 404
    assert held.shop.owner.get(f"/v1/orders/{held.order_id}").json["version"] == 5


def test_a_store_that_the_token_does_not_hold_is_as_good_as_none(api: Api, held: Held) -> None:
    other, count = api.shop(), 0
    strangers = {role: api.client(role, other.name, user=f"{other.name}-{role}") for role in ROLES}
    for turn, (key, _) in enumerate(routes()):
        for role, client in strangers.items():
            stores = ["no store", "x" * 65]
            stores += ["no-such-store"] if role in ("staff", "viewer") else []  # others open it
            for store in (held.shop.name, *proof.size(stores[turn % len(stores) :][:1], stores)):
                answer = ask(client, key, held.ids, headers={"X-Store-Id": store})
                assert (answer.status, answer.code) == (404, "not_found"), (key, role, store)
                count += 1
            nobody = Client(api.transport, {}, "nobody")
            assert ask(nobody, key, held.ids).status == 404, key
    assert count >= 350


def test_a_token_of_several_stores_names_one(api: Api, held: Held) -> None:
    second = api.shop()
    both = Client(api.transport, {held.shop.name: "viewer", second.name: "owner"}, f"{second.name}-both")
    for key, _ in routes():
        answer = ask(both, key, held.ids)
        assert (answer.status, answer.code) == (400, "store_required"), key
    one = f"/v1/orders/{held.order_id}"
    assert both.get(one, headers={"X-Store-Id": held.shop.name}).status == 200
    assert both.get(one, headers={"X-Store-Id": second.name}).status == 404
    refused = both.patch(one, {"note": "x"}, headers={"X-Store-Id": held.shop.name})
    assert (refused.status, refused.json["required_role"]) == (403, ["owner", "staff"])
    shown = [(store["store_id"], store["role"]) for store in both.get("/v1/me").json["stores"]]
    assert shown == sorted([(held.shop.name, "viewer"), (second.name, "owner")])


def test_only_an_owner_or_the_platform_opens_a_store(api: Api) -> None:
    for role, status in (("viewer", 404), ("staff", 404), ("platform", 200), ("owner", 200)):
        assert api.client(role, f"new-{role}-{id(role)}-{api.shop().name}").get("/v1/store").status == status, role


def test_every_role_may_do_what_the_contract_says_and_no_more(held: Held) -> None:
    allowed = forbidden = 0
    for key, who in WHO.items():
        for role in sorted(ROLES, key=lambda role: role in who.split()):  # what is deleted is forbidden to nobody
            answer = ask(getattr(held.shop, role), key, held.ids)
            if role in who.split():
                # A file is there as soon as a worker has written it, and no sooner; a deleted template is gone.
                expected = (
                    (302, 404)
                    if key.endswith(("{n}", "{evidence_id}", "failed-rows"))
                    else (200, 204, 404)
                    if key.startswith("DELETE")
                    else (200,)
                    if key.startswith("GET")
                    else (400,)
                )
                assert answer.status in expected, (key, role, answer.content)
                allowed += 1
            else:
                assert (answer.status, answer.code) == (403, "forbidden"), (key, role)
                assert set(answer.json["required_role"]) == set(who.split()), (key, role)
                forbidden += 1
    for role in ROLES:
        answer = getattr(held.shop, role).get(f"/v1/orders/{held.order_id}?reveal=recipient")
        assert answer.status == (200 if role in SELLER else 403), role
    proof.counted("requests that the role allows", allowed, 90)
    proof.counted("requests that the role forbids", forbidden, 95)


def test_no_list_shows_another_stores_orders(api: Api, held: Held) -> None:
    other = api.shop()
    for path in (
        "/v1/orders",
        "/v1/deadlines",
        "/v1/parcels",
        "/v1/refunds",
        "/v1/disputes",
        "/v1/funds/entries",
        "/v1/customers",
        "/v1/alerts",
    ):
        assert len(held.shop.owner.every(path)) > 0
        assert other.owner.every(path) == []
    for query in ("buyer=buyer-1", f"tracking_no=LX{held.order_id}", "status=FUND_PROCESSING", "overlay=refund"):
        assert len(held.shop.owner.get(f"/v1/orders?{query}").json["data"]) == 1 + query.startswith("buyer")
        assert other.owner.get(f"/v1/orders?{query}").json["data"] == []
    assert other.owner.get("/v1/orders/counters").json["total"]["count"] == 0


def test_a_cursor_of_one_store_is_refused_by_another(api: Api, held: Held) -> None:
    other = hold(api)
    for steps in (("pay", "reject_risk"), ("pay", "pass_risk")):  # a second entry in each list
        order_id = held.shop.platform.place()["order_id"]
        for step in steps:
            assert held.shop.platform.act(order_id, step).status == 200
    assert held.shop.staff.act(order_id, "ship", {"parcels": [parcel("LX-SECOND")]}).status == 200
    assert held.shop.platform.place()["order_id"]
    for path in ("/v1/orders", "/v1/deadlines", "/v1/parcels", "/v1/refunds", "/v1/orders?status=FUND_PROCESSING"):
        join = "&" if "?" in path else "?"
        cursor = held.shop.owner.get(f"{path}{join}limit=1").json["page"]["next_cursor"]
        assert cursor is not None, path
        refused = other.shop.owner.get(f"{path}{join}limit=1&cursor={cursor}")
        assert (refused.status, refused.code) == (400, "cursor_invalid"), path
        assert held.shop.owner.get(f"{path}{join}limit=1&cursor={cursor}").status == 200


def test_records_of_another_order_are_unknown_to_an_order(api: Api, held: Held) -> None:
    shop, other = held.shop, hold(api)
    second = shop.platform.place()["order_id"]
    shop.platform.act(second, "pay")
    shop.platform.act(second, "reject_risk")
    before = shop.owner.get(f"/v1/orders/{second}").content
    for refund_id in (held.refund_id, other.refund_id, "rfd_0"):
        refused = shop.platform.act(second, "complete_refund", {"refund_id": refund_id})
        assert (refused.status, refused.code, refused.fields) == (422, "refund_unknown", ["/refund_id"])
    for action, client in (("edit_shipment", shop.staff), ("report_delivery", shop.platform)):
        refused = client.act(held.order_id, action, {"parcel_id": "p2"})
        assert (refused.status, refused.code, refused.fields) == (422, "parcel_unknown", ["/parcel_id"])
    foreign = other.shop.owner.get(f"/v1/orders/{other.order_id}").json
    copied = {name: foreign[name] for name in ("order_id", "placed_at", "buyer", "currency")}
    lines = [{"line_id": "1", "product_id": "P1", "quantity": 1, "unit_price": foreign["lines"][0]["unit_price"]}]
    body = {**copied, "recipient": {"country": "US"}, "lines": lines, "shipping_fee": foreign["amounts"]["shipping"]}
    refused = shop.platform.act(second, "sync", snapshot(body, "FINISH", changed_at=ahead(minutes=1)))
    assert (refused.status, refused.fields) == (422, ["/order/order_id"])
    assert shop.owner.get(f"/v1/orders/{second}").content == before


def test_a_bulk_request_finds_no_order_of_another_store(api: Api, held: Held) -> None:
    other = api.shop()
    own = other.platform.place()["order_id"]
    for action, extra in (
        ("remind_payment", {}),
        ("ship", {"parcels": [parcel()]}),
        ("extend_receipt", {"days": 1}),
        ("accept_cancellation", {}),
        ("reject_cancellation", {"reason": "packed"}),
        ("message", {"text": "Hello."}),
    ):
        items = [{"order_id": held.order_id, **extra}, {"order_id": "9" * 16, **extra}, {"order_id": own, **extra}]
        answer = other.staff.post(f"/v1/bulk/{action}", {"items": items})
        assert answer.status == 200, answer.content
        first, second, third = answer.json["results"]
        assert first["status"] == second["status"] == "failed"
        assert first["problem"] == second["problem"]
        assert first["problem"]["code"] == "not_found"
        assert third["status"] == ("succeeded" if action in ("remind_payment", "message") else "failed")
    assert held.shop.owner.get(f"/v1/orders/{held.order_id}").json["version"] == 5


@pytest.mark.parametrize(
    "forged",
    [
        {"iss": "https://issuer.other"},
        {"iss": None},
        {"token_use": "id"},
        {"token_use": None},
        {"client_id": "client-of-others"},
        {"client_id": None, "aud": "client-of-the-tests"},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_of_another_issuer_use_or_client_is_no_token(
    in_process: Api, monkeypatch: pytest.MonkeyPatch, forged: dict[str, str | None]
) -> None:
    shop, made = in_process.shop(), http_api.event

    def event(request: Any, match: Any, claims: Any, request_id: str, now: Any) -> Any:
        altered = {name: value for name, value in {**(claims or {}), **forged}.items() if value is not None}
        return made(request, match, claims and altered, request_id, now)

    monkeypatch.setattr(http_api, "event", event)
    for key in [*WHO, "GET /v1/me", "GET /v1/codes"]:
        answer = ask(shop.owner, key, dict.fromkeys(("order_id", "buyer_id", "refund_id", "export_id", "n"), "1"))
        assert (answer.status, answer.code) == (401, "unauthorized"), key
        assert answer.headers["www-authenticate"] == "Bearer"
    assert shop.owner.get("/v1/health").status == 200
    assert shop.owner.get("/v1/openapi.json").status == 200


def test_groups_of_the_user_pool_open_nothing(in_process: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token from before memberships has the roles in its groups."""
    shop, made = in_process.shop(), http_api.event
    stranger = Client(in_process.transport, {}, "stranger")

    def event(request: Any, match: Any, claims: Any, request_id: str, now: Any) -> Any:
        return made(request, match, {**claims, "cognito:groups": f"{shop.name}:owner"}, request_id, now)

    monkeypatch.setattr(http_api, "event", event)
    for headers in ({}, {"X-Store-Id": shop.name}):
        assert stranger.get("/v1/orders", headers=headers).status == 404


def test_a_person_is_no_platform_and_a_program_is_no_person(in_process: Api) -> None:
    """The same id in the user pool and as the id of an app client."""
    shop, transport = in_process.shop(), in_process.transport
    transport.grant(shop.name, {"a-person": "owner", "a-program": "platform"})

    def status(user: str, role: str, headers: Mapping[str, str]) -> int:
        answer = transport.send("GET", "/v1/store", "", headers, b"", {"-": role}, user)
        return answer.status

    for headers in ({}, {"x-store-id": shop.name}):
        assert [status("a-person", role, headers) for role in ("owner", "platform")] == [200, 404]
        assert [status("a-program", role, headers) for role in ("owner", "platform")] == [404, 200]
