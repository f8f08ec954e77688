"""The demo shop's own export, uploaded into a new store: the same orders, deadlines, counters and messages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local import demo
from shared.domain.order.deadlines import BY_STAGE
from shared.domain.order.snapshots.facts import WITHOUT_PROPOSAL
from tests import proof
from tests.exports.office import Office, open_office
from tests.harness import Client, InProcess
from tests.imports.importer import EACH_ONCE, Importer
from tests.local.test_demo import InProcessServer, fill

CASES = [
    (kind, layout, format_)
    for format_ in ("xls", "xlsx", "csv")
    for kind in ("orders", "lines")
    for layout in ("english", "chinese")
]
ON_A_PROPOSAL = {stage: BY_STAGE[stage] for stage in BY_STAGE.keys() - {*WITHOUT_PROPOSAL}}


def counters(client: Client) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name, each in client.get("/v1/orders/counters").json.items():
        if "count" in each:
            counts[name] = each["count"]
        elif name != "as_of":
            counts |= {f"{name}: {code}": view["count"] for code, view in each.items()}
    return counts


def waits(client: Client) -> dict[str, tuple[str, str | None, list[tuple[str, str]]]]:
    """Of each order the status, the stage of its dispute, and the deadlines that run or are held, to the second; where
    the next step of a dispute rests on a proposal, the platform has it in a file."""
    found = {}
    for each in client.every("/v1/orders"):
        order = client.get(f"/v1/orders/{each['order_id']}").json
        stage = (order.get("dispute") or {}).get("stage")
        due = {deadline["kind"]: deadline.get("due_at", "held")[:19] for deadline in order["deadlines"]}
        if stage in ON_A_PROPOSAL:
            due["decision"] = due.pop(ON_A_PROPOSAL[stage])
            stage = "platform"
        found[order["order_id"]] = (order["status"], stage, sorted(due.items()))
    return found


def unread(client: Client) -> list[tuple[str, str, str]]:
    """Each unread message, with its order and time."""
    found = client.every("/v1/messages", unread="true")
    return sorted((each["order_id"], each["sent_at"], each["text"]) for each in found)


@pytest.fixture(scope="module")
def desk() -> Iterator[tuple[Office, Importer]]:
    """The demo shop, with an office that exports and imports."""
    with open_office() as office, pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "Api", lambda url: InProcessServer("http://demo", transport=InProcess()))
        assert fill() == []
        yield office, Importer.beside(office)


@pytest.mark.parametrize(("kind", "layout", "format_"), proof.size(EACH_ONCE, CASES))
def test_the_demo_shop_shows_the_same_counters_in_a_new_store(
    desk: tuple[Office, Importer], kind: str, layout: str, format_: str
) -> None:
    office, importer = desk
    staff, other = office.api.client("staff", "demo"), office.api.shop()
    exported = office.make(staff, kind=kind, layout=layout, format=format_)
    job = importer.load(other.staff, office.fetch(staff, exported), kind="orders", file_name=f"orders.{format_}")
    assert (job["state"], job["counts"]["failed"]) == ("succeeded", 0)
    before, after = counters(staff), counters(other.staff)
    assert before == after
    assert before["overlays: unread"] > 0
    assert job["warnings"] == []
    assert unread(staff) == unread(other.staff)
    proof.counted("counters of the demo shop in a new store", len(before), 27)
    assert waits(staff) == waits(other.staff)
