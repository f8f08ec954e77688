"""Stores in the table: one item of settings each, beside the store's counters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from shared.domain.alerts.rules import AlertRules, Leads, PaymentReminders, QuietHours
from shared.domain.stores import DURATIONS, DeadlinePolicy, FeeRates, Mode, Store
from shared.store.dynamodb import keys, table
from shared.store.dynamodb.errors import Exists
from shared.store.dynamodb.records import StoreRecord
from shared.store.dynamodb.table import Put, Write, absent, stale, transact
from shared.store.orders.counters import fresh


@dataclass(frozen=True, slots=True)
class Rearming:
    """A change of mode on its way to the store's orders: behind which due key it goes on, and not before when."""

    after: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredStore:
    """A store as it was read, with the version that its next write is conditional on."""

    store: Store
    version: int
    created_at: datetime
    rearming: Rearming | None


def load(store_id: str) -> StoredStore:
    """Half a read unit would do, but settings decide about money: read consistently. Raises Missing."""
    record = table.load(StoreRecord, store_id, keys.STORE)
    rearming = Rearming(record.rearm_after, record.rearm_at) if record.rearm_after else None
    return StoredStore(_store(store_id, record.settings), int(record.version), record.created_at, rearming)


def create(store: Store, now: datetime, also: Sequence[Write]) -> None:
    """A new store with its counters at nothing, and what it starts with. Raises Exists."""
    record = StoreRecord(store.store_id, keys.STORE, version=1, created_at=now, settings=_settings(store))
    transact(
        [
            Put(record, absent(), lambda: Exists("the store is there already")),
            *fresh(store.store_id),
            *also,
        ]
    )


def save(before: StoredStore, store: Store, *, rearming: Rearming | None, also: Sequence[Write] = ()) -> None:
    """Change a store's settings, with whatever must happen with it. While it is `rearming`, the store is due in the
    clock's index, and a sweep brings its orders' clock entries in line with a changed mode. Raises Stale."""
    record = StoreRecord(
        store.store_id,
        keys.STORE,
        version=before.version + 1,
        created_at=before.created_at,
        settings=_settings(store),
        rearm_after=rearming and rearming.after,
        rearm_at=rearming and rearming.at,
        clock_shard=keys.clock_shard(store.store_id, "") if rearming else None,
        fires_at=keys.sort_key(rearming.at, store.store_id) if rearming else None,
    )
    table.save(Put(record, StoreRecord.version == before.version, stale), also)


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
        **({"alert_rules": _told_rules(store.alert_rules)} if store.alert_rules != AlertRules() else {}),
        **({"watched_until": keys.instant(store.watched_until)} if store.watched_until else {}),
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
        alert_rules=_rules(settings["alert_rules"]) if "alert_rules" in settings else AlertRules(),
        watched_until=datetime.fromisoformat(settings["watched_until"]) if "watched_until" in settings else None,
    )


def _told_rules(rules: AlertRules) -> dict[str, Any]:
    quiet, remind = rules.quiet_hours, rules.remind_payment
    return {
        "leads": _told_leads(rules.leads),
        "quiet_hours": quiet and [quiet.start.isoformat(), quiet.end.isoformat()],
        "digest_hour": rules.digest_hour,
        "unanswered_after": rules.unanswered_after.total_seconds(),
        "remind_payment": {
            "enabled": remind.enabled,
            "after": remind.after.total_seconds(),
            "exempt_countries": sorted(remind.exempt_countries),
            "since": remind.since and keys.instant(remind.since),
        },
        "former": [[keys.instant(until), _told_leads(leads)] for until, leads in rules.former],
    }


def _rules(told: dict[str, Any]) -> AlertRules:
    quiet, remind = told["quiet_hours"], told["remind_payment"]
    return AlertRules(
        leads=_leads(told["leads"]),
        quiet_hours=QuietHours(*map(time.fromisoformat, quiet)) if quiet else None,
        digest_hour=told["digest_hour"],
        unanswered_after=timedelta(seconds=told["unanswered_after"]),
        remind_payment=PaymentReminders(
            remind["enabled"],
            timedelta(seconds=remind["after"]),
            frozenset(remind["exempt_countries"]),
            remind["since"] and datetime.fromisoformat(remind["since"]),
        ),
        former=tuple((datetime.fromisoformat(until), _leads(leads)) for until, leads in told["former"]),
    )


def _told_leads(leads: Leads) -> dict[str, list[float]]:
    return {kind: [lead.total_seconds() for lead in each] for kind, each in leads.items()}


def _leads(told: dict[str, list[float]]) -> Leads:
    return {kind: tuple(timedelta(seconds=lead) for lead in each) for kind, each in told.items()}
