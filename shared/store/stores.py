"""Stores in the table: one item of settings each, and the store's counters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from shared.domain.alerts.rules import AlertRules, Leads, PaymentReminders, QuietHours
from shared.domain.shards import FEW
from shared.domain.stores import DURATIONS, DeadlinePolicy, FeeRates, Mode, Store
from shared.store.dynamodb import keys, table
from shared.store.dynamodb.errors import Exists
from shared.store.dynamodb.records import StoreRecord
from shared.store.dynamodb.table import ABSENT, Put, Write, stale, transact
from shared.store.orders.counters import new_counter_writes

TIMES = ("watched_until", "zone_since")
"""Times among the settings, which a store may not have."""


@dataclass(frozen=True, slots=True)
class Rearming:
    """A pending update of the store's orders after a change of mode: it continues after the due key `after`. It is due
    at `at`. `busy` are orders before this key that could not be updated yet."""

    after: str
    at: datetime
    busy: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredStore:
    """A store as it was read. `version` is the condition of its next write."""

    store: Store
    version: int
    created_at: datetime
    rearming: Rearming | None


def load(store_id: str) -> StoredStore:
    """Read consistently, because settings decide about money. Raises Missing."""
    record = table.load(StoreRecord, store_id, keys.STORE)
    busy = tuple(record.rearm_busy or ())
    rearming = Rearming(record.rearm_after, record.rearm_at, busy) if record.rearm_after else None
    return StoredStore(_store(store_id, record.settings), int(record.version), record.created_at, rearming)


def by_id(store_ids: Iterable[str]) -> dict[str, Store]:
    """These stores, as far as they exist, eventually consistent: one request for each 100."""
    wanted = [(store_id, keys.STORE) for store_id in store_ids]
    found = table.get_many(wanted) if wanted else ()
    return {record.pk: _store(record.pk, record.settings) for record in found if isinstance(record, StoreRecord)}


def create(store: Store, now: datetime, also: Sequence[Write]) -> None:
    """Create a store with counters at zero, in one transaction with `also`. Raises Exists."""
    record = StoreRecord(store.store_id, keys.STORE, version=1, created_at=now, settings=_settings(store))
    transact(
        [
            Put(record, ABSENT, lambda: Exists("the store exists")),
            *new_counter_writes(store.store_id, range(store.shards)),
            *also,
        ]
    )


def save(before: StoredStore, store: Store, *, rearming: Rearming | None, also: Sequence[Write] = ()) -> None:
    """Change a store's settings, in one transaction with `also`. While it is `rearming`, the store is in the clock's
    index, and the sweep updates the clock entries of its orders for the changed mode. Raises Stale."""
    record = StoreRecord(
        store.store_id,
        keys.STORE,
        version=before.version + 1,
        created_at=before.created_at,
        settings=_settings(store),
        rearm_after=rearming and rearming.after,
        rearm_at=rearming and rearming.at,
        rearm_busy=list(rearming.busy) or None if rearming else None,
        clock_shard=keys.LAPSES.of("", store.store_id) if rearming else None,
        fires_at=keys.sort_key(rearming.at, store.store_id) if rearming else None,
    )
    counters = new_counter_writes(store.store_id, range(before.store.shards, store.shards))
    table.save(Put(record, StoreRecord.version == before.version, stale), [*also, *counters])


def _settings(store: Store) -> dict[str, Any]:
    changed = {
        name: length.total_seconds() for name, length in store.policy.durations.items() if DURATIONS[name] != length
    }
    return {
        "name": store.name,
        "time_zone": store.time_zone,
        "currency": store.currency,
        "business_days": sorted(store.business_days),
        "holidays": sorted(day.isoformat() for day in store.holidays),
        "mode": str(store.policy.mode),
        "durations": changed,
        "fee_rates": asdict(store.fee_rates),
        **({"service_limits": dict(store.service_limits)} if store.service_limits else {}),
        **({"alert_rules": _rules_content(store.alert_rules)} if store.alert_rules != AlertRules() else {}),
        **({"shards": store.shards} if store.shards != FEW else {}),
        **{name: keys.instant(at) for name in TIMES if (at := getattr(store, name))},
    }


def _store(store_id: str, settings: dict[str, Any]) -> Store:
    durations = dict(DURATIONS) | {name: timedelta(seconds=seconds) for name, seconds in settings["durations"].items()}
    return Store(
        store_id=store_id,
        name=settings["name"],
        time_zone=settings["time_zone"],
        currency=settings["currency"],
        business_days=frozenset(settings["business_days"]),
        holidays=frozenset(date.fromisoformat(day) for day in settings["holidays"]),
        policy=DeadlinePolicy(Mode(settings["mode"]), durations),
        fee_rates=FeeRates(**settings.get("fee_rates", {})),
        service_limits={name: int(limit) for name, limit in settings.get("service_limits", {}).items()},
        alert_rules=_rules(settings["alert_rules"]) if "alert_rules" in settings else AlertRules(),
        shards=settings.get("shards", FEW),
        **{name: datetime.fromisoformat(settings[name]) for name in TIMES if name in settings},
    )


def _rules_content(rules: AlertRules) -> dict[str, Any]:
    quiet, remind = rules.quiet_hours, rules.remind_payment
    return {
        "leads": _leads_content(rules.leads),
        "quiet_hours": quiet and [quiet.start.isoformat(), quiet.end.isoformat()],
        "digest_hour": rules.digest_hour,
        "unanswered_after": rules.unanswered_after.total_seconds(),
        "remind_payment": {
            "enabled": remind.enabled,
            "after": remind.after.total_seconds(),
            "exempt_countries": sorted(remind.exempt_countries),
            "since": remind.since and keys.instant(remind.since),
            **({"template_id": remind.template_id} if remind.template_id else {}),
        },
        "former": [[keys.instant(until), _leads_content(leads)] for until, leads in rules.former],
    }


def _rules(content: dict[str, Any]) -> AlertRules:
    quiet, remind = content["quiet_hours"], content["remind_payment"]
    return AlertRules(
        leads=_leads(content["leads"]),
        quiet_hours=QuietHours(*map(time.fromisoformat, quiet)) if quiet else None,
        digest_hour=content["digest_hour"],
        unanswered_after=timedelta(seconds=content["unanswered_after"]),
        remind_payment=PaymentReminders(
            remind["enabled"],
            timedelta(seconds=remind["after"]),
            frozenset(remind["exempt_countries"]),
            remind["since"] and datetime.fromisoformat(remind["since"]),
            remind.get("template_id"),
        ),
        former=tuple((datetime.fromisoformat(until), _leads(leads)) for until, leads in content["former"]),
    )


def _leads_content(leads: Leads) -> dict[str, list[float]]:
    return {kind: [lead.total_seconds() for lead in each] for kind, each in leads.items()}


def _leads(content: dict[str, list[float]]) -> Leads:
    return {kind: tuple(timedelta(seconds=lead) for lead in each) for kind, each in content.items()}
