"""Members of a store: who may act, from when on and until when, and who changed that."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.orders.memberships import VALID_FOR
from tests.clock.memory_table import MemoryTable
from tests.harness import Answer, Api, Client, InProcess, Shop, new_order


@pytest.fixture
def shop(api: Api) -> Shop:
    return api.shop()


def person(api: Api, name: str, store: str | None = None) -> Client:
    """A user of the pool without any role; with a store, one who names it in each request."""
    user = f"{name}-{uuid.uuid4().hex[:8]}"
    return Client(api.transport, {}, user) if store is None else Stranger(api.transport, {}, user, store)


class Stranger(Client):
    """Names a store in each request without having a role in it."""

    def __init__(self, transport: Any, grants: dict[str, str], user: str, store: str) -> None:
        super().__init__(transport, grants, user)
        object.__setattr__(self, "store", store)

    def request(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        headers = {"X-Store-Id": self.store, **(more.pop("headers", None) or {})}  # type: ignore[attr-defined]
        return super().request(method, path, body, headers=headers, **more)


def members(owner: Client) -> dict[str, str]:
    return {each["user_id"]: each["role"] for each in owner.every("/v1/members")}


def test_an_owner_adds_a_member_who_may_act_at_once(api: Api, shop: Shop) -> None:
    zoe = person(api, "zoe", shop.name)
    assert zoe.get("/v1/orders").status == 404
    added = shop.owner.post("/v1/members", {"user_id": zoe.user, "role": "staff"})
    assert (added.status, added.json["role"], added.json["added_by"]) == (201, "staff", "owner")
    assert zoe.get("/v1/orders").status == 200
    assert zoe.get("/v1/members").json["required_role"] == ["owner"]
    assert members(shop.owner)[zoe.user] == "staff"
    assert (zoe.get("/v1/me").json["user_id"], len(zoe.get("/v1/me").json["stores"])) == (zoe.user, 1)


def test_adding_a_member_twice_is_no_error_and_another_role_is(shop: Shop) -> None:
    zoe = {"user_id": f"{shop.name}-zoe", "role": "viewer"}
    assert [shop.owner.post("/v1/members", zoe).status for _ in range(2)] == [201, 200]
    refused = shop.owner.post("/v1/members", {**zoe, "role": "owner"})
    assert (refused.status, refused.code) == (409, "member_exists")
    assert members(shop.owner)[zoe["user_id"]] == "viewer"


def test_large_and_small_letters_name_one_user(api: Api, shop: Shop) -> None:
    zoe = person(api, "zoe", shop.name)
    assert shop.owner.post("/v1/members", {"user_id": zoe.user.upper(), "role": "viewer"}).status == 201
    assert zoe.get("/v1/store").status == 200
    assert shop.owner.request("DELETE", f"/v1/members/{zoe.user}").status == 204
    assert zoe.get("/v1/store").status == 404


def test_a_removed_members_next_request_is_refused_whatever_the_token(in_process: Api) -> None:
    shop = in_process.shop()
    zoe = person(in_process, "zoe", shop.name)
    shop.owner.post("/v1/members", {"user_id": zoe.user, "role": "owner"})
    assert zoe.get("/v1/members").status == 200
    assert shop.owner.request("DELETE", f"/v1/members/{zoe.user}").status == 204
    for path in ("/v1/orders", "/v1/members", "/v1/store"):
        assert (zoe.get(path).status, zoe.get(path).code) == (404, "not_found")
    assert zoe.get("/v1/me").json["stores"] == []
    assert shop.owner.request("DELETE", f"/v1/members/{zoe.user}").status == 404


def test_another_environment_refuses_a_removed_member_within_five_seconds(
    memory_table: MemoryTable, on_memory: Api
) -> None:
    """This environment has read the membership, and another one removes the member."""
    from shared.domain.order.transitions import Actor
    from shared.operations.members import remove_member

    transport = on_memory.transport
    assert isinstance(transport, InProcess)
    now = transport.now = datetime(2026, 12, 1, tzinfo=UTC)
    shop = on_memory.shop()
    assert shop.staff.get("/v1/store").status == 200
    remove_member(shop.name, "staff", Actor("owner", "owner"), now)
    statuses = []
    for later in (timedelta(0), VALID_FOR - timedelta(milliseconds=1), VALID_FOR):
        transport.now = now + later
        statuses.append(shop.staff.get("/v1/store").status)
    assert statuses == [200, 200, 404] and timedelta(seconds=5) == VALID_FOR


def test_the_last_owner_stays(shop: Shop) -> None:
    for refused in (
        shop.owner.request("DELETE", "/v1/members/owner"),
        shop.owner.patch("/v1/members/owner", {"role": "staff"}),
    ):
        assert (refused.status, refused.code) == (409, "last_owner")
    assert shop.owner.patch("/v1/members/owner", {"role": "owner"}).status == 200
    assert shop.owner.patch("/v1/members/staff", {"role": "owner"}).status == 200
    assert shop.owner.request("DELETE", "/v1/members/owner").status == 204
    assert shop.owner.get("/v1/members").status == 404


def test_a_program_has_the_role_platform_and_a_person_another(api: Api, shop: Shop) -> None:
    for user, role in (("platform", "owner"), ("viewer", "platform")):
        refused = shop.owner.patch(f"/v1/members/{user}", {"role": role})
        assert (refused.status, refused.code) == (409, "role_of_a_program")


def test_an_owner_lets_a_program_report_orders(api: Api, shop: Shop) -> None:
    """Its token has the scope of a program; the table says in which stores it is the platform."""
    program, body = f"{shop.name}-program", json.dumps(new_order()).encode()

    def place() -> int:
        sent = {"x-store-id": shop.name, "content-type": "application/json"}
        return api.transport.send("POST", "/v1/orders", "", sent, body, {"-": "platform"}, program).status

    assert place() == 404
    assert shop.owner.post("/v1/members", {"user_id": program, "role": "platform"}).status == 201
    assert place() == 201
    assert shop.owner.request("DELETE", f"/v1/members/{program}").status == 204


def test_every_change_is_kept_with_who_made_it(in_process: Api) -> None:
    shop = in_process.shop()
    user = f"{shop.name}-zoe@shop.example"
    shop.owner.post("/v1/members", {"user_id": user, "role": "staff"})
    shop.owner.patch(f"/v1/members/{user}", {"role": "owner"})
    shop.owner.patch(f"/v1/members/{user}", {"role": "owner"})  # changes nothing
    zoe = in_process.client("owner", shop.name, user=user)
    zoe.request("DELETE", f"/v1/members/{shop.staff.user}")
    zoe.request("DELETE", f"/v1/members/{user}")
    changes = shop.owner.every("/v1/members/history")
    found = [(each["actor"]["id"], each["action"], each["user_id"], each["from"], each["to"]) for each in changes[:4]]
    assert found == [
        (user, "remove", user, "owner", None),
        (user, "remove", "staff", "staff", None),
        ("owner", "change", user, "staff", "owner"),
        ("owner", "add", user, None, "staff"),
    ]
    assert {each["actor"]["role"] for each in changes[4:]} == {"operator"}
    assert [each["seq"] for each in changes] == list(range(len(changes), 0, -1))
    assert shop.owner.get("/v1/members/history?limit=3").json["data"] == changes[:3]


def test_lists_of_members_go_on_page_by_page(shop: Shop) -> None:
    for number in range(5):
        assert shop.owner.post("/v1/members", {"user_id": f"u{number}-{shop.name}", "role": "viewer"}).status == 201
    for path in ("/v1/members", "/v1/members/history"):
        pages, cursor = [], ""
        while True:
            page = shop.owner.get(f"{path}?limit=2{cursor}").json
            pages.append(len(page["data"]))
            if page["page"]["next_cursor"] is None:
                break
            cursor = f"&cursor={page['page']['next_cursor']}"
        assert pages == [2, 2, 2, 2, 1], path


@pytest.mark.parametrize(
    "body", [{}, {"user_id": "zoe"}, {"user_id": "a b", "role": "owner"}, {"user_id": "", "role": 1}]
)
def test_a_bad_body_names_its_field_and_changes_nothing(shop: Shop, body: dict[str, Any]) -> None:
    before = members(shop.owner)
    answer = shop.owner.post("/v1/members", body)
    assert answer.status == 400 and set(answer.fields) <= {"/user_id", "/role"} and answer.fields
    assert members(shop.owner) == before


# ---- the first request to a new store


def test_the_first_request_of_a_new_person_opens_a_store(api: Api) -> None:
    store = f"new{uuid.uuid4().hex[:8]}"
    zoe = person(api, "zoe", store)
    assert zoe.get("/v1/orders").status == 200
    assert zoe.get("/v1/me").json["stores"][0]["role"] == "owner"
    (change,) = zoe.get("/v1/members/history").json["data"]
    assert (change["actor"], change["action"], change["to"]) == ({"role": "owner", "id": zoe.user}, "add", "owner")
    second = zoe.get("/v1/store", headers={"X-Store-Id": f"{store}-2"})
    assert (second.status, second.json["store_id"]) == (200, f"{store}-2")
    assert person(api, "max", store).get("/v1/orders").status == 404


def test_staff_and_viewers_open_no_store(api: Api, shop: Shop) -> None:
    for role in ("staff", "viewer"):
        member = api.client(role, shop.name, user=f"{shop.name}-{role}")
        assert member.get("/v1/store", headers={"X-Store-Id": f"{shop.name}-{role}"}).status == 404
    assert person(api, "zoe").get("/v1/store").status == 404  # names none
    for odd in ("", "a b", "a#b", "x" * 65, *([] if api.engine == "local" else [" ", "é"])):
        named = {"X-Store-Id": odd.encode("utf-8").decode("latin-1")}
        assert person(api, "zoe").get("/v1/store", headers=named).status == 404, odd


def test_a_program_opens_a_store_as_its_platform(api: Api) -> None:
    store = f"new{uuid.uuid4().hex[:8]}"
    sent = api.transport.send(
        "GET", "/v1/store", "", {"x-store-id": store}, b"", {"-": "platform"}, f"{store}-shopfront"
    )
    assert sent.status == 200
    assert person(api, "zoe", store).get("/v1/store").status == 404
    owner = api.client("owner", store, user=f"{store}-zoe")  # the operator names the first owner
    assert members(owner) == {f"{store}-shopfront": "platform", owner.user: "owner"}


def test_a_store_with_members_belongs_to_them_before_its_first_request(api: Api) -> None:
    store = f"new{uuid.uuid4().hex[:8]}"
    viewer = api.client("viewer", store, user=f"{store}-viewer")
    assert viewer.get("/v1/store").status == 404
    assert person(api, "max", store).get("/v1/store").status == 404
    assert api.client("owner", store, user=f"{store}-zoe").get("/v1/store").status == 200
    assert viewer.get("/v1/store").status == 200
