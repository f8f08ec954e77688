"""The unread messages of an order in one cell of a file: every text comes back, and nothing is cut off in silence."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from functions.exports.formats.fit import fit_text
from shared.domain.messages.cell import MAX_UNITS, MOST, NotMessages, UnreadMessages, messages_of, spelled
from shared.domain.messages.model import BUYER, MAX_BUYER_LENGTH, Message
from tests import proof

AT = datetime(2026, 11, 29, 8, 15, tzinfo=UTC)
SIGNS = [
    *"ab\"'\\\n\r\t,;:=+-@ {}[]，；：“”",
    "\x00",
    "\x1f",
    "\x7f",
    "\x85",
    "\u2028",
    "\ufeff",
    "\uffff",
    "\U0001f600",
    "订",
]
WRONG = {
    "no quotes": "2026-11-29T08:15:00Z Where is it?",
    "an open quote": '2026-11-29T08:15:00Z "Where is it?',
    "text behind the quote": '2026-11-29T08:15:00Z "Where" is it?',
    "a line break in the quotes": '2026-11-29T08:15:00Z "Where\nis it?"',
    "no time": '"Where is it?"',
    "another time": 'yesterday "Where is it?"',
    "a year that is none": '0001-01-01T00:00:00+14:00 "Where is it?"',
    "an empty text": '2026-11-29T08:15:00Z "  "',
    "a text that is too long": f'2026-11-29T08:15:00Z "{"x" * (MAX_BUYER_LENGTH + 1)}"',
    "half of a character": '2026-11-29T08:15:00Z "\\ud83d"',
    "a number below zero": "+-1",
    "something else": "null",
}


def unread(texts: Sequence[str]) -> list[Message]:
    return [Message(f"m{n}", BUYER, text, AT + timedelta(microseconds=n * n)) for n, text in enumerate(texts)]


def test_every_text_comes_back_through_a_cell() -> None:
    chance, back = random.Random(13), 0
    for _ in range(proof.size(300, 5_000)):
        texts = ["".join(chance.choices(SIGNS, k=chance.randint(0, 12))) + "." for _ in range(chance.randint(1, 6))]
        sent = unread(texts)
        cell = str(spelled(sent, len(sent)))
        assert fit_text(cell) == (cell, []), "a cell can hold it"
        assert len(cell.split("\n")) == len(cell.splitlines()) == len(sent)
        assert messages_of(cell) == UnreadMessages(tuple((each.sent_at, each.text) for each in sent))
        back += len(sent)
    proof.counted("messages that came back through a cell", back, 500)


@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        (["x" * 10_000] * 4, 3),
        (["\x01" * 10_000, "short"], 1),
        (["\U0001f600" * 10_000] * 2, 1),
        (["short"] * (MOST + 5), MOST),
        (["x" * 10_000] * 3 + ["short"] * MOST, MOST),
    ],
    ids=["long", "escaped", "of two units", "many", "long and many"],
)
def test_a_cell_says_how_many_messages_it_has_no_room_for(texts: list[str], kept: int) -> None:
    """Each that it has is whole."""
    sent = unread(texts)
    cell = str(spelled(iter(sent), len(sent)))
    found = messages_of(cell)
    assert len(cell.encode("utf-16-le")) // 2 <= MAX_UNITS
    assert (len(found.messages), found.missing) == (kept, len(texts) - kept)
    assert {text for _, text in found.messages} <= set(texts)


def test_a_count_that_lags_behind_the_messages_makes_no_missing_ones() -> None:
    assert spelled([], 1) is None
    assert messages_of(str(spelled(unread(["a", "b"]), 5))).missing == 0
    assert messages_of(str(spelled(unread(["a"] * (MOST + 1)), 1))).missing == 1


def test_a_cell_is_read_as_a_person_writes_it() -> None:
    """With the signs of a Chinese keyboard, blanks, and a time without a zone, which is UTC."""
    cell = '２０２６－１１－２９　０８：１５ "Thanks："\r\n\n 2026-11-29 10:15:00+02:00  "a"  \n＋２'
    assert messages_of(cell) == UnreadMessages(((AT, "Thanks："), (AT, "a")), 2)


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_line_that_is_no_message_is_named_without_its_text(wrong: str) -> None:
    with pytest.raises(NotMessages) as raised:
        messages_of(f'2026-11-29T08:15:00Z "Thanks"\n{wrong}')
    assert raised.value.line == 2
    assert raised.value.__suppress_context__ and not re.search("Where|xxx", json.dumps(raised.value.args))


def test_no_cell_has_more_messages_than_one_transaction_writes() -> None:
    with pytest.raises(NotMessages) as raised:
        messages_of("\n".join(['2026-11-29T08:15:00Z "Thanks"'] * (MOST + 1)))
    assert raised.value.line is None
