"""Rules of template.yaml for who may get a token. Each is shown to fail on a copy that breaks it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions.orders.identity import PROGRAM_SCOPE
from local import tokens
from local.template import Template
from shared.store.dynamodb import keys
from tests.test_template import DOCUMENT, GONE, Document, Rule
from tests.test_transformed_template import denied_partitions

CLIENTS = "AWS::Cognito::UserPoolClient"


def clients(document: Document) -> dict[str, Document]:
    return {name: body["Properties"] for name, body in document["Resources"].items() if body["Type"] == CLIENTS}


def the_scope_of_programs_is_declared(document: Document) -> Iterator[str]:
    server = document["Resources"]["ApiScopes"]["Properties"]
    declared = {f"{server['Identifier']}/{scope['ScopeName']}" for scope in server["Scopes"]}
    if declared != {PROGRAM_SCOPE} or tokens.PROGRAM_SCOPE != PROGRAM_SCOPE:
        yield f"the scopes are {declared}"


def only_a_program_gets_its_scope(document: Document) -> Iterator[str]:
    """Whoever has the scope is no person: with it a user's name could be taken for a client's id."""
    for name, client in clients(document).items():
        has_scope = PROGRAM_SCOPE in client.get("AllowedOAuthScopes", [])
        if has_scope is not (client.get("AllowedOAuthFlows") == ["client_credentials"]):
            yield f"{name}: {client.get('AllowedOAuthFlows')} {client.get('AllowedOAuthScopes')}"


def a_program_has_a_secret_and_signs_in_nobody(document: Document) -> Iterator[str]:
    for name, client in clients(document).items():
        if client.get("AllowedOAuthFlows") != ["client_credentials"]:
            continue
        if client.get("GenerateSecret") is not True or client.get("AllowedOAuthFlowsUserPoolClient") is not True:
            yield f"{name}: no secret"
        if client.get("ExplicitAuthFlows") != [
            "ALLOW_REFRESH_TOKEN_AUTH"
        ]:  # none: Cognito's own, by which users sign in
            yield f"{name}: {client.get('ExplicitAuthFlows')}"


def no_client_takes_a_password_of_anybody(document: Document) -> Iterator[str]:
    """The admin flow needs AWS credentials; the other flow with passwords needs nothing."""
    for name, client in clients(document).items():
        if "ALLOW_USER_PASSWORD_AUTH" in client.get("ExplicitAuthFlows", ["ALLOW_USER_PASSWORD_AUTH"]):
            yield name


def every_client_is_known_to_the_api(document: Document) -> Iterator[str]:
    template = Template(document)
    known = set(template.audience)
    if len(known) != len(clients(document)):
        yield f"the authorizer knows {known}"
    for function in template.functions.values():
        if set(function.environment["TOKEN_CLIENT_IDS"].split(",")) != known:
            yield function.logical_id


def users_are_made_by_the_operator_alone(document: Document) -> Iterator[str]:
    pool = document["Resources"]["UserPool"]["Properties"]
    if not pool.get("AdminCreateUserConfig", {}).get("AllowAdminCreateUserOnly"):
        yield "anybody may sign up, and open stores"
    if pool.get("UsernameConfiguration") != {"CaseSensitive": False}:
        yield "two users could have one membership"
    yield from (name for name, body in document["Resources"].items() if body["Type"] == "AWS::Cognito::UserPoolGroup")


def only_the_api_reads_and_writes_memberships(document: Document) -> Iterator[str]:
    partition = keys.user_pk("*")
    for name, body in document["Resources"].items():
        if body["Type"] == "AWS::IAM::Role" and "dynamodb:" in str(body["Properties"].get("Policies")):
            policies = [policy["PolicyDocument"]["Statement"] for policy in body["Properties"]["Policies"]]
            denied = {pattern for statements in policies for each in statements for pattern in denied_partitions(each)}
            if (partition in denied) is (name == "OrdersRole"):
                yield name


Place = Callable[[Document], Document]


def of(name: str) -> Place:
    return lambda document: document["Resources"][name]["Properties"]


PLATFORM = of("PlatformClient")
TABLE = {"Fn::GetAtt": ["OrdersTable", "Arn"]}
ANY = {"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": TABLE}
BREAKS: list[tuple[Rule, Place, str, Any]] = [
    (the_scope_of_programs_is_declared, of("ApiScopes"), "Identifier", "orderdesk"),
    (the_scope_of_programs_is_declared, of("ApiScopes"), "Scopes", []),
    (only_a_program_gets_its_scope, of("ConsoleClient"), "AllowedOAuthScopes", ["openid", PROGRAM_SCOPE]),
    (only_a_program_gets_its_scope, PLATFORM, "AllowedOAuthFlows", ["client_credentials", "code"]),
    (only_a_program_gets_its_scope, PLATFORM, "AllowedOAuthScopes", ["openid"]),
    (a_program_has_a_secret_and_signs_in_nobody, PLATFORM, "GenerateSecret", False),
    (a_program_has_a_secret_and_signs_in_nobody, PLATFORM, "ExplicitAuthFlows", GONE),
    (no_client_takes_a_password_of_anybody, of("UserPoolClient"), "ExplicitAuthFlows", ["ALLOW_USER_PASSWORD_AUTH"]),
    (no_client_takes_a_password_of_anybody, PLATFORM, "ExplicitAuthFlows", GONE),
    (
        every_client_is_known_to_the_api,
        lambda d: of("Api")(d)["Auth"]["Authorizers"]["Token"]["JwtConfiguration"],
        "audience",
        [{"Ref": "UserPoolClient"}, {"Ref": "ConsoleClient"}],
    ),
    (
        only_the_api_reads_and_writes_memberships,
        of("AlertsRole"),
        "Policies",
        [{"PolicyDocument": {"Statement": [ANY]}}],
    ),
    (users_are_made_by_the_operator_alone, of("UserPool"), "AdminCreateUserConfig", GONE),
    (users_are_made_by_the_operator_alone, of("UserPool"), "UsernameConfiguration", {"CaseSensitive": True}),
    (
        users_are_made_by_the_operator_alone,
        lambda d: d["Resources"],
        "Owners",
        {"Type": "AWS::Cognito::UserPoolGroup", "Properties": {}},
    ),
]
RULES = list(dict.fromkeys(rule for rule, *_ in BREAKS))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_template_keeps(rule: Rule) -> None:
    assert list(rule(DOCUMENT)) == []


@pytest.mark.parametrize(("rule", "place", "key", "value"), BREAKS, ids=lambda part: getattr(part, "__name__", ""))
def test_rule_sees(rule: Rule, place: Place, key: str, value: Any) -> None:
    broken = copy.deepcopy(DOCUMENT)
    if value is GONE:
        del place(broken)[key]
    else:
        place(broken)[key] = value
    assert list(rule(broken))
