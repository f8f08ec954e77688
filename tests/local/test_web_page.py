"""What a page of another origin, open in a browser on this machine, can do to a local run: nothing.

Each request is sent as a browser sends it for such a page: a simple POST, which needs no preflight; a preflight; a GET
for an image or a frame, which has no Origin; a request to a name of the page's own that leads to 127.0.0.1.
"""

from __future__ import annotations

import base64
import http.client
import io
import json
import os
import socket
import subprocess
import sys
import time
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from local import engines, loopback, processes
from local.template import Template
from tests.harness import Api, Server, free_port
from tests.local.web_page import OF_A_PAGE, client, refused, send, variables, wait_until

TEMPLATE = Template.load()
(BUCKET,) = TEMPLATE.buckets
SIMPLE_TYPES = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")


def function(marker: Path) -> dict[str, Any]:
    """A function that shows that it was run."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("x.py", f"def h(event, context): open({str(marker)!r}, 'w').write('run')")
    names = {"FunctionName": "f", "Runtime": "python3.11", "Role": "arn:aws:iam::000000000000:role/r"}
    return {**names, "Handler": "x.h", "Code": {"ZipFile": packed.getvalue()}}


def as_json(made: dict[str, Any]) -> bytes:
    return json.dumps({**made, "Code": {"ZipFile": base64.b64encode(made["Code"]["ZipFile"]).decode()}}).encode()


@pytest.mark.parametrize("page", OF_A_PAGE)
def test_a_page_makes_no_function_and_runs_none(server: Server, page: str, tmp_path: Path) -> None:
    services = variables(server)["AWS_ENDPOINT_URL"]
    marker = tmp_path / "marker"
    body = as_json(function(marker))
    for content_type in SIMPLE_TYPES:
        headers = {**OF_A_PAGE[page], "content-type": content_type}
        assert refused(send(services, "POST", "/2015-03-31/functions", headers, body))
        assert refused(send(services, "POST", "/2015-03-31/functions/f/invocations", headers, b"{}"))
    assert not marker.exists()


def test_there_is_no_service_that_the_template_does_not_use(server: Server, tmp_path: Path) -> None:
    """Nor for a program that has the key of the run."""
    answers: dict[str, list[bytes]] = {}
    for service, call, arguments in (
        ("lambda", "create_function", function(tmp_path / "marker")),
        ("lambda", "list_functions", {}),
        ("ecs", "list_clusters", {}),
        ("stepfunctions", "list_state_machines", {}),
        ("codebuild", "list_projects", {}),
        ("cloudformation", "list_stacks", {}),
        ("scheduler", "list_schedules", {}),
        ("events", "list_rules", {}),
        ("glue", "get_jobs", {}),
        ("batch", "describe_job_queues", {}),
        ("ec2", "describe_instances", {}),
        ("rds", "describe_db_instances", {}),
        ("iam", "list_roles", {}),
        ("sns", "list_topics", {}),
        ("secretsmanager", "list_secrets", {}),
    ):
        made, seen = client(server, service), answers.setdefault(service, [])
        keep: Any = lambda response_dict, seen=seen, **_: seen.append(response_dict["body"])  # noqa: E731
        made.meta.events.register("before-parse", keep)
        with suppress(Exception):  # the answer is none of this service
            getattr(made, call)(**arguments)
    words = b'{"error": "Unsupported service: '
    assert len(answers) == 14 and all(body.startswith(words) for seen in answers.values() for body in seen), answers
    assert all(answers.values()), answers
    assert client(server, "sqs").list_queues()["QueueUrls"] and client(server, "s3").list_buckets()["Buckets"]


@pytest.mark.skipif(sys.platform != "linux", reason="the former start is imitated for Linux")
def test_a_function_that_a_page_made_before_is_not_run_again(tmp_path: Path) -> None:
    """MiniStack as it was started before the check: it kept what a page made, and ran it for each message."""
    (tmp_path / "logs").mkdir()
    home, marker, port = tmp_path / "ministack", tmp_path / "marker", free_port()
    folders = {"STATE_DIR": home / "state", "S3_DATA_DIR": home / "s3", "TMPDIR": home / "tmp"}
    for folder in folders.values():
        folder.mkdir(parents=True)
    former = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "PERSIST_STATE": "1", "SFTP_ENABLED": "0"}
    former |= {name: str(folder) for name, folder in folders.items()} | {"IOT_MTLS_ENABLED": "0"}
    python = engines.TOOLS / "ministack" / "bin" / "python"
    process = subprocess.Popen([python, "-m", "ministack"], env={**os.environ, **former}, stderr=subprocess.DEVNULL)
    running = engines.Engines("", f"http://127.0.0.1:{port}", "any", (process,))
    try:
        wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        queue = running.client("sqs").create_queue(QueueName="q")["QueueUrl"]
        functions = running.client("lambda")
        functions.create_function(**function(marker))
        functions.create_event_source_mapping(
            FunctionName="f", EventSourceArn="arn:aws:sqs:us-east-1:000000000000:q", BatchSize=1
        )
        running.client("sqs").send_message(QueueUrl=queue, MessageBody="x")
        wait_until(marker.exists)
    finally:
        processes.stop(running.processes)
    marker.unlink()
    assert (home / "state" / "lambda.json").exists()
    with (tmp_path / "lock").open("w") as lock:
        running = engines.start(tmp_path, lock.fileno(), lambda: None)
    try:
        sqs = running.client("sqs")
        queue = sqs.create_queue(QueueName="q")["QueueUrl"]  # as each start makes the queues of the template
        sqs.send_message(QueueUrl=queue, MessageBody="x")
        time.sleep(2)
        assert not marker.exists()
        assert sqs.receive_message(QueueUrl=queue)["Messages"], "nobody took it"
    finally:
        processes.stop(running.processes)


@pytest.mark.parametrize("page", OF_A_PAGE)
def test_a_page_reads_and_changes_nothing_in_the_services(server: Server, page: str) -> None:
    services, s3 = variables(server)["AWS_ENDPOINT_URL"], client(server, "s3")
    s3.put_object(Bucket=BUCKET, Key="exports/kept", Body=b"kept")
    queue = TEMPLATE.queues[0].url
    form = b'--x\r\ncontent-disposition: form-data; name="key"\r\n\r\nuploads/y\r\n--x\r\n'
    form += b'content-disposition: form-data; name="file"\r\n\r\ny\r\n--x--\r\n'
    unsigned = "AWS4-HMAC-SHA256 Credential=local/20261129/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
    for method, path, headers, body in (
        ("GET", "/", {}, b""),
        ("GET", f"/{BUCKET}/exports/kept", {}, b""),
        ("GET", f"/{BUCKET}?list-type=2", {}, b""),
        ("GET", "/_ministack/ses/messages", {}, b""),
        ("GET", "/_ministack/sqs/messages", {}, b""),
        ("GET", "/_ministack/health", {}, b""),
        ("POST", "/_ministack/reset", {"content-type": "text/plain"}, b""),
        ("POST", "/_ministack/config", {"content-type": "text/plain"}, b'{"lambda_svc.LAMBDA_EXECUTOR": "local"}'),
        ("POST", f"/{BUCKET}", {"content-type": SIMPLE_TYPES[2]}, form),
        ("POST", f"/{BUCKET}?delete", {"content-type": "text/plain"}, b"<Delete/>"),
        ("POST", "/", {"content-type": SIMPLE_TYPES[1]}, f"Action=PurgeQueue&QueueUrl={queue}".encode()),
        ("PUT", f"/{BUCKET}/exports/kept", {}, b"changed"),
        ("DELETE", f"/{BUCKET}/exports/kept", {"authorization": unsigned}, b""),
        ("OPTIONS", "/", {"access-control-request-method": "PUT", "access-control-request-headers": "*"}, b""),
    ):
        assert refused(send(services, method, path, {**OF_A_PAGE[page], **headers}, body)), (method, path)
    assert s3.get_object(Bucket=BUCKET, Key="exports/kept")["Body"].read() == b"kept"
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET, Prefix="uploads/y")


def test_a_program_without_the_secret_is_refused_too(server: Server) -> None:
    services = variables(server)["AWS_ENDPOINT_URL"]
    assert refused(send(services, "GET", "/", {}))
    for service, call in (("s3", "list_buckets"), ("sqs", "list_queues"), ("sesv2", "list_email_identities")):
        getattr(client(server, service), call)()
        for secret in ("local", "test", ""):
            key = {"aws_access_key_id": "test", "aws_secret_access_key": secret or "0"}
            with pytest.raises(Exception, match="Forbidden"):
                getattr(client(server, service, **key), call)()


@pytest.mark.parametrize("page", OF_A_PAGE)
def test_the_front_answers_no_page_of_another_origin(server: Server, page: str) -> None:
    token = server.transport().accounts.token({"demo": "owner"})
    authorised = {"authorization": f"Bearer {token}"}
    for method, path, headers, body in (
        ("GET", "/inbox", {}, b""),
        ("GET", "/v1/health", {}, b""),
        ("GET", "/v1/openapi.json", {}, b""),
        ("GET", "/v1/me", authorised, b""),
        ("GET", "/nothing", {}, b""),
        ("POST", "/v1/orders", {**authorised, "content-type": "text/plain"}, b"{}"),
        ("OPTIONS", "/v1/orders", {"access-control-request-method": "POST"}, b""),
    ):
        assert refused(send(server.url, method, path, {**OF_A_PAGE[page], **headers}, body)), (method, path)


def test_the_front_answers_its_own_pages_and_programs(server: Server) -> None:
    port = server.port
    own = [{"host": f"{name}:{port}"} for name in ("127.0.0.1", "localhost", "LOCALHOST", "[::1]")]
    own += [{"origin": f"http://{name}:{port}", "sec-fetch-site": "same-origin"} for name in loopback.NAMES]
    own += [{"origin": origin} for origin in TEMPLATE.cors.origins]
    own += [{"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}]
    for headers in own:
        for path in ("/v1/health", "/inbox"):
            assert send(server.url, "GET", path, headers)[0] == 200, headers
    page = send(server.url, "GET", "/inbox", {})[1]
    assert "frame-ancestors 'none'" in page["content-security-policy"], "no page shows it in a frame"


@pytest.mark.parametrize("hosts", [b"", b"Host: 127.0.0.1:%d\r\nHost: evil.example\r\n"])
def test_a_request_with_no_host_or_two_is_malformed(server: Server, hosts: bytes) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.connect()
    connection.sock.sendall(b"GET /inbox HTTP/1.1\r\n" + hosts.replace(b"%d", str(server.port).encode()) + b"\r\n")
    assert connection.sock.recv(65_536).startswith(b"HTTP/1.1 400")
    connection.close()


def test_a_token_alone_is_no_body_that_a_form_can_send(server: Server) -> None:
    shop = Api(server.transport(), "local").shop()
    answer = shop.platform.request("POST", "/v1/orders", raw=b"{}", headers={"content-type": "text/plain"})
    assert answer.status == 415


# ---- what listens at all


def listening(run: int) -> set[tuple[str, int]]:
    """The addresses on which a run and its children listen, from Linux's own tables."""
    pids, inodes = [run], set()
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            pids += map(int, (task / "children").read_text().split())
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            try:
                inodes.add(str(handle.readlink()).removeprefix("socket:[").removesuffix("]"))
            except OSError:  # closed meanwhile
                continue
    found = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and fields[9] in inodes:
            host, port = fields[1].split(":")
            found.add((".".join(str(byte) for byte in reversed(bytes.fromhex(host))), int(port, 16)))
    for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]:
        fields = line.split()
        assert not (fields[3] == "0A" and fields[9] in inodes), f"something listens on IPv6: {line}"
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the sockets of a process in /proc")
def test_nothing_listens_but_the_front_the_services_and_an_engine_where_no_browser_connects(server: Server) -> None:
    env = variables(server)
    assert server.process is not None
    expected = {
        (str(parts.hostname), parts.port)
        for parts in map(urlsplit, (server.url, env["AWS_ENDPOINT_URL"], env["AWS_ENDPOINT_URL_DYNAMODB"]))
    }
    assert listening(server.process.pid) == expected and len(expected) == 3
    dynamodb = urlsplit(env["AWS_ENDPOINT_URL_DYNAMODB"])
    assert dynamodb.port in loopback.BLOCKED_PORTS
    assert dynamodb.hostname != "127.0.0.1" and str(dynamodb.hostname).startswith("127.")
    with pytest.raises(ConnectionRefusedError):
        send(f"http://127.0.0.1:{dynamodb.port}", "GET", "/", {})


def test_only_the_user_can_read_the_data(server: Server) -> None:
    paths = [server.data_dir, *server.data_dir.rglob("*")]
    readable = [path for path in paths if path.exists() and path.stat().st_mode & 0o077 and not path.is_symlink()]
    assert {server.data_dir / name for name in (engines.VARIABLES, "issuer.pem", "dynamodb.sqlite")} <= set(paths)
    assert readable == []


def test_each_run_has_a_secret_of_its_own(server: Server, tmp_path: Path) -> None:
    path = tmp_path / engines.VARIABLES
    path.write_text("open to others")
    path.chmod(0o644)
    engines._write_variables(path, engines.Engines("http://d", "http://s", "f" * 64, ()))
    assert path.stat().st_mode & 0o777 == 0o600 and "f" * 64 in path.read_text()
    assert len(variables(server)["AWS_SECRET_ACCESS_KEY"]) == 64
