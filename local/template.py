"""Read template.yaml for the local run and the tests: tables, queues, routes, schedules, functions' environments.

References become local names: a parameter becomes its default, a resource `orderkeep-` and its logical id. Anything
that this reader does not know raises TemplateError.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from local.cloudformation import parse
from local.resources import (
    ACCOUNT,
    REGION,
    Cors,
    Function,
    Queue,
    QueueEvent,
    Route,
    Schedule,
    StreamEvent,
    Table,
    Throttle,
    local_name,
    queue_arn,
    queue_url,
)

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_PATH = PROJECT / "template.yaml"

LOCAL_ISSUER = "http://localhost/orderkeep"

_PSEUDO_PARAMETERS = {
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::StackName": "orderkeep",
    "AWS::URLSuffix": "amazonaws.com",
}
_UNIT_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
# ScalingConfig limits how many functions run at once; the local run has always one.
_MAPPING_PROPERTIES = {"Queue", "BatchSize", "FunctionResponseTypes", "ScalingConfig"}
_STREAM_PROPERTIES = {
    "Stream",
    "FilterCriteria",
    "StartingPosition",
    "BatchSize",
    "MaximumRetryAttempts",
    "MaximumRecordAgeInSeconds",
}


class TemplateError(Exception):
    """The template has something that the local run cannot do; the message names it."""


class Template:
    def __init__(self, document: Mapping[str, Any], parameters: Mapping[str, str] | None = None) -> None:
        self.document = document
        self._parameters = dict(parameters or {})

    @classmethod
    def load(cls, path: Path = DEFAULT_PATH, parameters: Mapping[str, str] | None = None) -> Template:
        return cls(parse(path.read_text("utf-8")), parameters)

    def resources(self, kind: str) -> dict[str, dict[str, Any]]:
        """The resources of a CloudFormation type, by logical id."""
        return {name: body for name, body in self.document["Resources"].items() if body["Type"] == kind}

    @property
    def runtime(self) -> str:
        """Lambda's name of the Python that every function runs on, such as `python3.13`."""
        name: str = self.document["Globals"]["Function"]["Runtime"]
        return name

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        return tuple(
            self._table(name, body["Properties"]) for name, body in self.resources("AWS::DynamoDB::Table").items()
        )

    def _table(self, logical_id: str, properties: Mapping[str, Any]) -> Table:
        names = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
        arguments = {key: properties[key] for key in names if key in properties}
        ttl = properties.get("TimeToLiveSpecification", {})
        name = local_name(logical_id)
        return Table(
            logical_id,
            name,
            {"TableName": name, **arguments},
            ttl["AttributeName"] if ttl.get("Enabled") else None,
            properties.get("StreamSpecification", {}).get("StreamViewType"),
        )

    @cached_property
    def _buckets(self) -> dict[str, dict[str, Any]]:
        """The buckets without those that CloudFront serves: the front has these files from a folder."""
        distributions = self.resources("AWS::CloudFront::Distribution").values()
        origins = [origin for each in distributions for origin in each["Properties"]["DistributionConfig"]["Origins"]]
        served = [origin["DomainName"] for origin in origins]
        return {
            name: body
            for name, body in self.resources("AWS::S3::Bucket").items()
            if {"Fn::GetAtt": [name, "RegionalDomainName"]} not in served
        }

    @cached_property
    def buckets(self) -> tuple[str, ...]:
        return tuple(map(local_name, self._buckets))

    @cached_property
    def notifications(self) -> Mapping[str, Any]:
        """The queues that each bucket writes to, as PutBucketNotificationConfiguration takes them."""

        def queue(each: Mapping[str, Any]) -> dict[str, Any]:
            rules = {"Key": {"FilterRules": each["Filter"]["S3Key"]["Rules"]}}
            return {"QueueArn": self.resolve(each["Queue"]), "Events": [each["Event"]], "Filter": rules}

        configured = {
            local_name(name): body["Properties"].get("NotificationConfiguration", {}).get("QueueConfigurations", ())
            for name, body in self._buckets.items()
        }
        return {name: {"QueueConfigurations": list(map(queue, each))} for name, each in configured.items()}

    @cached_property
    def queues(self) -> tuple[Queue, ...]:
        """The queues, dead-letter queues first."""
        queues = [
            self._queue(name, body.get("Properties", {})) for name, body in self.resources("AWS::SQS::Queue").items()
        ]
        return tuple(sorted(queues, key=lambda queue: queue.dead_letters is not None))

    def _queue(self, logical_id: str, properties: Mapping[str, Any]) -> Queue:
        redrive = properties.get("RedrivePolicy", {})
        target = redrive.get("deadLetterTargetArn")
        return Queue(
            logical_id,
            local_name(logical_id),
            int(self.resolve(properties.get("VisibilityTimeout", 30))),
            int(self.resolve(properties.get("MessageRetentionPeriod", 345_600))),
            self._queue_name(target) if target else None,
            int(self.resolve(redrive.get("maxReceiveCount", 0))),
        )

    def _queue_name(self, arn: Any) -> str:
        names = {queue_arn(name): name for name in map(local_name, self.resources("AWS::SQS::Queue"))}
        name = names.get(str(self.resolve(arn)))
        if name is None:
            raise TemplateError(f"template.yaml: {arn} is not the ARN of one of its queues")
        return name

    @cached_property
    def queue_events(self) -> tuple[QueueEvent, ...]:
        queues = {queue.name: queue for queue in self.queues}
        events = []
        for function, event, properties in self._events("SQS"):
            if unknown := properties.keys() - _MAPPING_PROPERTIES:
                raise TemplateError(f"template.yaml: the local run does not know {', '.join(unknown)} of {event}")
            partial = "ReportBatchItemFailures" in properties.get("FunctionResponseTypes", ())
            queue = queues[self._queue_name(properties["Queue"])]
            events.append(QueueEvent(function, queue, properties.get("BatchSize", 10), partial))
        return tuple(events)

    @cached_property
    def stream_events(self) -> tuple[StreamEvent, ...]:
        events = []
        for function, event, properties in self._events("DynamoDB"):
            if unknown := properties.keys() - _STREAM_PROPERTIES:
                raise TemplateError(f"template.yaml: the local run does not know {', '.join(unknown)} of {event}")
            table, _ = properties["Stream"]["Fn::GetAtt"]
            patterns = tuple(json.loads(each["Pattern"]) for each in properties["FilterCriteria"]["Filters"])
            retries = properties["MaximumRetryAttempts"]
            events.append(StreamEvent(function, local_name(table), patterns, properties["BatchSize"], retries))
        return tuple(events)

    @cached_property
    def functions(self) -> dict[str, Function]:
        defaults = self.document.get("Globals", {}).get("Function", {})
        shared = defaults.get("Environment", {}).get("Variables", {})
        functions = {}
        for name, body in self.resources("AWS::Serverless::Function").items():
            properties = {**defaults, **body["Properties"]}
            variables = {**shared, **body["Properties"].get("Environment", {}).get("Variables", {})}
            functions[name] = Function(
                name,
                properties["Handler"],
                properties["Timeout"],
                properties["MemorySize"],
                {key: str(self.resolve(value)) for key, value in variables.items()},
            )
        return functions

    def _events(self, kind: str) -> list[tuple[str, str, dict[str, Any]]]:
        return [
            (function, event, body["Properties"])
            for function, resource in self.resources("AWS::Serverless::Function").items()
            for event, body in resource["Properties"].get("Events", {}).items()
            if body["Type"] == kind
        ]

    @cached_property
    def _all_routes(self) -> tuple[Route, ...]:
        routes = []
        for function, event, properties in self._events("HttpApi"):
            if ("Method" in properties) != ("Path" in properties):
                raise TemplateError(f"template.yaml: the event {event} has a Method and a Path, or neither")
            authorised = "Authorizer" in properties.get("Auth", {})
            method, path = properties.get("Method", "").upper(), properties.get("Path", "")
            routes.append(Route(method, path, function, authorised))
        return tuple(routes)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """The routes with a method and a path."""
        return tuple(route for route in self._all_routes if route.path)

    @cached_property
    def default_route(self) -> Route | None:
        """The route for requests that match no other route, or None."""
        default = [route for route in self._all_routes if not route.path]
        if len(default) > 1:
            raise TemplateError("template.yaml: an API has one default route")
        return default[0] if default else None

    @cached_property
    def schedules(self) -> tuple[Schedule, ...]:
        return tuple(
            Schedule(event, function, _seconds(properties["ScheduleExpression"]), properties.get("Input", "{}"))
            for function, event, properties in self._events("ScheduleV2")
        )

    @cached_property
    def _api(self) -> dict[str, Any]:
        (api,) = self.resources("AWS::Serverless::HttpApi").values()
        properties: dict[str, Any] = api["Properties"]
        return properties

    @cached_property
    def cors(self) -> Cors:
        names = ("AllowOrigins", "AllowMethods", "AllowHeaders", "ExposeHeaders")
        return self._cors(self._api["CorsConfiguration"], *names)

    @cached_property
    def bucket_cors(self) -> Mapping[str, Cors]:
        """What pages may do with the files of each bucket, by its name. A bucket has one rule at most."""
        names = ("AllowedOrigins", "AllowedMethods", "AllowedHeaders", "ExposedHeaders")
        found = {}
        for name, body in self._buckets.items():
            rules = body["Properties"].get("CorsConfiguration", {}).get("CorsRules") or [{}]
            if len(rules) > 1:
                raise TemplateError(f"template.yaml: {name} has several rules of CORS; the local run knows one")
            found[local_name(name)] = self._cors(rules[0], *names)
        return found

    def _cors(self, rule: Mapping[str, Any], *names: str) -> Cors:
        origins, methods, headers, exposed = (tuple(map(self.resolve, rule.get(name, ()))) for name in names)
        return Cors(origins, methods, headers, exposed, rule.get("MaxAge", 0))

    @cached_property
    def throttle(self) -> Throttle:
        settings = self._api["DefaultRouteSettings"]
        return Throttle(float(settings["ThrottlingRateLimit"]), int(settings["ThrottlingBurstLimit"]))

    @cached_property
    def issuer(self) -> str:
        (authorizer,) = self._api["Auth"]["Authorizers"].values()
        return str(self.resolve(authorizer["JwtConfiguration"]["issuer"]))

    @cached_property
    def audience(self) -> tuple[str, ...]:
        """The client ids whose tokens the authorizer lets in."""
        (authorizer,) = self._api["Auth"]["Authorizers"].values()
        return tuple(str(self.resolve(client)) for client in authorizer["JwtConfiguration"]["audience"])

    def resolve(self, value: Any) -> Any:
        """The value; Ref, GetAtt and Sub become local names."""
        if not isinstance(value, dict):
            return value
        ((function, argument),) = value.items()
        if function == "Ref":
            return self._ref(argument)
        if function == "Fn::GetAtt":
            return self._attribute(*argument)
        if function == "Fn::Sub" and isinstance(argument, str):
            return re.sub(r"\$\{([A-Za-z0-9:.]+)\}", lambda match: str(self._named(match[1])), argument)
        raise TemplateError(f"template.yaml: {function} is not known to the local run")

    def _named(self, name: str) -> Any:
        head, dot, attribute = name.partition(".")
        return self._attribute(head, attribute) if dot else self._ref(name)

    def _ref(self, name: str) -> Any:
        if name in self._parameters:
            return self._parameters[name]
        if name in _PSEUDO_PARAMETERS:
            return _PSEUDO_PARAMETERS[name]
        parameter = self.document.get("Parameters", {}).get(name)
        if parameter is not None:
            if "Default" not in parameter:
                raise TemplateError(f"template.yaml: parameter {name} has no default for the local run")
            return parameter["Default"]
        if name in self.resources("AWS::KMS::Key"):
            return ""  # the local run has no KMS: secrets are stored as they are, in a file of the user
        if name in self.document["Resources"]:
            return queue_url(name) if name in self.resources("AWS::SQS::Queue") else local_name(name)
        raise TemplateError(f"template.yaml: nothing is called {name}")

    def _attribute(self, name: str, attribute: str) -> str:
        if name not in self.document["Resources"]:
            raise TemplateError(f"template.yaml: nothing is called {name}")
        if attribute == "ProviderURL":
            return LOCAL_ISSUER
        if name in self.resources("AWS::SQS::Queue") and attribute in {"Arn", "QueueName"}:
            return queue_arn(local_name(name)) if attribute == "Arn" else local_name(name)
        if attribute == "Arn":
            return f"arn:aws:local:{REGION}:{ACCOUNT}:{local_name(name)}"
        raise TemplateError(f"template.yaml: {name}.{attribute} is not known to the local run")


def _seconds(expression: str) -> int:
    match = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if not match:
        raise TemplateError(f"template.yaml: the local run fires rate(...) schedules only, not {expression}")
    return int(match[1]) * _UNIT_SECONDS[match[2]]
