"""The pages for people: links and paths lead somewhere, log messages are those of the code, words are the field's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
FOLDERS = (".ci", "bench", "docs", "functions", "local", "shared", "tests")
_FILES = {path.relative_to(PROJECT) for path in PROJECT.iterdir() if path.is_file()} | {
    path.relative_to(PROJECT)
    for folder in FOLDERS
    for path in (PROJECT / folder).rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
}
FILES = {path.as_posix() for path in _FILES} | {parent.as_posix() for path in _FILES for parent in path.parents}
"""Every file of the project, and every folder that has one."""
PAGES = {name: (PROJECT / name).read_text("utf-8") for name in sorted(FILES) if name.endswith(".md")}
GENERATED = {"docs/lifecycle.md"}
PROSE = {name: text for name, text in PAGES.items() if name not in GENERATED} | {
    name: (PROJECT / name).read_text("utf-8") for name in ("Makefile", "template.yaml")
}
CODE = "".join((PROJECT / name).read_text("utf-8") for name in FILES if re.match("(functions|shared)/.*[.]py$", name))

FORMER = (
    "Told Watch Receipt Kept Taken Asked Shown Written Crowded THROUGH_ICE born follow look enough _Heart Heart beat "
    "give_back hand_on hushed moved anyhow lookalikes"
).split()
"""Names that code had before; a page names the present ones."""
PHRASES = (
    "anyhow|beats?|born|crowded|hand(s|ed)? on|hearts?|hushed|ice|one that|stands? still|told|tells? (of|from)|whoever|"
    "what comes|drives? on|driven on"
)

Rule = Callable[[str, str], Iterator[str | None]]
"""Yields None for each thing that it found in order, and what is wrong with the others."""


def unfenced(text: str) -> str:
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", unfenced(text))


def anchors(text: str) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", unfenced(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def there(page: str, path: str) -> str | None:
    """The project's file or folder of this path: from the root, beside the page, or the end of a longer path."""
    path = path.rstrip("/")
    beside = (PROJECT / page).parent.joinpath(path).resolve()
    if beside.is_relative_to(PROJECT) and beside.relative_to(PROJECT).as_posix() in FILES:
        return beside.relative_to(PROJECT).as_posix()
    return next((name for name in sorted(FILES) if f"/{name}".endswith(f"/{path}")), None)


def links_lead_somewhere(page: str, text: str) -> Iterator[str | None]:
    for target in re.findall(r"\]\(([^)\s]+)\)", unfenced(text)):
        if re.match("[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        beside = (PROJECT / page).parent.joinpath(path).resolve() if path else PROJECT / page
        if not beside.exists():
            yield target
        elif anchor:
            yield None if anchor in anchors(text if not path else beside.read_text("utf-8")) else target
        else:
            yield None


def paths_exist(page: str, text: str) -> Iterator[str | None]:
    file, in_folder = r"[\w./-]+[.](py|md|yaml|toml)|[a-z_]+/", rf"({'|'.join(FOLDERS)})/\S+"
    for path in quoted(text):
        if re.fullmatch(f"{file}|{in_folder}", path):
            yield None if there(page, path) else path
    for module in re.findall(rf"python -m ((?:{'|'.join(FOLDERS)})\b[\w.]*)", text):
        path = module.replace(".", "/")
        yield None if {f"{path}.py", f"{path}/__main__.py"} & FILES else module


def pages_that_are_named_exist(page: str, text: str) -> Iterator[str | None]:
    for name in re.findall(r"[\w-]+[.]md\b", text):
        yield None if there(page, name) else name


def words_are_the_fields(page: str, text: str) -> Iterator[str | None]:
    prose = re.sub(r"`[^`\n]*`", "", unfenced(text))
    yield from (found[0] for found in re.finditer(rf"\b({PHRASES})\b", prose, re.IGNORECASE))
    for name in quoted(text):
        yield name if name.removesuffix("()") in FORMER else None


def log_messages_are_in_the_code(page: str, text: str) -> Iterator[str | None]:
    """And their fields, which are one word."""
    if page.endswith("operations.md"):
        for message in quoted(text):
            if re.fullmatch("[a-z][a-z_ ]+", message):
                there = message in CODE if " " in message else re.search(rf"\b{message}\b", CODE)
                yield None if there else message


RULES: dict[Rule, tuple[int, str, str]] = {
    links_lead_somewhere: (55, "[a](nothing.md) [b](decisions.md#nothing)", "[a](clock.md#alerts) [b](https://a.b)"),
    paths_exist: (60, "`shared/nothing.py` `nothing.py` python -m bench.nothing", "`orders/handler.py` `routes/`"),
    pages_that_are_named_exist: (30, "see nothing.md", "see clock.md"),
    words_are_the_fields: (300, "whoever comes is told; `Told`, `enough()`", "an alert; `AlertChanges`"),
    log_messages_are_in_the_code: (20, "`nothing has failed` `driven`", "`an entry failed` `resumed`"),
}
"""Each with how much it finds in all pages at least, a bad example and a good one."""


@pytest.mark.parametrize("rule", RULES)
def test_every_page_keeps_the_rule(rule: Rule) -> None:
    found = [(page, each) for page, text in PROSE.items() for each in rule(page, text)]
    assert [each for each in found if each[1] is not None] == []
    print(f"{rule.__name__}: {len(found)} in {len(PROSE)} pages")
    assert len(found) >= RULES[rule][0]


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_sees_a_breach(rule: Rule) -> None:
    _, bad, good = RULES[rule]
    assert any(each is not None for each in rule("docs/operations.md", bad))
    assert all(each is None for each in rule("docs/operations.md", good))


def test_the_glossary_is_short_and_says_where_each_term_is() -> None:
    lines = PAGES["docs/glossary.md"].splitlines()
    assert len(lines) <= 40
    rows = [line for line in lines if line.startswith("| ")][1:]
    assert len(rows) >= 25
    assert [row for row in rows if row.count("|") != 4 or not list(paths_exist("docs/glossary.md", row))] == []


def test_the_index_of_decisions_has_every_section() -> None:
    text = PAGES["docs/decisions.md"]
    sections = re.findall(r"^## (.+) \((\d{4}-\d\d-\d\d)\)$", text, re.MULTILINE)
    indexed = re.findall(r"^\| (\d{4}-\d\d-\d\d) \| \[(.+?)\]", text, re.MULTILINE)
    assert [(subject, date) for date, subject in indexed] == sections
    assert len(sections) >= 17 and len(re.findall("^## ", text, re.MULTILINE)) == len(sections)
    assert indexed == sorted(indexed, key=lambda each: each[0])
