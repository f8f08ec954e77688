"""The sources, and what can be read off them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = {
    path.relative_to(PROJECT).as_posix(): path.read_text("utf-8")
    for folder in ("shared", "functions")
    for path in sorted((PROJECT / folder).rglob("*.py"))
}


@cache
def nodes(source: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(source)))


def imports(source: str | ast.AST) -> Iterator[str]:
    """Every module that a source names in an import, wherever it stands; `from a import b` names a and a.b."""
    for node in nodes(source) if isinstance(source, str) else ast.walk(source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def under(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def names(source: str) -> Iterator[str]:
    """Every dotted name that a source uses, and every one that it imports."""
    yield from imports(source)
    for node in nodes(source):
        if isinstance(node, ast.Attribute):
            yield dotted(node)
