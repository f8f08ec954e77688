"""Upload the built console into the deployed stack: `make deploy` calls this after sam deploy.

Assets come first and `index.html` last, so that no page names an asset that is not there. Assets of former builds stay
for 30 days, because pages that are open still load them: a lifecycle rule of the bucket expires what is tagged
`superseded`.
"""

from __future__ import annotations

import json
import os
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.console import progress
from local.console.site import ASSETS, CONFIG, INDEX, TYPES, cache_control, content_type
from local.template import PROJECT

SUPERSEDED = "superseded=true"
LOCAL_ORIGIN = "http://localhost:3000"


@dataclass(frozen=True)
class Stack:
    """A deployed stack: its outputs and its parameters."""

    cloudformation: Any
    name: str
    outputs: Mapping[str, str]
    parameters: Mapping[str, str]

    @classmethod
    def read(cls, cloudformation: Any, name: str) -> Stack:
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
        parameters = {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])}
        return cls(cloudformation, name, outputs, parameters)

    def resource(self, logical_id: str) -> str:
        """The physical id of a resource of the template."""
        described = self.cloudformation.describe_stack_resource(StackName=self.name, LogicalResourceId=logical_id)
        return str(described["StackResourceDetail"]["PhysicalResourceId"])

    @property
    def config(self) -> dict[str, str]:
        return {"authority": self.outputs["UserPoolIssuer"], "client_id": self.outputs["ConsoleClientId"], "api": ""}

    def complete(self) -> str:
        """Protect the data of the stack, which is complete now, and give the console its address, which is returned.

        Where the stack was deployed without an address, it gets CloudFront's: the template cannot name it, because the
        distribution needs the API, and the API the client whose addresses these are."""
        new, given = {}, self.outputs["ConsoleDistributionUrl"]
        if self.parameters["ProtectData"] != "true":
            new["ProtectData"] = "true"
        if not self.parameters["ConsoleUrl"]:
            new["ConsoleUrl"] = given
            if self.parameters["ConsoleOrigin"] == LOCAL_ORIGIN:
                new["ConsoleOrigin"] = given
        if new:
            self.update(new)
        return self.parameters["ConsoleUrl"] or given

    def update(self, new: Mapping[str, str]) -> None:
        """Change these parameters, and wait until the stack has changed."""
        self.cloudformation.update_stack(
            StackName=self.name,
            UsePreviousTemplate=True,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[
                {"ParameterKey": key, "ParameterValue": new[key]}
                if key in new
                else {"ParameterKey": key, "UsePreviousValue": True}
                for key in self.parameters
            ],
        )
        self.cloudformation.get_waiter("stack_update_complete").wait(StackName=self.name)


def files(folder: Path, config: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Path and content of each file, in the order of the upload."""
    found = {f"/{path.relative_to(folder).as_posix()}": path for path in folder.rglob("*") if path.is_file()}
    served = [path for path in found if content_type(path) and "/." not in path and path not in (INDEX, CONFIG)]
    for path in sorted(served, key=lambda path: (not path.startswith(ASSETS), path)):
        yield path, found[path].read_bytes()
    yield CONFIG, json.dumps(dict(config)).encode()
    yield INDEX, found[INDEX].read_bytes()


def upload(s3: Any, bucket: str, folder: Path, config: Mapping[str, str]) -> list[str]:
    """Upload every file, and tag the assets of former builds. Returns the paths that CloudFront must ask for again."""
    uploaded = []
    for path, content in files(folder, config):
        s3.put_object(Bucket=bucket, Key=path[1:], Body=content, **_headers(path))
        uploaded.append(path)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=ASSETS[1:]):
        for each in page.get("Contents", []):
            if f"/{each['Key']}" not in uploaded:
                _supersede(s3, bucket, each["Key"])
    return [path for path in uploaded if not path.startswith(ASSETS)]


def _supersede(s3: Any, bucket: str, key: str) -> None:
    """Tag an asset, once. Its 30 days begin with the copy: a rule counts from when an object was written."""
    tags = s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
    if not tags:
        source = {"Bucket": bucket, "Key": key}
        directives = {"MetadataDirective": "REPLACE", "TaggingDirective": "REPLACE", "Tagging": SUPERSEDED}
        s3.copy_object(Bucket=bucket, Key=key, CopySource=source, **directives, **_headers(f"/{key}"))


def _headers(path: str) -> dict[str, str]:
    return {
        "ContentType": content_type(path) or TYPES["txt"],
        "CacheControl": cache_control(path),
    }


def settings(path: Path) -> dict[str, Any]:
    """Where sam deploy has deployed: it saves the answers of its questions in samconfig.toml."""
    deploy: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))["default"]["deploy"]["parameters"]
    return deploy


def publish(session: Any, stack_name: str, folder: Path) -> str:
    """Upload, and return the console's address."""
    stack = Stack.read(session.client("cloudformation"), stack_name)
    stale = upload(session.client("s3"), stack.outputs["ConsoleBucketName"], folder, stack.config)
    session.client("cloudfront").create_invalidation(
        DistributionId=stack.outputs["ConsoleDistributionId"],
        InvalidationBatch={"Paths": {"Quantity": len(stale), "Items": stale}, "CallerReference": str(time.time_ns())},
    )
    return stack.complete()


def main() -> int:
    import boto3

    folder = progress.site(Path(os.environ.get("DATA_DIR") or "data").resolve())
    if not (folder / INDEX[1:]).exists():
        print("The console is not built; run: make console", file=sys.stderr)
        return 1
    deployed = settings(PROJECT / "samconfig.toml")
    session = boto3.session.Session(region_name=deployed.get("region"), profile_name=deployed.get("profile"))
    print(f"The console is at {publish(session, deployed['stack_name'], folder.resolve())}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
