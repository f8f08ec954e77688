"""The demo shop's own export, uploaded into a new store: the same orders, and the same counters but for a few."""

from __future__ import annotations

import pytest

from local import demo
from shared.domain.order.deadlines import BY_STAGE
from shared.domain.order.snapshots.facts import WITHOUT_PROPOSAL
from tests import proof
from tests.exports.office import Office
from tests.harness import Api, Client, InProcess
from tests.imports.importer import Importer
from tests.local.test_demo import InProcessServer, fill

NOT_IN_A_FILE = {
    "orders": {"overlays: unread", "due_24h", "seller_due_24h", "overdue"},
    "lines": {"overlays: unread", "overlays: frozen", "due_24h", "seller_due_24h", "overdue"},
}
"""The counters that a file does not decide: it has no messages and, of the deadlines, that of shipping alone; a file of
lines has no flags (docs/imports.md)."""

ON_A_PROPOSAL = {stage: BY_STAGE[stage] for stage in BY_STAGE.keys() - {*WITHOUT_PROPOSAL}}


def counters(client: Client) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name, each in client.get("/v1/orders/counters").json.items():
        if "count" in each:
            counts[name] = each["count"]
        elif name != "as_of":
            counts |= {f"{name}: {code}": view["count"] for code, view in each.items()}
    return counts


def waits(client: Client) -> dict[str, tuple[str, str | None, list[str]]]:
    """Of each order the status, the stage of its dispute, and the deadlines that run or are held; where the next step
    of a dispute rests on a proposal, the platform has it in a file."""
    found = {}
    for each in client.every("/v1/orders"):
        order = client.get(f"/v1/orders/{each['order_id']}").json
        stage = (order.get("dispute") or {}).get("stage")
        kinds = {deadline["kind"] for deadline in order["deadlines"]}
        if stage in ON_A_PROPOSAL:
            stage, kinds = "platform", kinds - {ON_A_PROPOSAL[stage]} | {"decision"}
        found[order["order_id"]] = (order["status"], stage, sorted(kinds))
    return found


@pytest.mark.parametrize("kind", NOT_IN_A_FILE)
def test_the_demo_shop_shows_the_same_counters_in_a_new_store(
    on_memory: Api, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    office = Office.open(on_memory)
    monkeypatch.setattr(demo, "Api", lambda url: InProcessServer("http://demo", transport=InProcess()))
    assert fill() == []
    importer, staff, other = Importer.beside(office), on_memory.client("staff", "demo"), on_memory.shop()
    exported = office.make(staff, kind=kind, layout="english", format="xlsx")
    job = importer.load(other.staff, office.fetch(staff, exported), kind="orders", file_name="orders.xlsx")
    assert (job["state"], job["counts"]["failed"]) == ("succeeded", 0)
    before, after = counters(staff), counters(other.staff)
    assert {name for name, count in before.items() if after[name] != count} <= NOT_IN_A_FILE[kind]
    proof.counted("counters of the demo shop in a new store", len(before.keys() - NOT_IN_A_FILE[kind]), 20)
    if kind == "orders":
        assert waits(staff) == waits(other.staff)
