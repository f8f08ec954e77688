"""The types of request fields: a time has an offset, a number is not text, and money is not a number."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictInt,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from functions.orders.models import limits
from functions.orders.models.values import rate
from functions.orders.problems import malformed
from shared.domain.countries import is_country
from shared.domain.errors import Unprocessable
from shared.domain.money import CURRENCY_DIGITS, Money
from shared.domain.order.model import Status
from shared.domain.sentences.sentence import say
from shared.domain.time_zones import zones

T = TypeVar("T")

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,12})?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
"""The offset is optional here, so that a time without one gets an error of its own."""


def parsed(value: Any, pattern: re.Pattern[str], parse: Callable[[str], T], code: str, detail: str) -> T:
    """What `parse` makes of a text of this pattern. Python reads other forms of times and days, too."""
    if isinstance(value, str) and pattern.fullmatch(value):
        with suppress(ValueError):
            return parse(value)
    raise PydanticCustomError(code, detail)


def _instant(value: Any) -> datetime:
    detail = "A time is RFC 3339 text with an offset, like 2026-11-23T09:30:00Z."
    at = parsed(value, _RFC3339, lambda text: datetime.fromisoformat(text.upper()), "time_invalid", detail)
    if at.tzinfo is None:
        raise PydanticCustomError("time_naive", "A time needs an offset: Z, or one like +08:00.")
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        at = LATEST
    if not EARLIEST <= at < LATEST:
        raise PydanticCustomError("time_out_of_range", "A time lies between the years 2000 and 2099.")
    return at


Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-23T09:30:00Z"]}),
]
OrderId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=limits.NUMBER_CHARACTERS, pattern=r"^[\x21-\x7e]+$")]
TrackingNo = Annotated[Name, BeforeValidator(lambda value: "".join(value.split()) if isinstance(value, str) else value)]
"""A tracking number as the seller writes it, without its spaces."""
Short = Annotated[str, StringConstraints(min_length=1, max_length=limits.SHORT_CHARACTERS)]
Long = Annotated[str, StringConstraints(min_length=1, max_length=limits.TEXT_CHARACTERS)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=limits.REASON_CHARACTERS)]
Note = Annotated[str, StringConstraints(max_length=limits.NOTE_CHARACTERS)]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=limits.TAG_CHARACTERS)]
Tags = Annotated[list[Tag], Field(max_length=limits.TAGS)]
Url = Annotated[str, StringConstraints(max_length=1024, pattern=r"^https?://[\x21-\x7e]+$")]
Count = Annotated[StrictInt, Field(ge=1, le=100_000)]


def statuses_of(text: str | None, pointer: str) -> tuple[Status, ...]:
    """The statuses that a text names with commas between them, each once. Raises Problem 400."""
    try:
        return tuple(dict.fromkeys(Status(code) for code in ([] if text is None else text.split(","))))
    except ValueError:
        detail = say("A status is one of {statuses}; several have commas between them.", statuses=", ".join(Status))
        raise malformed(pointer, "invalid_value", detail) from None


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def __repr_args__(self) -> list[Any]:
        """Without the buyer's data (see Call)."""
        return []


class OrderBody(Body):
    """A body about an order, or a part of one. An empty string in an optional field is the same as none."""

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        optional = {name for name, field in cls.model_fields.items() if not field.is_required()}
        return {name: each for name, each in value.items() if each != "" or name not in optional}


class Nothing(Body):
    """The body of a step that needs no fields: empty, or an empty object."""


class Amount(Body):
    """Money: a canonical decimal string, never a number, with the number of digits of its currency."""

    amount: Annotated[str, Field(max_length=24, examples=["29.99"])]
    currency: Annotated[str, Field(max_length=3, examples=["USD"])]

    @model_validator(mode="after")
    def _parsed(self) -> Amount:
        try:
            self.money()
        except Unprocessable as refused:
            raise PydanticCustomError(refused.code, "{detail}", {"detail": refused.detail}) from None
        return self

    def money(self) -> Money:
        return Money.parse(self.amount, self.currency)


def _currency(code: str) -> str:
    if code not in CURRENCY_DIGITS:
        raise PydanticCustomError("currency_unknown", "The currency is not a code of ISO 4217.")
    return code


Currency = Annotated[str, Field(max_length=3, examples=["USD"]), AfterValidator(_currency)]


def _country(code: str) -> str:
    if not is_country(code):
        raise PydanticCustomError("country_unknown", "The country is not a code of ISO 3166-1.")
    return code


Country = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z]{2,5}$"), Field(examples=["ES"]), AfterValidator(_country)
]
"""As it came: a code of ISO 3166-1, or one of the marketplace's own, as UK for GB."""


def _zone(name: str) -> str:
    if name not in zones():
        raise PydanticCustomError("time_zone_unknown", "The time zone is not a name of the IANA database.")
    return name


_TIMEDELTA = TypeAdapter(timedelta)
_FIXED_LENGTH = re.compile(r"P[^YM]*(T|$)")
"""Pydantic reads a year as 365 days and a month as 30. Both are of no fixed length."""


def duration(value: Any) -> timedelta:
    if not isinstance(value, str):
        raise PydanticCustomError("duration_invalid", "A duration is ISO 8601 text, like P20D or PT48H.")
    try:
        length = _TIMEDELTA.validate_python(value) if _FIXED_LENGTH.match(value) else None
    except ValidationError:
        length = None
    if length is None or not timedelta(minutes=1) <= length <= timedelta(days=365):
        raise PydanticCustomError(
            "duration_invalid",
            "A duration is ISO 8601 text between PT1M and P365D, like P20D or PT48H, without years and months.",
        )
    return length


def iso_duration(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    if seconds % 86_400 == 0:
        return f"P{seconds // 86_400}D"
    return f"PT{seconds // 3600}H" if seconds % 3600 == 0 else f"PT{seconds}S"


Duration = Annotated[
    timedelta,
    BeforeValidator(duration),
    PlainSerializer(iso_duration),
    WithJsonSchema({"type": "string", "format": "duration", "examples": ["P20D", "PT48H"]}),
]


_HOURS = re.compile("[0-9]{1,4}")


def _waiting(value: Any) -> timedelta:
    if isinstance(value, str) and (_HOURS.fullmatch(value) or value == "PT0S"):
        value = timedelta(hours=int(value.strip("PTS")))
        if value <= timedelta(days=365):
            return value  # type: ignore[no-any-return]
    return duration(value)


Waiting = Annotated[
    timedelta,
    BeforeValidator(_waiting),
    WithJsonSchema({"type": "string", "examples": ["PT12H", "12"]}),
]
"""How long something has waited: a duration, or a number of hours."""


def _rate(value: Any) -> int:
    """Parts per million."""
    if not isinstance(value, str) or not re.fullmatch(r"0(\.\d{1,6})?", value, re.ASCII):
        raise PydanticCustomError("rate_invalid", "A rate is a decimal string from 0 to less than 1, like 0.05.")
    return int(value.partition(".")[2].ljust(6, "0"))


Rate = Annotated[
    int,
    BeforeValidator(_rate),
    PlainSerializer(rate),
    WithJsonSchema({"type": "string", "examples": ["0.05"]}),
]


_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _day(value: Any) -> date:
    detail = "A day is written like 2027-02-06."
    return parsed(value, _DAY, date.fromisoformat, "date_invalid", detail)


Zone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]
Day = Annotated[date, BeforeValidator(_day)]
