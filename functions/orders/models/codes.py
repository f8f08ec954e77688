"""Every code that a form offers or an answer has, with its label, and how much a request may hold.

Each part is one row of PARTS and reads the table that the rules themselves use. This module imports the models of many
bodies, so only its own route imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, get_args

from typing_extensions import TypedDict

from functions.orders.identity import roles_for
from functions.orders.models import imports as import_models
from functions.orders.models import limits
from functions.orders.models.exports import Cadence
from functions.orders.models.orders.actions import DisputeKind, Solution
from functions.orders.models.reports import By, GroupBy
from functions.orders.request.body import MAX_BODY
from shared.domain.alerts import channels
from shared.domain.alerts import model as alerts
from shared.domain.alerts.deliveries import State as DeliveryState
from shared.domain.carriers import CARRIERS
from shared.domain.countries import COUNTRIES
from shared.domain.currencies import CURRENCIES
from shared.domain.customers import model as customers
from shared.domain.exports import model as exports
from shared.domain.exports.layouts import LAYOUTS, columns_of
from shared.domain.form_labels import FORM_LABELS
from shared.domain.imports import model as imports
from shared.domain.labels import LABELS, LANGUAGES, Label
from shared.domain.members import Role
from shared.domain.messages import model as messages
from shared.domain.messages import templates
from shared.domain.order import deadlines, lifecycle, shipments
from shared.domain.order.after_sales import disputes, evidence
from shared.domain.order.funds import ledger
from shared.domain.order.funds.amounts import END_REASONS, Outcome
from shared.domain.order.model import FundState, Overlay, RefundState, Status
from shared.domain.order.transitions import CLOCK
from shared.domain.stores import Mode
from shared.domain.time_zones import zones
from shared.store import files


class CodeView(TypedDict):
    code: str
    label: str


class ActionCodeView(CodeView):
    """`label` is what a button says, `done_label` what the history says. `roles` may take the action in some state;
    `statuses` are those of the orders on which it is possible, if nothing else forbids it."""

    done_label: str
    roles: list[str]
    statuses: list[str]


class TimerCodeView(CodeView):
    """`party` is whose act the timer waits for; `on_lapse` is what the clock does when it lapses, if anything."""

    party: str
    party_label: str
    on_lapse: str | None
    on_lapse_label: str | None


class GroupCodeView(CodeView):
    """`least` is the smallest number of paid orders, or the smallest spend in approximate US dollars."""

    least: int


class ChannelKindView(CodeView):
    """`target` is the field that names where it delivers: `url` or `address`. `takes_secret`: a robot's own secret."""

    target: str
    takes_secret: bool


class ExportKindView(CodeView):
    """`columns` and `layouts` are those that it takes. `takes_window`: of a window and of statuses."""

    formats: list[str]
    columns: list[str]
    layouts: list[str]
    takes_window: bool


class ExportColumnView(CodeView):
    kinds: list[str]


class ExportLayoutView(CodeView):
    """`language` is that of its headings. A column for which there is no data stays empty and is not in `columns`."""

    kind: str
    language: str
    columns: list[str]


class ImportKindView(CodeView):
    layouts: list[str]


class CurrencyCodeView(TypedDict):
    """`last_day` is that of a currency which is not in use any more."""

    code: str
    digits: int
    last_day: NotRequired[str]


ALL_LABELS = {**LABELS, **FORM_LABELS}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the answer: its type in the document, and what makes it in a language."""

    view: Any
    make: Callable[[str], Any]


def _said(both: Label, language: str) -> str:
    return both[language == "zh-CN"]


def _named(kind: str, code: str, language: str) -> str:
    return _said(ALL_LABELS[kind][code], language)


def _entry(kind: str, code: str, language: str) -> Any:
    return {"code": str(code), "label": _named(kind, code, language)}


def _coded(
    kind: str,
    codes: Iterable[str] | None = None,
    view: Any = CodeView,
    more: Callable[[Any, str], dict[str, Any]] = lambda code, language: {},
) -> Part:
    """The codes of a kind of label: those of the rules, or all that have a label where the rules have no list. `more`
    makes the other fields of `view` from a code and a language."""
    wanted = tuple(ALL_LABELS[kind] if codes is None else codes)
    return Part(list[view], lambda language: [_entry(kind, code, language) | more(code, language) for code in wanted])


def _table(labels: dict[str, Label]) -> Part:
    return Part(
        list[CodeView],
        lambda language: [{"code": code, "label": _said(both, language)} for code, both in labels.items()],
    )


def _action(code: str, language: str) -> dict[str, Any]:
    return {
        "done_label": _named("action", code, language),
        "roles": [role for role in Role if role in roles_for(code)],
        "statuses": [status for status in Status if any(status in row.sources for row in lifecycle.ROWS[code])],
    }


def _timer(code: str, language: str) -> dict[str, Any]:
    rule = deadlines.TIMERS[code]
    return {
        "party": rule.actor,
        "party_label": _named("party", rule.actor, language),
        "on_lapse": rule.on_lapse,
        "on_lapse_label": rule.on_lapse and _named("action", rule.on_lapse, language),
    }


def _groups(kind: str, least: Mapping[str, int]) -> Part:
    return _coded(kind, least, GroupCodeView, lambda code, _: {"least": least[code]})


def _channel_kind(kind: channels.ChannelKind, _: str) -> dict[str, Any]:
    return {"target": channels.target_field(kind), "takes_secret": kind in channels.SIGNED}


def _export_kind(kind: exports.Kind, _: str) -> dict[str, Any]:
    return {
        "formats": [str(each) for each in exports.Format],
        "columns": list(columns_of(kind)),
        "layouts": list(LAYOUTS[kind]),
        "takes_window": kind not in exports.WINDOWLESS,
    }


def _export_columns(language: str) -> list[ExportColumnView]:
    """A code with two names, as `country`, is there twice, each time with its kinds."""
    found: dict[tuple[str, Label], list[str]] = {}
    for kind in exports.Kind:
        for code, column in columns_of(kind).items():
            found.setdefault((code, (column.english, column.chinese)), []).append(str(kind))
    return [{"code": code, "label": _said(both, language), "kinds": kinds} for (code, both), kinds in found.items()]


def _export_layouts(language: str) -> list[ExportLayoutView]:
    return [
        _entry("export_layout", name, language)
        | {"kind": kind, "language": layout.language, "columns": [code for _, code in layout.columns if code]}
        for kind, layouts in LAYOUTS.items()
        for name, layout in layouts.items()
    ]


def _import_kind(kind: imports.Kind, _: str) -> dict[str, Any]:
    return {"layouts": list(import_models.LAYOUTS[kind])}


def _currencies(_: str) -> list[CurrencyCodeView]:
    view: Any = [
        {"code": code, "digits": each.digits} | ({"last_day": each.last.isoformat()} if each.last else {})
        for code, each in CURRENCIES.items()
    ]
    return view  # type: ignore[no-any-return]


LIMITS = {
    "message_characters": messages.MAX_LENGTH,
    "note_characters": limits.NOTE_CHARACTERS,
    "reason_characters": limits.REASON_CHARACTERS,
    "dispute_text_characters": limits.TEXT_CHARACTERS,
    "tags": limits.TAGS,
    "tag_characters": limits.TAG_CHARACTERS,
    "assignee_characters": limits.SHORT_CHARACTERS,
    "carrier_characters": limits.SHORT_CHARACTERS,
    "tracking_no_characters": limits.NUMBER_CHARACTERS,
    "template_name_characters": limits.TEMPLATE_NAME_CHARACTERS,
    "file_name_characters": limits.FILE_NAME_CHARACTERS,
    "templates": templates.MAX_TEMPLATES,
    "channels": channels.LIMIT,
    "proposals": disputes.MAX_PROPOSALS,
    "evidence": disputes.MAX_EVIDENCE,
    "parcels": shipments.MAX_PARCELS,
    "parcel_edits": shipments.MAX_EDITS,
    "parcel_edit_days": shipments.EDIT_WINDOW.days,
    "receipt_days": deadlines.MAX_EXTENSION_DAYS,
    "bulk_items": limits.BULK_ITEMS,
    "page_limit": limits.PAGE_LIMIT,
    "body_bytes": MAX_BODY,
    "upload_bytes": imports.MAX_BYTES,
    "evidence_bytes": evidence.MAX_BYTES,
    "link_seconds": files.LINK_SECONDS,
    "file_days": exports.RETENTION.days,
}
_typed_dict: Any = TypedDict  # made at run time, from the tables
LimitsView = _typed_dict("LimitsView", dict.fromkeys(LIMITS, int))
LimitsView.__doc__ = (
    "The most that a request may hold: characters are code points. `receipt_days` are all extensions together, and\n"
    "`parcel_edit_days` are counted from the shipment."
)

PARTS: dict[str, Part] = {
    "statuses": _coded("status", Status),
    "overlays": _coded("overlay", Overlay),
    "fund_states": _coded("fund_state", FundState),
    "end_reasons": _coded("end_reason", END_REASONS),
    "outcomes": _coded("outcome", Outcome),
    "violations": _coded("violation"),
    "actions": _coded("command", lifecycle.ACTIONS, ActionCodeView, _action),
    "timers": _coded("timer", deadlines.TIMERS, TimerCodeView, _timer),
    "deadline_modes": _coded("mode", Mode),
    "refund_states": _coded("refund_state", RefundState),
    "refund_sources": _coded("refund_source"),
    "dispute_stages": _coded("stage", disputes.STAGES),
    "dispute_actions": _coded("command", lifecycle.DISPUTE_ACTIONS, ActionCodeView, _action),
    "dispute_kinds": _coded("dispute_kind", get_args(DisputeKind)),
    "dispute_solutions": _coded("solution", get_args(Solution)),
    "dispute_results": _coded("dispute_result"),
    "proposal_states": _coded("proposal_state"),
    "fund_flows": _coded("flow", ledger.FLOWS),
    "funds_held": _coded("held", ledger.HELD),
    "alert_kinds": _coded("alert", alerts.KINDS),
    "alert_severities": _coded("severity", alerts.Severity),
    "alert_states": _coded("alert_state", alerts.State),
    "channel_kinds": _coded("channel_kind", channels.ChannelKind, ChannelKindView, _channel_kind),
    "channel_off_reasons": _coded("off_reason", channels.OffReason),
    "delivery_states": _coded("delivery_state", DeliveryState),
    "export_kinds": _coded("export_kind", exports.Kind, ExportKindView, _export_kind),
    "export_formats": _coded("export_format", exports.Format),
    "export_columns": Part(list[ExportColumnView], _export_columns),
    "export_layouts": Part(list[ExportLayoutView], _export_layouts),
    "export_states": _coded("export_state", exports.State),
    "export_cadences": _coded("cadence", Cadence),
    "import_kinds": _coded("import_kind", imports.Kind, ImportKindView, _import_kind),
    "import_layouts": _coded("import_layout", dict.fromkeys(sum(import_models.LAYOUTS.values(), ()))),
    "import_states": _coded("import_state", imports.State),
    "import_row_states": _coded("row_state", imports.RowState),
    "report_groups": _coded("report_group", By),
    "report_periods": _coded("report_period", GroupBy),
    "message_variables": _coded("message_variable", templates.VARIABLES),
    "customer_frequencies": _groups("frequency", dict(customers.FREQUENCIES)),
    "customer_amounts": _groups("amount", dict(customers.AMOUNTS)),
    "carriers": _table(CARRIERS),
    "countries": _table(COUNTRIES),
    "currencies": Part(list[CurrencyCodeView], _currencies),
    "time_zones": Part(list[str], lambda _: sorted(zones())),
    "languages": _coded("language", LANGUAGES),
    "roles": _coded("role", Role),
    "actors": _coded("role", (*Role, CLOCK)),
    "parties": _coded("party"),
    "limits": Part(LimitsView, lambda _: LIMITS),
}
CodesView = _typed_dict("CodesView", {name: part.view for name, part in PARTS.items()}, total=False)
CodesView.__doc__ = "The parts that `include` names, or all."
