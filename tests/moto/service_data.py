"""botocore's service data, read once a process: each test makes clients of its own, and reading the JSON files again
for each of them took most of a short test's time."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from botocore import loaders

MOST = 256


def read_once() -> None:
    """Keeps each file of service data, and each list of what a folder holds, for the whole process."""
    read = lru_cache(MOST)(loaders.JSONFileLoader().load_file)
    loaders.JSONFileLoader.load_file = lambda _, path: read(path)  # type: ignore[method-assign]
    whole = loaders.Loader.list_available_services
    lists: dict[tuple[tuple[str, ...], str], Any] = {}

    def list_available_services(self: Any, type_name: str) -> Any:
        where = tuple(self.search_paths), type_name
        if where not in lists:
            lists[where] = whole(self, type_name)
        return lists[where]

    loaders.Loader.list_available_services = list_available_services
