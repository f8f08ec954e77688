"""The engines of the local run: Dynoxide for DynamoDB, MiniStack for S3, SQS and SES, both on loopback with their data
in DATA_DIR; and the table, bucket and queues of template.yaml in them.

No page in a browser can use them. MiniStack needs the secret of this run for each request (guard.py) and has only the
services that the template uses. Dynoxide asks nobody who they are, so it listens where no browser connects
(loopback.py).
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from local import inbox, loopback, processes
from local.resources import REGION, Queue, Table, queue_arn
from local.runtime import KEY_ID, aws_variables, clean_environment
from local.template import PROJECT, Template

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_dynamodb import DynamoDBClient

TOOLS = PROJECT / ".tools"
START_SECONDS = 60
SERVICES = ("s3", "sqs", "ses")
"""What MiniStack starts. It has many services more, some of which run code."""
DYNAMODB_FILE = "dynamodb.sqlite"
"""Dynoxide's file in DATA_DIR."""
VARIABLES = "engines.env"
"""The file in DATA_DIR with what a program needs to use the engines: their URLs and the key of this run."""


class EngineError(Exception):
    """An engine does not start or cannot use its data; the message says what to do."""


@dataclass(frozen=True)
class Engines:
    """The URLs of the running engines, the secret that signs requests to them, and their processes in the order in
    which they are stopped."""

    dynamodb: str
    services: str
    secret: str
    processes: tuple[subprocess.Popen[bytes], ...]

    @cached_property
    def session(self) -> boto3.session.Session:
        import boto3

        return boto3.session.Session(KEY_ID, self.secret, region_name=REGION)

    def client(self, service: str) -> Any:
        url = self.dynamodb if service == "dynamodb" else self.services
        return self.session.client(service, endpoint_url=url)  # type: ignore[call-overload]


def dynoxide_binary() -> Path | None:
    """The binary that npm installed; None on a platform without one."""
    paths = sorted((TOOLS / "dynoxide" / "node_modules").glob("@dynoxide/*/dynoxide*"))
    return next((path for path in paths if os.access(path, os.X_OK) and path.is_file()), None)


def start(data_dir: Path, lock: int, check: Callable[[], None], hosts: Iterable[str] = ()) -> Engines:
    """Start both engines and wait until they answer. Dynoxide's commits and the files in MiniStack's buckets survive a
    kill -9; MiniStack saves its other data when it is asked to stop. `check` is called while they start, and may
    raise. `hosts` are those of the front, which passes requests on to MiniStack."""
    started: list[subprocess.Popen[bytes]] = []
    logs = data_dir / "logs"
    secret = secrets.token_hex(32)
    binary = dynoxide_binary()
    try:
        services = ("127.0.0.1", processes.free_port())
        dynamodb = services
        with (logs / "ministack.log").open("ab") as log:
            ministack = _start_ministack(data_dir, services[1], secret, hosts, binary is None, lock, log)
        started.append(ministack)
        if binary is None:
            print(
                "There is no Dynoxide for this platform: MiniStack keeps the tables instead.\n"
                "Stop the run with Ctrl-C; after a kill -9 everything written since its start is lost.",
                file=sys.stderr,
            )
        else:
            dynamodb = _address_of_dynoxide()
            with (logs / "dynoxide.log").open("ab") as log:
                dynoxide = _start_dynoxide(binary, data_dir, dynamodb, lock, log)
            started.append(dynoxide)
            _wait(dynoxide, dynamodb, logs / "dynoxide.log", check)
            _index_stream(data_dir / DYNAMODB_FILE)
        _wait(ministack, services, logs / "ministack.log", check)
        running = Engines(_url(dynamodb), _url(services), secret, tuple(reversed(started)))
        _write_variables(data_dir / VARIABLES, running)
    except BaseException:
        processes.stop(started)
        raise
    return running


def _url(address: tuple[str, int]) -> str:
    return "http://{}:{}".format(*address)


def _address_of_dynoxide() -> tuple[str, int]:
    try:
        return loopback.address_without_browsers()
    except OSError as refused:
        raise EngineError(f"There is no place for the DynamoDB engine: {refused}") from None


def _write_variables(path: Path, running: Engines) -> None:
    variables = aws_variables(running.dynamodb, running.services, running.secret)
    lines = [f"{name}={value}\n" for name, value in variables.items()]
    path.unlink(missing_ok=True)  # the file of an earlier run might be open to others
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(lines)


def _start_dynoxide(
    binary: Path, data_dir: Path, address: tuple[str, int], lock: int, log: IO[bytes]
) -> subprocess.Popen[bytes]:
    command: list[str | Path] = [binary, "serve", "--host", address[0], "--port", str(address[1])]
    command += ["--db-path", data_dir / DYNAMODB_FILE]
    return processes.start(
        command,
        clean_environment({}),
        data_dir,
        output=log,
        errors=log,
        keep=(lock,),
        on_parent_death=signal.SIGKILL,  # acknowledged writes are on the disk
    )


def _index_stream(file: Path) -> None:
    """Dynoxide looks for the highest sequence number at each write, and for the next ones at each read of the stream.
    Without this index it reads every record that the stream ever had: after 60,000, a write takes 50 ms."""
    with contextlib.closing(sqlite3.connect(file, timeout=START_SECONDS)) as database, database:
        database.execute(
            "CREATE INDEX IF NOT EXISTS stream_records_in_order"
            " ON _stream_records (table_name, CAST(sequence_number AS INTEGER))"
        )


def _start_ministack(
    data_dir: Path, port: int, secret: str, hosts: Iterable[str], with_tables: bool, lock: int, log: IO[bytes]
) -> subprocess.Popen[bytes]:
    home = data_dir / "ministack"
    folders = {"STATE_DIR": home / "state", "S3_DATA_DIR": home / "s3", "TMPDIR": home / "tmp"}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    settings = {
        **{name: str(folder) for name, folder in folders.items()},
        "BIND_HOST": "127.0.0.1",  # the default is every interface
        "GATEWAY_PORT": str(port),
        "SERVICES": ",".join((*SERVICES, "dynamodb") if with_tables else SERVICES),
        "HOSTS": " ".join(sorted(hosts)),
        "PYTHONPATH": str(PROJECT),
        "MINISTACK_REGION": REGION,
        # The functions' own key: MiniStack checks signature and expiry of the links that they sign.
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": secret,
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
        [python, "-m", "local.guard"],
        clean_environment(settings),
        home,
        output=log,
        errors=log,
        keep=(lock,),
        on_parent_death=signal.SIGTERM,  # it saves its state only when it is asked to stop
    )


def _wait(process: subprocess.Popen[bytes], address: tuple[str, int], log: Path, check: Callable[[], None]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        check()
        if process.poll() is not None:
            raise EngineError(f"An engine stopped while it started ({process.returncode}):\n{tail(log)}")
        if _answers(address):
            return
        time.sleep(0.02)
    raise EngineError(f"An engine did not answer within {START_SECONDS} s:\n{tail(log)}")


def _answers(address: tuple[str, int]) -> bool:
    """Whether there is an answer, also if it is a refusal."""
    connection = http.client.HTTPConnection(*address, timeout=2)
    try:
        connection.request("GET", "/")
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
    dynamodb, s3, sqs, mail = map(engines.client, ("dynamodb", "s3", "sqs", "sesv2"))
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
    for bucket, configuration in template.notifications.items():
        s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)


def _attributes(queue: Queue) -> dict[str, str]:
    redrive = {"deadLetterTargetArn": queue_arn(queue.dead_letters or ""), "maxReceiveCount": queue.max_receives}
    return {
        "VisibilityTimeout": str(queue.visibility_seconds),
        "MessageRetentionPeriod": str(queue.retention_seconds),
        "RedrivePolicy": json.dumps(redrive) if queue.dead_letters else "",
    }


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
    if table.stream:
        _enable_stream(client, table.name, table.stream)


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


def _enable_stream(client: DynamoDBClient, name: str, view: str) -> None:
    described: Any = client.describe_table(TableName=name)["Table"]
    if not described.get("StreamSpecification", {}).get("StreamEnabled"):
        wanted: Any = {"StreamEnabled": True, "StreamViewType": view}
        client.update_table(TableName=name, StreamSpecification=wanted)


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
