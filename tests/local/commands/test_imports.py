"""An import over sockets, from the shell: the form, the bucket, its message, the worker, the file of failed rows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from local.commands import imports
from local.template import PROJECT
from tests.harness import Api, Server
from tests.imports.importer import workbook
from tests.imports.tracking.test_tracking import paid

PATIENCE = 120


def variables_of(server: Server, **said: str) -> dict[str, str]:
    variables = {"PORT": str(server.port), "DATA_DIR": str(server.data_dir), "PYTHONPATH": str(PROJECT)}
    return variables | {f"IMPORT_{name.upper()}": value for name, value in said.items()}


def make_import(server: Server, folder: Path, **said: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local.commands.imports"],
        cwd=folder,
        env={**os.environ, **variables_of(server, **said)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_the_shell_previews_and_then_ships(server: Server, tmp_path: Path) -> None:
    shop = Api(server.transport(), "local").shop(name="Shop")
    order = paid(shop)
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(
        workbook([["订单号", "物流商", "运单号"], [order, "UPS", "1Z5R89390357567127"], ["81000007", "UPS", "1Z1"]])
    )
    said = {"file": str(path), "store": shop.name, "kind": "tracking"}
    preview = make_import(server, tmp_path, **said)
    assert preview.returncode == 0, preview.stderr
    assert "would be created         1" in preview.stdout and "APPLY=1" in preview.stdout
    assert shop.staff.get(f"/v1/orders/{order}").json["parcels"] == []
    applied = make_import(server, tmp_path, **said, apply="1")
    assert applied.returncode == 0, applied.stderr
    assert "created                  1" in applied.stdout
    assert 'row 3, 订单号 "81000007": The store has no order of this number.' in applied.stdout
    assert shop.staff.get(f"/v1/orders/{order}").json["status"] == "WAIT_BUYER_ACCEPT_GOODS"
    names = {each.name for each in tmp_path.iterdir()}
    assert names == {"sheet.xlsx", "sheet_failed.xlsx", "sheet_failed (1).xlsx"}, "nothing is overwritten"
    assert openpyxl.load_workbook(tmp_path / "sheet_failed.xlsx").active["A2"].value == "81000007"


def test_the_shell_says_what_is_wrong(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.xls").write_text("<html></html>")
    (tmp_path / "empty.csv").touch()
    wrong = {
        "Name the file": {"file": ""},
        "is empty": {"file": str(tmp_path / "empty.csv"), "store": "other"},
        "is a web page": {"file": str(tmp_path / "page.xls"), "store": "other"},
        "422": {"file": str(tmp_path / "page.xls"), "store": "other", "kind": "nothing"},
    }
    for sentence, said in wrong.items():
        assert imports.main(variables_of(server, **said)) == 1
        told = capsys.readouterr().err
        assert sentence in told or (sentence == "422" and "400" in told), told
    stopped = make_import(Server(server.data_dir, 9), tmp_path, file=str(tmp_path / "page.xls"), store="other")
    assert stopped.returncode == 1 and "make run" in stopped.stderr
    assert "Traceback" not in stopped.stderr
