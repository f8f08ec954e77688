"""Email by SES."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from shared.settings import settings
from shared.store.clients import client

THROTTLED = frozenset({"TooManyRequestsException", "LimitExceededException", "ThrottlingException", "Throttling"})


class MailRefused(Exception):
    """SES did not accept the email. `status` is None if SES did not answer."""

    def __init__(self, status: int | None, throttled: bool) -> None:
        super().__init__("SES did not accept the email")
        self.status, self.throttled = status, throttled


def send(address: str, subject: str, text: str, html: str) -> int:
    """Send an email; returns the HTTP status. Raises MailRefused."""
    parts = {"Text": _content(text), "Html": _content(html)}
    try:
        sent = client("sesv2").send_email(
            FromEmailAddress=settings().mail_sender,
            Destination={"ToAddresses": [address]},
            Content={"Simple": {"Subject": _content(subject), "Body": parts}},
        )
    except ClientError as error:
        answer = error.response
        status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
        raise MailRefused(status, answer.get("Error", {}).get("Code") in THROTTLED) from None
    except BotoCoreError:
        raise MailRefused(None, False) from None
    if not sent.get("MessageId"):  # the answer ended after its status line
        raise MailRefused(None, False)
    return int(sent["ResponseMetadata"]["HTTPStatusCode"])


def _content(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
