"""The items of the table for alerts, channels, deliveries and payment reminders."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.store.dynamodb.attributes import InstantAttribute, JSONTextAttribute
from shared.store.dynamodb.records import Record


class AlertRecord(Record, discriminator="alert"):
    """An alert. It is in the clock's index until every channel has its delivery."""

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
    """The schedule of a store's daily alerts, in the reminder index."""

    version = NumberAttribute()
    due_at = InstantAttribute()
    due_day = UnicodeAttribute(null=True)
    made_at = InstantAttribute(null=True)
    look_at = InstantAttribute(null=True)
    leaving = JSONTextAttribute(null=True)


class ReminderRecord(Record, discriminator="reminder"):
    """A payment reminder to the buyer of an order."""

    at = InstantAttribute()
    by_rule = NumberAttribute()
    paid_at = InstantAttribute(null=True)


class ReminderFiguresRecord(Record, discriminator="reminder_figures"):
    """The numbers of a day's payment reminders, and of their orders that were paid afterwards."""

    reminded = NumberAttribute(null=True)
    by_rule = NumberAttribute(null=True)
    paid = NumberAttribute(null=True)
    passed_over = NumberAttribute(null=True)


class ChannelRecord(Record, discriminator="channel"):
    """A target for a store's alerts. Its URL and its secrets are stored only here, in `secrets`, encrypted; in one of
    former code they are in `content`."""

    version = NumberAttribute()
    content = JSONTextAttribute()
    secrets = UnicodeAttribute(null=True)


class ChannelsRecord(Record, discriminator="channels"):
    """The number of a store's channels."""

    channels = NumberAttribute()


class DeliveryRecord(Record, discriminator="delivery"):
    """One message to one channel. While it is pending it is in the clock's index: at the time of its next attempt, or
    during an attempt at the end of its lease."""

    version = NumberAttribute()
    state = UnicodeAttribute()
    created_at = InstantAttribute()
    content = JSONTextAttribute()
    expires_at = NumberAttribute(null=True)
