"""docs/lifecycle.md says what the tables of the domain say."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs import generate
from shared.domain.order.deadlines import TIMERS
from shared.domain.order.lifecycle import ACTIONS, TABLE
from shared.domain.order.model import END_REASONS


def test_the_page_is_as_the_tables_are() -> None:
    assert generate.main(["--check"]) == 0, "run: python -m docs.generate"


def test_every_row_is_on_the_page() -> None:
    page = generate.document()
    assert all(page.count(f"| `{name}` |") >= 1 for name in (*ACTIONS, *TIMERS, *END_REASONS))
    assert sum(page.count(f"| `{action}` |") for action in ACTIONS) >= len(TABLE)


def test_a_stale_page_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "TARGET", tmp_path / "lifecycle.md")
    assert generate.main(["--check"]) == 1
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    generate.TARGET.write_text(generate.TARGET.read_text("utf-8").replace("`pay`", "`paid`"), "utf-8")
    assert generate.main(["--check"]) == 1
