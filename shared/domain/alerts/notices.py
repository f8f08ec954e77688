"""Notices: the content of a message to a channel. Title, lines and link are for people, `data` is for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.alerts.model import Alert, sentence
from shared.domain.labels import TIMERS, label
from shared.domain.order import deadlines
from shared.domain.order.summary import Summary
from shared.domain.stores import Store

MORE = ("… and {} more", "…另有 {} 条")
OPEN = ("Open", "打开")


@dataclass(frozen=True, slots=True)
class Notice:
    """`title` and `lines` are plain text in `language`, one paragraph each. A webhook sends `type`, `at` and `data`. A
    notice never holds a buyer's data."""

    type: str
    at: datetime
    title: str
    lines: tuple[str, ...]
    language: str
    severity: str
    data: Mapping[str, Any]
    link: str | None = None

    def in_language(self, both: Sequence[str]) -> str:
        """One of an (English, Chinese) pair, by the language of the notice."""
        return both[self.language == "zh-CN"]


_FULL_WIDTH = str.maketrans("<>[]*`|\\", "＜＞［］＊｀｜＼")


def plain(text: str) -> str:
    """The text on one line, with the special characters of the robots' Markdown made full-width: it can hold no link
    and no mention."""
    return " ".join(text.split()).translate(_FULL_WIDTH)


def fit_lines(notice: Notice, lines: Sequence[str], room: int, between: str) -> list[str]:
    """The first lines that fit into `room` bytes of UTF-8, with `between` after each. If some are left out, one more
    line says how many."""
    sizes = [len(f"{line}{between}".encode()) for line in lines]
    if sum(sizes) <= room:
        return list(lines)
    left, count = room - len(f"{notice.in_language(MORE)}{between}".encode()) - 8, 0
    while count < len(sizes) and left >= sizes[count]:
        left -= sizes[count]
        count += 1
    return [*lines[:count], notice.in_language(MORE).format(len(lines) - count)]


SILENCE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "expire_payment": ("If nothing happens, the order is closed unpaid.", "逾期未付款，订单将自动关闭。"),
        "pass_risk": ("If nothing happens, the payment passes the check.", "逾期将自动通过风控审核。"),
        "expire_examination": (
            "If you do nothing, the order is closed and the buyer is refunded.",
            "逾期未处理，订单将关闭并退款给买家。",
        ),
        "expire_shipment": (
            "If you do nothing, what is not shipped is refunded, and a violation (成交不卖) is recorded.",
            "逾期未发货，未发货部分将自动退款，并计一次成交不卖。",
        ),
        "accept_cancellation": (
            "If you do nothing, the cancellation is accepted and the buyer is refunded.",
            "逾期未答复，将自动同意取消并退款给买家。",
        ),
        "expire_receipt": ("If nothing happens, the order counts as received.", "逾期将自动确认收货。"),
        "accept": ("If you do nothing, the buyer's claim is accepted.", "逾期未答复，将自动同意买家的诉求。"),
        "escalate": ("If nothing happens, the dispute goes to the platform.", "逾期将自动升级至平台裁决。"),
        "expire_return_address": (
            "If you do nothing, the buyer is refunded without a return.",
            "逾期未填写退货地址，将直接退款给买家。",
        ),
        "expire_return": ("If nothing happens, the dispute ends without a refund.", "逾期未退货，纠纷将自动结束。"),
        "confirm_return": (
            "If you do nothing, the return counts as received and the buyer is refunded.",
            "逾期未确认，将视为已收到退货并退款给买家。",
        ),
    }
)
"""What happens when nobody acts before the timer lapses, by the action of the lapse."""
IN_WATCH_MODE = ("The platform's own clock decides what happens then.", "届时由平台自动处理。")
SEVERAL = ("{} alerts", "{} 条提醒")
CONFIRMATION = ("the code for this email address is {}", "此邮箱的验证码是 {}")
CONFIRM = (
    (
        "Alerts of this store will be sent to this address after the code is entered in Orderkeep, within a day.",
        "请在一天内将验证码填入 Orderkeep，之后该店铺的提醒将发送到此邮箱。",
    ),
    (
        "If you did not expect this message, ignore it: nothing more will be sent.",
        "如非本人操作，请忽略本邮件，不会再发送其他内容。",
    ),
)
TEST = ("a test message; this channel works.", "这是一条测试消息，渠道可用。")
DUE = ("Overdue", "已逾期"), ("Due within 24 h", "24 小时内到期"), ("Due within 48 h", "48 小时内到期")
OPEN_ALERTS, HAPPENED = ("Open alerts: {}", "未处理提醒：{}"), ("Since yesterday: {}", "过去一天：{}")
MAX_NAME = 40
DAY = timedelta(days=1)


def of_alerts(store: Store, alerts: Sequence[Alert], language: str, console_url: str) -> Notice:
    """The notice of one alert, or of several in one message. The severity is the highest of them."""
    first, count = alerts[0], len(alerts)
    worst = max(alerts, key=lambda alert: ("info", "warning", "critical").index(alert.severity))
    link = _link(console_url, store, first if count == 1 else None)
    if count == 1:
        title, lines = sentence(first, language, store.time_zone), _silence(store, first, language)
    else:
        title = _in_language(SEVERAL, language).format(count)
        lines = tuple(
            " ".join((sentence(each, language, store.time_zone), *_silence(store, each, language))) for each in alerts
        )
    data = _data(first) if count == 1 else {"alerts": [_data(each) for each in alerts]}
    title = _titled(store, title, language)
    return Notice(f"alert.{first.kind}", first.raised_at, title, lines, language, worst.severity, data, link)


def of_digest(store: Store, alert: Alert, lines: Iterable[str], language: str, console_url: str) -> Notice:
    title = _titled(store, sentence(alert, language, store.time_zone), language)
    link = _link(console_url, store, None)
    return Notice("digest", alert.raised_at, title, tuple(lines), language, alert.severity, _data(alert), link)


def of_test(store: Store, at: datetime, language: str) -> Notice:
    data = {"store_id": store.store_id}
    return Notice("test", at, _titled(store, _in_language(TEST, language), language), (), language, "info", data)


def of_confirmation(store: Store, code: str, at: datetime, language: str) -> Notice:
    title = _titled(store, _in_language(CONFIRMATION, language).format(code), language)
    lines = tuple(_in_language(each, language) for each in CONFIRM)
    return Notice("confirmation", at, title, lines, language, "info", {"store_id": store.store_id})


def digest_lines(
    store: Store, due: Iterable[Summary], alerts: Iterable[Alert], now: datetime, language: str
) -> list[str]:
    """The lines of a digest: the deadlines by urgency, with what happens when nobody acts; then the number of open
    alerts, and of alerts raised since yesterday. `due` are the orders, in the order of their earliest timer."""
    zone, lines, heading = ZoneInfo(store.time_zone), list[str](), None
    for order in due:
        timer = deadlines.running(order)[0]
        left = timer.due_at - now
        group = DUE[0 if left < timedelta() else 1 if left < DAY else 2]
        if group is not heading:
            heading = group
            lines.append(
                f"{_in_language(group, language)}:" if language == "en" else f"{_in_language(group, language)}："
            )
        silence = SILENCE.get(deadlines.on_lapse(order, timer) or "")
        what = _in_language(silence if store.enforces and silence else IN_WATCH_MODE, language)
        at = f"{timer.due_at.astimezone(zone):%m-%d %H:%M}"
        lines.append(f"{order.order_id}  {_in_language(TIMERS[timer.kind], language)}  {at}  {what}")
    counted = [each for each in alerts if each.kind != "digest"]
    for words, kinds in (
        (OPEN_ALERTS, Counter(each.kind for each in counted if each.resolved_at is None)),
        (HAPPENED, Counter(each.kind for each in counted if each.raised_at > now - DAY)),
    ):
        if kinds:
            counts = [f"{label('alert', kind, language)} {count}" for kind, count in kinds.most_common()]
            lines.append(_in_language(words, language).format((", " if language == "en" else "、").join(counts)))
    return lines


def _silence(store: Store, alert: Alert, language: str) -> tuple[str, ...]:
    if alert.timer is None or alert.due_at is None:
        return ()
    silence = SILENCE.get(alert.facts.get("on_lapse") or "")
    if silence is None:
        return ()
    return (_in_language(silence if store.enforces else IN_WATCH_MODE, language),)


def _data(alert: Alert) -> dict[str, Any]:
    """An alert as data. Without its state (acknowledged, resolved), so that every attempt sends the same."""
    data = {
        "alert_id": alert.alert_id,
        "store_id": alert.store_id,
        "kind": alert.kind,
        "severity": str(alert.severity),
        "order_id": alert.order_id,
        "subject": alert.subject,
        "timer": alert.timer,
        "due_at": alert.due_at and alert.due_at.isoformat().replace("+00:00", "Z"),
        "lead_seconds": None if alert.lead is None else int(alert.lead.total_seconds()),
        "facts": dict(alert.facts),
    }
    return {name: value for name, value in data.items() if value is not None}


def _titled(store: Store, text: str, language: str) -> str:
    name = " ".join((store.name or store.store_id).split())[:MAX_NAME]
    return f"{name}: {text}" if language == "en" else f"{name}：{text}"


def _link(console_url: str, store: Store, alert: Alert | None) -> str | None:
    """The page of the console: an address there names its store. Ids need no escapes."""
    if not console_url:
        return None
    page = f"orders?order={alert.order_id}" if alert is not None and alert.order_id else "alerts"
    return f"{console_url.rstrip('/')}/stores/{store.store_id}/{page}"


def _in_language(both: Sequence[str], language: str) -> str:
    return both[language == "zh-CN"]


def truncate(text: str, room: int) -> str:
    """The text, cut to at most `room` bytes of UTF-8 between two characters."""
    raw = text.encode()
    return text if len(raw) <= room else raw[: room - 3].decode(errors="ignore") + "…"
