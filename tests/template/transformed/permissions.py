"""Rules for email and for secrets in the transformed template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.permissions import SECRETS
from tests.template.document import (
    GONE,
    LAMBDA,
    ROLE,
    Breaks,
    Document,
    Place,
    denied_partitions,
    of,
    properties,
    resource,
    statement,
    statements,
)
from tests.template.transformed.sizes import resolved


def email_goes_from_our_sender_to_anybody(document: Document) -> Iterator[str]:
    """In its sandbox SES checks the permission on the recipient's identity, too: the sender is the condition."""
    found = 0
    for name, role in properties(document, ROLE):
        for each in statements(role):
            if "ses:SendEmail" in each["Action"]:
                found += 1
                sender = {"StringEquals": {"ses:FromAddress": {"Ref": "MailSender"}}}
                if not resolved(each["Resource"]).endswith(":identity/*") or each.get("Condition") != sender:
                    yield name
    if found != 1:
        yield f"{found} functions send email"


def secrets_lie_where_only_functions_that_need_them_may_read(document: Document) -> Iterator[str]:
    """Without a `Deny` whatever else a role allows would count. An index cannot show them: they have no keys of one."""
    for name, role in properties(document, ROLE):
        if "dynamodb:" not in str(role.get("Policies")):
            continue
        denied = denied_partitions(role)
        for kind, (partition, roles) in SECRETS.items():
            if (partition in denied) == (name in roles):
                yield f"{name}: {kind}"


def the_key_for_secrets_is_for_functions_that_need_them(document: Document) -> Iterator[str]:
    """The policy of the key alone allows its use, so no policy of a role can."""
    secrets_key, users = resource(document, "SecretsKey"), dict[str, set[str]]()
    for each in secrets_key["KeyPolicy"]["Statement"]:
        if "Fn::If" in each:
            yield from _only_for_who_migrates(document, *each["Fn::If"])
            continue
        if not {"kms:Decrypt", "kms:Encrypt"} & set(each["Action"]):
            if any(action in ("kms:*", "*") or "crypt" in action for action in each["Action"]):
                yield each["Sid"]
            continue
        kind = each.get("Condition", {}).get("StringEquals", {}).get("kms:EncryptionContext:kind", "any")
        principals = each["Principal"]["AWS"]
        if not isinstance(principals, list) or set(each["Action"]) != {"kms:Decrypt", "kms:Encrypt"}:
            yield each["Sid"]
            continue
        users.setdefault(kind, set()).update(principal["Fn::GetAtt"][0] for principal in principals)
    if users != {kind: roles for kind, (_, roles) in SECRETS.items()}:
        yield f"{users}"
    if not secrets_key.get("EnableKeyRotation"):
        yield "the key is not rotated"
    for name, role in properties(document, ROLE):
        if "kms:" in str(role.get("Policies")):
            yield name


def _only_for_who_migrates(document: Document, condition: str, allowed: Document, otherwise: Any) -> Iterator[str]:
    """Nobody, until the operator names a role for the time of a migration; and never the secret of cursors."""
    named = document["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "MigrationRoleArn"}, ""]}]}
    kinds = allowed.get("Condition", {}).get("StringEquals", {}).get("kms:EncryptionContext:kind")
    if not named or document["Parameters"]["MigrationRoleArn"]["Default"] != "" or kinds != ["channels", "search"]:
        yield "who migrates"
    if allowed["Principal"] != {"AWS": [{"Ref": "MigrationRoleArn"}]} or otherwise != {"Ref": "AWS::NoValue"}:
        yield "who migrates"


def every_function_knows_the_key(document: Document) -> Iterator[str]:
    for name, function in properties(document, LAMBDA):
        if function["Environment"]["Variables"].get("KMS_KEY_ID") != {"Ref": "SecretsKey"}:
            yield name


def denial(role: str, *path: str) -> Place:
    return statement(role, "dynamodb:*", *path)


def key(sid: str) -> Place:
    def place(document: Document) -> Document:
        policy = resource(document, "SecretsKey")["KeyPolicy"]["Statement"]
        return next(each for each in policy if each.get("Sid") == sid)

    return place


def key_while_migrating(document: Document) -> Document:
    policy = resource(document, "SecretsKey")["KeyPolicy"]["Statement"]
    return next(each["Fn::If"][1] for each in policy if "Fn::If" in each)


LEADING = "dynamodb:LeadingKeys"
BREAKS: Breaks = [
    (email_goes_from_our_sender_to_anybody, statement("DeliveryRole", "ses:SendEmail"), "Condition", GONE),
    (
        email_goes_from_our_sender_to_anybody,
        statement("DeliveryRole", "ses:SendEmail"),
        "Resource",
        {"Fn::Sub": "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${MailSender}"},
    ),
    (secrets_lie_where_only_functions_that_need_them_may_read, denial("ExportsRole"), "Effect", "Allow"),
    (secrets_lie_where_only_functions_that_need_them_may_read, denial("ExportsRole"), "Condition", GONE),
    (secrets_lie_where_only_functions_that_need_them_may_read, denial("WorkRole"), "Resource", "*"),
    (
        secrets_lie_where_only_functions_that_need_them_may_read,
        denial("DeliveryRole", "Condition", "ForAnyValue:StringLike"),
        LEADING,
        ["#search"],
    ),
    (
        secrets_lie_where_only_functions_that_need_them_may_read,
        denial("OutboxRole", "Condition", "ForAnyValue:StringLike"),
        LEADING,
        ["#cursor"],
    ),
    (the_key_for_secrets_is_for_functions_that_need_them, key("Administration"), "Action", ["kms:*"]),
    (the_key_for_secrets_is_for_functions_that_need_them, key("Channels"), "Principal", {"AWS": "*"}),
    (the_key_for_secrets_is_for_functions_that_need_them, key("Channels"), "Condition", GONE),
    (
        the_key_for_secrets_is_for_functions_that_need_them,
        key("Cursor"),
        "Principal",
        {"AWS": [{"Fn::GetAtt": ["OrdersRole", "Arn"]}, {"Fn::GetAtt": ["WorkRole", "Arn"]}]},
    ),
    (the_key_for_secrets_is_for_functions_that_need_them, key_while_migrating, "Condition", GONE),
    (the_key_for_secrets_is_for_functions_that_need_them, key_while_migrating, "Principal", {"AWS": ["*"]}),
    (
        the_key_for_secrets_is_for_functions_that_need_them,
        lambda document: document["Parameters"]["MigrationRoleArn"],
        "Default",
        "arn:aws:iam::000000000000:root",
    ),
    (the_key_for_secrets_is_for_functions_that_need_them, of("SecretsKey"), "EnableKeyRotation", GONE),
    (the_key_for_secrets_is_for_functions_that_need_them, denial("ExportsRole"), "Action", ["kms:Decrypt"]),
    (every_function_knows_the_key, of("DeliveryFunction", "Environment", "Variables"), "KMS_KEY_ID", GONE),
]
