"""`python -m local.packaging.bytecode FOLDER`: compile an artefact for the Python of the template's runtime.

/var/task is read-only, so without bytecode Lambda compiles every module at every cold start. Bytecode fits one minor
version of Python, so this version must be on the PATH or under pyenv; without it the artefact has sources alone.
Hashes are unchecked, because sources do not change on Lambda and a zip file does not keep their times.
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
PRINT_VERSION = "import sys; print('python%d.%d' % sys.version_info[:2])"


def interpreter() -> Path | None:
    """The Python of the template's runtime on this machine."""
    return find(Template.load().runtime)


@cache
def find(name: str) -> Path | None:
    """An interpreter with a name like `python3.13` that starts and is of this version; a shim of pyenv may be
    neither."""
    for path in _candidates(name):
        answer = subprocess.run([path, "-c", PRINT_VERSION], capture_output=True, text=True, check=False)
        if answer.stdout.strip() == name:
            return path
    return None


def missing(name: str) -> str:
    version = name.removeprefix("python")
    return f"Lambda runs Python {version}, and there is none here on the PATH or under pyenv (pyenv install {version})"


def compile_all(folder: Path) -> bool:
    """Compile all modules; False if there is no such Python here. Tracebacks name the files by their paths on
    Lambda."""
    python = interpreter()
    if python is None:
        return False
    here = str(folder.resolve())
    paths = ["-s", here, "-p", ON_LAMBDA, here]
    command = [str(python), "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", *paths]
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
