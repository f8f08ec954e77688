"""`make run`: run template.yaml on this machine, on loopback, with its data in DATA_DIR.

Settings come from the environment: PORT, DATA_DIR, DEMO, CONSOLE, WORKERS. The run has a lock on DATA_DIR and shares it
with its children, so that no other run opens the same database while one of them still runs.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import http.client
import importlib
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import IO, NoReturn

from local import engines, inbox, loopback, members, processes
from local.console import progress
from local.console.progress import Progress, State
from local.gateway import worker
from local.resources import QueueEvent, Schedule, StreamEvent
from local.runtime import TIMED_OUT, clean_environment, environment
from local.template import PROJECT, Template
from local.tokens import Issuer, signing_key
from local.welcome import print_welcome

PARAMETERS = {"MailSender": inbox.SENDER}
"""The parameters of the local run that are not the template's defaults."""
ENDPOINT_OF_FILES = "AWS_ENDPOINT_URL_S3"
BIG_LOG = 10 * 1024 * 1024


class CannotRun(Exception):
    """Printed for the user, without a traceback."""


@dataclass(frozen=True)
class Settings:
    port: int
    data_dir: Path
    demo: bool
    console: bool
    workers: int

    @classmethod
    def read(cls) -> Settings:
        try:
            port, workers = int(os.environ.get("PORT") or 3000), int(os.environ.get("WORKERS") or 4)
        except ValueError:
            raise CannotRun("PORT and WORKERS are numbers: make run PORT=3000 WORKERS=4") from None
        if not (0 < port < 65_536 and 0 < workers <= 64):
            raise CannotRun("PORT lies between 1 and 65535, WORKERS between 1 and 64")
        data_dir = Path(os.environ.get("DATA_DIR") or "data").resolve()
        demo, console = (os.environ.get(name) != "0" for name in ("DEMO", "CONSOLE"))
        return cls(port, data_dir, demo, console and (PROJECT / "console" / "package.json").exists(), workers)


@dataclass
class Run:
    settings: Settings
    template: Template
    lock: int
    check: Callable[[], None]
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    def serve(self, listener: socket.socket) -> None:
        """Start everything, and restart processes that end, until a signal arrives or an engine stops."""
        with self._engines() as running:
            print("making the table, the bucket and the queues of template.yaml", flush=True)
            engines.provision(self.template, running)
            starters: dict[subprocess.Popen[bytes], Callable[[], subprocess.Popen[bytes]]] = {}

            def keep(starter: Callable[[], subprocess.Popen[bytes]]) -> None:
                child = starter()
                self.children.append(child)
                starters[child] = starter

            (self.settings.data_dir / members.ADDRESS).write_text(f"{self.url}\n", "utf-8")
            listener.listen(1_024)
            for _ in range(self.settings.workers):
                keep(lambda: self._start_worker(running, listener))
            self._wait_for_api()
            for kind, events in self._triggers().items():
                for name in sorted({event.function for event in events}):
                    keep(partial(self._start_python, running, name, ["local.triggers", kind, name]))
            print_welcome(self.url, self.settings.data_dir, running)
            arguments = (running.services, running.secret, self.settings.data_dir / "inbox")
            threading.Thread(target=inbox.keep_collecting, args=arguments, daemon=True).start()
            if self.settings.demo:
                threading.Thread(target=self._fill_demo, daemon=True).start()
            with self._builder():
                self._watch(running, starters, keep)

    def _triggers(self) -> dict[str, Sequence[Schedule | QueueEvent | StreamEvent]]:
        """What invokes functions but for HTTP, by the kinds of local.triggers."""
        template = self.template
        return {"schedules": template.schedules, "queues": template.queue_events, "streams": template.stream_events}

    @contextlib.contextmanager
    def _engines(self) -> Iterator[engines.Engines]:
        print("starting the engines", flush=True)
        hosts = loopback.hosts(self.settings.port)
        running = engines.start(self.settings.data_dir, self.lock, self.check, hosts)
        try:
            yield running
        finally:
            processes.stop(self.children, patience=2)
            processes.stop(running.processes)

    @contextlib.contextmanager
    def _builder(self) -> Iterator[None]:
        """Build the console beside the API. The builder ends by itself; nobody restarts it."""
        state: State = "document" if self.settings.console else "off"
        progress.write(self.settings.data_dir, Progress(state))
        if not self.settings.console:
            yield
            return
        variables = {"PORT": str(self.settings.port), "DATA_DIR": str(self.settings.data_dir)}
        command = [sys.executable, "-m", "local.console.build", "beside"]
        builder = processes.start(command, {**os.environ, **variables}, PROJECT, output=sys.stdout.buffer)
        try:
            yield
        finally:
            processes.stop([builder], patience=2)

    def _start_worker(self, running: engines.Engines, listener: socket.socket) -> subprocess.Popen[bytes]:
        (name,) = {route.function for route in self.template.routes}
        arguments = ["local.gateway.worker", str(listener.fileno()), name, str(self.settings.data_dir)]
        # The links and forms that this function signs are for the front, which has the bucket's files, too.
        return self._start_python(running, name, arguments, {ENDPOINT_OF_FILES: self.url}, keep=(listener.fileno(),))

    def _start_python(
        self,
        running: engines.Engines,
        name: str,
        arguments: list[str],
        more: Mapping[str, str] = MappingProxyType({}),
        keep: tuple[int, ...] = (),
    ) -> subprocess.Popen[bytes]:
        variables = environment(self.template.functions[name], running.dynamodb, running.services, running.secret)
        with (self.settings.data_dir / "logs" / f"{name}.log").open("ab") as log:
            return processes.start(
                [sys.executable, "-m", *arguments],
                clean_environment({**variables, **more}),
                PROJECT,
                output=log,
                keep=(self.lock, *keep),
            )

    def _wait_for_api(self) -> None:
        logs = self.settings.data_dir / "logs"
        until = time.monotonic() + 60
        errors = 0
        while time.monotonic() < until:
            self.check()
            for child in self.children:
                if child.poll() == worker.CANNOT_IMPORT:
                    raise CannotRun("The API's handler cannot be imported; its error is above.")
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", self.settings.port, timeout=5)
                connection.request("GET", "/v1/health")
                status = connection.getresponse().status
                if status == http.client.OK:
                    return
                errors += 1
                if errors == 20:
                    raise CannotRun(f"{self.url}/v1/health answers {status}; the reason is in {logs}")
            time.sleep(0.1)
        raise CannotRun(f"{self.url}/v1/health does not answer; see {logs}")

    def _fill_demo(self) -> None:
        if importlib.util.find_spec("local.demo") is None:
            return
        demo = importlib.import_module("local.demo")
        accounts = members.Accounts(self.url, Issuer.of(self.settings.data_dir, self.template))
        for store, shop in demo.SHOPS.items():
            try:
                platform, owner = (accounts.token({store: role}) for role in ("platform", "owner"))
                for failure in demo.fill(self.url, platform, owner, shop):
                    print(f"A part of {store} could not be created: {failure}", file=sys.stderr)
            except Exception as failed:
                print(f"The shop {store} could not be filled; the next start tries again: {failed!r}", file=sys.stderr)

    def _watch(
        self,
        running: engines.Engines,
        starters: dict[subprocess.Popen[bytes], Callable[[], subprocess.Popen[bytes]]],
        keep: Callable[[Callable[[], subprocess.Popen[bytes]]], None],
    ) -> NoReturn:
        while True:
            time.sleep(0.1)
            self.check()
            for engine in running.processes:
                if engine.poll() is not None:
                    raise CannotRun(f"An engine stopped by itself; see {self.settings.data_dir / 'logs'}")
            for child in [child for child in self.children if child.poll() is not None]:
                self.children.remove(child)
                ran_out = child.returncode == TIMED_OUT
                why = "ran out of time" if ran_out else f"stopped ({child.returncode})"
                print(f"a function's process {why}; starting another", file=sys.stderr)
                if not ran_out:
                    time.sleep(1)  # a process that always fails must not be restarted in a tight loop
                keep(starters.pop(child))


def _prepare(data_dir: Path) -> None:
    logs = data_dir / "logs"
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        logs.mkdir(exist_ok=True)
    except OSError as refused:
        raise CannotRun(
            f"DATA_DIR {data_dir} cannot be used ({refused.strerror}); choose another: make run DATA_DIR=..."
        ) from None
    for log in logs.glob("*.log"):
        if log.stat().st_size > BIG_LOG:
            log.replace(log.with_suffix(".log.1"))


def _lock(data_dir: Path, check: Callable[[], None]) -> IO[str]:
    """Lock DATA_DIR for this run. The lock belongs to the open file, so the children have it, too; after a kill -9 it
    is free when the last of them has ended."""
    file = (data_dir / "lock").open("a+")
    until = time.monotonic() + 15
    while True:
        check()
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip()
            if holder.isdigit() and _alive(int(holder)):
                raise CannotRun(
                    f"A run already uses {data_dir} (process {holder}). Stop it with Ctrl-C in its terminal "
                    f"or kill {holder}, or use another folder and port: make run DATA_DIR=./data2 PORT=3001"
                ) from None
            if time.monotonic() > until:
                raise CannotRun(f"An engine of an earlier run still holds {data_dir}; end it and start again") from None
            time.sleep(0.1)
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def _alive(process: int) -> bool:
    """False also for a process that has ended and whose parent has not noticed yet (a zombie): its children may still
    be ending, and hold the lock a moment longer."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError):  # /proc is on Linux only
        return not Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].startswith(" Z")
    return True


def _bind(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        # Two sockets may be bound to one port while none listens; listen finds the conflict at once.
        listener.listen(1)
    except OSError as refused:
        if refused.errno in {errno.EADDRINUSE, errno.EACCES}:
            raise CannotRun(
                f"Port {port} on 127.0.0.1 cannot be used ({refused.strerror}). "
                f"Choose another: make run PORT={port + 1 if port < 65_535 else 3000}"
            ) from None
        raise
    return listener


def _print(text: str, stream: IO[str] = sys.stdout) -> None:
    with contextlib.suppress(OSError):  # the terminal may be closed
        print(text, file=stream, flush=True)


def main(arguments: list[str]) -> int:
    if "--with-parent" in arguments:
        processes.follow_parent(signal.SIGTERM)
    os.umask(0o077)
    check = processes.StopSignals().check
    try:
        settings = Settings.read()
        _prepare(settings.data_dir)
        with _lock(settings.data_dir, check) as lock, _bind(settings.port) as listener:
            signing_key(settings.data_dir)
            parameters = {**PARAMETERS, "ConsoleUrl": f"http://127.0.0.1:{settings.port}"}
            Run(settings, Template.load(parameters=parameters), lock.fileno(), check).serve(listener)
    except processes.Stopped as stopped:
        _print(f"\nstopped ({stopped}); everything is kept in {settings.data_dir}")
        return 0
    except (CannotRun, engines.EngineError) as failed:
        _print(str(failed), sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
