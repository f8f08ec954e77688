"""The deployed stack, as the commands for an AWS account see it. `make aws-env` prints its addresses for a shell."""

from __future__ import annotations

import shlex
import sys
from typing import Any

from local.console.publish import Stack, settings
from local.template import PROJECT


def deployed() -> tuple[Any, Stack]:
    """A session with the user's credentials, and the stack that make deploy has deployed."""
    import boto3

    saved = settings(PROJECT / "samconfig.toml")
    session = boto3.session.Session(region_name=saved.get("region"), profile_name=saved.get("profile"))
    return session, Stack.read(session.client("cloudformation"), saved["stack_name"])


def main() -> int:
    _, stack = deployed()
    for name, output in (("API", "ConsoleDistributionUrl"), ("PROGRAM", "PlatformClientId")):
        print(f"{name}={shlex.quote(stack.outputs[output])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
