"""How values are stored."""

from __future__ import annotations

import json
import zlib

import pytest
from pynamodb.attributes import DiscriminatorAttribute

from shared.store.answer_dictionary import ANSWER
from shared.store.dynamodb.attributes import PACK_FROM, PackedAttribute

PLAIN, ALIKE = PackedAttribute(), PackedAttribute(dictionary=ANSWER)


def test_the_dictionary_of_answers_is_the_one_that_stored_answers_need() -> None:
    """An answer is kept for a day. A new dictionary would have to stand beside this one for as long."""
    assert (len(ANSWER), zlib.adler32(ANSWER)) == (17_897, 1_745_950_752)


@pytest.mark.parametrize("length", [0, PACK_FROM, 3_000, 100_000])
def test_a_value_is_what_was_stored_also_by_code_without_the_dictionary(length: int) -> None:
    value = {"body": "".join(f'{{"action": "ship{number}"}}, ' for number in range(length // 20))}
    assert ALIKE.deserialize(ALIKE.serialize(value)) == value
    assert PLAIN.deserialize(PLAIN.serialize(value)) == value
    assert ALIKE.deserialize(PLAIN.serialize(value)) == value


def test_the_dictionary_halves_an_answer_about_an_order() -> None:
    sample = json.loads(f'"{ANSWER.decode()}"')
    answer = {
        "status": 200,
        "body": sample[sample.rindex('{"order_id"') :].replace("WAIT_BUYER_ACCEPT_GOODS", "FINISH"),
    }
    plain, alike = len(PLAIN.serialize(answer)), len(ALIKE.serialize(answer))
    print(json.dumps({"bytes": [plain, alike]}))
    assert 2 * alike < plain and plain > 1_000


def test_the_filter_of_kinds_is_pynamodb_s_own_and_made_once() -> None:
    from shared.store.dynamodb.records import OrderRecord, Record

    kinds = Record.kind.get_registered_subclasses(Record)
    made = Record.kind.is_in(*kinds)
    assert made == DiscriminatorAttribute.is_in(Record.kind, *kinds) and len(made.values) == len(kinds) + 1 >= 18
    assert made is Record.kind.is_in(*kinds)
    assert Record.kind.is_in(OrderRecord) == DiscriminatorAttribute.is_in(Record.kind, OrderRecord) != made
