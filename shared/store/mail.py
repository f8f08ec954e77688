"""Email by SES."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from shared.settings import settings
from shared.store.clients import client

THROTTLED = frozenset({"TooManyRequestsException", "LimitExceededException", "ThrottlingException", "Throttling"})


class MailRefused(Exception):
    """SES has not taken it. `status` is None where it did not answer at all."""

    def __init__(self, status: int | None, throttled: bool) -> None:
        super().__init__("the email was not taken")
        self.status, self.throttled = status, throttled


def send(address: str, subject: str, text: str, html: str) -> int:
    """The HTTP status of what SES has taken. Raises MailRefused."""
    parts = {"Text": _content(text), "Html": _content(html)}
    try:
        sent = client("sesv2").send_email(
            FromEmailAddress=settings().mail_sender,
            Destination={"ToAddresses": [address]},
            Content={"Simple": {"Subject": _content(subject), "Body": parts}},
        )
    except ClientError as error:
        told = error.response
        status = told.get("ResponseMetadata", {}).get("HTTPStatusCode")
        raise MailRefused(status, told.get("Error", {}).get("Code") in THROTTLED) from None
    except BotoCoreError:
        raise MailRefused(None, False) from None
    if not sent.get("MessageId"):  # an answer that broke off behind its status
        raise MailRefused(None, False)
    return int(sent["ResponseMetadata"]["HTTPStatusCode"])


def _content(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
