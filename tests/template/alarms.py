"""Rules for the alarms of template.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from local.template import PROJECT
from tests.template.document import (
    ALARM,
    API,
    FUNCTION,
    GONE,
    QUEUE,
    Breaks,
    Document,
    at,
    is_scheduled,
    named,
    of,
    of_type,
    properties,
)


def every_alarm_says_what_silence_means_and_whom_to_tell(document: Document) -> Iterator[str]:
    for name, alarm in properties(document, ALARM):
        if not {"TreatMissingData", "AlarmActions", "AlarmDescription"} <= alarm.keys():
            yield name


def every_alarm_has_its_line_in_operations(document: Document) -> Iterator[str]:
    operations = (PROJECT / "docs" / "operations.md").read_text("utf-8")
    for name, _ in of_type(document, ALARM):
        if f"`{name}`" not in operations:
            yield name


def what_can_fail_has_an_alarm(document: Document) -> Iterator[str]:
    alarms = [alarm for _, alarm in properties(document, ALARM) if alarm.get("MetricName") != "Throttles"]
    watched = str([alarm.get("Dimensions") for alarm in alarms])
    for kind in (FUNCTION, QUEUE, API):
        for name, _ in of_type(document, kind):
            if f"'{name}'" not in watched:
                yield name


def alarms_on_our_own_metrics_name_what_is_counted(document: Document) -> Iterator[str]:
    """Each by name and by a function's service, or the alarm hears nothing."""
    code = "".join(path.read_text("utf-8") for top in ("functions", "shared") for path in (PROJECT / top).rglob("*.py"))
    counted = {
        (name, function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"])
        for name in re.findall(r'add_metric\("(\w+)"', code)
        for _, function in properties(document, FUNCTION)
    }
    found = 0
    for name, alarm in properties(document, ALARM):
        own = [alarm] if alarm.get("Namespace") == "Orderkeep" else []
        queries = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", ()) if "MetricStat" in each]
        for metric in (*own, *(each for each in queries if not each["Namespace"].startswith("AWS/"))):
            found += 1
            services = [each["Value"] for each in metric["Dimensions"] if each["Name"] == "service"]
            if metric["Namespace"] != "Orderkeep" or (metric["MetricName"], *services) not in counted:
                yield name
    if not found:
        yield "none"


def every_schedule_has_a_heartbeat_of_which_silence_is_heard(document: Document) -> Iterator[str]:
    hearts = {
        dimension["Value"]
        for _, alarm in properties(document, ALARM)
        if alarm.get("TreatMissingData") == "breaching" and alarm["ComparisonOperator"] == "LessThanThreshold"
        for dimension in alarm["Dimensions"]
    }
    for name, function in properties(document, FUNCTION):
        scheduled = is_scheduled(function)
        service = function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        if scheduled and service not in hearts:
            yield name


def dead_letters_and_late_messages_raise_an_alarm(document: Document) -> Iterator[str]:
    # NumberOfMessagesSent would not do: what a redrive policy puts into a queue is not counted there.
    watched = {
        (alarm["MetricName"], named(dimension["Value"]))
        for _, alarm in properties(document, ALARM)
        for dimension in alarm.get("Dimensions", ())
        if dimension["Name"] == "QueueName"
    }
    for name, queue in properties(document, QUEUE):
        metric = "ApproximateAgeOfOldestMessage" if "RedrivePolicy" in queue else "ApproximateNumberOfMessagesVisible"
        if (metric, f"{name}.QueueName") not in watched:
            yield name


BREAKS: Breaks = [
    (every_alarm_says_what_silence_means_and_whom_to_tell, of("ApiErrorsAlarm"), "TreatMissingData", GONE),
    (every_alarm_has_its_line_in_operations, at("Resources"), "OtherAlarm", {"Type": ALARM}),
    (what_can_fail_has_an_alarm, of("ScheduleFailuresAlarm"), "Dimensions", []),
    (what_can_fail_has_an_alarm, of("ExportsLateAlarm"), "Dimensions", []),
    (what_can_fail_has_an_alarm, of("OrdersErrorsAlarm"), "Dimensions", []),
    (
        alarms_on_our_own_metrics_name_what_is_counted,
        of("ExportsFailedAlarm", "Metrics", 1, "MetricStat", "Metric"),
        "MetricName",
        "ExportsFailing",
    ),
    (alarms_on_our_own_metrics_name_what_is_counted, of("OldestDueAlarm"), "MetricName", "OldestOrder"),
    (
        every_schedule_has_a_heartbeat_of_which_silence_is_heard,
        of("SweepHeartbeatAlarm"),
        "TreatMissingData",
        "notBreaching",
    ),
    (dead_letters_and_late_messages_raise_an_alarm, of("ExportFailuresAlarm"), "MetricName", "NumberOfMessagesSent"),
    (
        dead_letters_and_late_messages_raise_an_alarm,
        of("ExportsLateAlarm"),
        "MetricName",
        "ApproximateNumberOfMessagesVisible",
    ),
]
