"""Clients of boto3, made once a process for each service and environment: most short tests took longer to make a client
than to use it. moto mocks all clients or none, whenever they were made."""

from __future__ import annotations

import os
from typing import Any

import boto3


def keep_clients() -> None:
    whole, made = boto3.client, dict[Any, Any]()

    def client(service: str, **options: Any) -> Any:
        if options:
            return whole(service, **options)  # type: ignore[call-overload]
        key = service, *((name, value) for name, value in os.environ.items() if name.startswith("AWS_"))
        if key not in made:
            made[key] = whole(service)  # type: ignore[call-overload]
        return made[key]

    boto3.client = client  # type: ignore[assignment]
