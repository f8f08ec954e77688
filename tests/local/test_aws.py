"""The commands for a deployed stack, against stand-ins for Cognito: tokens, and members from groups."""

from __future__ import annotations

import base64
import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pynamodb.exceptions import GetError

from local.aws import members as command
from local.aws import migrate as aws_migrate
from local.aws import users
from local.commands import migrate
from local.console.publish import Stack
from shared.domain.members import Role
from shared.domain.order.transitions import Actor
from shared.operations.members import OPERATOR, change_member, grant_roles, remove_member
from shared.store import members
from tests.harness import Api

NOW = datetime(2026, 12, 1, tzinfo=UTC)
OUTPUTS = {
    "UserPoolId": "pool",
    "UserPoolClientId": "programs",
    "PlatformClientId": "client",
    "SignInUrl": "https://signin.example",
}


class Cognito:
    """Answers as Cognito does: a first password is changed, then a code is asked for."""

    def __init__(self, groups: dict[str, list[str]] | None = None, *challenges: str) -> None:
        self.groups, self.challenges, self.asked = groups or {}, list(challenges), list[dict[str, Any]]()

    def _next(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        if self.challenges:
            return {"ChallengeName": self.challenges.pop(0), "Session": f"session-{len(self.asked)}"}
        return {"AuthenticationResult": {"AccessToken": "a-token"}}

    admin_initiate_auth = admin_respond_to_auth_challenge = _next

    def describe_user_pool_client(self, **asked: str) -> dict[str, Any]:
        assert asked == {"UserPoolId": "pool", "ClientId": "client"}
        return {"UserPoolClient": {"ClientSecret": "secret"}}

    def get_paginator(self, name: str) -> Any:
        pages = {
            "list_groups": lambda **_: [{"Groups": [{"GroupName": name}]} for name in self.groups],
            "list_users_in_group": lambda GroupName, **_: [
                {"Users": [{"Username": u}]} for u in self.groups[GroupName]
            ],
        }
        return type("Paginator", (), {"paginate": staticmethod(pages[name])})


def test_a_person_answers_what_cognito_asks() -> None:
    cognito = Cognito(None, "NEW_PASSWORD_REQUIRED", "SOFTWARE_TOKEN_MFA")
    assert users.token_of_person(cognito, OUTPUTS, "zoe", lambda question: question.split()[1]) == "a-token"
    first, *others = cognito.asked
    assert (first["AuthFlow"], first["ClientId"]) == ("ADMIN_USER_PASSWORD_AUTH", "programs")
    assert [each["ChallengeResponses"] for each in others] == [
        {"USERNAME": "zoe", "NEW_PASSWORD": "new"},
        {"USERNAME": "zoe", "SOFTWARE_TOKEN_MFA_CODE": "code"},
    ]
    with pytest.raises(users.CannotSignIn, match="SMS_MFA"):
        users.token_of_person(Cognito(None, "SMS_MFA"), OUTPUTS, "zoe", lambda question: "x")


def test_a_program_sends_its_secret_to_the_token_endpoint_alone() -> None:
    sent: list[Any] = []

    def send(request: Any) -> io.BytesIO:
        sent.append(request)
        return io.BytesIO(json.dumps({"access_token": "a-token"}).encode())

    assert users.token_of_program(Cognito(), OUTPUTS, send) == "a-token"
    (request,) = sent
    assert (request.full_url, request.get_method()) == ("https://signin.example/oauth2/token", "POST")
    assert request.data == b"grant_type=client_credentials&scope=orderkeep/platform"
    assert base64.b64decode(request.get_header("Authorization").split()[1]) == b"client:secret"


def roles(store: str) -> dict[str, str]:
    return {each.user_id: each.role.value for each in members.page(store, 50, None).items}


GROUPS = {
    "a:viewer": ["Ann", "bob"],
    "a:owner": ["ann"],
    "a:platform": ["feed"],
    "b:staff": [f"user{number:03}" for number in range(95)],
    "admins": ["root"],
    "c:boss": ["root"],
}


def test_groups_become_members_once(on_memory: Api) -> None:
    written, left = command.move(command.of_groups(Cognito(GROUPS), "pool"), NOW)
    assert (written, len(left)) == (97, 1) and "feed" in left[0]
    assert roles("a") == {"ann": "owner", "bob": "viewer"}
    assert command.move(command.of_groups(Cognito(GROUPS), "pool"), NOW)[0] == 0
    assert [each.role for each in members.of_user("USER000")] == [Role.STAFF] and len(roles("b")) == 50


def test_a_later_move_undoes_nothing_that_owners_did(on_memory: Api) -> None:
    command.move(command.of_groups(Cognito(GROUPS), "pool"), NOW)
    ann = Actor("owner", "ann")
    change_member("b", "user001", Role.VIEWER, _owner_of("b"), NOW)
    remove_member("a", "bob", ann, NOW)
    more = {**GROUPS, "a:staff": ["zoe"]}
    assert command.move(command.of_groups(Cognito(more), "pool"), NOW)[0] == 1
    assert roles("a") == {"ann": "owner", "zoe": "staff"}
    (changed,) = members.of_user("user001")
    assert changed.role is Role.VIEWER


def _owner_of(store: str) -> Actor:
    grant_roles(store, {"owner": Role.OWNER}, NOW, OPERATOR)
    return Actor("owner", "owner")


class CloudFormation:
    """Notes what the parameter is changed to."""

    def __init__(self) -> None:
        self.admitted: list[str] = []

    def describe_stack_resource(self, StackName: str, LogicalResourceId: str) -> dict[str, Any]:
        assert (StackName, LogicalResourceId) == ("orderkeep", "SecretsKey")
        return {"StackResourceDetail": {"PhysicalResourceId": "key-1"}}

    def update_stack(self, Parameters: list[dict[str, Any]], **others: Any) -> None:
        assert {"ParameterKey": "Mfa", "UsePreviousValue": True} in Parameters and others["UsePreviousTemplate"]
        self.admitted += [each["ParameterValue"] for each in Parameters if each["ParameterKey"] == "MigrationRoleArn"]

    def get_waiter(self, name: str) -> Any:
        return SimpleNamespace(wait=lambda StackName: None)


ROLE = "arn:aws:iam::000000000000:role/path/admin"
DENIED = ClientError({"Error": {"Code": "AccessDeniedException"}}, "Decrypt")


def who_calls(arn: str) -> Any:
    clients = {
        "sts": SimpleNamespace(get_caller_identity=lambda: {"Arn": arn}),
        "iam": SimpleNamespace(get_role=lambda RoleName: {"Role": {"Arn": ROLE}} if RoleName == "admin" else None),
    }
    return SimpleNamespace(region_name="eu-west-1", profile_name="default", client=clients.__getitem__)


def test_a_policy_names_the_role_that_was_assumed() -> None:
    user = "arn:aws:iam::000000000000:user/zoe"
    assert aws_migrate.principal(who_calls(user)) == user
    assert aws_migrate.principal(who_calls("arn:aws:sts::000000000000:assumed-role/admin/zoe")) == ROLE


def test_the_key_admits_the_operator_while_a_migration_runs_and_after_none(monkeypatch: pytest.MonkeyPatch) -> None:
    cloudformation, asked = CloudFormation(), list[Any]()
    parameters = {"MigrationRoleArn": "", "Mfa": "ON"}

    def run(*given: Any) -> int:
        names = ("TABLE_NAME", "KMS_KEY_ID", "AWS_DEFAULT_REGION")
        asked.append((*given, *(os.environ[name] for name in names), *cloudformation.admitted))
        if len(asked) > 1:
            raise DENIED
        return 0

    monkeypatch.setattr(os, "environ", os.environ.copy())
    monkeypatch.setattr(aws_migrate, "run", run)
    monkeypatch.setattr(aws_migrate, "await_key", lambda: None)
    stack = Stack(cloudformation, "orderkeep", {"TableName": "orders-1"}, parameters)
    session = who_calls("arn:aws:sts::000000000000:assumed-role/admin/zoe")
    monkeypatch.setattr(aws_migrate, "deployed", lambda: (session, stack))
    assert aws_migrate.main({"DRY_RUN": "1", "WORKERS": "8"}) == 0
    place = ("orders-1", "key-1", "eu-west-1")
    assert asked == [(True, 8, *place, ROLE)] and cloudformation.admitted == [ROLE, ""]
    assert aws_migrate.main({}) == 1 and cloudformation.admitted == [ROLE, ""] * 2, "also after an error"
    parameters["MigrationRoleArn"] = "somebody"
    assert aws_migrate.main({}) == 1 and cloudformation.admitted == [ROLE, ""] * 2, "named by the operator"


def test_a_migration_that_cannot_run_is_refused_before_the_stack_changes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cloudformation, parameters = CloudFormation(), {"Mfa": "ON"}
    stack = Stack(cloudformation, "orderkeep", {"TableName": "orders-1"}, parameters)
    session = who_calls("arn:aws:iam::000000000000:user/zoe")
    monkeypatch.setattr(os, "environ", os.environ.copy())
    monkeypatch.setattr(aws_migrate, "deployed", lambda: (session, stack))
    monkeypatch.setattr(aws_migrate, "await_key", lambda: None)
    with pytest.raises(SystemExit, match="Deploy this version first"):
        aws_migrate.main({})
    parameters["MigrationRoleArn"] = ""
    for workers in ("abc", "0", "-1", "65", "1.5"):
        for main in (aws_migrate.main, migrate.main):
            with pytest.raises(SystemExit, match=f"WORKERS is a number from 1 to 64, not {workers}"):
                main({"WORKERS": workers})
    assert cloudformation.admitted == []

    def run(dry_run: bool, workers: int) -> int:
        raise GetError(f"Failed to get item: {DENIED}", DENIED)

    monkeypatch.setattr(aws_migrate, "run", run)
    assert aws_migrate.main({}) == 1 and "AccessDeniedException" in capsys.readouterr().err
    assert cloudformation.admitted == ["arn:aws:iam::000000000000:user/zoe", ""]


def test_a_parameter_that_may_not_be_cleared_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C while the stack changes: it cannot be changed again at once."""
    cloudformation = CloudFormation()
    stack = Stack(cloudformation, "orderkeep", {}, {"MigrationRoleArn": "", "Mfa": "ON"})
    ends = [ClientError({"Error": {"Code": "ValidationError"}}, "UpdateStack"), KeyboardInterrupt()]

    def wait(StackName: str) -> None:
        raise ends.pop()

    monkeypatch.setattr(cloudformation, "get_waiter", lambda name: SimpleNamespace(wait=wait))
    user = "arn:aws:iam::000000000000:user/zoe"
    with pytest.raises(ClientError), aws_migrate.admitted(who_calls(user), stack):
        pytest.fail("the key does not admit the operator yet")
    assert f"may still name {user}: clear it" in capsys.readouterr().err and not ends


def test_a_migration_waits_until_the_key_admits_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.store import secrets

    answers, slept = [DENIED, DENIED], list[float]()

    def search_secret() -> bytes:
        if answers:
            raise answers.pop()
        return b""

    monkeypatch.setattr(secrets, "search_secret", search_secret)
    aws_migrate.await_key(slept.append)
    assert slept == [5, 5]
    answers += [DENIED] * 100
    with pytest.raises(ClientError):
        aws_migrate.await_key(slept.append)
    assert len(slept) == 2 + aws_migrate.WAITS


def test_a_migration_without_a_run_says_what_to_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert migrate.main({"DATA_DIR": str(tmp_path)}) == 1
    assert "start it first, with make run" in capsys.readouterr().err
