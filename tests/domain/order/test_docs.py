"""docs/lifecycle.md agrees with the tables of the domain."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs import generate
from shared.domain.order.deadlines import TIMERS
from shared.domain.order.funds.amounts import END_REASONS
from shared.domain.order.lifecycle import ACTIONS, DISPUTE_ACTIONS, DISPUTE_TABLE, PLATFORM_ONLY, TABLE, WAYS
from tests.proof import counted


def test_the_page_agrees_with_the_tables() -> None:
    assert generate.main(["--check"]) == 0, "run: python -m docs.generate"


def test_every_row_is_on_the_page() -> None:
    page = generate.document()
    names = (*ACTIONS, *DISPUTE_ACTIONS, *TIMERS, *END_REASONS)
    assert [name for name in names if f"| `{name}` |" not in page] == []
    for rows in (TABLE, DISPUTE_TABLE):
        listed = re.findall(r"^[|] `(\w+)` [|] (?:seller|platform)", page, re.MULTILINE)
        assert [action for action in listed if action in {row.action for row in rows}] == [row.action for row in rows]
    counted("rows on the page", len(listed), 48)


def test_the_page_has_the_target_of_an_action() -> None:
    page = generate.document()
    for line in (
        "| `refuse_payment` | seller, platform | `WAIT_SELLER_EXAMINE_MONEY` | `FUND_PROCESSING` (refunding), "
        "`FINISH` (refunded, exception) |",
        "| `payment_refused` | `refuse_payment` | `cancelled` |",
        "| `freeze` | platform | any but `FINISH` | unchanged |",
        "| `sync` | platform | any | any |",
        "| `counter` | seller, platform | `wait_seller` | `wait_buyer` | unchanged |",
    ):
        assert page.count(line) == 1, line


def test_the_diagram_has_an_arrow_for_every_edge_and_no_other() -> None:
    orders, disputes = re.findall(r"```mermaid\nstateDiagram-v2\n(.*?)```", generate.document(), re.DOTALL)
    arrow = re.compile(r"^    (\S+) --> (\S+?)(?: : (.*))?$", re.MULTILINE)
    drawn = {(source, target) for source, target, _ in arrow.findall(orders)}
    ways = {(str(source), str(target)) for source, target, _ in WAYS.edges()}
    ways |= {(str(source), str(target)) for source, following in PLATFORM_ONLY.items() for target in following}
    assert drawn == ways | {("[*]", "PLACE_ORDER_SUCCESS"), ("FINISH", "[*]")}
    assert len(arrow.findall(orders)) == len(drawn) == orders.count("\n"), "one arrow for all that leads there"
    named = {name for *_, by in arrow.findall(disputes) for name in by.split(", ") if name}
    assert named == {*DISPUTE_ACTIONS, "open_dispute"} - {"add_evidence"}
    counted("arrows", len(drawn) + len(arrow.findall(disputes)), 45)


def test_a_stale_page_is_detected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "TARGET", tmp_path / "lifecycle.md")
    assert generate.main(["--check"]) == 1
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    generate.TARGET.write_text(generate.TARGET.read_text("utf-8").replace("`pay`", "`paid`"), "utf-8")
    assert generate.main(["--check"]) == 1
