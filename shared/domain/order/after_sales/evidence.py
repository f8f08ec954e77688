"""Evidence in a dispute: an image or a PDF. Its media type is found by its content, not by its name."""

from __future__ import annotations

MAX_BYTES = 5 * 1024 * 1024
MAGIC: tuple[tuple[str, bytes, bytes], ...] = (
    ("image/jpeg", b"\xff\xd8\xff", b""),
    ("image/png", b"\x89PNG\r\n\x1a\n", b""),
    ("image/gif", b"GIF8", b""),
    ("image/webp", b"RIFF", b"WEBP"),
    ("application/pdf", b"%PDF-", b""),
)
"""Media type, the first bytes of its files, and the bytes from byte 8 on."""


def media_type_of(beginning: bytes) -> str | None:
    """The media type of a file by its first 16 bytes; None if the type is not allowed."""
    return next(
        (name for name, first, at_8 in MAGIC if beginning.startswith(first) and beginning[8:].startswith(at_8)), None
    )
