"""What the functions run on, and the versions of the packages in them."""

from __future__ import annotations

import re
import tomllib

from local.template import PROJECT
from tests.template.document import written


def test_functions_run_on_one_python_and_the_sources_on_any_from_3_11_on() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    assert written()["Globals"]["Function"]["Runtime"] == "python3.13"
    assert "--python-version 3.13 " in makefile
    assert project["project"]["requires-python"] == ">=3.11"
    assert project["tool"]["ruff"]["target-version"] == "py311"
    assert project["tool"]["mypy"]["python_version"] == "3.11"
    assert "sys.version_info < (3, 11)" in makefile


def test_wheels_are_for_the_functions_processor_and_its_system() -> None:
    architecture = written()["Globals"]["Function"]["Architectures"]
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    assert architecture == ["x86_64"] and "--platform manylinux$(glibc)_x86_64)" in makefile
    # Amazon Linux 2023, on which Lambda runs Python 3.12 and later, has glibc 2.34.
    newest = max(int(minor) for minor in re.findall(r"_2_(\d+)", makefile))
    assert newest == 34


def _without_extras(requirement: str) -> tuple[str, str]:
    name, _, version = requirement.partition("==")
    return re.sub(r"\[.*\]", "", name).lower().replace("_", "-"), version


def _lines(path: str) -> list[str]:
    lines = (PROJECT / path).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_every_pin_is_the_same_wherever_it_stands() -> None:
    groups = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    locked = dict(_without_extras(line) for line in _lines("constraints.txt"))
    for group in groups.values():
        for name, version in map(_without_extras, group):
            assert locked[name] == version, name
    packaged = dict(map(_without_extras, groups["run"] + groups["exports"] + groups["imports"]))
    seen = set()
    for folder in ("orders", "deadlines", "alerts", "exports", "imports", "customers"):
        for name, version in map(_without_extras, _lines(f"functions/{folder}/requirements.txt")):
            assert packaged[name] == version, f"{folder}: {name}"
            seen.add(name)
    assert seen == packaged.keys()
