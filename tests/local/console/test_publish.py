"""The upload of the console: what is in the bucket afterwards, and what CloudFront asks for again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.console import publish
from local.console.publish import Stack
from local.template import PROJECT

BUCKET = "console"
CONFIG = {"authority": "https://issuer.example", "client_id": "c", "api": ""}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


def built(folder: Path, *assets: str) -> Path:
    for name in ("index.html", "icon.svg", ".vite/manifest.json", *(f"assets/{asset}" for asset in assets)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{folder.name} {name}")
    (folder / "index.html.gz").write_text("compressed")
    return folder


def stored(s3: Any) -> dict[str, tuple[str, str, str]]:
    """Content, cache control and tag of each object."""
    found = {}
    for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]:
        answer = s3.get_object(Bucket=BUCKET, Key=each["Key"])
        tags = s3.get_object_tagging(Bucket=BUCKET, Key=each["Key"])["TagSet"]
        tag = "".join(f"{tag['Key']}={tag['Value']}" for tag in tags)
        found[each["Key"]] = (answer["Body"].read().decode(), answer["CacheControl"], tag)
    return found


def test_assets_first_and_the_index_last(tmp_path: Path) -> None:
    paths = [path for path, _ in publish.files(built(tmp_path / "one", "b.js", "a.css"), CONFIG)]
    assert paths == ["/assets/a.css", "/assets/b.js", "/icon.svg", "/config.json", "/index.html"]


def test_files_have_their_headers_and_config_is_of_the_stack(s3: Any, tmp_path: Path) -> None:
    stale = publish.upload(s3, BUCKET, built(tmp_path / "one", "a-1.js"), CONFIG)
    assert stale == ["/icon.svg", "/config.json", "/index.html"]
    files = stored(s3)
    assert files["assets/a-1.js"] == ("one assets/a-1.js", "public, max-age=31536000, immutable", "")
    assert {name: files[name][1] for name in files if not name.startswith("assets/")} == dict.fromkeys(
        ("config.json", "icon.svg", "index.html"), "no-cache"
    )
    assert json.loads(files["config.json"][0]) == CONFIG
    assert s3.head_object(Bucket=BUCKET, Key="assets/a-1.js")["ContentType"] == "text/javascript; charset=utf-8"


def test_assets_of_former_builds_stay_and_are_tagged_once(s3: Any, tmp_path: Path) -> None:
    publish.upload(s3, BUCKET, built(tmp_path / "one", "a-1.js", "kept-1.js"), CONFIG)
    publish.upload(s3, BUCKET, built(tmp_path / "two", "a-2.js", "kept-1.js"), CONFIG)
    files = stored(s3)
    assert {name: tag for name, (_, _, tag) in files.items() if tag} == {"assets/a-1.js": "superseded=true"}
    assert files["assets/a-1.js"][:2] == ("one assets/a-1.js", "public, max-age=31536000, immutable")
    assert files["index.html"][0] == "two index.html"
    written = s3.head_object(Bucket=BUCKET, Key="assets/a-1.js")["LastModified"]
    publish.upload(s3, BUCKET, tmp_path / "two", CONFIG)
    assert s3.head_object(Bucket=BUCKET, Key="assets/a-1.js")["LastModified"] == written, "its days go on"
    publish.upload(s3, BUCKET, tmp_path / "one", CONFIG)
    assert stored(s3)["assets/a-1.js"][2] == "", "the build before is back"
    assert stored(s3)["assets/a-2.js"][2] == "superseded=true"


class CloudFormation:
    """A stack with these parameters, and what it was asked."""

    def __init__(self, **parameters: str) -> None:
        first = {"ConsoleUrl": "", "ConsoleOrigin": "http://localhost:3000", "LogLevel": "INFO", "ProtectData": "false"}
        self.parameters = first | parameters
        self.updates: list[dict[str, Any]] = []

    def describe_stacks(self, StackName: str) -> dict[str, Any]:
        outputs = {
            "ConsoleBucketName": BUCKET,
            "ConsoleDistributionId": "E1",
            "ConsoleDistributionUrl": "https://d1.cloudfront.net",
            "UserPoolIssuer": CONFIG["authority"],
            "ConsoleClientId": CONFIG["client_id"],
        }
        described = {
            "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()],
            "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in self.parameters.items()],
        }
        return {"Stacks": [described]}

    def update_stack(self, **arguments: Any) -> None:
        self.updates.append(arguments)

    def get_waiter(self, name: str) -> Any:
        waiter = type("Waiter", (), {"wait": lambda self, StackName: None})
        return waiter()


class CloudFront:
    def __init__(self) -> None:
        self.invalidated: list[str] = []

    def create_invalidation(self, DistributionId: str, InvalidationBatch: dict[str, Any]) -> None:
        self.invalidated += InvalidationBatch["Paths"]["Items"]


class Session:
    def __init__(self, **clients: Any) -> None:
        self.client = clients.__getitem__


def test_first_deployment_gets_the_address_of_cloudfront(s3: Any, tmp_path: Path) -> None:
    cloudformation, cloudfront = CloudFormation(), CloudFront()
    session = Session(s3=s3, cloudformation=cloudformation, cloudfront=cloudfront)
    assert publish.publish(session, "orderkeep", built(tmp_path / "one", "a-1.js")) == "https://d1.cloudfront.net"
    assert cloudfront.invalidated == ["/icon.svg", "/config.json", "/index.html"]
    (update,) = cloudformation.updates
    assert update["UsePreviousTemplate"] and update["Parameters"] == [
        {"ParameterKey": "ConsoleUrl", "ParameterValue": "https://d1.cloudfront.net"},
        {"ParameterKey": "ConsoleOrigin", "ParameterValue": "https://d1.cloudfront.net"},
        {"ParameterKey": "LogLevel", "UsePreviousValue": True},
        {"ParameterKey": "ProtectData", "ParameterValue": "true"},
    ]
    assert json.loads(stored(s3)["config.json"][0]) == CONFIG


def test_address_that_somebody_has_named_stays() -> None:
    own = CloudFormation(ConsoleUrl="https://console.shop.example", ProtectData="true")
    assert Stack.read(own, "orderkeep").complete() == "https://console.shop.example"
    assert own.updates == []
    other = CloudFormation(ConsoleOrigin="https://other.example")
    Stack.read(other, "orderkeep").complete()
    assert {"ParameterKey": "ConsoleOrigin", "UsePreviousValue": True} in other.updates[0]["Parameters"]


def test_data_are_protected_once_the_stack_is_complete() -> None:
    named = CloudFormation(ConsoleUrl="https://console.shop.example")
    Stack.read(named, "orderkeep").complete()
    changed = [each for each in named.updates[0]["Parameters"] if "ParameterValue" in each]
    assert changed == [{"ParameterKey": "ProtectData", "ParameterValue": "true"}]


def test_settings_are_those_that_sam_has_saved() -> None:
    assert publish.settings(PROJECT / "samconfig.toml")["stack_name"] == "orderkeep"
