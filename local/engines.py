"""The engines of the local run: Dynoxide for DynamoDB, MiniStack for S3 and SQS, both on loopback with their data in
DATA_DIR; and the table, bucket and queues of template.yaml in them."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from local import inbox, processes
from local.runtime import clean_environment
from local.template import PROJECT, REGION, Queue, Table, Template, queue_arn

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

TOOLS = PROJECT / ".tools"
START_SECONDS = 60


class EngineError(Exception):
    """An engine does not start or cannot use its data; the message says what to do."""


@dataclass(frozen=True)
class Engines:
    """The URLs and processes of the running engines, in the order in which they are stopped."""

    dynamodb: str
    services: str
    processes: tuple[subprocess.Popen[bytes], ...]


def dynoxide_binary() -> Path | None:
    """The binary that npm installed; None on a platform without one."""
    paths = sorted((TOOLS / "dynoxide" / "node_modules").glob("@dynoxide/*/dynoxide*"))
    return next((path for path in paths if os.access(path, os.X_OK) and path.is_file()), None)


def start(data_dir: Path, lock: int, check: Callable[[], None]) -> Engines:
    """Start both engines and wait until they answer. Dynoxide's commits and the files in MiniStack's buckets survive a
    kill -9; MiniStack saves its other data when it is asked to stop. `check` is called while they start, and may
    raise."""
    started: list[subprocess.Popen[bytes]] = []
    logs = data_dir / "logs"
    try:
        services_port = processes.free_port()
        with (logs / "ministack.log").open("ab") as log:
            ministack = _start_ministack(data_dir, services_port, lock, log)
        started.append(ministack)
        binary = dynoxide_binary()
        dynamodb_port = services_port
        if binary is None:
            print(
                "There is no Dynoxide for this platform: MiniStack keeps the tables instead.\n"
                "Stop the run with Ctrl-C; after a kill -9 everything written since its start is lost.",
                file=sys.stderr,
            )
        else:
            dynamodb_port = processes.free_port()
            with (logs / "dynoxide.log").open("ab") as log:
                dynoxide = _start_dynoxide(binary, data_dir, dynamodb_port, lock, log)
            started.append(dynoxide)
            _wait(dynoxide, dynamodb_port, "/", logs / "dynoxide.log", check)
        _wait(ministack, services_port, "/_ministack/health", logs / "ministack.log", check)
    except BaseException:
        processes.stop(started)
        raise
    return Engines(f"http://127.0.0.1:{dynamodb_port}", f"http://127.0.0.1:{services_port}", tuple(reversed(started)))


def _start_dynoxide(binary: Path, data_dir: Path, port: int, lock: int, log: IO[bytes]) -> subprocess.Popen[bytes]:
    command: list[str | Path] = [binary, "serve", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--db-path", data_dir / "dynamodb.sqlite"]
    return processes.start(
        command,
        clean_environment({}),
        data_dir,
        output=log,
        errors=log,
        keep=(lock,),
        on_parent_death=signal.SIGKILL,  # acknowledged writes are on the disk
    )


def _start_ministack(data_dir: Path, port: int, lock: int, log: IO[bytes]) -> subprocess.Popen[bytes]:
    home = data_dir / "ministack"
    folders = {"STATE_DIR": home / "state", "S3_DATA_DIR": home / "s3", "TMPDIR": home / "tmp"}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    settings = {
        **{name: str(folder) for name, folder in folders.items()},
        "BIND_HOST": "127.0.0.1",  # the default is every interface, and MiniStack can execute code
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        # The functions' own key (runtime.py): MiniStack checks signature and expiry of the links that they sign.
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "PERSIST_STATE": "1",
        "S3_PERSIST": "1",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
    }
    python = TOOLS / "ministack" / "bin" / "python"
    if not python.exists():
        raise EngineError("MiniStack is not set up; start with: make run")
    return processes.start(
        [python, "-m", "ministack"],
        clean_environment(settings),
        home,
        output=log,
        errors=log,
        keep=(lock,),
        on_parent_death=signal.SIGTERM,  # it saves its state only when it is asked to stop
    )


def _wait(process: subprocess.Popen[bytes], port: int, path: str, log: Path, check: Callable[[], None]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        check()
        if process.poll() is not None:
            raise EngineError(f"An engine stopped while it started ({process.returncode}):\n{tail(log)}")
        if _answers(port, path):
            return
        time.sleep(0.02)
    raise EngineError(f"An engine did not answer within {START_SECONDS} s:\n{tail(log)}")


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def tail(log: Path, lines: int = 15) -> str:
    """The name of the log and its last lines."""
    text = log.read_text("utf-8", "replace").splitlines()[-lines:]
    return "\n".join([f"last lines of {log}:", *text])


def provision(template: Template, engines: Engines) -> None:
    """Create the missing tables, buckets and queues of the template, add new indexes, set the queues' attributes, and
    register the sender of email. Queues lose their messages at a kill -9; the schedules send them again."""
    dynamodb, s3, sqs, mail = _clients(engines)
    with contextlib.suppress(mail.exceptions.AlreadyExistsException):
        mail.create_email_identity(EmailIdentity=inbox.SENDER)
    for table in template.tables:
        ensure_table(dynamodb, table)
    existing = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    for bucket in template.buckets:
        if bucket not in existing:
            s3.create_bucket(Bucket=bucket)
    for queue in template.queues:
        # Creating an existing queue with other attributes fails, so attributes are set afterwards.
        url = sqs.create_queue(QueueName=queue.name)["QueueUrl"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes=_attributes(queue))


def _attributes(queue: Queue) -> dict[str, str]:
    redrive = {"deadLetterTargetArn": queue_arn(queue.dead_letters or ""), "maxReceiveCount": queue.max_receives}
    return {
        "VisibilityTimeout": str(queue.visibility_seconds),
        "MessageRetentionPeriod": str(queue.retention_seconds),
        "RedrivePolicy": json.dumps(redrive) if queue.dead_letters else "",
    }


def _clients(engines: Engines) -> tuple[DynamoDBClient, S3Client, Any, Any]:
    import boto3

    session = boto3.session.Session("local", "local", region_name=REGION)
    return (
        session.client("dynamodb", endpoint_url=engines.dynamodb),
        session.client("s3", endpoint_url=engines.services),
        session.client("sqs", endpoint_url=engines.services),
        session.client("sesv2", endpoint_url=engines.services),
    )


def ensure_table(client: DynamoDBClient, table: Table) -> None:
    """Create the table if it does not exist. An existing table with other keys is an EngineError; it is not changed."""
    try:
        described: Any = client.describe_table(TableName=table.name)["Table"]
    except client.exceptions.ResourceNotFoundException:
        client.create_table(**table.create_arguments)
    else:
        if described["KeySchema"] != table.create_arguments["KeySchema"]:
            raise EngineError(f"{table.name} in DATA_DIR has other keys than template.yaml; use a new DATA_DIR")
        _add_indexes(client, table, described)
    _until(lambda: _active(client, table.name), f"table {table.name}")
    if table.ttl_attribute:
        _enable_ttl(client, table.name, table.ttl_attribute)


def _add_indexes(client: DynamoDBClient, table: Table, described: Any) -> None:
    present = {index["IndexName"]: index["KeySchema"] for index in described.get("GlobalSecondaryIndexes", [])}
    for index in table.create_arguments.get("GlobalSecondaryIndexes", []):
        if present.get(index["IndexName"]) == index["KeySchema"]:
            continue
        if index["IndexName"] in present:
            raise EngineError(
                f"index {index['IndexName']} has other keys in DATA_DIR than in template.yaml; use a new one"
            )
        client.update_table(
            TableName=table.name,
            AttributeDefinitions=table.create_arguments["AttributeDefinitions"],
            GlobalSecondaryIndexUpdates=[{"Create": index}],
        )
        _until(lambda: _active(client, table.name), f"index {index['IndexName']}")


def _active(client: DynamoDBClient, name: str) -> bool:
    described = client.describe_table(TableName=name)["Table"]
    indexes = described.get("GlobalSecondaryIndexes", [])
    return described["TableStatus"] == "ACTIVE" and all(
        index.get("IndexStatus", "ACTIVE") == "ACTIVE" for index in indexes
    )


def _enable_ttl(client: DynamoDBClient, name: str, attribute: str) -> None:
    current = client.describe_time_to_live(TableName=name).get("TimeToLiveDescription", {})
    if current.get("TimeToLiveStatus") not in {"ENABLED", "ENABLING"}:
        client.update_time_to_live(
            TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": attribute}
        )


def _until(done: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + START_SECONDS
    while not done():
        if time.monotonic() > until:
            raise EngineError(f"{what} did not become active within {START_SECONDS} s")
        time.sleep(0.05)
