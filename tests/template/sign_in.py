"""Rules of template.yaml for who may get a token."""

from __future__ import annotations

from collections.abc import Iterator

from functions.orders.identity import PROGRAM_SCOPE
from local import tokens
from local.template import Template
from shared.store.dynamodb import keys
from tests.template.document import (
    GONE,
    ROLE,
    Breaks,
    Document,
    at,
    denied_partitions,
    of,
    of_type,
    properties,
    resource,
)


def clients(document: Document) -> Iterator[tuple[str, Document]]:
    return properties(document, "AWS::Cognito::UserPoolClient")


def the_scope_of_programs_is_declared(document: Document) -> Iterator[str]:
    server = resource(document, "ApiScopes")
    declared = {f"{server['Identifier']}/{scope['ScopeName']}" for scope in server["Scopes"]}
    if declared != {PROGRAM_SCOPE} or tokens.PROGRAM_SCOPE != PROGRAM_SCOPE:
        yield f"the scopes are {declared}"


def only_a_program_gets_its_scope(document: Document) -> Iterator[str]:
    """Whoever has the scope is no person: with it a user's name could be taken for a client's id."""
    for name, client in clients(document):
        has_scope = PROGRAM_SCOPE in client.get("AllowedOAuthScopes", [])
        if has_scope is not (client.get("AllowedOAuthFlows") == ["client_credentials"]):
            yield f"{name}: {client.get('AllowedOAuthFlows')} {client.get('AllowedOAuthScopes')}"


def a_program_has_a_secret_and_signs_in_nobody(document: Document) -> Iterator[str]:
    for name, client in clients(document):
        if client.get("AllowedOAuthFlows") != ["client_credentials"]:
            continue
        if client.get("GenerateSecret") is not True or client.get("AllowedOAuthFlowsUserPoolClient") is not True:
            yield f"{name}: no secret"
        # Without a list Cognito takes its own, by which users sign in.
        if client.get("ExplicitAuthFlows") != ["ALLOW_REFRESH_TOKEN_AUTH"]:
            yield f"{name}: {client.get('ExplicitAuthFlows')}"


def no_client_takes_a_password_of_anybody(document: Document) -> Iterator[str]:
    """The admin flow needs AWS credentials; the other flow with passwords needs nothing."""
    for name, client in clients(document):
        if "ALLOW_USER_PASSWORD_AUTH" in client.get("ExplicitAuthFlows", ["ALLOW_USER_PASSWORD_AUTH"]):
            yield name


def every_client_is_known_to_the_api(document: Document) -> Iterator[str]:
    template = Template(document)
    known = set(template.audience)
    if len(known) != len(list(clients(document))):
        yield f"the authorizer knows {known}"
    for function in template.functions.values():
        if set(function.environment["TOKEN_CLIENT_IDS"].split(",")) != known:
            yield function.logical_id


def a_second_factor_can_be_required(document: Document) -> Iterator[str]:
    pool, parameter = resource(document, "UserPool"), document["Parameters"].get("Mfa", {})
    if pool.get("MfaConfiguration") != {"Ref": "Mfa"} or set(parameter["AllowedValues"]) != {"OPTIONAL", "ON"}:
        yield "MfaConfiguration"
    if pool.get("EnabledMfas") != ["SOFTWARE_TOKEN_MFA"]:
        yield "EnabledMfas"


def users_are_made_by_the_operator_alone(document: Document) -> Iterator[str]:
    pool = resource(document, "UserPool")
    if not pool.get("AdminCreateUserConfig", {}).get("AllowAdminCreateUserOnly"):
        yield "anybody may sign up, and open stores"
    if pool.get("UsernameConfiguration") != {"CaseSensitive": False}:
        yield "two users could have one membership"
    yield from (name for name, _ in of_type(document, "AWS::Cognito::UserPoolGroup"))


def only_the_api_reads_and_writes_memberships(document: Document) -> Iterator[str]:
    partition = keys.user_pk("*")
    for name, role in properties(document, ROLE):
        if "dynamodb:" in str(role.get("Policies")) and (partition in denied_partitions(role)) is (
            name == "OrdersRole"
        ):
            yield name


ANY = {"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": {"Fn::GetAtt": ["OrdersTable", "Arn"]}}
BREAKS: Breaks = [
    (the_scope_of_programs_is_declared, of("ApiScopes"), "Identifier", "orderdesk"),
    (the_scope_of_programs_is_declared, of("ApiScopes"), "Scopes", []),
    (only_a_program_gets_its_scope, of("ConsoleClient"), "AllowedOAuthScopes", ["openid", PROGRAM_SCOPE]),
    (only_a_program_gets_its_scope, of("PlatformClient"), "AllowedOAuthFlows", ["client_credentials", "code"]),
    (only_a_program_gets_its_scope, of("PlatformClient"), "AllowedOAuthScopes", ["openid"]),
    (a_program_has_a_secret_and_signs_in_nobody, of("PlatformClient"), "GenerateSecret", False),
    (a_program_has_a_secret_and_signs_in_nobody, of("PlatformClient"), "ExplicitAuthFlows", GONE),
    (no_client_takes_a_password_of_anybody, of("UserPoolClient"), "ExplicitAuthFlows", ["ALLOW_USER_PASSWORD_AUTH"]),
    (no_client_takes_a_password_of_anybody, of("PlatformClient"), "ExplicitAuthFlows", GONE),
    (
        every_client_is_known_to_the_api,
        of("Api", "Auth", "Authorizers", "Token", "JwtConfiguration"),
        "audience",
        [{"Ref": "UserPoolClient"}, {"Ref": "ConsoleClient"}],
    ),
    (a_second_factor_can_be_required, of("UserPool"), "MfaConfiguration", "OPTIONAL"),
    (a_second_factor_can_be_required, of("UserPool"), "EnabledMfas", ["SMS_MFA"]),
    (users_are_made_by_the_operator_alone, of("UserPool"), "AdminCreateUserConfig", GONE),
    (users_are_made_by_the_operator_alone, of("UserPool"), "UsernameConfiguration", {"CaseSensitive": True}),
    (
        users_are_made_by_the_operator_alone,
        at("Resources"),
        "Owners",
        {"Type": "AWS::Cognito::UserPoolGroup", "Properties": {}},
    ),
    (
        only_the_api_reads_and_writes_memberships,
        of("AlertsRole"),
        "Policies",
        [{"PolicyDocument": {"Statement": [ANY]}}],
    ),
]
