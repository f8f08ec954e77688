"""Every code that a person meets has a name in English and in Chinese, and only one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest

from functions.exports import about_sheet
from functions.orders.models import exports as export_models
from shared.domain.alerts import channels, deliveries, notices
from shared.domain.alerts import model as alerts
from shared.domain.customers import model as customers
from shared.domain.exports import columns, customer_columns
from shared.domain.exports import model as exports
from shared.domain.form_labels import FORM_LABELS
from shared.domain.imports import model as imports
from shared.domain.imports import reasons
from shared.domain.labels import LABELS, label, labelled
from shared.domain.order import deadlines, lifecycle
from shared.domain.order.funds import amounts, ledger
from shared.domain.order.model import FundState, Overlay, RefundState, Status
from shared.domain.reports import service_level
from tests.proof import counted

CODES: dict[str, set[str]] = {
    "status": set(Status),
    "fund_state": set(FundState),
    "outcome": set(amounts.Outcome),
    "end_reason": set(amounts.END_REASONS),
    "overlay": set(Overlay),
    "timer": set(deadlines.TIMERS),
    "timer_actor": {rule.actor for rule in deadlines.TIMERS.values()},
    "action": {*lifecycle.ACTIONS, *lifecycle.DISPUTE_ACTIONS, "place", "patch"},
    "command": {*lifecycle.ACTIONS, *lifecycle.DISPUTE_ACTIONS},
    "refund_state": set(RefundState),
    "stage": {*deadlines.BY_STAGE, "ended"},
    "flow": set(ledger.FLOWS),
    "held": set(ledger.HELD),
    "alert": set(alerts.KINDS),
    "severity": set(alerts.Severity),
    "alert_state": set(alerts.State),
    "delivery_state": set(deliveries.State),
    "off_reason": set(channels.OffReason),
    "export_kind": set(exports.Kind),
    "export_state": set(exports.State),
    "import_kind": set(imports.Kind),
    "import_state": set(imports.State),
    "row_state": set(imports.RowState),
    "frequency": {name for name, _ in customers.FREQUENCIES},
    "amount": {name for name, _ in customers.AMOUNTS},
}
"""The codes of the domain, by the kind of label. What is not here has no list of its own in the domain."""
HAN = re.compile(r"[\u4e00-\u9fff]")
OWN_NAMES = re.compile("成交不卖")
"""What the marketplace calls so in every language."""


@pytest.mark.parametrize("kind", CODES)
def test_every_code_of_the_domain_has_a_label(kind: str) -> None:
    assert set(map(str, CODES[kind])) - set(LABELS[kind]) == set()
    assert len(LABELS[kind]) - len(CODES[kind]) <= 1, "a label of a code that nothing has"


def pairs() -> Iterator[tuple[str, tuple[str, str]]]:
    """Every text that the project has in two languages, with its place."""
    for kind, labels in (*LABELS.items(), *FORM_LABELS.items()):
        yield from ((f"{kind} {code}", both) for code, both in labels.items())
    tables: Mapping[str, Mapping[str, tuple[str, str]]] = {
        "about": about_sheet.LABELS,
        "exports": export_models.MESSAGES,
        "silence": notices.SILENCE,
        "alerts": {name: (kind.english, kind.chinese) for name, kind in alerts.KINDS.items()},
        "imports": reasons.REASONS,
        "measures": {name: measure.counts for name, measure in service_level.MEASURES.items()},
        "columns": {code: (each.english, each.chinese) for code, each in columns.COLUMNS.items()},
        "customer columns": {code: (each.english, each.chinese) for code, each in customer_columns.COLUMNS.items()},
    }
    for name, table in tables.items():
        yield from ((f"{name} {key}", both) for key, both in table.items())
    for name in ("MORE", "OPEN", "IN_WATCH_MODE", "SEVERAL", "TEST", "OPEN_ALERTS", "HAPPENED"):
        yield name, getattr(notices, name)
    yield from (("due", both) for both in notices.DUE)
    yield from (("products", both) for both in (columns.ATTRIBUTES, columns.SKU, columns.QUANTITY))


def test_a_text_is_in_its_own_language_and_names_the_same_values() -> None:
    checked = 0
    for place, (english, chinese) in pairs():
        assert english.strip() and chinese.strip(), place
        assert not HAN.search(OWN_NAMES.sub("", english)), place
        assert HAN.search(chinese), place
        assert sorted(re.findall(r"{.*?}", english)) == sorted(re.findall(r"{.*?}", chinese)), place
        checked += 1
    counted("texts in two languages", checked, 350)


def test_no_two_codes_of_a_kind_have_the_same_label() -> None:
    for kind, labels in (*LABELS.items(), *FORM_LABELS.items()):
        for position in (0, 1):
            said = [both[position] for both in labels.values()]
            assert len(set(said)) == len(said), (kind, sorted(each for each in said if said.count(each) > 1))


def test_an_unknown_code_is_its_own_label_and_none_has_none() -> None:
    assert label("status", "OLD_STATUS", "en") == "OLD_STATUS"
    assert labelled("outcome", "outcome", None, "en") == {}
    assert labelled("stage", "stage", "ended", "zh-CN") == {"stage": "ended", "stage_label": "已结束"}
