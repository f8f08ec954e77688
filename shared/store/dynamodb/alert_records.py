"""The items of the one table that are about telling people."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.store.dynamodb.attributes import InstantAttribute, JSONTextAttribute
from shared.store.dynamodb.records import Record


class AlertRecord(Record, discriminator="alert"):
    """What a person is told of. Until it has been handed to the channels it lies in the clock's index, too."""

    alert_kind = UnicodeAttribute()
    severity = UnicodeAttribute()
    raised_at = InstantAttribute()
    order_id = UnicodeAttribute(null=True)
    subject = UnicodeAttribute(null=True)
    timer = UnicodeAttribute(null=True)
    due_at = InstantAttribute(null=True)
    lead = NumberAttribute(null=True)
    step = NumberAttribute(null=True)
    facts = JSONTextAttribute()
    acknowledged_at = InstantAttribute(null=True)
    acknowledged_by = UnicodeAttribute(null=True)
    resolved_at = InstantAttribute(null=True)


class DayRecord(Record, discriminator="day"):
    """What a store is to be told once a day, in the index of what comes."""

    version = NumberAttribute()
    due_at = InstantAttribute()
    look_at = InstantAttribute(null=True)
    leaving = JSONTextAttribute(null=True)


class ReminderRecord(Record, discriminator="reminder"):
    """The buyer of an order was reminded of the payment."""

    at = InstantAttribute()
    by_rule = NumberAttribute()
    paid_at = InstantAttribute(null=True)


class ReminderFiguresRecord(Record, discriminator="reminder_figures"):
    """The payment reminders of a day, and how many of their orders were paid since."""

    reminded = NumberAttribute(null=True)
    by_rule = NumberAttribute(null=True)
    paid = NumberAttribute(null=True)
    passed_over = NumberAttribute(null=True)


class ChannelRecord(Record, discriminator="channel"):
    """Where a store's people are told. Its URL and secrets are here and nowhere else."""

    version = NumberAttribute()
    content = JSONTextAttribute()


class ChannelsRecord(Record, discriminator="channels"):
    """How many channels a store has."""

    channels = NumberAttribute()


class DeliveryRecord(Record, discriminator="delivery"):
    """One message to one channel. While it is pending it lies in the clock's index, at its next attempt; at one under
    way, where that must have ended."""

    version = NumberAttribute()
    state = UnicodeAttribute()
    created_at = InstantAttribute()
    content = JSONTextAttribute()
    expires_at = NumberAttribute(null=True)
