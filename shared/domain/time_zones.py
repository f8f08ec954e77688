"""The time zones that a request or a file may name."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def zones() -> frozenset[str]:
    """The names of the IANA database. What a machine's own database has besides them (`localtime`, `posixrules`) would
    mean another zone on another machine; `Factory` means that nobody chose a zone."""
    return frozenset(files("tzdata").joinpath("zones").read_text("ascii").split()) - {"Factory"}
