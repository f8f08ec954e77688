"""Every sentence of the code is there in Chinese, too, with the same values; and no Chinese one is left over."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter

from functions.orders.models import exports as export_models
from functions.orders.models.orders import parcels
from functions.orders.request.validation import SENTENCES
from shared.domain.sentences.chinese import CHINESE
from shared.domain.sentences.of_orders import OF_ORDERS
from shared.domain.sentences.of_requests import OF_REQUESTS
from shared.domain.sentences.sentence import in_language, say
from tests.proof import counted

ROOT = Path(__file__).parents[2]
SAYERS: Mapping[str, int] = {
    **dict.fromkeys(("Conflict", "Unprocessable", "PydanticCustomError", "Refusal", "_bad"), 1),
    **dict.fromkeys(("Problem", "malformed", "FieldError", "Guard"), 2),
    **dict.fromkeys(("say", "not_together"), 0),
}
"""What takes a sentence, and at which place. Keywords are `detail` and `message`."""
CARRIED = re.compile(
    r"[\w.]*\.detail|detail|message|problem|NOT_TOGETHER|_sentence\(.*\)|.*SENTENCES\[.*\]|.*OF_ALL\[.*\]|said|[\w.]*\.message"
)
"""What carries a sentence that was said elsewhere, where it is looked at."""
CODES = re.compile(r"`\w+`|\bX-[\w-]+|\bPT?\d+[A-Z]|\b[a-z]+_[a-z_]+\b|[\d,.]*\d")
"""What is the same in every language: names of fields, numbers."""
HAN = re.compile(r"[\u4e00-\u9fff]")


def sources() -> Iterator[tuple[Path, ast.AST]]:
    for folder in ("shared", "functions"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text("utf-8"))


def said(tree: ast.AST) -> Iterator[tuple[int, ast.expr]]:
    """Each expression of a sentence, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in SAYERS:
                yield from ((node.lineno, each) for each in node.args[SAYERS[name] : SAYERS[name] + 1])
                named = [each.value for each in node.keywords if each.arg in ("detail", "message")]
                yield from ((each.lineno, each) for each in named)
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("detail", "problem", "NOT_TOGETHER"):
            yield from (
                (node.lineno, each) for each in texts(node.value) if isinstance(each, ast.Constant | ast.JoinedStr)
            )


def texts(expression: ast.expr) -> Iterator[ast.expr]:
    """The branches of a conditional expression."""
    if isinstance(expression, ast.IfExp):
        yield from (*texts(expression.body), *texts(expression.orelse))
    elif isinstance(expression, ast.BoolOp):
        yield from (each for value in expression.values for each in texts(value))
    else:
        yield expression


def sentences() -> Counter[str]:
    found: Counter[str] = Counter({"The body": 1, "This value is not allowed here.": 1})
    wrong = []
    for path, tree in sources():
        for line, expression in said(tree):
            for text in texts(expression):
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    found[text.value] += text.value != "{detail}"
                elif isinstance(text, ast.JoinedStr):
                    wrong.append(f"{path.relative_to(ROOT)}:{line}: a sentence keeps its values apart: say(...)")
                elif not (isinstance(text, ast.Constant) or _is_said(text) or CARRIED.fullmatch(ast.unparse(text))):
                    wrong.append(f"{path.relative_to(ROOT)}:{line}: {ast.unparse(text)} is no sentence of the table")
    assert wrong == []
    found.update([*SENTENCES.values(), *parcels.TEXTS.values(), *export_models.OF_ALL.values()])
    return found


def _is_said(text: ast.expr) -> bool:
    return isinstance(text, ast.Call) and getattr(text.func, "id", "") == "say"


def fields(template: str) -> list[tuple[str, str | None, str | None]]:
    return sorted((name, spec, conversion) for _, name, spec, conversion in Formatter().parse(template) if name)


def test_every_sentence_is_there_in_chinese_and_none_is_left_over() -> None:
    found = {text for text, times in sentences().items() if times}
    assert found - set(CHINESE) == set(), "not in shared/domain/sentences"
    assert set(CHINESE) - found == set(), "nobody says this any more"
    counted("sentences in two languages", len(found), 180)


def test_a_chinese_sentence_has_every_value_of_the_english_one() -> None:
    for english, chinese in CHINESE.items():
        assert fields(english) == fields(chinese), english
        assert HAN.search(chinese) or english == "{field}: {problem}", english
        assert not HAN.search(english), english
        for code in CODES.findall(re.sub(r"{.*?}", "", english)):
            assert code in chinese, (english, code)


def test_a_call_names_every_value_of_its_sentence() -> None:
    calls = 0
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _is_said(node) and isinstance(node.args[0], ast.Constant):
                template = str(node.args[0].value)
                given = sorted(str(each.arg) for each in node.keywords)
                assert given == sorted({name for name, _, _ in fields(template)}), f"{path}:{node.lineno}"
                calls += 1
    counted("sentences with values", calls, 50)


def test_no_sentence_is_in_two_tables() -> None:
    assert set(OF_ORDERS) & set(OF_REQUESTS) == set()


def test_a_sentence_is_said_in_the_language_asked_for() -> None:
    left = say("Only {left} of this line are left to ship.", left=3)
    assert left == "Only 3 of this line are left to ship."
    assert (in_language(left, "en"), in_language(left, "zh-CN")) == (left, "该商品行只剩 3 件未发货。")
    within = say("{field}: {problem}", field="/lines", problem=left)
    assert in_language(within, "zh-CN") == "/lines：该商品行只剩 3 件未发货。"
    assert in_language("A sentence of a former version.", "zh-CN") == "A sentence of a former version."
    braces = say("This order has no {{{name}}}.", name="buyer")
    assert (braces, in_language(braces, "zh-CN")) == ("This order has no {buyer}.", "该订单没有 {buyer} 的值。")
