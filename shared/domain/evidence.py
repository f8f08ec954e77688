"""What may be put before the other side of a dispute: an image or a PDF, known by its content and not by its name."""

from __future__ import annotations

MAX_BYTES = 5 * 1024 * 1024
MAGIC: tuple[tuple[str, bytes, bytes], ...] = (
    ("image/jpeg", b"\xff\xd8\xff", b""),
    ("image/png", b"\x89PNG\r\n\x1a\n", b""),
    ("image/gif", b"GIF8", b""),
    ("image/webp", b"RIFF", b"WEBP"),
    ("application/pdf", b"%PDF-", b""),
)
"""Media type, how its files begin, and what they have at byte 8."""
MEDIA_TYPES = tuple(media_type for media_type, _, _ in MAGIC)


def media_type_of(beginning: bytes) -> str | None:
    """What a file is by its first 16 bytes; None where it is nothing that may be shown."""
    return next(
        (name for name, first, at_8 in MAGIC if beginning.startswith(first) and beginning[8:].startswith(at_8)), None
    )
