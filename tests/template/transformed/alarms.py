"""Rules for the alarms on capacity in the transformed template."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.template.document import ALARM, GONE, Breaks, Document, at, of, properties
from tests.template.transformed.sizes import resolved

THROTTLES = {
    "AWS/DynamoDB ReadThrottleEvents TableName",
    "AWS/DynamoDB WriteThrottleEvents TableName",
    "AWS/DynamoDB ReadThrottleEvents GlobalSecondaryIndexName, TableName",
    "AWS/DynamoDB WriteThrottleEvents GlobalSecondaryIndexName, TableName",
    "AWS/Lambda Throttles FunctionName",
    "AWS/Lambda Throttles",
    "AWS/Lambda ClaimedAccountConcurrency",
}
"""What shows that a capacity is used up: a metric, and its dimensions."""


def watched(alarm: Document) -> Iterator[str]:
    metrics = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", ()) if "MetricStat" in each]
    for metric in (*([alarm] if "MetricName" in alarm else []), *metrics):
        dimensions = ", ".join(sorted(each["Name"] for each in metric.get("Dimensions", ())))
        yield f"{metric['Namespace']} {metric['MetricName']} {dimensions}".strip()
    for each in alarm.get("Metrics", ()):
        query = re.match(
            r'SELECT SUM\((\w+)\) FROM SCHEMA\("([\w/]+)", ([\w, ]+)\)', resolved(each.get("Expression", ""))
        )
        if query:
            yield f"{query[2]} {query[1]} {query[3]}"


def capacity_that_is_used_up_raises_an_alarm(document: Document) -> Iterator[str]:
    seen = {metric for _, alarm in properties(document, ALARM) for metric in watched(alarm)}
    yield from THROTTLES - seen


BREAKS: Breaks = [
    (capacity_that_is_used_up_raises_an_alarm, at("Resources"), "TableThrottlesAlarm", GONE),
    (capacity_that_is_used_up_raises_an_alarm, of("IndexWriteThrottlesAlarm"), "Metrics", []),
    (capacity_that_is_used_up_raises_an_alarm, of("IndexReadThrottlesAlarm"), "Metrics", []),
    (capacity_that_is_used_up_raises_an_alarm, of("OrdersThrottlesAlarm"), "MetricName", "Invocations"),
    (capacity_that_is_used_up_raises_an_alarm, of("FunctionThrottlesAlarm"), "MetricName", "Errors"),
    (capacity_that_is_used_up_raises_an_alarm, of("ConcurrencyAlarm"), "Metrics", []),
]
