"""An export over sockets, as a seller's program would make one: the API, the queue, the worker, the link."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook

from local.commands import export
from local.template import PROJECT
from tests.harness import Api, Server, Shop

PATIENCE = 60


def finished(shop: Shop, export_id: str) -> Any:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        job = shop.staff.get(f"/v1/exports/{export_id}").json
        if job["state"] not in ("queued", "running"):
            return job
        time.sleep(0.1)
    raise AssertionError(f"the export is still {job['state']}")


def test_a_file_is_asked_for_made_and_fetched(server: Server) -> None:
    shop = Api(server.transport(), "local").shop(name="好店")
    order_id = shop.platform.place()["order_id"]
    accepted = shop.staff.post("/v1/exports", {"format": "xlsx"})
    assert accepted.status == 202
    job = finished(shop, accepted.headers["location"].rpartition("/")[2])
    assert job["state"] == "succeeded", job
    (file,) = job["files"]
    answer = shop.staff.get(f"/v1/exports/{job['id']}/files/1")
    assert answer.status == 302
    fetched = httpx.get(answer.headers["location"])
    assert fetched.status_code == 200
    assert hashlib.sha256(fetched.content).hexdigest() == file["sha256"]
    assert "filename*=UTF-8''%E5%A5%BD%E5%BA%97" in fetched.headers["content-disposition"]
    forged = answer.headers["location"].replace("X-Amz-Signature=", "X-Amz-Signature=0")
    assert httpx.get(forged).status_code == 403, "a link whose signature is not ours gives nothing"
    assert [download["n"] for download in shop.staff.get(f"/v1/exports/{job['id']}").json["downloads"]] == [1]
    assert order_id not in file["name"]


def variables_of(server: Server, **said: str) -> dict[str, str]:
    variables = {"PORT": str(server.port), "DATA_DIR": str(server.data_dir), "PYTHONPATH": str(PROJECT)}
    return variables | {f"EXPORT_{name.upper()}": value for name, value in said.items()}


def make_export(server: Server, folder: Path, **said: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local.commands.export"],
        cwd=folder,
        env={**os.environ, **variables_of(server, **said)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_the_shell_leaves_a_file_and_overwrites_none(server: Server, tmp_path: Path) -> None:
    shop = Api(server.transport(), "local").shop(name="Shop")
    order_id = shop.platform.place()["order_id"]
    names = []
    for _ in range(2):
        made = make_export(server, tmp_path, store=shop.name, format="xls")
        assert made.returncode == 0, made.stderr
        names += made.stdout.splitlines()
    assert len(set(names)) == 2 and sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    for name in names:
        rows = CalamineWorkbook.from_path(tmp_path / name).get_sheet_by_index(0).to_python()
        assert [row[0] for row in rows] == ["订单号", order_id]


def test_the_shell_says_what_is_wrong(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shop = Api(server.transport(), "local").shop()
    for said, words in (
        ({"store": "no-such-store"}, "There is no store no-such-store here."),
        ({"store": "a b"}, "is no store id"),
        ({"store": shop.name, "format": "pdf"}, "/format"),
        ({"store": shop.name, "kind": "shipments"}, "nothing_to_ship"),
        ({"store": shop.name, "since": "2026-01-01T00:00:00Z"}, "both ends"),
    ):
        assert export.main(variables_of(server, **said)) == 1
        assert words in capsys.readouterr().err, said
    stopped = make_export(Server(server.data_dir, 9), tmp_path, store=shop.name)
    assert stopped.returncode == 1 and "make run" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert list(tmp_path.iterdir()) == []
