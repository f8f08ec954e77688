"""Each role may do what the contract says and no more, on every route of the template."""

from __future__ import annotations

from tests import proof
from tests.harness import TEMPLATE, Api
from tests.http.isolation.held import Held, ask
from tests.http.isolation.roles import ACTIONS, ROLES, SELLER, STORELESS, WHO


def test_every_route_of_the_template_is_known_here() -> None:
    spelled = {f"{key.rpartition('/')[0]}/{action}" for key, actions in ACTIONS.items() for action in actions}
    assert {route.key for route in TEMPLATE.routes} == set(WHO) - spelled | set(ACTIONS) | STORELESS


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


def test_only_an_owner_or_the_platform_opens_a_store(api: Api) -> None:
    for role, status in (("viewer", 404), ("staff", 404), ("platform", 200), ("owner", 200)):
        assert api.client(role, f"new-{role}-{id(role)}-{api.shop().name}").get("/v1/store").status == status, role
