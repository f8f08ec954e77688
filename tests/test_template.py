"""Rules that template.yaml must keep. Each rule is shown to fail on a copy that breaks it."""

import copy
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.cloudformation import parse
from local.template import DEFAULT_PATH, PROJECT, Template

DOCUMENT = parse(DEFAULT_PATH.read_text("utf-8"))
Document = dict[str, Any]
Rule = Callable[[Document], Iterator[str]]

FUNCTION, TABLE, BUCKET = "AWS::Serverless::Function", "AWS::DynamoDB::Table", "AWS::S3::Bucket"
QUEUE, ROLE, ALARM = "AWS::SQS::Queue", "AWS::IAM::Role", "AWS::CloudWatch::Alarm"
OPEN_ROUTES = {"GET /v1/health", "GET /v1/openapi.json"}
DEFAULT = "$default"
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


def of_type(document: Document, kind: str) -> Iterator[tuple[str, Document]]:
    for name, body in document["Resources"].items():
        if body["Type"] == kind:
            yield name, body


def properties(document: Document, kind: str) -> Iterator[tuple[str, Document]]:
    for name, body in of_type(document, kind):
        yield name, body["Properties"]


def events(document: Document, kind: str) -> Iterator[tuple[str, Document]]:
    for _, function in properties(document, FUNCTION):
        for name, event in function["Events"].items():
            if event["Type"] == kind:
                yield name, event["Properties"]


def statements(document: Document) -> Iterator[tuple[str, Document]]:
    for name, role in properties(document, ROLE):
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement["Effect"] == "Allow":
                    yield name, statement


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def data_is_kept(document: Document) -> Iterator[str]:
    """But for what a first deployment has created that fails: nothing is in it, and nobody would find it."""
    for kind in (TABLE, BUCKET, "AWS::Cognito::UserPool"):
        for name, body in of_type(document, kind):
            if (body.get("DeletionPolicy"), body.get("UpdateReplacePolicy")) != ("RetainExceptOnCreate", "Retain"):
                yield name


def tables_can_be_restored(document: Document) -> Iterator[str]:
    for name, table in properties(document, TABLE):
        recovery = table.get("PointInTimeRecoverySpecification", {})
        if not recovery.get("PointInTimeRecoveryEnabled") or recovery.get("RecoveryPeriodInDays") != 35:
            yield name


def tables_are_encrypted(document: Document) -> Iterator[str]:
    for name, table in properties(document, TABLE):
        if not table.get("SSESpecification", {}).get("SSEEnabled"):
            yield name


def data_are_protected_once_the_stack_is_complete(document: Document) -> Iterator[str]:
    """Protected from the start, they could not be deleted after a first deployment that fails."""
    protected = {
        "OrdersTable": ("DeletionProtectionEnabled", True, False),
        "UserPool": ("DeletionProtection", "ACTIVE", "INACTIVE"),
    }
    for name, (key, *values) in protected.items():
        if document["Resources"][name]["Properties"].get(key) != {"Fn::If": ["ProtectsData", *values]}:
            yield name
    if document["Parameters"]["ProtectData"]["Default"] != "false":
        yield "ProtectData"


def table_attributes_are_those_of_its_keys(document: Document) -> Iterator[str]:
    for name, table in properties(document, TABLE):
        schemas = [table["KeySchema"], *(index["KeySchema"] for index in table["GlobalSecondaryIndexes"])]
        keys = {key["AttributeName"] for schema in schemas for key in schema}
        defined = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
        if set(defined) != keys or set(defined.values()) != {"S"}:
            yield name


def buckets_are_private_and_encrypted(document: Document) -> Iterator[str]:
    for name, bucket in properties(document, BUCKET):
        block = bucket.get("PublicAccessBlockConfiguration", {})
        private = len(block) == 4 and all(value is True for value in block.values())
        if not private or "BucketEncryption" not in bucket:
            yield name


def buckets_have_versions_and_a_lifecycle(document: Document) -> Iterator[str]:
    for name, bucket in properties(document, BUCKET):
        rules = bucket.get("LifecycleConfiguration", {}).get("Rules", [])
        aborts = any("AbortIncompleteMultipartUpload" in rule for rule in rules)
        kinds = {"Prefix": "exports/", "TagFilters": [{"Key": "superseded", "Value": "true"}]}
        expiring = [rule for rule in rules if rule.get("ExpirationInDays") == 30]
        expires = any(rule.get(name) == value for rule in expiring for name, value in kinds.items())
        if bucket.get("VersioningConfiguration", {}).get("Status") != "Enabled" or not (aborts and expires):
            yield name


def buckets_refuse_plain_http(document: Document) -> Iterator[str]:
    guarded = set()
    for _, policy in properties(document, "AWS::S3::BucketPolicy"):
        for statement in policy["PolicyDocument"]["Statement"]:
            condition = statement.get("Condition", {}).get("Bool", {})
            if statement["Effect"] == "Deny" and condition.get("aws:SecureTransport") == "false":
                guarded.add(policy["Bucket"]["Ref"])
    for name, _ in of_type(document, BUCKET):
        if name not in guarded:
            yield name


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
        target = spelt(event.get("DeadLetterConfig", {}).get("Arn", ""))
        if not event.get("RetryPolicy") or "RedrivePolicy" in queues.get(target, {"RedrivePolicy": "none"}):
            yield name


def asynchronous_failures_are_kept(document: Document) -> Iterator[str]:
    for name, function in properties(document, FUNCTION):
        if any(event["Type"] == "ScheduleV2" for event in function["Events"].values()):
            config = function.get("EventInvokeConfig", {})
            if "OnFailure" not in config.get("DestinationConfig", {}) or "MaximumEventAgeInSeconds" not in config:
                yield name


def scheduled_functions_reserve_concurrency_only_where_asked(document: Document) -> Iterator[str]:
    # A new account's limit of 10 refuses any reservation, so that the first deployment must ask for none.
    reserved = {"Fn::If": ["HasScheduleConcurrency", {"Ref": "ScheduleConcurrency"}, {"Ref": "AWS::NoValue"}]}
    if document["Parameters"]["ScheduleConcurrency"]["Default"] != 0:
        yield "ScheduleConcurrency"
    for name, function in properties(document, FUNCTION):
        scheduled = any(event["Type"] == "ScheduleV2" for event in function["Events"].values())
        if function.get("ReservedConcurrentExecutions") != (reserved if scheduled else None):
            yield name


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


def links_to_files_are_short_lived(document: Document) -> Iterator[str]:
    statements = document["Resources"]["ExportsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    limits = [
        int(statement["Condition"]["NumericGreaterThan"]["s3:signatureAge"])
        for statement in statements
        if "NumericGreaterThan" in statement["Condition"]
        and (statement["Effect"], statement["Principal"]) == ("Deny", "*")
        and "s3:GetObject" in listed(statement["Action"])
    ]
    if not limits or min(limits) > 600_000:
        yield "ExportsBucketPolicy"


def route_key(event: Document) -> str:
    return f"{event['Method']} {event['Path']}" if "Path" in event else DEFAULT


def every_route_but_health_openapi_and_default_needs_a_token(document: Document) -> Iterator[str]:
    for _, event in events(document, "HttpApi"):
        key, auth = route_key(event), event.get("Auth", {})
        if auth.get("Authorizer") != (None if key in OPEN_ROUTES | {DEFAULT} else "Token"):
            yield key


def one_route_takes_the_rest_and_no_other_catches_all(document: Document) -> Iterator[str]:
    if [route_key(event) for _, event in events(document, "HttpApi")].count(DEFAULT) != 1:
        yield "unknown paths and methods are the function's to answer"
    for name, event in events(document, "HttpApi"):
        if route_key(event) == DEFAULT and "Method" not in event:
            continue
        if event.get("Method") not in {"GET", "POST", "PATCH", "PUT", "DELETE"} or "+" in event.get("Path", "+"):
            yield name


def api_is_throttled(document: Document) -> Iterator[str]:
    for name, api in properties(document, "AWS::Serverless::HttpApi"):
        settings = api.get("DefaultRouteSettings", {})
        if not settings.get("ThrottlingRateLimit") or not settings.get("ThrottlingBurstLimit"):
            yield name


def access_log_has_the_request_id_and_no_query(document: Document) -> Iterator[str]:
    for name, api in properties(document, "AWS::Serverless::HttpApi"):
        text = api.get("AccessLogSettings", {}).get("Format", "")
        if "$context.requestId" not in text or re.search(r"query|\$context\.(path|authorizer)", text, re.IGNORECASE):
            yield name


def access_log_lines_are_json(document: Document) -> Iterator[str]:
    # AWS puts quotes of its own around messageString, and an unquoted value that is absent would be a bare hyphen.
    for name, api in properties(document, "AWS::Serverless::HttpApi"):
        text = api.get("AccessLogSettings", {}).get("Format", "")
        unquoted = re.sub(r'"\$context(\.\w+)+"', '""', text)
        if "$" in unquoted or "messageString" in text or set(json.loads(unquoted).values()) != {""}:
            yield name


def cors_names_its_origins(document: Document) -> Iterator[str]:
    for name, api in properties(document, "AWS::Serverless::HttpApi"):
        if "*" in str(api["CorsConfiguration"]):
            yield name


def files_are_for_pages_of_the_console_alone(document: Document) -> Iterator[str]:
    """Pages that may call the API may fetch and upload files, and see what a file is called and how large it is."""
    ((_, api),) = properties(document, "AWS::Serverless::HttpApi")
    files = document["Resources"]["OrdersFunction"]["Properties"]["Environment"]["Variables"]["EXPORTS_BUCKET"]["Ref"]
    for name, bucket in properties(document, BUCKET):
        rules = bucket.get("CorsConfiguration", {}).get("CorsRules", [])
        for rule in rules:
            exposed = {"ETag", "Content-Disposition", "Content-Length"} <= set(rule.get("ExposedHeaders", []))
            of_the_console = rule["AllowedOrigins"] == api["CorsConfiguration"]["AllowOrigins"]
            if set(rule["AllowedMethods"]) != {"GET", "POST"} or not (of_the_console and exposed):
                yield f"{name}: {rule}"
        if name == files and not rules:
            yield f"{name}: no page can use a link"


def no_wildcard_permission(document: Document) -> Iterator[str]:
    for name, statement in statements(document):
        actions, resources = listed(statement["Action"]), listed(statement["Resource"])
        if any("*" in action for action in actions):
            yield f"{name}: {actions}"
        # X-Ray knows no resource; an index has no attribute that gives its own name.
        if "*" in resources and not all(action.startswith("xray:") for action in actions):
            yield f"{name}: {resources}"


def no_function_may_scan_and_few_delete(document: Document) -> Iterator[str]:
    for name, statement in statements(document):
        actions = set(listed(statement["Action"]))
        forbidden = {"dynamodb:Scan"} | (
            set() if name in ("OrdersRole", "ErasuresRole", "ImportsRole") else {"dynamodb:DeleteItem"}
        )
        if actions & forbidden:
            yield name


def spelt(resource: Any) -> str:
    """`!GetAtt Table.Arn` as `Table`, `!Sub ${Table.Arn}/index/*` as `Table/index/*`."""
    if isinstance(resource, str):
        return resource
    ((function, named),) = resource.items()
    if function == "Fn::GetAtt":
        return ".".join(named).removesuffix(".Arn")
    return re.sub(r"\$\{(\w+)\.Arn\}", r"\1", named)


def a_function_may_do_what_it_does_and_no_more(document: Document) -> Iterator[str]:
    held: dict[str, dict[str, set[str]]] = {name: {} for name, _ in of_type(document, ROLE)}
    for name, statement in statements(document):
        for resource in listed(statement["Resource"]):
            held[name].setdefault(spelt(resource), set()).update(listed(statement["Action"]))
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
    for kind in (FUNCTION, QUEUE, "AWS::Serverless::HttpApi"):
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
        scheduled = any(event["Type"] == "ScheduleV2" for event in function["Events"].values())
        service = function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        if scheduled and service not in hearts:
            yield name


def dead_letters_and_late_messages_raise_an_alarm(document: Document) -> Iterator[str]:
    # NumberOfMessagesSent would not do: what a redrive policy puts into a queue is not counted there.
    watched = {
        (alarm["MetricName"], spelt(dimension["Value"]))
        for _, alarm in properties(document, ALARM)
        for dimension in alarm.get("Dimensions", ())
        if dimension["Name"] == "QueueName"
    }
    for name, queue in properties(document, QUEUE):
        metric = "ApproximateAgeOfOldestMessage" if "RedrivePolicy" in queue else "ApproximateNumberOfMessagesVisible"
        if (metric, f"{name}.QueueName") not in watched:
            yield name


def _resource(name: str) -> Callable[[Document], Document]:
    return lambda document: document["Resources"][name]


def _properties(name: str) -> Callable[[Document], Document]:
    return lambda document: document["Resources"][name]["Properties"]


def _event(function: str, name: str) -> Callable[[Document], Document]:
    return lambda document: document["Resources"][function]["Properties"]["Events"][name]["Properties"]


def _statement(role: str, number: int = 0) -> Callable[[Document], Document]:
    def place(document: Document) -> Document:
        return [statement for name, statement in statements(document) if name == role][number]

    return place


def _resources(document: Document) -> Document:
    return document["Resources"]


GONE = object()
TABLE_PROPERTIES, API = _properties("OrdersTable"), _properties("Api")


def _cors_of_files(document: Document) -> Document:
    rule: Document = document["Resources"]["ExportsBucket"]["Properties"]["CorsConfiguration"]["CorsRules"][0]
    return rule


# rule, where in the template, which key, and the value that breaks the rule there
BREAKS: list[tuple[Rule, Callable[[Document], Document], str, Any]] = [
    (data_is_kept, _resource("OrdersTable"), "DeletionPolicy", "Delete"),
    (data_is_kept, _resource("UserPool"), "UpdateReplacePolicy", GONE),
    (tables_can_be_restored, TABLE_PROPERTIES, "PointInTimeRecoverySpecification", GONE),
    (data_is_kept, _resource("ExportsBucket"), "DeletionPolicy", "Retain"),
    (tables_are_encrypted, TABLE_PROPERTIES, "SSESpecification", GONE),
    (data_are_protected_once_the_stack_is_complete, TABLE_PROPERTIES, "DeletionProtectionEnabled", True),
    (data_are_protected_once_the_stack_is_complete, _properties("UserPool"), "DeletionProtection", GONE),
    (
        data_are_protected_once_the_stack_is_complete,
        lambda document: document["Parameters"]["ProtectData"],
        "Default",
        "true",
    ),
    (table_attributes_are_those_of_its_keys, TABLE_PROPERTIES, "GlobalSecondaryIndexes", []),
    (buckets_are_private_and_encrypted, _properties("ExportsBucket"), "PublicAccessBlockConfiguration", GONE),
    (buckets_are_private_and_encrypted, _properties("ExportsBucket"), "BucketEncryption", GONE),
    (buckets_have_versions_and_a_lifecycle, _properties("ExportsBucket"), "VersioningConfiguration", GONE),
    (buckets_have_versions_and_a_lifecycle, _properties("ExportsBucket"), "LifecycleConfiguration", GONE),
    (buckets_refuse_plain_http, _properties("ExportsBucketPolicy"), "Bucket", {"Ref": "Other"}),
    (every_function_has_a_log_group_with_retention, _properties("AlertsFunction"), "LoggingConfig", GONE),
    (every_function_has_a_log_group_with_retention, _properties("OrdersLogs"), "RetentionInDays", GONE),
    (every_function_is_traced, _properties("AlertsFunction"), "Tracing", "PassThrough"),
    (every_function_has_a_role_of_its_own, _properties("AlertsFunction"), "Role", GONE),
    (every_function_is_packaged_apart, _resource("OrdersFunction"), "Metadata", {}),
    (api_functions_answer_before_the_gateway_gives_up, _properties("OrdersFunction"), "Timeout", 30),
    (a_sweep_ends_before_the_next, _properties("AlertsFunction"), "Timeout", 60),
    (schedules_retry_and_then_keep_the_event, _event("AlertsFunction", "Sweep"), "DeadLetterConfig", GONE),
    (schedules_retry_and_then_keep_the_event, _event("AlertsFunction", "Sweep"), "RetryPolicy", GONE),
    (
        schedules_retry_and_then_keep_the_event,
        _event("ExportScheduleFunction", "LookAfterExports"),
        "DeadLetterConfig",
        {"Arn": {"Fn::GetAtt": ["ExportsQueue", "Arn"]}},
    ),
    (asynchronous_failures_are_kept, _properties("ExportScheduleFunction"), "EventInvokeConfig", GONE),
    (
        scheduled_functions_reserve_concurrency_only_where_asked,
        _properties("ExportsFunction"),
        "ReservedConcurrentExecutions",
        2,
    ),
    (
        scheduled_functions_reserve_concurrency_only_where_asked,
        lambda document: document["Parameters"]["ScheduleConcurrency"],
        "Default",
        2,
    ),
    (queues_are_encrypted, _properties("ExportsQueue"), "SqsManagedSseEnabled", False),
    (
        dead_letters_are_kept_fourteen_days_and_longer_than_in_their_queue,
        _properties("ScheduleFailures"),
        "MessageRetentionPeriod",
        60,
    ),
    (
        dead_letters_are_kept_fourteen_days_and_longer_than_in_their_queue,
        _properties("ExportsQueue"),
        "MessageRetentionPeriod",
        14 * 86_400,
    ),
    (a_message_is_tried_five_times, _properties("ExportsQueue"), "RedrivePolicy", GONE),
    (a_message_is_tried_five_times, _properties("ExportsQueue"), "RedrivePolicy", {"maxReceiveCount": 5}),
    (
        a_message_is_tried_five_times,
        lambda document: document["Resources"]["ExportsQueue"]["Properties"]["RedrivePolicy"],
        "maxReceiveCount",
        4,
    ),
    (
        a_message_stays_unseen_six_times_as_long_as_its_function_may_run,
        _properties("ExportsQueue"),
        "VisibilityTimeout",
        900,
    ),
    (
        mappings_report_each_message_and_are_bounded,
        _event("ExportsFunction", "WriteFile"),
        "FunctionResponseTypes",
        GONE,
    ),
    (mappings_report_each_message_and_are_bounded, _event("ExportsFunction", "WriteFile"), "ScalingConfig", GONE),
    (
        links_to_files_are_short_lived,
        lambda document: document["Resources"]["ExportsBucketPolicy"]["Properties"]["PolicyDocument"],
        "Statement",
        [],
    ),
    (
        links_to_files_are_short_lived,
        lambda document: document["Resources"]["ExportsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"][1],
        "Action",
        "s3:PutObject",
    ),
    (
        every_route_but_health_openapi_and_default_needs_a_token,
        _event("OrdersFunction", "ReadMe"),
        "Auth",
        GONE,
    ),
    (
        every_route_but_health_openapi_and_default_needs_a_token,
        _event("OrdersFunction", "AnswerTheRest"),
        "Auth",
        {"Authorizer": "Token"},
    ),
    (
        one_route_takes_the_rest_and_no_other_catches_all,
        lambda document: document["Resources"]["OrdersFunction"]["Properties"]["Events"],
        "AnswerTheRest",
        GONE,
    ),
    (one_route_takes_the_rest_and_no_other_catches_all, _event("OrdersFunction", "ReadMe"), "Path", "/{proxy+}"),
    (one_route_takes_the_rest_and_no_other_catches_all, _event("OrdersFunction", "ReadMe"), "Method", "ANY"),
    (api_is_throttled, API, "DefaultRouteSettings", GONE),
    (access_log_has_the_request_id_and_no_query, API, "AccessLogSettings", {"Format": "$context.path"}),
    (
        access_log_lines_are_json,
        API,
        "AccessLogSettings",
        {"Format": '{"error":"$context.error.messageString"}'},
    ),
    (access_log_lines_are_json, API, "AccessLogSettings", {"Format": '{"error":$context.error.message}'}),
    (cors_names_its_origins, API, "CorsConfiguration", {"AllowOrigins": ["*"]}),
    (files_are_for_pages_of_the_console_alone, _properties("ExportsBucket"), "CorsConfiguration", GONE),
    (files_are_for_pages_of_the_console_alone, _cors_of_files, "AllowedOrigins", ["*"]),
    (files_are_for_pages_of_the_console_alone, _cors_of_files, "AllowedOrigins", ["https://evil.example"]),
    (files_are_for_pages_of_the_console_alone, _cors_of_files, "AllowedMethods", ["GET", "POST", "PUT"]),
    (files_are_for_pages_of_the_console_alone, _cors_of_files, "ExposedHeaders", ["ETag"]),
    (no_wildcard_permission, _statement("OrdersRole"), "Action", "dynamodb:*"),
    (no_wildcard_permission, _statement("OrdersRole"), "Resource", "*"),
    (no_function_may_scan_and_few_delete, _statement("OrdersRole"), "Action", "dynamodb:Scan"),
    (
        no_function_may_scan_and_few_delete,
        _statement("AlertsRole"),
        "Action",
        "dynamodb:DeleteItem",
    ),
    (
        a_function_may_do_what_it_does_and_no_more,
        _statement("ExportsRole"),
        "Action",
        ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
    ),
    (
        a_function_may_do_what_it_does_and_no_more,
        lambda document: document["Resources"]["ExportsRole"]["Properties"]["Policies"][0]["PolicyDocument"],
        "Statement",
        [],
    ),
    (
        a_function_may_do_what_it_does_and_no_more,
        _statement("OrdersRole", 2),
        "Resource",
        {"Fn::GetAtt": ["ScheduleFailures", "Arn"]},
    ),
    (
        a_function_may_do_what_it_does_and_no_more,
        _statement("OrdersRole", 3),
        "Resource",
        {"Fn::Sub": "${ExportsBucket.Arn}/*"},
    ),
    (
        a_function_may_do_what_it_does_and_no_more,
        _statement("AlertsRole", 3),
        "Resource",
        {"Fn::GetAtt": ["OrdersLogs", "Arn"]},
    ),
    (a_function_may_do_what_it_does_and_no_more, _resources, "AlertsRole", GONE),
    (
        a_function_may_do_what_it_does_and_no_more,
        _resources,
        "OtherRole",
        {"Type": ROLE, "Properties": {"Policies": []}},
    ),
    (
        environments_hold_no_secret,
        _properties("OrdersFunction"),
        "Environment",
        {"Variables": {"CURSOR_SECRET": "x"}},
    ),
    (outputs_hold_no_secret, lambda document: document["Outputs"], "ClientSecret", {"Value": "x"}),
    (
        every_alarm_says_what_silence_means_and_whom_to_tell,
        _properties("ApiErrorsAlarm"),
        "TreatMissingData",
        GONE,
    ),
    (every_alarm_has_its_line_in_operations, _resources, "OtherAlarm", {"Type": ALARM}),
    (
        dead_letters_and_late_messages_raise_an_alarm,
        _properties("ExportFailuresAlarm"),
        "MetricName",
        "NumberOfMessagesSent",
    ),
    (
        dead_letters_and_late_messages_raise_an_alarm,
        _properties("ExportsLateAlarm"),
        "MetricName",
        "ApproximateNumberOfMessagesVisible",
    ),
    (
        alarms_on_our_own_metrics_name_what_is_counted,
        lambda document: document["Resources"]["ExportsFailedAlarm"]["Properties"]["Metrics"][1]["MetricStat"][
            "Metric"
        ],
        "MetricName",
        "ExportsFailing",
    ),
    (alarms_on_our_own_metrics_name_what_is_counted, _properties("OldestDueAlarm"), "MetricName", "OldestOrder"),
    (
        every_schedule_has_a_heartbeat_of_which_silence_is_heard,
        _properties("SweepHeartbeatAlarm"),
        "TreatMissingData",
        "notBreaching",
    ),
    (what_can_fail_has_an_alarm, _properties("ScheduleFailuresAlarm"), "Dimensions", []),
    (what_can_fail_has_an_alarm, _properties("ExportsLateAlarm"), "Dimensions", []),
    (what_can_fail_has_an_alarm, _properties("OrdersErrorsAlarm"), "Dimensions", []),
]


@pytest.mark.parametrize("rule", dict.fromkeys(rule for rule, *_ in BREAKS), ids=lambda rule: rule.__name__)
def test_template_keeps(rule: Rule) -> None:
    assert list(rule(DOCUMENT)) == []


@pytest.mark.parametrize(
    ("rule", "place", "key", "value"), BREAKS, ids=[f"{rule.__name__}-{key}" for rule, _, key, _ in BREAKS]
)
def test_rule_sees(rule: Rule, place: Callable[[Document], Document], key: str, value: Any) -> None:
    broken = copy.deepcopy(DOCUMENT)
    if value is GONE:
        del place(broken)[key]
    else:
        place(broken)[key] = value
    assert list(rule(broken))


def test_open_routes_are_there() -> None:
    template = Template.load()
    assert {route.key for route in template.routes if not route.authorised} == OPEN_ROUTES
    assert template.default_route is not None and template.default_route.key == DEFAULT


def test_functions_run_on_one_python_and_the_sources_on_any_from_3_11_on() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    assert DOCUMENT["Globals"]["Function"]["Runtime"] == "python3.13"
    assert "--python-version 3.13 " in makefile
    assert project["project"]["requires-python"] == ">=3.11"
    assert project["tool"]["ruff"]["target-version"] == "py311"
    assert project["tool"]["mypy"]["python_version"] == "3.11"
    assert "sys.version_info < (3, 11)" in makefile


def test_wheels_are_for_the_functions_processor_and_its_system() -> None:
    architecture = DOCUMENT["Globals"]["Function"]["Architectures"]
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    assert architecture == ["x86_64"] and "--platform manylinux$(glibc)_x86_64)" in makefile
    # Amazon Linux 2023, on which Lambda runs Python 3.12 and later, has glibc 2.34.
    newest = max(int(minor) for minor in re.findall(r"_2_(\d+)", makefile))
    assert newest == 34


def _without_extras(requirement: str) -> tuple[str, str]:
    name, _, version = requirement.partition("==")
    return re.sub(r"\[.*\]", "", name).lower().replace("_", "-"), version


def _lines(path: str) -> list[str]:
    lines = (PROJECT / path).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_every_pin_is_the_same_wherever_it_stands() -> None:
    groups = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    locked = dict(_without_extras(line) for line in _lines("constraints.txt"))
    for group in groups.values():
        for name, version in map(_without_extras, group):
            assert locked[name] == version, name
    packaged = dict(map(_without_extras, groups["run"] + groups["exports"] + groups["imports"]))
    seen = set()
    for folder in ("orders", "deadlines", "alerts", "exports", "imports", "customers"):
        for name, version in map(_without_extras, _lines(f"functions/{folder}/requirements.txt")):
            assert packaged[name] == version, f"{folder}: {name}"
            seen.add(name)
    assert seen == packaged.keys()
