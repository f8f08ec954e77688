"""`make prove` goes on where it stopped, and never with the result of other sources."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import prove

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git on this machine")
STEP = """
import json, os, sys
print(sys.argv[1], file=open(sys.argv[2], "a"))
counted = {"what": f"things of {sys.argv[1]}", "count": 7, "floor": 5}
print(json.dumps(counted), file=open(os.environ["ORDERKEEP_PROOF"], "a"))
sys.exit(sys.argv[1] == "fails")
"""


def commit(folder: Path, text: str) -> None:
    (folder / "source").write_text(text)
    for command in (
        ["add", "."],
        ["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "Change it"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Names the steps that were run, in a repository with one step that passes and one that fails."""
    runs, folder = tmp_path / "runs", tmp_path / "repository"
    folder.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    (folder / ".gitignore").write_text(".prove/\n")
    commit(folder, "one")
    monkeypatch.chdir(folder)
    steps = [prove.Step("local", name, (sys.executable, "-c", STEP, name, str(runs))) for name in ("passes", "fails")]
    monkeypatch.setattr(prove, "steps", lambda: iter(steps))
    return runs


def names(runs: Path) -> Sequence[str]:
    return runs.read_text().split()


def test_a_step_that_passed_is_not_run_again(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert prove.main([]) == prove.main([]) == 1
    assert names(runs) == ["passes", "fails", "fails"]
    again = capsys.readouterr().out.rpartition("== passes")[2]
    assert "it passed at" in again and "7            5  things of passes" in again and "passes: passed" in again
    assert again.count("things of fails") == 1, "a step that is run again is counted anew"


def test_every_step_is_run_on_other_sources(runs: Path) -> None:
    prove.main([])
    commit(Path.cwd(), "two")
    prove.main([])
    assert names(runs) == ["passes", "fails"] * 2


def test_every_step_is_run_where_not_all_is_committed(runs: Path) -> None:
    Path("source").write_text("two")
    prove.main([])
    prove.main([])
    commit(Path.cwd(), "two")
    prove.main([])
    assert names(runs) == ["passes", "fails"] * 3


def test_sources_that_change_during_a_step_do_not_pass_with_it(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change = f"open('source', 'w').write('two'); print('changes', file=open({str(runs)!r}, 'a'))"
    steps = [prove.Step("local", "changes", (sys.executable, "-c", change))]
    monkeypatch.setattr(prove, "steps", lambda: iter(steps))
    assert prove.main([]) == 0
    subprocess.run(["git", "checkout", "-q", "source"], check=True)
    assert prove.main([]) == 0
    assert names(runs) == ["changes"] * 2
