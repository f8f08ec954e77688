"""What each function may do, and rules for permissions and secrets in template.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.template.document import (
    FUNCTION,
    GONE,
    ROLE,
    Breaks,
    Document,
    at,
    listed,
    named,
    of,
    of_type,
    properties,
    statement,
    statements,
)

PERMISSIONS = {
    "OrdersRole": {
        "OrdersTable": {
            "dynamodb:BatchGetItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        },
        "OrdersTable/index/*": {"dynamodb:Query"},
        "AlertsQueue": {"sqs:SendMessage"},
        "ExportsQueue": {"sqs:SendMessage"},
        "ImportsQueue": {"sqs:SendMessage"},
        "ExportsBucket/exports/*": {"s3:GetObject"},
        "ExportsBucket/imports/*": {"s3:GetObject", "s3:PutObject"},
        "ExportsBucket/evidence/*": {"s3:DeleteObjectVersion", "s3:GetObject", "s3:PutObject"},
        "ExportsBucket/uploads/*": {"s3:GetObject", "s3:PutObject"},
    },
    "AlertsRole": {
        "OrdersTable": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"},
        "OrdersTable/index/*": {"dynamodb:Query"},
        "ScheduleFailures": {"sqs:SendMessage"},
        "WorkQueue": {"sqs:SendMessage"},
    },
    "RemindersRole": {
        "OrdersTable": {
            "dynamodb:BatchGetItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        },
        "OrdersTable/index/*": {"dynamodb:Query"},
        "ScheduleFailures": {"sqs:SendMessage"},
        "WorkQueue": {"sqs:SendMessage"},
    },
    "OutboxRole": {
        "OrdersTable": {"dynamodb:UpdateItem"},
        "OrdersTable/index/*": {"dynamodb:Query"},
        "OrdersTable/stream/*": {
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
        },
        "AlertsQueue": {"sqs:SendMessage"},
        "ScheduleFailures": {"sqs:SendMessage"},
    },
    "WorkRole": {
        "OrdersTable": {
            "dynamodb:BatchGetItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        },
        "OrdersTable/index/*": {"dynamodb:Query"},
        "WorkQueue": {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"},
    },
    "ErasuresRole": {
        "OrdersTable": {
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        },
        "OrdersTable/index/*": {"dynamodb:Query"},
        "ExportsBucket": {"s3:ListBucket", "s3:ListBucketVersions"},
        "ExportsBucket/erasures/*": {"s3:GetObject", "s3:PutObject"},
        "ExportsBucket/evidence/*": {"s3:DeleteObjectVersion"},
        "ExportsBucket/uploads/*": {"s3:DeleteObjectVersion"},
        "ScheduleFailures": {"sqs:SendMessage"},
    },
    "DeliveryRole": {
        "OrdersTable": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"},
        "OrdersTable/index/*": {"dynamodb:Query"},
        "AlertsQueue": {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"},
        "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*": {"ses:SendEmail"},
    },
    "ExportsRole": {
        "OrdersTable": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"},
        "OrdersTable/index/*": {"dynamodb:Query"},
        "ExportsBucket": {"s3:ListBucketMultipartUploads"},
        "ExportsBucket/exports/*": {"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"},
        "ExportsQueue": {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"},
    },
    "ImportsRole": {
        "OrdersTable": {
            "dynamodb:BatchGetItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        },
        "ExportsBucket/imports/*": {"s3:DeleteObject", "s3:GetObject", "s3:PutObject"},
        "ImportsQueue": {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"},
    },
    "ImportScheduleRole": {
        "OrdersTable": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"},
        "OrdersTable/index/*": {"dynamodb:Query"},
        "ExportsBucket/imports/*": {"s3:GetObject"},
        "ImportsQueue": {"sqs:SendMessage"},
        "ScheduleFailures": {"sqs:SendMessage"},
    },
    "ExportScheduleRole": {
        "OrdersTable": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"},
        "OrdersTable/index/*": {"dynamodb:Query"},
        "ExportsQueue": {"sqs:SendMessage"},
        "ScheduleFailures": {"sqs:SendMessage"},
    },
}
"""What each function does, and to what, beside its log and X-Ray. A transaction needs the permission of each of its
writes."""


def allowed(document: Document) -> Iterator[tuple[str, Document]]:
    """Each statement that allows something, and its role."""
    for name, role in properties(document, ROLE):
        yield from ((name, each) for each in statements(role) if each["Effect"] == "Allow")


def no_wildcard_permission(document: Document) -> Iterator[str]:
    for name, each in allowed(document):
        actions, resources = listed(each["Action"]), listed(each["Resource"])
        if any("*" in action for action in actions):
            yield f"{name}: {actions}"
        # X-Ray knows no resource; an index has no attribute that gives its own name.
        if "*" in resources and not all(action.startswith("xray:") for action in actions):
            yield f"{name}: {resources}"


def no_function_may_scan_and_few_delete(document: Document) -> Iterator[str]:
    for name, each in allowed(document):
        actions = set(listed(each["Action"]))
        forbidden = {"dynamodb:Scan"} | (
            set() if name in ("OrdersRole", "ErasuresRole", "ImportsRole") else {"dynamodb:DeleteItem"}
        )
        if actions & forbidden:
            yield name


def a_function_may_do_what_it_does_and_no_more(document: Document) -> Iterator[str]:
    held: dict[str, dict[str, set[str]]] = {name: {} for name, _ in of_type(document, ROLE)}
    for name, each in allowed(document):
        for resource in listed(each["Resource"]):
            held[name].setdefault(named(resource), set()).update(listed(each["Action"]))
    for name in held.keys() | PERMISSIONS.keys():
        usual = {
            name.replace("Role", "Logs"): {"logs:CreateLogStream", "logs:PutLogEvents"},
            "*": {"xray:PutTelemetryRecords", "xray:PutTraceSegments"},
        }
        if held.get(name) != PERMISSIONS.get(name, {}) | usual:
            yield name


def environments_hold_no_secret(document: Document) -> Iterator[str]:
    scopes = [document["Globals"]["Function"], *(body for _, body in properties(document, FUNCTION))]
    for scope in scopes:
        for name in scope.get("Environment", {}).get("Variables", {}):
            if re.search(r"SECRET|PASSWORD|PRIVATE|_KEY$", name):
                yield name


def outputs_hold_no_secret(document: Document) -> Iterator[str]:
    for name, output in document["Outputs"].items():
        if re.search(r"secret|password|\.Arn\b", f"{name} {output}", re.IGNORECASE):
            yield name


BREAKS: Breaks = [
    (no_wildcard_permission, statement("OrdersRole", "dynamodb:GetItem"), "Action", "dynamodb:*"),
    (no_wildcard_permission, statement("OrdersRole", "dynamodb:GetItem"), "Resource", "*"),
    (no_function_may_scan_and_few_delete, statement("OrdersRole", "dynamodb:GetItem"), "Action", "dynamodb:Scan"),
    (no_function_may_scan_and_few_delete, statement("AlertsRole", "dynamodb:GetItem"), "Action", "dynamodb:DeleteItem"),
    (
        a_function_may_do_what_it_does_and_no_more,
        statement("ExportsRole", "dynamodb:GetItem"),
        "Action",
        ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
    ),
    (a_function_may_do_what_it_does_and_no_more, of("ExportsRole", "Policies", 0, "PolicyDocument"), "Statement", []),
    (
        a_function_may_do_what_it_does_and_no_more,
        statement("OrdersRole", "sqs:SendMessage"),
        "Resource",
        {"Fn::GetAtt": ["ScheduleFailures", "Arn"]},
    ),
    (
        a_function_may_do_what_it_does_and_no_more,
        statement("OrdersRole", "s3:GetObject"),
        "Resource",
        {"Fn::Sub": "${ExportsBucket.Arn}/*"},
    ),
    (
        a_function_may_do_what_it_does_and_no_more,
        statement("AlertsRole", "logs:PutLogEvents"),
        "Resource",
        {"Fn::GetAtt": ["OrdersLogs", "Arn"]},
    ),
    (a_function_may_do_what_it_does_and_no_more, at("Resources"), "AlertsRole", GONE),
    (
        a_function_may_do_what_it_does_and_no_more,
        at("Resources"),
        "OtherRole",
        {"Type": ROLE, "Properties": {"Policies": []}},
    ),
    (environments_hold_no_secret, of("OrdersFunction"), "Environment", {"Variables": {"CURSOR_SECRET": "x"}}),
    (outputs_hold_no_secret, at("Outputs"), "ClientSecret", {"Value": "x"}),
]
