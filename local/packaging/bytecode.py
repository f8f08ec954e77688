"""`python -m local.packaging.bytecode FOLDER`: compile an artefact for the Python that Lambda runs it on.

/var/task is read-only, so that Lambda would compile every module at every cold start. Bytecode fits one minor version
of Python alone: it is made by that version where it is found, on the PATH or under pyenv, and left out where it is not.
Unchecked hashes: nobody edits a source on Lambda, and a zip's times are not the files' own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from local.template import Template

ON_LAMBDA = "/var/task"
ASK = "import sys; print('python%d.%d' % sys.version_info[:2])"


def interpreter() -> Path | None:
    """The Python of the template's runtime on this machine."""
    return found(Template.load().runtime)


@cache
def found(name: str) -> Path | None:
    """An interpreter called like `python3.13` that runs and is what its name says: a shim of pyenv may do neither."""
    for path in _candidates(name):
        asked = subprocess.run([path, "-c", ASK], capture_output=True, text=True, check=False)
        if asked.stdout.strip() == name:
            return path
    return None


def missing(name: str) -> str:
    version = name.removeprefix("python")
    return f"Lambda runs Python {version}, and there is none here on the PATH or under pyenv (pyenv install {version})"


def compile_all(folder: Path) -> bool:
    """Whether there is bytecode now. Tracebacks name the files as they lie on Lambda."""
    python = interpreter()
    if python is None:
        return False
    where = ["-s", str(folder.resolve()), "-p", ON_LAMBDA]
    command = [str(python), "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", *where, str(folder)]
    subprocess.run(command, check=True)
    return True


def _candidates(name: str) -> Iterator[Path]:
    yield Path(sys.executable)
    if on_path := shutil.which(name):
        yield Path(on_path)
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    yield from sorted(versions.glob(f"{name.removeprefix('python')}.*/bin/{name}"), reverse=True)


def main(arguments: list[str]) -> int:
    if not compile_all(Path(arguments[0])):
        print(f"No bytecode: {missing(Template.load().runtime)}.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
