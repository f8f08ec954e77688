"""Masking of a recipient: the form that every reader gets unless the full data is requested."""

from __future__ import annotations

from collections.abc import Mapping

CLEAR = frozenset({"country", "state", "city"})


def masked(recipient: Mapping[str, str]) -> dict[str, str]:
    """Country, state and city stay readable. Of a name the first character stays, of a phone number the last two."""
    return {name: value if name in CLEAR else _mask(name, value) for name, value in recipient.items()}


def _mask(name: str, value: str) -> str:
    if name in ("phone", "mobile"):
        return "***" + value[-2:] if len(value) > 5 else "***"
    return value[:1] + "***" if name == "name" else "***"
