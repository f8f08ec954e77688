"""Presigned links. No Pydantic."""

from __future__ import annotations

from datetime import datetime

from typing_extensions import TypedDict

from functions.orders.models.values import instant


class LinkView(TypedDict):
    """An address that needs no token, and the time until which it is valid."""

    url: str
    expires_at: str


def link_view(url: str, expires_at: datetime) -> LinkView:
    return {"url": url, "expires_at": instant(expires_at)}
