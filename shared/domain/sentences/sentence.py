"""Sentences for people. The code has the English ones; chinese.py has each again in Chinese, found by the English one.

A sentence with values is made by `say`, which keeps the values apart, so that the Chinese one has them, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class Sentence(str):
    """An English sentence with its values filled in."""

    template: str
    values: Mapping[str, Any]


class Names(str):
    """The names of some codes in English, with commas between them."""

    chinese: str


def names(labels: Iterable[tuple[str, str]]) -> Names:
    """The English and Chinese names, as a value of a sentence."""
    both = tuple(labels)
    joined = Names(", ".join(english for english, _ in both))
    joined.chinese = "、".join(chinese for _, chinese in both)
    return joined


def say(template: str, **values: Any) -> Sentence:
    """The sentence with these values in its braces. A value may be a sentence itself."""
    sentence = Sentence(template.format_map(values))
    sentence.template, sentence.values = template, values
    return sentence


def in_language(text: str, language: str) -> str:
    """The sentence in this language; the English one if no other is known, as for a sentence of a former version."""
    if language != "zh-CN":
        return str(text)
    if isinstance(text, Names):
        return text.chinese
    from shared.domain.sentences.chinese import CHINESE  # English answers do not need it

    if not isinstance(text, Sentence):
        return CHINESE.get(text, text)
    chinese = CHINESE.get(text.template)
    if chinese is None:
        return str(text)
    values = {
        name: in_language(each, language) if isinstance(each, str) else each for name, each in text.values.items()
    }
    return chinese.format_map(values)
