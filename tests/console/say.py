"""The texts of the console in a language, found by their English: so a job is written once and done in both.

They are read from the tables of the console (`words.ts`) and of the API's labels. A text that a page does not show in
its language is not found there, and the job fails.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from local.template import PROJECT
from shared.domain.form_labels import FORM_LABELS
from shared.domain.labels import LABELS

LANGUAGES = ("en", "zh-CN")
SOURCES = PROJECT / "console/src"
STRING = r"""(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")"""
PAIR = re.compile(rf"^\s+\w+: \[\s*{STRING},\s*{STRING},?\s*\]", re.MULTILINE)


@cache
def texts() -> dict[str, dict[str, set[str]]]:
    """By English text and where its table is (a folder such as `orders`, a kind of codes of the API): the Chinese."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for file in (SOURCES / "pages.tsx", *SOURCES.rglob("*ords.ts")):
        for match in PAIR.finditer(file.read_text("utf-8")):
            english, chinese = (re.sub(r"\\(.)", r"\1", text) for text in match.groups() if text is not None)
            found[english][file.parent.name].add(chinese)
    for kind, labels in (*LABELS.items(), *FORM_LABELS.items()):
        for english, chinese in labels.values():
            found[english][kind].add(chinese)
    return found


@dataclass(frozen=True)
class Say:
    """The texts of one language. Those of the page's own folder come first."""

    language: str
    page: str

    def __call__(self, english: str, /, *, of: str | None = None, **values: object) -> str:
        """The text with its values. `of` names its table where several have it with other words."""
        folders = texts()[english]
        assert folders, f"no table has the text {english!r}"
        among = folders.get(of or self.page) or set().union(*folders.values())
        assert len(among) == 1, f"{english!r} is one of {dict(folders)}: name the table"
        (chinese,) = among
        text = english if self.language == "en" else chinese
        return re.sub(r"\{(\w+)\}", lambda name: str(values[name[1]]) if name[1] in values else name[0], text)

    def __str__(self) -> str:
        return self.language


def main_job(page: str) -> Callable[[Any], Any]:
    """A test of what sellers come to this page for. It runs in both languages, and `say` has their texts."""
    return pytest.mark.parametrize("say", [Say(language, page) for language in LANGUAGES], ids=str)
