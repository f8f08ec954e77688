"""A client that a generator makes of the document: it has every operation, and a seller's day can be done with it."""

from __future__ import annotations

import hashlib
import importlib
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from local.template import PROJECT
from tests import proof
from tests.harness import Server, new_order, parcel

NAME = "orderkeep_client"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CONFIG = {"post_hooks": [], "content_type_overrides": {XLSX: "application/octet-stream"}}
"""Without hooks, which would format what nobody reads; and the generator must be told that a sheet is bytes."""
PATIENCE = 60
Load = Callable[[str], ModuleType]


@pytest.fixture(scope="module")
def document(server: Server) -> dict[str, Any]:
    openapi: dict[str, Any] = httpx.get(f"{server.url}/v1/openapi.json", timeout=60).json()
    return openapi


@pytest.fixture(scope="module")
def generated(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the generated package; the generator has nothing to say about the document."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "openapi.json").write_text(json.dumps(document), "utf-8")
    (folder / "config.json").write_text(json.dumps(CONFIG), "utf-8")
    command = (sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning")
    files = ("--path", "openapi.json", "--config", "config.json", "--output-path", NAME)
    made = subprocess.run([*command, *files], cwd=folder, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    assert "Warning" not in made.stdout, made.stdout
    sys.path.insert(0, str(folder))
    yield folder / NAME
    sys.path.remove(str(folder))


@pytest.fixture
def load(generated: Path) -> Load:
    return lambda name: importlib.import_module(f"{NAME}.{name}")


def test_the_generated_client_has_every_operation(document: dict[str, Any], generated: Path) -> None:
    operations = [each["operationId"] for methods in document["paths"].values() for each in methods.values()]
    made = {path.stem for path in (generated / "api").rglob("*.py")} - {"__init__"}
    assert made == set(operations)
    proof.counted("operations of the generated client", len(made), 110)


def test_a_seller_ships_exports_and_downloads_with_it(server: Server, load: Load) -> None:
    store, accounts = f"shop{uuid.uuid4().hex[:10]}", server.transport().accounts
    client_of, models = load("client").AuthenticatedClient, load("models")

    def caller(role: str) -> Any:
        token = accounts.token({store: role})
        return client_of(base_url=server.url, token=token, raise_on_unexpected_status=True)

    platform, staff = caller("platform"), caller("staff")

    def call(module: str, client: Any, *ids: Any, **said: Any) -> Any:
        return load(f"api.{module}").sync_detailed(*ids, client=client, **said)

    placed = call("orders.place_order", platform, body=models.NewOrder.from_dict(new_order()), idempotency_key="once")
    assert placed.status_code == 201 and placed.parsed.status == "PLACE_ORDER_SUCCESS"
    order_id = placed.parsed.order_id
    assert call("orders.get_order", staff, order_id).parsed.version == 1
    for action, body in (("pay", models.Pay()), ("pass_risk", models.PassRisk())):
        assert call(f"actions.action_{action}", platform, order_id, body=body).status_code == 200
    box = models.Ship.from_dict({"parcels": [parcel()]})
    stale = call("actions.action_ship", staff, order_id, body=box, if_match='"1"')
    assert (stale.status_code, stale.parsed.code, stale.parsed.current_version) == (412, "version_mismatch", 3)
    shipped = call("actions.action_ship", staff, order_id, body=box, if_match='"3"')
    assert shipped.parsed.status == "WAIT_BUYER_ACCEPT_GOODS"
    assert [each.tracking_no for each in shipped.parsed.parcels] == ["LX000000001CN"]
    listed = call("orders.list_orders", staff, status="WAIT_BUYER_ACCEPT_GOODS", limit=1).parsed
    assert [each.order_id for each in listed.data] == [order_id] and listed.page.next_cursor is None

    asked = call("exports.create_export", staff, body=models.NewExport.from_dict({"format": "csv"}))
    assert asked.status_code == 202 and asked.headers["location"] == f"/v1/exports/{asked.parsed.id}"
    until = time.monotonic() + PATIENCE
    while (job := call("exports.get_export", staff, asked.parsed.id).parsed).state in ("queued", "running"):
        assert time.monotonic() < until, job.state
        time.sleep(0.1)
    assert job.state == "succeeded" and job.coverage.orders == 1
    link = call("exports.get_export_file", staff, job.id, "1")
    assert link.status_code == 302
    content = httpx.get(link.headers["location"]).content
    assert hashlib.sha256(content).hexdigest() == job.files[0].sha256
    assert order_id in content.decode("utf-8-sig")
    assert PROJECT not in Path(load("client").__file__).parents, "it is the generated package that was used"
