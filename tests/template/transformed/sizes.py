"""Sizes of the transformed template against the limits of AWS."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

from tests.template.document import (
    LAMBDA,
    ROLE,
    TABLE,
    Breaks,
    Document,
    properties,
    resource,
    statements,
)
from tests.template.transformed.api import operations


def policies_of_functions_have_room(document: Document) -> Iterator[str]:
    for name, _ in properties(document, LAMBDA):
        if (used := permission_bytes(document, name)) > 20 * 1024:
            yield f"{name}: {used}"


def limits_of_aws_are_kept(document: Document) -> Iterator[str]:
    for what, used, limit in sizes(document):
        if used > limit:
            yield f"{what}: {used} of {limit}"


def resolved(value: Any) -> Any:
    """Every reference in a value as CloudFormation may spell it out, at a length that is usual."""
    if isinstance(value, list):
        return [resolved(each) for each in value]
    if isinstance(value, dict):
        key = next(iter(value), "")
        if len(value) == 1 and (key == "Ref" or key.startswith("Fn::")):
            return reference(key, value[key])
        return {name: resolved(each) for name, each in value.items()}
    return value


def reference(function: str, argument: Any) -> str:
    if function == "Fn::If":
        return str(resolved(argument[1]))
    if function == "Fn::Sub":
        text = argument if isinstance(argument, str) else argument[0]
        return re.sub(r"\$\{([^}]+)\}", lambda found: reference("Ref", found[1]), text)
    name = argument if isinstance(argument, str) else ".".join(argument)
    pseudo = {"AWS::Partition": "aws", "AWS::Region": "ap-southeast-1", "AWS::AccountId": "123456789012"}
    if name in pseudo:
        return pseudo[name]
    made = f"orderkeep-{name.removesuffix('.Arn')}-1A2B3C4D5E6F"
    return f"arn:aws:service:ap-southeast-1:123456789012:{made}" if name.endswith(".Arn") else made


def characters(policy: Any) -> int:
    """The characters of a policy as IAM counts them: without spaces between its parts."""
    return len(json.dumps(resolved(policy), separators=(",", ":")))


def permission_bytes(document: Document, function: str) -> int:
    """The size of the policy of a function: Lambda makes a statement of each permission."""
    made = []
    for name, permission in properties(document, "AWS::Lambda::Permission"):
        if permission["FunctionName"] == {"Ref": function}:
            arn = f"arn:aws:lambda:ap-southeast-1:123456789012:function:orderkeep-{function}-1A2B3C4D5E6F"
            made.append(
                {
                    "Sid": f"orderkeep-{name}-1A2B3C4D5E6F",
                    "Effect": "Allow",
                    "Principal": {"Service": permission["Principal"]},
                    "Action": permission["Action"],
                    "Resource": arn,
                    "Condition": {"ArnLike": {"AWS:SourceArn": permission["SourceArn"]}},
                }
            )
    return characters({"Version": "2012-10-17", "Id": "default", "Statement": made})


def sizes(document: Document) -> Iterator[tuple[str, int, int]]:
    """What, how much of it there is, and the limit."""
    yield "resources", len(document["Resources"]), 500
    yield "parameters", len(document["Parameters"]), 200
    yield "outputs", len(document["Outputs"]), 200
    yield "bytes of the template", len(json.dumps(document)), 1_000_000
    for name, table in properties(document, TABLE):
        yield f"indexes of {name}", len(table["GlobalSecondaryIndexes"]), 20
    for name, role in properties(document, ROLE):
        policies = [policy["PolicyDocument"] for policy in role.get("Policies", ())]
        yield f"characters of the policies of {name}", sum(map(characters, policies)), 10_240
    for name, _ in properties(document, LAMBDA):
        yield f"bytes of the policy of {name}", permission_bytes(document, name), 20 * 1024
    for name, policy in properties(document, "AWS::S3::BucketPolicy"):
        yield f"bytes of {name}", characters(policy["PolicyDocument"]), 20 * 1024
    for name, function in properties(document, LAMBDA):
        yield f"bytes of the environment of {name}", characters(function["Environment"]["Variables"]), 4 * 1024


def one_permission_per_route(document: Document) -> Document:
    """What SAM would write if the function had no default route: more than 20 KB."""
    resources = document["Resources"]
    whole = resources.pop("OrdersFunctionAnswerTheRestPermission")
    for number, (key, _) in enumerate(operations(document)):
        permission = copy.deepcopy(whole)
        arn = permission["Properties"]["SourceArn"]["Fn::Sub"]
        arn[0] = arn[0].removesuffix("/*") + "/" + re.sub(r"\{\w+\}", "*", key.replace(" ", ""))
        resources[f"OrdersFunctionRoute{number:03d}Permission"] = permission
    return document


def bloated(document: Document) -> Document:
    first = statements(resource(document, "OrdersRole"))[0]
    resource(document, "OrdersRole")["Policies"][0]["PolicyDocument"]["Statement"] += [first] * 40
    return document


BREAKS: Breaks = [
    (policies_of_functions_have_room, one_permission_per_route, "Conditions", {}),
    (limits_of_aws_are_kept, bloated, "Conditions", {}),
]
