"""template.yaml as it is written, and what the rules use to read it and to break it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from local.cloudformation import parse
from local.template import DEFAULT_PATH

Document = dict[str, Any]
Rule = Callable[[Document], Iterator[str]]
"""What breaks the rule in a document, by name; nothing where the document keeps it."""
Place = Callable[[Document], Any]
"""Where in a document something is changed."""
Breaks = list[tuple[Rule, Place, str, Any]]
"""A rule, where in the template, which key, and the value that breaks the rule there."""

GONE = object()
"""The value of a key that is to be taken out."""

LAMBDA = "AWS::Lambda::Function"
"""What SAM makes of a function."""
FUNCTION, TABLE, BUCKET = "AWS::Serverless::Function", "AWS::DynamoDB::Table", "AWS::S3::Bucket"
QUEUE, ROLE, ALARM, API = "AWS::SQS::Queue", "AWS::IAM::Role", "AWS::CloudWatch::Alarm", "AWS::Serverless::HttpApi"


@lru_cache(maxsize=1)
def written() -> Document:
    """The template as it stands in the file."""
    return parse(DEFAULT_PATH.read_text("utf-8"))


def of_type(document: Document, kind: str) -> Iterator[tuple[str, Document]]:
    for name, body in document["Resources"].items():
        if body["Type"] == kind:
            yield name, body


def properties(document: Document, kind: str) -> Iterator[tuple[str, Document]]:
    for name, body in of_type(document, kind):
        yield name, body.get("Properties", {})


def resource(document: Document, name: str) -> Document:
    """The properties of a resource."""
    found: Document = document["Resources"][name]["Properties"]
    return found


def events(document: Document, kind: str) -> Iterator[tuple[str, Document]]:
    for _, function in properties(document, FUNCTION):
        for name, event in function["Events"].items():
            if event["Type"] == kind:
                yield name, event["Properties"]


def is_scheduled(function: Document) -> bool:
    return any(event["Type"] == "ScheduleV2" for event in function["Events"].values())


def statements(role: Document) -> list[Document]:
    return [each for policy in role.get("Policies", ()) for each in policy["PolicyDocument"]["Statement"]]


def denied_partitions(role: Document) -> set[str]:
    """The partitions of the table that a role may not touch, whatever else it allows."""
    denied = set()
    for each in statements(role):
        whole = (each["Effect"], each["Action"]) == ("Deny", "dynamodb:*")
        if whole and each["Resource"] == {"Fn::GetAtt": ["OrdersTable", "Arn"]}:
            condition = each.get("Condition", {}).get("ForAnyValue:StringLike", {})
            denied.update(condition.get("dynamodb:LeadingKeys", []))
    return denied


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def named(resource: Any) -> str:
    """`!GetAtt Table.Arn` as `Table`, `!Sub ${Table.Arn}/index/*` as `Table/index/*`."""
    if isinstance(resource, str):
        return resource
    ((function, name),) = resource.items()
    if function == "Fn::GetAtt":
        return ".".join(name).removesuffix(".Arn")
    return re.sub(r"\$\{(\w+)\.Arn\}", r"\1", name)


def at(*path: str | int) -> Place:
    def place(document: Document) -> Any:
        found: Any = document
        for part in path:
            found = found[part]
        return found

    return place


def of(name: str, *path: str | int) -> Place:
    """A place in the properties of a resource."""
    return at("Resources", name, "Properties", *path)


def statement(role: str, action: str, *path: str | int) -> Place:
    """The first statement of a role on an action, or a place in it."""

    def place(document: Document) -> Any:
        return at(*path)(
            next(each for each in statements(resource(document, role)) if action in listed(each["Action"]))
        )

    return place
