"""No module imports itself by way of others."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping

from tests.architecture.sources import SOURCES, dotted, imports


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def import_graph(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Which module imports which of these, anywhere in its source, but for what only a type checker sees."""
    modules = {module_of(path) for path in sources}
    graph: dict[str, set[str]] = {}
    for path, source in sources.items():
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and dotted(node.test).split(".")[-1] == "TYPE_CHECKING":
                node.body = [ast.Pass()]
        graph[module_of(path)] = {each for each in imports(tree) if each in modules} - {module_of(path)}
    return graph


def cycles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The modules of each circle, sorted; none where imports run one way."""

    def reached(start: str) -> set[str]:
        found, waiting = set[str](), list(graph[start])
        while waiting:
            module = waiting.pop()
            if module not in found:
                found.add(module)
                waiting += graph.get(module, ())
        return found

    behind = {module: reached(module) for module in graph}
    circles = {
        tuple(sorted(each for each in behind[module] if module in behind.get(each, ())))
        for module in graph
        if module in behind[module]
    }
    return [list(circle) for circle in sorted(circles)]


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = import_graph(SOURCES)
    print(json.dumps({"modules": len(graph), "imports": sum(map(len, graph.values()))}))
    assert len(graph) >= 150 and sum(map(len, graph.values())) >= 800
    assert cycles(graph) == []


def test_a_circle_of_imports_is_seen_wherever_it_hides() -> None:
    away = {"shared/a.py": "from shared import b", "shared/c.py": ""}
    assert cycles(import_graph(away | {"shared/b.py": "from shared.c import x"})) == []
    for back in ("import shared.a", "from shared.a import x", "def f():\n    from shared import a"):
        assert cycles(import_graph(away | {"shared/b.py": back})) == [["shared.a", "shared.b"]]
    seen_by_types = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shared import a"
    assert cycles(import_graph(away | {"shared/b.py": seen_by_types})) == []
    longer = {"shared/b.py": "import shared.c", "shared/c.py": "def f():\n    import shared.a"}
    assert cycles(import_graph(away | longer)) == [["shared.a", "shared.b", "shared.c"]]
