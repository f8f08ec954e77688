"""The whole run, with small handlers in place of the real ones: its start, its refusals and every way to end it.

Together the tests end their runs by every signal that ends one.
"""

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import boto3
import pytest

from local import run as local_run
from local.engines import VARIABLES
from local.processes import free_port
from local.template import PROJECT, Template

HANDLERS = {
    "functions/orders/handler.py": """
import json
def lambda_handler(event, context):
    return {"statusCode": 200, "body": json.dumps({"data": []})}
""",
    "functions/deadlines/sweep.py": """
def lambda_handler(event, context):
    print("sweep of", event["scheduled_time"], flush=True)
""",
    **dict.fromkeys(
        (
            "functions/deadlines/reminders.py",
            "functions/deadlines/slice_worker.py",
            "functions/alerts/outbox.py",
            "functions/alerts/delivery.py",
        ),
        "def lambda_handler(event, context): pass\n",
    ),
    "functions/exports/schedule.py": """
def lambda_handler(event, context):
    raise RuntimeError("no export today")
""",
    "functions/exports/worker.py": """
def lambda_handler(event, context):
    import time
    body = event["Records"][0]["body"]
    print("written:", body, flush=True)
    if body == "hang":
        time.sleep(60)
""",
    "shared/domain/errors.py": "class Conflict(Exception): pass\n",
    "shared/domain/members.py": "Role = str\n",
    "shared/operations/members.py": "def grant_roles(store_id, roles, now): pass\n",
    "local/demo/__init__.py": """
import pathlib
SHOPS = {"demo": None}
def fill(base_url, platform_token, owner_token, shop):
    pathlib.Path("filled").write_text(base_url)
    return ["819: no"]
""",
}


class Project:
    """A copy of the local run with those handlers, and the runs that were started in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        shutil.copytree(PROJECT / "local", folder / "local", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(PROJECT / "template.yaml", folder)
        (folder / ".tools").symlink_to(PROJECT / ".tools")
        for name, text in HANDLERS.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        self.runs: list[subprocess.Popen[str]] = []

    def start(self, data_dir: str = "data", port: int | None = None) -> subprocess.Popen[str]:
        settings = {"PORT": str(port or self.port), "DATA_DIR": data_dir, "WORKERS": "2"}
        run = subprocess.Popen(
            [sys.executable, "-m", "local.run"],
            cwd=self.folder,
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.runs.append(run)
        return run

    def healthy(self) -> bool:
        """Within a minute: a run that follows on a killed one may have to say for a while that it is not ready."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            with suppress(OSError, http.client.HTTPException), closing(connection):
                connection.request("GET", "/v1/health")
                if connection.getresponse().status == http.client.OK:
                    return True
            time.sleep(0.05)
        return False

    def change_template(self, before: str, after: str) -> None:
        path = self.folder / "template.yaml"
        text = path.read_text("utf-8")
        assert before in text
        path.write_text(text.replace(before, after), "utf-8")

    def without_triggers(self, *kept: str) -> None:
        """But for the kinds that are kept: a run starts a process for each function that has one."""
        path = self.folder / "template.yaml"
        unwanted = "|".join({"ScheduleV2", "SQS", "DynamoDB"}.difference(kept))
        text, count = re.subn(rf"(?m)^ {{10}}Type: ({unwanted})$", "          Type: Unused", path.read_text("utf-8"))
        assert count > 0
        path.write_text(text, "utf-8")

    def processes(self) -> list[str]:
        """Every process that works in this project's folder."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if (entry / "cwd").readlink().is_relative_to(self.folder):
                    found.append((entry / "cmdline").read_text().replace("\0", " "))
            except OSError:
                continue
        return found

    def wait_for(self, path: str, words: str = "") -> str:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if (self.folder / path).exists() and words in (text := (self.folder / path).read_text()) and text:
                return text
            time.sleep(0.05)
        return ""


def end(project: Project, run: subprocess.Popen[str], how: signal.Signals) -> str:
    """Ends the run by this signal, which stops everything in order; returns what it has written last."""
    run.send_signal(how)
    output, _ = run.communicate(timeout=60)
    assert run.returncode == 0 and "everything is kept" in output
    assert project.processes() == []
    return output


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project(tmp_path)
    yield made
    for run in made.runs:
        run.kill()
        run.communicate()


def test_run_serves_sweeps_and_fills_the_demo_shop(project: Project) -> None:
    run = project.start()
    assert project.healthy()
    assert project.wait_for("filled") == f"http://127.0.0.1:{project.port}"
    assert project.wait_for("data/logs/AlertsFunction.log").startswith("sweep of 20")
    assert run.stdout is not None
    watchdog = threading.Timer(120, run.kill)
    watchdog.start()
    output, welcome = "", f"curl -s http://127.0.0.1:{project.port}/v1/health"
    lacking = "A part of demo could not be created: 819: no"
    for line in run.stdout:  # the failing export, the demo shop and the welcome come in any order
        output += line
        if all(each in output for each in ("\nRuntimeError: no export today\n", welcome, lacking)):
            break
    watchdog.cancel()
    output += end(project, run, signal.SIGINT)
    assert welcome in output
    assert lacking in output


def test_messages_reach_their_function_and_one_that_hangs_is_replaced(project: Project) -> None:
    project.change_template("Timeout: 900", "Timeout: 1")
    project.without_triggers("SQS")
    run = project.start()
    assert run.stdout is not None
    watchdog = threading.Timer(120, run.kill)
    watchdog.start()
    assert any("S3 and SQS" in line for line in run.stdout)
    env = dict(line.split("=", 1) for line in (project.folder / "data" / VARIABLES).read_text().splitlines())
    sqs = boto3.client(
        "sqs",
        endpoint_url=env["AWS_ENDPOINT_URL"],
        region_name=env["AWS_REGION"],
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
    )
    (mapping,) = [each for each in Template.load().queue_events if each.function == "ExportsFunction"]
    log = "data/logs/ExportsFunction.log"

    sqs.send_message(QueueUrl=mapping.queue.url, MessageBody="first")
    assert "written: first" in project.wait_for(log, "first")

    sqs.send_message(QueueUrl=mapping.queue.url, MessageBody="hang")
    output = ""
    for line in run.stdout:
        output += line
        if line == "a function's process ran out of time; starting another\n":
            break
    assert "ExportsFunction ran out of time\n" in output
    sqs.send_message(QueueUrl=mapping.queue.url, MessageBody="next")
    assert "written: next" in project.wait_for(log, "next")
    watchdog.cancel()
    end(project, run, signal.SIGHUP)


def test_second_run_and_taken_port_are_refused_in_words(project: Project) -> None:
    project.without_triggers("DynamoDB")
    first = project.start()
    assert project.healthy()
    for second, words in (
        (project.start(port=free_port()), f"process {first.pid}"),
        (project.start("other"), f"Port {project.port} on 127.0.0.1 cannot be used"),
    ):
        output, _ = second.communicate(timeout=60)
        assert second.returncode == 1
        assert words in output and "Traceback" not in output
    assert project.healthy()
    end(project, first, signal.SIGTERM)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_kill_leaves_nothing_behind_that_stops_the_next_run(project: Project) -> None:
    project.without_triggers("DynamoDB")
    run = project.start()
    assert project.healthy()
    assert len(project.processes()) >= 5  # the run, two engines, two workers
    run.kill()
    again = project.start()
    run.communicate(timeout=60)
    healthy = project.healthy()
    assert healthy and again.poll() is None, again.communicate(timeout=60)[0]
    end(project, again, signal.SIGTERM)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux shows the state of a process in /proc")
def test_a_killed_run_that_nobody_has_waited_for_does_not_hold_its_folder() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert ended.stdout is not None
    ended.stdout.read()  # until it has ended, without waiting for it
    until = time.monotonic() + 60
    while local_run._alive(ended.pid) and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(ended.pid, 0)  # a zombie: it still takes signals
    assert not local_run._alive(ended.pid)
    ended.wait()
    assert local_run._alive(os.getpid()) and not local_run._alive(ended.pid)
