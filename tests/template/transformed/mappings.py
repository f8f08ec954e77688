"""Rules for what invokes functions in the transformed template: queues and the table's stream."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.template.document import GONE, Breaks, Document, at, of, properties, resource

NEW_ACCOUNT = 10
"""The concurrent executions of a new account."""


def workers_leave_executions_of_a_new_account_to_the_api(document: Document) -> Iterator[str]:
    parameter, most = document["Parameters"]["WorkerConcurrency"], 0
    for name, mapping in mappings(document, "sqs"):
        if mapping.get("ScalingConfig") != {"MaximumConcurrency": {"Ref": "WorkerConcurrency"}}:
            yield name
        most += parameter["Default"]
    if parameter["MinValue"] < 2 or most > NEW_ACCOUNT - 2:  # Lambda accepts no less than 2
        yield f"{most} workers"


def the_stream_tells_of_new_alerts_by_their_keys_alone(document: Document) -> Iterator[str]:
    """No buyer's data are in the stream, one invocation reads a shard, and a batch that fails holds up no other for
    long: the outbox's schedule finds what the stream has not delivered."""
    view = resource(document, "OrdersTable").get("StreamSpecification", {}).get("StreamViewType")
    if view != "KEYS_ONLY":
        yield f"{view}"
    for name, mapping in mappings(document, "dynamodb"):
        (each,) = mapping.get("FilterCriteria", {}).get("Filters") or [{"Pattern": "{}"}]
        if json.loads(each["Pattern"]) != {"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": ["ALERT"]}}}}:
            yield name
        if mapping.get("ParallelizationFactor", 1) > 1 or not 0 <= mapping.get("MaximumRetryAttempts", -1) <= 2:
            yield name


def mappings(document: Document, service: str) -> Iterator[tuple[str, Document]]:
    """The event source mappings of queues or of streams."""
    kinds = {"Arn": "sqs", "StreamArn": "dynamodb"}
    for name, mapping in properties(document, "AWS::Lambda::EventSourceMapping"):
        if kinds[mapping["EventSourceArn"]["Fn::GetAtt"][1]] == service:
            yield name, mapping


BREAKS: Breaks = [
    (workers_leave_executions_of_a_new_account_to_the_api, at("Parameters", "WorkerConcurrency"), "Default", 5),
    (
        workers_leave_executions_of_a_new_account_to_the_api,
        of("DeliveryFunctionDeliver"),
        "ScalingConfig",
        {"MaximumConcurrency": 10},
    ),
    (workers_leave_executions_of_a_new_account_to_the_api, of("WorkFunctionWorkOff"), "ScalingConfig", GONE),
    (
        the_stream_tells_of_new_alerts_by_their_keys_alone,
        of("OrdersTable", "StreamSpecification"),
        "StreamViewType",
        "NEW_IMAGE",
    ),
    (the_stream_tells_of_new_alerts_by_their_keys_alone, of("OutboxFunctionNewAlerts"), "FilterCriteria", GONE),
    (the_stream_tells_of_new_alerts_by_their_keys_alone, of("OutboxFunctionNewAlerts"), "MaximumRetryAttempts", GONE),
]
