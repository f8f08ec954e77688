"""Rules for the queues of template.yaml."""

from __future__ import annotations

from collections.abc import Iterator

from tests.template.document import FUNCTION, GONE, QUEUE, Breaks, Document, events, of, properties


def queues_are_encrypted(document: Document) -> Iterator[str]:
    for name, queue in properties(document, QUEUE):
        if not queue.get("SqsManagedSseEnabled"):
            yield name


def dead_letters_are_kept_fourteen_days_and_longer_than_in_their_queue(document: Document) -> Iterator[str]:
    for name, queue in properties(document, QUEUE):
        redrive = queue.get("RedrivePolicy")
        if redrive is None and queue.get("MessageRetentionPeriod") != 14 * 86_400:
            yield name
        if redrive is not None and not queue.get("MessageRetentionPeriod", 0) < 14 * 86_400:
            yield name


def a_message_is_tried_five_times(document: Document) -> Iterator[str]:
    queues = dict(properties(document, QUEUE))
    for name, event in events(document, "SQS"):
        redrive = queues[event["Queue"]["Fn::GetAtt"][0]].get("RedrivePolicy", {})
        if redrive.get("maxReceiveCount", 0) < 5 or "deadLetterTargetArn" not in redrive:
            yield name


def a_message_stays_unseen_six_times_as_long_as_its_function_may_run(document: Document) -> Iterator[str]:
    queues = dict(properties(document, QUEUE))
    for name, function in properties(document, FUNCTION):
        for event in function["Events"].values():
            if event["Type"] == "SQS":
                queue = queues[event["Properties"]["Queue"]["Fn::GetAtt"][0]]
                if queue.get("VisibilityTimeout", 30) < 6 * function["Timeout"]:
                    yield name


def mappings_report_each_message_and_are_bounded(document: Document) -> Iterator[str]:
    for name, event in events(document, "SQS"):
        reports = event.get("FunctionResponseTypes") == ["ReportBatchItemFailures"]
        if not reports or not event.get("ScalingConfig", {}).get("MaximumConcurrency"):
            yield name


BREAKS: Breaks = [
    (queues_are_encrypted, of("ExportsQueue"), "SqsManagedSseEnabled", False),
    (
        dead_letters_are_kept_fourteen_days_and_longer_than_in_their_queue,
        of("ScheduleFailures"),
        "MessageRetentionPeriod",
        60,
    ),
    (
        dead_letters_are_kept_fourteen_days_and_longer_than_in_their_queue,
        of("ExportsQueue"),
        "MessageRetentionPeriod",
        14 * 86_400,
    ),
    (a_message_is_tried_five_times, of("ExportsQueue"), "RedrivePolicy", GONE),
    (a_message_is_tried_five_times, of("ExportsQueue"), "RedrivePolicy", {"maxReceiveCount": 5}),
    (a_message_is_tried_five_times, of("ExportsQueue", "RedrivePolicy"), "maxReceiveCount", 4),
    (a_message_stays_unseen_six_times_as_long_as_its_function_may_run, of("ExportsQueue"), "VisibilityTimeout", 900),
    (
        mappings_report_each_message_and_are_bounded,
        of("ExportsFunction", "Events", "WriteFile", "Properties"),
        "FunctionResponseTypes",
        GONE,
    ),
    (
        mappings_report_each_message_and_are_bounded,
        of("ExportsFunction", "Events", "WriteFile", "Properties"),
        "ScalingConfig",
        GONE,
    ),
]
