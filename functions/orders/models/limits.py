"""How long or how many what a request holds may be, for the models and for `GET /v1/codes`. No Pydantic."""

from __future__ import annotations

NOTE_CHARACTERS = 1_000
TAGS = 20
TAG_CHARACTERS = 50
REASON_CHARACTERS = 500
TEXT_CHARACTERS = 2_000
"""Of the text of a claim, an offer or evidence."""
SHORT_CHARACTERS = 128
"""Of a name, a carrier, an assignee."""
NUMBER_CHARACTERS = 64
"""Of a tracking number and of an id that others give."""
TEMPLATE_NAME_CHARACTERS = 64
FILE_NAME_CHARACTERS = 200
BULK_ITEMS = 500
PAGE_LIMIT = 200
