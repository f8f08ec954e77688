"""The reader of template.yaml: what it gives, and that it refuses what it cannot resolve."""

from datetime import UTC, datetime
from typing import Any

import pytest

from local.cloudformation import parse
from local.resources import local_name
from local.template import DEFAULT_PATH, LOCAL_ISSUER, Template, TemplateError
from local.triggers.schedules import payload

TEMPLATE = Template.load()


def test_table_carries_what_create_table_takes() -> None:
    (table,) = TEMPLATE.tables
    arguments = table.create_arguments
    assert (table.name, table.ttl_attribute) == ("orderkeep-orders-table", "expires_at")
    assert arguments["TableName"] == table.name
    assert arguments["BillingMode"] == "PAY_PER_REQUEST"
    keys = {key["AttributeName"] for key in arguments["KeySchema"]}
    for index in arguments["GlobalSecondaryIndexes"]:
        keys |= {key["AttributeName"] for key in index["KeySchema"]}
    assert {definition["AttributeName"] for definition in arguments["AttributeDefinitions"]} == keys


def test_functions_know_the_local_names() -> None:
    orders, exports = TEMPLATE.functions["OrdersFunction"], TEMPLATE.functions["ExportsFunction"]
    assert orders.environment["TABLE_NAME"] == TEMPLATE.tables[0].name
    assert orders.environment["TOKEN_ISSUER"] == TEMPLATE.issuer == LOCAL_ISSUER
    assert orders.environment["TOKEN_CLIENT_IDS"] == ",".join(TEMPLATE.audience)
    assert orders.environment["POWERTOOLS_SERVICE_NAME"] == "orders"
    assert "EXPORTS_BUCKET" not in TEMPLATE.functions["AlertsFunction"].environment
    assert exports.environment["EXPORTS_BUCKET"] == TEMPLATE.buckets[0]
    assert (orders.timeout, exports.memory) == (28, 1769)


def test_what_pages_may_do_with_the_files_of_a_bucket() -> None:
    cors = TEMPLATE.bucket_cors[TEMPLATE.functions["OrdersFunction"].environment["EXPORTS_BUCKET"]]
    assert (cors.origins, cors.methods, cors.max_age) == (TEMPLATE.cors.origins, ("GET", "POST"), 600)
    broken = parse(DEFAULT_PATH.read_text("utf-8"))
    properties = broken["Resources"]["ExportsBucket"]["Properties"]
    properties["CorsConfiguration"]["CorsRules"] *= 2
    with pytest.raises(TemplateError, match="ExportsBucket has several rules"):
        _ = Template(broken).bucket_cors
    del properties["CorsConfiguration"]
    assert Template(broken).bucket_cors[TEMPLATE.buckets[0]].origins == ()


def test_queues_and_what_they_feed() -> None:
    every = {mapping.function: mapping for mapping in TEMPLATE.queue_events}
    assert {name: (each.queue.logical_id, each.batch_size, each.partial) for name, each in every.items()} == {
        "WorkFunction": ("WorkQueue", 5, True),
        "DeliveryFunction": ("AlertsQueue", 1, True),
        "ExportsFunction": ("ExportsQueue", 1, True),
        "ImportsFunction": ("ImportsQueue", 1, True),
    }
    queue = every["ExportsFunction"].queue
    assert (queue.name, queue.visibility_seconds, queue.retention_seconds) == ("orderkeep-exports-queue", 5400, 345_600)
    assert (queue.dead_letters, queue.max_receives) == ("orderkeep-export-failures", 5)
    names = [each.name for each in TEMPLATE.queues]
    assert names.index("orderkeep-export-failures") < names.index(queue.name), (
        "a redrive policy names one that is there"
    )
    assert TEMPLATE.resolve({"Ref": "ExportsQueue"}) == queue.url
    assert TEMPLATE.resolve({"Fn::GetAtt": ["ExportsQueue", "Arn"]}) == queue.arn
    assert TEMPLATE.resolve({"Fn::GetAtt": ["ExportsQueue", "QueueName"]}) == queue.name


def queue_and_mapping(queue: dict[str, Any], mapping: dict[str, Any]) -> Template:
    event = {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": ["Plain", "Arn"]}, **mapping}}
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Events": {"E": event}}}
    plain = {"Type": "AWS::SQS::Queue", "Properties": queue}
    aside = {"Type": "AWS::SQS::Queue"}
    parameters = {"Seconds": {"Type": "Number", "Default": 60}}
    return Template({"Parameters": parameters, "Resources": {"Plain": plain, "Aside": aside, "F": function}})


def test_queue_that_says_little_is_as_sqs_would_have_it() -> None:
    (mapping,) = queue_and_mapping({}, {}).queue_events
    assert (mapping.batch_size, mapping.partial) == (10, False)
    assert (mapping.queue.visibility_seconds, mapping.queue.dead_letters) == (30, None)


def test_queue_is_known_however_it_is_named() -> None:
    redrive = {"deadLetterTargetArn": {"Fn::Sub": "${Aside.Arn}"}, "maxReceiveCount": 5}
    queue = {"RedrivePolicy": redrive, "VisibilityTimeout": {"Ref": "Seconds"}}
    (mapping,) = queue_and_mapping(queue, {"Queue": {"Fn::Sub": "${Plain.Arn}"}}).queue_events
    assert mapping.queue.logical_id == "Plain"
    assert (mapping.queue.dead_letters, mapping.queue.visibility_seconds) == ("orderkeep-aside", 60)


@pytest.mark.parametrize(
    ("queue", "mapping"),
    [
        ({}, {"Queue": {"Ref": "Plain"}}),
        ({}, {"Queue": {"Fn::GetAtt": ["Plain", "QueueName"]}}),
        ({}, {"Queue": {"Fn::GetAtt": ["Nothing", "Arn"]}}),
        ({}, {"Queue": "arn:aws:sqs:us-east-1:111111111111:elsewhere"}),
        ({}, {"FilterCriteria": {"Filters": []}}),
        ({"RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["F", "Arn"]}, "maxReceiveCount": 5}}, {}),
    ],
)
def test_mapping_that_cannot_be_run_here_is_refused(queue: dict[str, Any], mapping: dict[str, Any]) -> None:
    with pytest.raises(TemplateError):
        _ = queue_and_mapping(queue, mapping).queue_events


def api_events(**events: dict[str, str]) -> Template:
    made = {name: {"Type": "HttpApi", "Properties": properties} for name, properties in events.items()}
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Events": made}}
    return Template({"Resources": {"F": function}})


def test_default_route_is_no_route_of_its_own() -> None:
    template = api_events(One={"Method": "get", "Path": "/one"}, Rest={})
    assert [route.key for route in template.routes] == ["GET /one"]
    assert template.default_route is not None and template.default_route.key == "$default"
    assert api_events(One={"Method": "get", "Path": "/one"}).default_route is None


@pytest.mark.parametrize("events", [{"A": {"Path": "/one"}}, {"A": {"Method": "GET"}}, {"A": {}, "B": {}}])
def test_route_that_says_half_is_refused(events: dict[str, dict[str, str]]) -> None:
    with pytest.raises(TemplateError):
        _ = api_events(**events).default_route


def test_schedules() -> None:
    every = {schedule.name: (schedule.function, schedule.every_seconds) for schedule in TEMPLATE.schedules}
    assert every == {
        "Sweep": ("AlertsFunction", 60),
        "Remind": ("RemindersFunction", 300),
        "SendAlerts": ("OutboxFunction", 60),
        "LookAfterExports": ("ExportScheduleFunction", 60),
        "LookAfterImports": ("ImportScheduleFunction", 60),
        "Erase": ("ErasuresFunction", 60),
    }


def test_schedule_payload_has_its_attributes_filled_in() -> None:
    filled = payload(TEMPLATE.schedules[0], datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    assert filled["scheduled_time"] == "2026-03-01T12:00:00Z"
    assert len(filled["execution_id"]) == 36


def test_local_name() -> None:
    assert local_name("ExportsBucket") == "orderkeep-exports-bucket"


def test_tags() -> None:
    document = parse("{a: !Ref X, b: !GetAtt X.Arn, c: !Sub 'x${X}', d: !If [C, 1, 2], e: !GetAtt [X, Arn]}")
    assert document == {
        "a": {"Ref": "X"},
        "b": {"Fn::GetAtt": ["X", "Arn"]},
        "c": {"Fn::Sub": "x${X}"},
        "d": {"Fn::If": ["C", 1, 2]},
        "e": {"Fn::GetAtt": ["X", "Arn"]},
    }


def test_resolve() -> None:
    template = Template(
        {"Parameters": {"P": {"Default": "p"}, "Q": {}}, "Resources": {"MyTable": {"Type": "T"}}},
        {"R": "given"},
    )
    assert template.resolve("plain") == "plain"
    assert template.resolve({"Ref": "P"}) == "p"
    assert template.resolve({"Ref": "R"}) == "given"
    assert template.resolve({"Fn::Sub": "${MyTable}/${AWS::Region}"}) == "orderkeep-my-table/us-east-1"
    for unknown in ({"Ref": "Z"}, {"Ref": "Q"}, {"Fn::If": []}, {"Fn::GetAtt": ["MyTable", "StreamArn"]}):
        with pytest.raises(TemplateError):
            template.resolve(unknown)


def test_cron_is_refused_not_guessed() -> None:
    event = {"Type": "ScheduleV2", "Properties": {"ScheduleExpression": "cron(0 0 * * ? *)"}}
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Events": {"E": event}}}
    with pytest.raises(TemplateError, match="cron"):
        _ = Template({"Resources": {"F": function}}).schedules
