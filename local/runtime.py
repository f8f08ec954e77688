"""One Lambda execution environment: the variables, the handler, the context and the time limit."""

from __future__ import annotations

import importlib
import os
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field
from typing import Any

from local.resources import REGION, Function

Handler = Callable[[dict[str, Any], "Context"], Any]


@dataclass(frozen=True)
class Context:
    """The attributes of Lambda's context object that handlers and Powertools read."""

    function_name: str
    memory_limit_in_mb: int
    timeout: float
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started: float = field(default_factory=time.monotonic)
    function_version: str = "$LATEST"

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:{REGION}:000000000000:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.started + self.timeout - time.monotonic()) * 1000))


KEY_ID = "local"
"""The id of the key that signs requests to the engines. Links show it; the secret is a new one for each run."""


def aws_variables(dynamodb: str, services: str, secret: str) -> dict[str, str]:
    """The variables that make an AWS client use the local engines."""
    return {
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_ENDPOINT_URL_DYNAMODB": dynamodb,
        "AWS_ENDPOINT_URL": services,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def environment(function: Function, dynamodb: str, services: str, secret: str) -> dict[str, str]:
    """The variables of template.yaml, and those that make a function use the local engines."""
    return {
        **function.environment,
        **aws_variables(dynamodb, services, secret),
        "AWS_LAMBDA_FUNCTION_NAME": function.logical_id,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "LOOPBACK_TARGETS": "1",  # alerts may go to this machine; on AWS they may not
    }


def clean_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with `variables`, and without the AWS and proxy settings of the user."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "POWERTOOLS_")) and not name.lower().endswith("_proxy")
    }
    return {**inherited, **variables}


def load(handler: str) -> Handler:
    """`functions.orders.handler.lambda_handler` → the callable."""
    module, _, name = handler.rpartition(".")
    callable_: Handler = getattr(importlib.import_module(module), name)
    return callable_


TIMED_OUT = 4
"""The exit status of a process whose function hangs; another process takes its place at once."""


class TimedOut(Exception):
    """The function did not answer within its Timeout."""


class Environment:
    """Runs one event at a time, like a Lambda execution environment. Powertools' resolver has the current event on its
    class, so two events at once in one process would answer each other's requests."""

    @classmethod
    def of(cls, function: Function) -> Environment:
        return cls(load(function.handler), function.logical_id, function.memory, function.timeout)

    def __init__(self, handler: Handler, name: str, memory: int, timeout: float) -> None:
        self._handler, self._name, self._memory, self._timeout = handler, name, memory, timeout
        self._turn = threading.Lock()
        self._runner = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self.stuck = False

    def invoke(self, event: dict[str, Any]) -> Any:
        """Return the handler's result or raise its error. After TimedOut, `stuck` means that the handler still runs and
        this environment cannot be used again."""
        if self.stuck or not self._turn.acquire(timeout=self._timeout):
            raise TimedOut
        try:
            context = Context(self._name, self._memory, self._timeout)
            running = self._runner.submit(self._handler, event, context)
            try:
                return running.result(self._timeout)
            except FutureTimeout:
                # A TimeoutError that the handler raised is not a time-out of the function.
                if running.done():
                    raise
                self.stuck = True
                raise TimedOut from None
        finally:
            self._turn.release()
