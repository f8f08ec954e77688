"""The settings of a store: what a request may change, and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, StrictInt, create_model, model_validator
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from functions.orders.models.fields import Body, Currency, Day, Duration, OrderBody, Rate, Short, Zone, iso_duration
from functions.orders.models.values import rate
from functions.orders.problems import malformed
from shared.domain.order.funds.ledger import MILLION
from shared.domain.stores import DURATIONS, DeadlinePolicy, FeeRates, Mode, Store


class FeeRatesBody(OrderBody):
    """The shares of the order amount less tax that the platform takes, as decimal strings."""

    commission: Rate
    affiliate: Annotated[Rate, Field(json_schema_extra={"default": "0"})] = 0

    @model_validator(mode="after")
    def _less_than_all(self) -> FeeRatesBody:
        if self.commission + self.affiliate >= MILLION:
            raise PydanticCustomError("rate_invalid", "Commission and affiliate rate are less than 1 together.")
        return self

    def rates(self) -> FeeRates:
        return FeeRates(self.commission, self.affiliate)


class ServiceLimitsBody(Body):
    """What the marketplace demands, as decimal strings: the least share of orders shipped on time, the most of each
    other measure. A measure left out stays, null has no limit."""

    on_time_shipment: Rate | None = None
    transaction_non_fulfilment: Rate | None = None
    cancellation: Rate | None = None
    dispute: Rate | None = None

    def limits(self, before: Mapping[str, int]) -> dict[str, int]:
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: limit for name, limit in {**before, **given}.items() if limit is not None}


class _Policy(Body):
    """`shipment` is counted in whole business days."""

    mode: Literal["enforce", "watch"] | None = None

    def durations(self) -> dict[str, timedelta]:
        """The given durations, by kind of timer."""
        return {kind: length for kind in DURATIONS if (length := getattr(self, kind)) is not None}


_of_timers: Any = dict.fromkeys(DURATIONS, (Duration | None, None))
PolicyBody = create_model("PolicyBody", __base__=_Policy, __doc__=_Policy.__doc__, **_of_timers)


class PatchStore(Body):
    """`business_days` are ISO weekdays, 1 for Monday; a field or duration left out stays."""

    name: Short | None = None
    time_zone: Zone | None = None
    currency: Currency | None = None
    business_days: (
        Annotated[list[Annotated[StrictInt, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)] | None
    ) = None
    holidays: Annotated[list[Day], Field(max_length=500)] | None = None
    deadline_policy: PolicyBody | None = None  # type: ignore[valid-type]
    fee_rates: FeeRatesBody | None = None
    service_limits: ServiceLimitsBody | None = None

    def check(self) -> None:
        """Raises Problem 400 for a null, and for a shipment deadline that is not in whole days."""
        for name in self.model_fields_set:
            if getattr(self, name) is None:
                raise malformed(f"/{name}", "invalid_value", "A setting has a value: leave it out to keep it.")
        if self.deadline_policy and self.deadline_policy.shipment and self.deadline_policy.shipment.seconds:
            raise malformed(
                "/deadline_policy/shipment", "duration_invalid", "Ship-by is counted in whole days, like P7D."
            )

    def change(self, store: Store) -> Store:
        given = {name: getattr(self, name) for name in self.model_fields_set}
        policy, rates = given.pop("deadline_policy", None), given.pop("fee_rates", None)
        limits = given.pop("service_limits", None)
        for name in ("business_days", "holidays"):
            if name in given:
                given[name] = frozenset(given[name])
        if policy:
            durations = dict(store.policy.durations) | policy.durations()
            given["policy"] = DeadlinePolicy(Mode(policy.mode) if policy.mode else store.policy.mode, durations)
        if rates:
            given["fee_rates"] = rates.rates()
        if limits:
            given["service_limits"] = limits.limits(store.service_limits)
        return replace(store, **given)


class StoreView(TypedDict):
    store_id: str
    name: str
    time_zone: str
    currency: str
    business_days: list[int]
    holidays: list[str]
    deadline_policy: dict[str, str]
    fee_rates: dict[str, str]
    service_limits: dict[str, str]


def store_view(store: Store) -> dict[str, Any]:
    return {
        "store_id": store.store_id,
        "name": store.name,
        "time_zone": store.time_zone,
        "currency": store.currency,
        "business_days": sorted(store.business_days),
        "holidays": sorted(day.isoformat() for day in store.holidays),
        "deadline_policy": {"mode": str(store.policy.mode)}
        | {name: iso_duration(length) for name, length in store.policy.durations.items()},
        "fee_rates": {name: rate(millionths) for name, millionths in asdict(store.fee_rates).items()},
        "service_limits": {name: rate(millionths) for name, millionths in store.service_limits.items()},
    }
