"""Rules for the template as CloudFormation gets it, after SAM's transformation, and its sizes against AWS's limits.
Each rule is shown to fail on a copy that breaks it."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.permissions import SECRETS
from tests.proof import counted
from tests.transformed import transformed

Document = dict[str, Any]
Rule = Callable[[Document], Iterator[str]]
Place = Callable[[Document], Any]

NEW_ACCOUNT = 10
"""The concurrent executions of a new account."""
DATA = ("AWS::Cognito::UserPool", "AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::S3::Bucket")
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


def of_type(document: Document, kind: str) -> Iterator[tuple[str, Document]]:
    for name, body in document["Resources"].items():
        if body["Type"] == kind:
            yield name, body.get("Properties", {})


def resource(document: Document, name: str) -> Document:
    found: Document = document["Resources"][name]["Properties"]
    return found


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    """Each route of the API by its key, and what the definition says of it."""
    for path, methods in resource(document, "Api")["Body"]["paths"].items():
        for method, operation in methods.items():
            yield path if path.startswith("$") else f"{method.upper()} {path}", operation


def data_outlive_the_stack_but_for_a_first_deployment_that_fails(document: Document) -> Iterator[str]:
    for name, body in document["Resources"].items():
        policies = (body.get("DeletionPolicy"), body.get("UpdateReplacePolicy"))
        if body["Type"] in DATA and policies != ("RetainExceptOnCreate", "Retain"):
            yield name


def pages_of_the_console_may_use_files(document: Document) -> Iterator[str]:
    """SAM has put the value of the parameter into the API's definition."""
    origins = resource(document, "Api")["Body"]["x-amazon-apigateway-cors"]["allowOrigins"]
    (rule,) = resource(document, "ExportsBucket").get("CorsConfiguration", {}).get("CorsRules") or [{}]
    if rule.get("AllowedOrigins") != [{"Ref": "ConsoleOrigin"}]:
        yield f"{rule}"
    if origins != [document["Parameters"]["ConsoleOrigin"]["Default"]]:
        yield f"{origins}"


def open_routes_have_throttles_of_their_own(document: Document) -> Iterator[str]:
    """All of them together take a twentieth of the API's rate at most."""
    stage = resource(document, "ApiApiGatewayDefaultStage")
    whole, settings = stage["DefaultRouteSettings"], stage.get("RouteSettings", {})
    opened = [key for key, operation in operations(document) if not operation.get("security")]
    if len(opened) != 3:
        yield f"open: {opened}"
    for name in ("ThrottlingRateLimit", "ThrottlingBurstLimit"):
        rates = [settings.get(key, {}).get(name, whole[name]) for key in opened]
        if sum(rates) * 20 > whole[name] or min(rates) <= 0:
            yield f"{name}: {rates}"


def no_warning_about_the_generated_definition_stops_a_deployment(document: Document) -> Iterator[str]:
    for name, api in of_type(document, "AWS::ApiGatewayV2::Api"):
        if api.get("FailOnWarnings"):
            yield name


def security_schemes_are_declared(document: Document) -> Iterator[str]:
    declared = resource(document, "Api")["Body"].get("components", {}).get("securitySchemes", {})
    used = {name for _, operation in operations(document) for each in operation.get("security", ()) for name in each}
    yield from used ^ set(declared)


def watched(alarm: Document) -> Iterator[str]:
    metrics = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", ()) if "MetricStat" in each]
    for metric in (*([alarm] if "MetricName" in alarm else []), *metrics):
        dimensions = ", ".join(sorted(each["Name"] for each in metric.get("Dimensions", ())))
        yield f"{metric['Namespace']} {metric['MetricName']} {dimensions}".strip()
    for each in alarm.get("Metrics", ()):
        query = re.match(
            r'SELECT SUM\((\w+)\) FROM SCHEMA\("([\w/]+)", ([\w, ]+)\)', spelled(each.get("Expression", ""))
        )
        if query:
            yield f"{query[2]} {query[1]} {query[3]}"


def capacity_that_is_used_up_raises_an_alarm(document: Document) -> Iterator[str]:
    seen = {metric for _, alarm in of_type(document, "AWS::CloudWatch::Alarm") for metric in watched(alarm)}
    yield from THROTTLES - seen


def email_goes_from_our_sender_to_anybody(document: Document) -> Iterator[str]:
    """In its sandbox SES checks the permission on the recipient's identity, too: the sender is the condition."""
    found = 0
    for name, role in of_type(document, "AWS::IAM::Role"):
        for statement in statements(role):
            if "ses:SendEmail" in statement["Action"]:
                found += 1
                sender = {"StringEquals": {"ses:FromAddress": {"Ref": "MailSender"}}}
                if not spelled(statement["Resource"]).endswith(":identity/*") or statement.get("Condition") != sender:
                    yield name
    if found != 1:
        yield f"{found} functions send email"


def secrets_lie_where_only_functions_that_need_them_may_read(document: Document) -> Iterator[str]:
    """Without a `Deny` whatever else a role allows would count. An index cannot show them: they have no keys of one."""
    for name, role in of_type(document, "AWS::IAM::Role"):
        if "dynamodb:" not in str(role.get("Policies")):
            continue
        denied = {pattern for each in statements(role) for pattern in denied_partitions(each)}
        for kind, (partition, roles) in SECRETS.items():
            if (partition in denied) == (name in roles):
                yield f"{name}: {kind}"


def denied_partitions(statement: Document) -> list[str]:
    whole = (statement["Effect"], statement["Action"]) == ("Deny", "dynamodb:*")
    of_table = statement["Resource"] == {"Fn::GetAtt": ["OrdersTable", "Arn"]}
    condition = statement.get("Condition", {}).get("ForAnyValue:StringLike", {})
    return condition.get("dynamodb:LeadingKeys", []) if whole and of_table else []


def the_key_for_secrets_is_for_functions_that_need_them(document: Document) -> Iterator[str]:
    """The policy of the key alone allows its use, so no policy of a role can."""
    key, users = resource(document, "SecretsKey"), dict[str, set[str]]()
    for statement in key["KeyPolicy"]["Statement"]:
        if not {"kms:Decrypt", "kms:Encrypt"} & set(statement["Action"]):
            if any(action in ("kms:*", "*") or "crypt" in action for action in statement["Action"]):
                yield statement["Sid"]
            continue
        kind = statement.get("Condition", {}).get("StringEquals", {}).get("kms:EncryptionContext:kind", "any")
        principals = statement["Principal"]["AWS"]
        if not isinstance(principals, list) or set(statement["Action"]) != {"kms:Decrypt", "kms:Encrypt"}:
            yield statement["Sid"]
            continue
        users.setdefault(kind, set()).update(each["Fn::GetAtt"][0] for each in principals)
    if users != {kind: roles for kind, (_, roles) in SECRETS.items()}:
        yield f"{users}"
    if not key.get("EnableKeyRotation"):
        yield "the key is not rotated"
    for name, role in of_type(document, "AWS::IAM::Role"):
        if "kms:" in str(role.get("Policies")):
            yield name


def every_function_knows_the_key(document: Document) -> Iterator[str]:
    for name, function in of_type(document, "AWS::Lambda::Function"):
        if function["Environment"]["Variables"].get("KMS_KEY_ID") != {"Ref": "SecretsKey"}:
            yield name


def a_second_factor_can_be_required(document: Document) -> Iterator[str]:
    pool, parameter = resource(document, "UserPool"), document["Parameters"].get("Mfa", {})
    if pool.get("MfaConfiguration") != {"Ref": "Mfa"} or set(parameter["AllowedValues"]) != {"OPTIONAL", "ON"}:
        yield "MfaConfiguration"
    if pool.get("EnabledMfas") != ["SOFTWARE_TOKEN_MFA"]:
        yield "EnabledMfas"


def lifecycle(document: Document) -> dict[str, Document]:
    """The rule of each prefix of the bucket for files."""
    rules = resource(document, "ExportsBucket")["LifecycleConfiguration"]["Rules"]
    return {each["Prefix"]: each for each in rules if "Prefix" in each}


def erasures_are_listed_longer_than_a_backup_goes_back(document: Document) -> Iterator[str]:
    days = resource(document, "OrdersTable")["PointInTimeRecoverySpecification"]["RecoveryPeriodInDays"]
    listed = lifecycle(document).get("erasures/", {}).get("ExpirationInDays")
    if listed is None or not days < listed <= days + 7:
        yield f"{listed} days"


def evidence_is_kept_and_uploads_are_not(document: Document) -> Iterator[str]:
    """A step that is refused deletes the version that it has copied."""
    if any("evidence/".startswith(prefix) for prefix in lifecycle(document)):
        yield "evidence expires"
    if lifecycle(document).get("uploads/", {}).get("ExpirationInDays") != 1:
        yield "uploads stay"
    deletes = {
        name
        for name, role in of_type(document, "AWS::IAM::Role")
        for each in statements(role)
        if "s3:DeleteObjectVersion" in each["Action"] and "evidence/" in str(each["Resource"])
    }
    yield from deletes ^ {"OrdersRole", "ErasuresRole"}


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
    long: the outbox's schedule finds what the stream has not told."""
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
    for name, mapping in of_type(document, "AWS::Lambda::EventSourceMapping"):
        if kinds[mapping["EventSourceArn"]["Fn::GetAtt"][1]] == service:
            yield name, mapping


def policies_of_functions_have_room(document: Document) -> Iterator[str]:
    for name, _ in of_type(document, "AWS::Lambda::Function"):
        if (used := permission_bytes(document, name)) > 20 * 1024:
            yield f"{name}: {used}"


def limits_of_aws_are_kept(document: Document) -> Iterator[str]:
    for what, used, limit in sizes(document):
        if used > limit:
            yield f"{what}: {used} of {limit}"


def statements(role: Document) -> list[Document]:
    return [each for policy in role.get("Policies", ()) for each in policy["PolicyDocument"]["Statement"]]


def spelled(value: Any) -> str:
    """A reference as CloudFormation may spell it out, at a length that is usual."""
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    if function == "Fn::If":
        return spelled(argument[1])
    if function == "Fn::Sub":
        text = argument if isinstance(argument, str) else argument[0]
        return re.sub(r"\$\{([^}]+)\}", lambda found: spelled({"Ref": found[1]}), text)
    name = argument if isinstance(argument, str) else ".".join(argument)
    pseudo = {"AWS::Partition": "aws", "AWS::Region": "ap-southeast-1", "AWS::AccountId": "123456789012"}
    if name in pseudo:
        return pseudo[name]
    made = f"orderkeep-{name.removesuffix('.Arn')}-1A2B3C4D5E6F"
    return f"arn:aws:service:ap-southeast-1:123456789012:{made}" if name.endswith(".Arn") else made


def spelled_out(value: Any) -> Any:
    if isinstance(value, list):
        return [spelled_out(each) for each in value]
    if isinstance(value, dict):
        key = next(iter(value), "")
        if len(value) == 1 and (key == "Ref" or key.startswith("Fn::")):
            return spelled(value)
        return {name: spelled_out(each) for name, each in value.items()}
    return value


def characters(policy: Any) -> int:
    """The characters of a policy as IAM counts them: without spaces between its parts."""
    return len(json.dumps(spelled_out(policy), separators=(",", ":")))


def permission_bytes(document: Document, function: str) -> int:
    """The size of the policy of a function: Lambda makes a statement of each permission."""
    made = []
    for name, permission in of_type(document, "AWS::Lambda::Permission"):
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
    for name, table in of_type(document, "AWS::DynamoDB::Table"):
        yield f"indexes of {name}", len(table["GlobalSecondaryIndexes"]), 20
    for name, role in of_type(document, "AWS::IAM::Role"):
        policies = [policy["PolicyDocument"] for policy in role.get("Policies", ())]
        yield f"characters of the policies of {name}", sum(map(characters, policies)), 10_240
    for name, _ in of_type(document, "AWS::Lambda::Function"):
        yield f"bytes of the policy of {name}", permission_bytes(document, name), 20 * 1024
    for name, policy in of_type(document, "AWS::S3::BucketPolicy"):
        yield f"bytes of {name}", characters(policy["PolicyDocument"]), 20 * 1024
    for name, function in of_type(document, "AWS::Lambda::Function"):
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


def _of(name: str) -> Place:
    return lambda document: resource(document, name)


def _statement(role: str, action: str) -> Place:
    def place(document: Document) -> Document:
        return next(each for each in statements(resource(document, role)) if action in each["Action"])

    return place


def _denial(role: str) -> Place:
    return _statement(role, "dynamodb:*")


def _leading_keys(role: str) -> Place:
    return lambda document: _denial(role)(document)["Condition"]["ForAnyValue:StringLike"]


def _key(sid: str) -> Place:
    def place(document: Document) -> Document:
        return next(each for each in resource(document, "SecretsKey")["KeyPolicy"]["Statement"] if each["Sid"] == sid)

    return place


def _rule(prefix: str) -> Place:
    return lambda document: lifecycle(document)[prefix]


def _operation(path: str, method: str) -> Place:
    return lambda document: resource(document, "Api")["Body"]["paths"][path][method]


def _whole(name: str) -> Place:
    return lambda document: document["Resources"][name]


def _bloated(document: Document) -> Document:
    statement = statements(resource(document, "OrdersRole"))[0]
    resource(document, "OrdersRole")["Policies"][0]["PolicyDocument"]["Statement"] += [statement] * 40
    return document


GONE, LEADING = object(), "dynamodb:LeadingKeys"
BREAKS: list[tuple[Rule, Place, str, Any]] = [
    (data_outlive_the_stack_but_for_a_first_deployment_that_fails, _whole("OrdersTable"), "DeletionPolicy", "Retain"),
    (data_outlive_the_stack_but_for_a_first_deployment_that_fails, _whole("UserPool"), "DeletionPolicy", "Delete"),
    (
        data_outlive_the_stack_but_for_a_first_deployment_that_fails,
        _whole("ExportsBucket"),
        "UpdateReplacePolicy",
        GONE,
    ),
    (pages_of_the_console_may_use_files, _of("ExportsBucket"), "CorsConfiguration", GONE),
    (
        pages_of_the_console_may_use_files,
        lambda document: resource(document, "ExportsBucket")["CorsConfiguration"]["CorsRules"][0],
        "AllowedOrigins",
        ["*"],
    ),
    (open_routes_have_throttles_of_their_own, _of("ApiApiGatewayDefaultStage"), "RouteSettings", GONE),
    (
        open_routes_have_throttles_of_their_own,
        lambda document: resource(document, "ApiApiGatewayDefaultStage")["RouteSettings"],
        "$default",
        GONE,
    ),
    (open_routes_have_throttles_of_their_own, _operation("/v1/me", "get"), "security", GONE),
    (no_warning_about_the_generated_definition_stops_a_deployment, _of("Api"), "FailOnWarnings", True),
    (security_schemes_are_declared, _operation("/v1/health", "get"), "security", [{"NONE": []}]),
    (security_schemes_are_declared, lambda document: resource(document, "Api")["Body"], "components", {}),
    (capacity_that_is_used_up_raises_an_alarm, lambda document: document["Resources"], "TableThrottlesAlarm", GONE),
    (capacity_that_is_used_up_raises_an_alarm, _of("IndexWriteThrottlesAlarm"), "Metrics", []),
    (capacity_that_is_used_up_raises_an_alarm, _of("IndexReadThrottlesAlarm"), "Metrics", []),
    (capacity_that_is_used_up_raises_an_alarm, _of("OrdersThrottlesAlarm"), "MetricName", "Invocations"),
    (capacity_that_is_used_up_raises_an_alarm, _of("FunctionThrottlesAlarm"), "MetricName", "Errors"),
    (capacity_that_is_used_up_raises_an_alarm, _of("ConcurrencyAlarm"), "Metrics", []),
    (email_goes_from_our_sender_to_anybody, _statement("DeliveryRole", "ses:SendEmail"), "Condition", GONE),
    (
        email_goes_from_our_sender_to_anybody,
        _statement("DeliveryRole", "ses:SendEmail"),
        "Resource",
        {"Fn::Sub": "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${MailSender}"},
    ),
    (secrets_lie_where_only_functions_that_need_them_may_read, _denial("ExportsRole"), "Effect", "Allow"),
    (secrets_lie_where_only_functions_that_need_them_may_read, _denial("ExportsRole"), "Condition", GONE),
    (secrets_lie_where_only_functions_that_need_them_may_read, _denial("WorkRole"), "Resource", "*"),
    (secrets_lie_where_only_functions_that_need_them_may_read, _leading_keys("DeliveryRole"), LEADING, ["#search"]),
    (secrets_lie_where_only_functions_that_need_them_may_read, _leading_keys("OutboxRole"), LEADING, ["#cursor"]),
    (the_key_for_secrets_is_for_functions_that_need_them, _key("Administration"), "Action", ["kms:*"]),
    (the_key_for_secrets_is_for_functions_that_need_them, _key("Channels"), "Principal", {"AWS": "*"}),
    (the_key_for_secrets_is_for_functions_that_need_them, _key("Channels"), "Condition", GONE),
    (
        the_key_for_secrets_is_for_functions_that_need_them,
        _key("Cursor"),
        "Principal",
        {"AWS": [{"Fn::GetAtt": ["OrdersRole", "Arn"]}, {"Fn::GetAtt": ["WorkRole", "Arn"]}]},
    ),
    (the_key_for_secrets_is_for_functions_that_need_them, _of("SecretsKey"), "EnableKeyRotation", GONE),
    (the_key_for_secrets_is_for_functions_that_need_them, _denial("ExportsRole"), "Action", ["kms:Decrypt"]),
    (
        every_function_knows_the_key,
        lambda document: resource(document, "DeliveryFunction")["Environment"]["Variables"],
        "KMS_KEY_ID",
        GONE,
    ),
    (a_second_factor_can_be_required, _of("UserPool"), "MfaConfiguration", "OPTIONAL"),
    (a_second_factor_can_be_required, _of("UserPool"), "EnabledMfas", ["SMS_MFA"]),
    (data_outlive_the_stack_but_for_a_first_deployment_that_fails, _whole("SecretsKey"), "DeletionPolicy", GONE),
    (erasures_are_listed_longer_than_a_backup_goes_back, _rule("erasures/"), "ExpirationInDays", 30),
    (erasures_are_listed_longer_than_a_backup_goes_back, _rule("erasures/"), "Prefix", "erased/"),
    (evidence_is_kept_and_uploads_are_not, _rule("erasures/"), "Prefix", "ev"),
    (evidence_is_kept_and_uploads_are_not, _rule("uploads/"), "ExpirationInDays", GONE),
    (evidence_is_kept_and_uploads_are_not, _statement("OrdersRole", "s3:DeleteObjectVersion"), "Action", []),
    (
        workers_leave_executions_of_a_new_account_to_the_api,
        lambda document: document["Parameters"]["WorkerConcurrency"],
        "Default",
        5,
    ),
    (
        workers_leave_executions_of_a_new_account_to_the_api,
        _of("DeliveryFunctionDeliver"),
        "ScalingConfig",
        {"MaximumConcurrency": 10},
    ),
    (workers_leave_executions_of_a_new_account_to_the_api, _of("WorkFunctionWorkOff"), "ScalingConfig", GONE),
    (
        the_stream_tells_of_new_alerts_by_their_keys_alone,
        lambda document: resource(document, "OrdersTable")["StreamSpecification"],
        "StreamViewType",
        "NEW_IMAGE",
    ),
    (the_stream_tells_of_new_alerts_by_their_keys_alone, _of("OutboxFunctionNewAlerts"), "FilterCriteria", GONE),
    (the_stream_tells_of_new_alerts_by_their_keys_alone, _of("OutboxFunctionNewAlerts"), "MaximumRetryAttempts", GONE),
    (policies_of_functions_have_room, one_permission_per_route, "Conditions", {}),
    (limits_of_aws_are_kept, _bloated, "Conditions", {}),
]


@pytest.mark.parametrize("rule", dict.fromkeys(rule for rule, *_ in BREAKS), ids=lambda rule: rule.__name__)
def test_template_keeps(rule: Rule) -> None:
    assert list(rule(transformed())) == []


@pytest.mark.parametrize(
    ("rule", "place", "key", "value"), BREAKS, ids=[f"{rule.__name__}-{key}" for rule, _, key, _ in BREAKS]
)
def test_rule_sees(rule: Rule, place: Place, key: str, value: Any) -> None:
    broken = copy.deepcopy(transformed())
    if value is GONE:
        del place(broken)[key]
    else:
        place(broken)[key] = value
    assert list(rule(broken))


def test_sizes_have_room() -> None:
    """The largest of each kind, and what one permission per route would need."""
    largest: dict[str, tuple[int, int]] = {}
    for what, used, limit in sizes(transformed()):
        kind = re.sub(r" of (the \w+ of )?[A-Z]\w+$", r" of \1a resource", what)
        largest[kind] = max(largest.get(kind, (0, limit)), (used, limit))
    for kind, (used, limit) in largest.items():
        print(f"{kind}: {used:,} of {limit:,}")
    counted("limits of AWS that the template is compared with", len(largest), 9)
    counted("resources of the transformed template", largest["resources"][0], 100)
    apart = permission_bytes(one_permission_per_route(copy.deepcopy(transformed())), "OrdersFunction")
    counted("bytes of the API function's policy with one permission per route", apart, 20 * 1024 + 1)
