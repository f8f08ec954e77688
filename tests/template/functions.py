"""Rules for the functions of template.yaml and for their schedules."""

from __future__ import annotations

from collections.abc import Iterator

from local.template import PROJECT
from tests.template.document import (
    FUNCTION,
    GONE,
    QUEUE,
    Breaks,
    Document,
    at,
    events,
    is_scheduled,
    named,
    of,
    of_type,
    properties,
)


def every_function_has_a_log_group_with_retention(document: Document) -> Iterator[str]:
    groups = dict(properties(document, "AWS::Logs::LogGroup"))
    for name, function in properties(document, FUNCTION):
        group = function.get("LoggingConfig", {}).get("LogGroup", {}).get("Ref")
        if "RetentionInDays" not in groups.get(group, {}):
            yield name


def every_function_is_traced(document: Document) -> Iterator[str]:
    default = document["Globals"]["Function"].get("Tracing")
    for name, function in properties(document, FUNCTION):
        if function.get("Tracing", default) != "Active":
            yield name


def every_function_has_a_role_of_its_own(document: Document) -> Iterator[str]:
    roles = [function.get("Role", {}).get("Fn::GetAtt", [None])[0] for _, function in properties(document, FUNCTION)]
    for role in roles:
        if role is None or roles.count(role) > 1:
            yield str(role)


def every_function_is_packaged_apart(document: Document) -> Iterator[str]:
    for name, body in of_type(document, FUNCTION):
        if body.get("Metadata", {}).get("BuildMethod") != "makefile":
            yield name
        elif f"\nbuild-{name}:" not in (PROJECT / "Makefile").read_text("utf-8"):
            yield f"{name} has no target in the Makefile"


def api_functions_answer_before_the_gateway_gives_up(document: Document) -> Iterator[str]:
    for name, function in properties(document, FUNCTION):
        behind_api = any(event["Type"] == "HttpApi" for event in function["Events"].values())
        if behind_api and not 0 < function["Timeout"] < 29:
            yield name


def a_sweep_ends_before_the_next(document: Document) -> Iterator[str]:
    for name, function in properties(document, FUNCTION):
        for event in function["Events"].values():
            if event["Properties"].get("ScheduleExpression") == "rate(1 minute)" and function["Timeout"] >= 60:
                yield name


def schedules_retry_and_then_keep_the_event(document: Document) -> Iterator[str]:
    queues = dict(properties(document, QUEUE))
    for name, event in events(document, "ScheduleV2"):
        target = named(event.get("DeadLetterConfig", {}).get("Arn", ""))
        if not event.get("RetryPolicy") or "RedrivePolicy" in queues.get(target, {"RedrivePolicy": "none"}):
            yield name


def asynchronous_failures_are_kept(document: Document) -> Iterator[str]:
    for name, function in properties(document, FUNCTION):
        if is_scheduled(function):
            config = function.get("EventInvokeConfig", {})
            if "OnFailure" not in config.get("DestinationConfig", {}) or "MaximumEventAgeInSeconds" not in config:
                yield name


def scheduled_functions_reserve_concurrency_only_where_asked(document: Document) -> Iterator[str]:
    # A new account's limit of 10 refuses any reservation, so that the first deployment must ask for none.
    reserved = {"Fn::If": ["HasScheduleConcurrency", {"Ref": "ScheduleConcurrency"}, {"Ref": "AWS::NoValue"}]}
    if document["Parameters"]["ScheduleConcurrency"]["Default"] != 0:
        yield "ScheduleConcurrency"
    for name, function in properties(document, FUNCTION):
        scheduled = is_scheduled(function)
        if function.get("ReservedConcurrentExecutions") != (reserved if scheduled else None):
            yield name


BREAKS: Breaks = [
    (every_function_has_a_log_group_with_retention, of("AlertsFunction"), "LoggingConfig", GONE),
    (every_function_has_a_log_group_with_retention, of("OrdersLogs"), "RetentionInDays", GONE),
    (every_function_is_traced, of("AlertsFunction"), "Tracing", "PassThrough"),
    (every_function_has_a_role_of_its_own, of("AlertsFunction"), "Role", GONE),
    (every_function_is_packaged_apart, at("Resources", "OrdersFunction"), "Metadata", {}),
    (api_functions_answer_before_the_gateway_gives_up, of("OrdersFunction"), "Timeout", 30),
    (a_sweep_ends_before_the_next, of("AlertsFunction"), "Timeout", 60),
    (
        schedules_retry_and_then_keep_the_event,
        of("AlertsFunction", "Events", "Sweep", "Properties"),
        "DeadLetterConfig",
        GONE,
    ),
    (
        schedules_retry_and_then_keep_the_event,
        of("AlertsFunction", "Events", "Sweep", "Properties"),
        "RetryPolicy",
        GONE,
    ),
    (
        schedules_retry_and_then_keep_the_event,
        of("ExportScheduleFunction", "Events", "LookAfterExports", "Properties"),
        "DeadLetterConfig",
        {"Arn": {"Fn::GetAtt": ["ExportsQueue", "Arn"]}},
    ),
    (asynchronous_failures_are_kept, of("ExportScheduleFunction"), "EventInvokeConfig", GONE),
    (
        scheduled_functions_reserve_concurrency_only_where_asked,
        of("ExportsFunction"),
        "ReservedConcurrentExecutions",
        2,
    ),
    (scheduled_functions_reserve_concurrency_only_where_asked, at("Parameters", "ScheduleConcurrency"), "Default", 2),
]
