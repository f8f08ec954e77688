"""`make aws-migrate`: the same as `make migrate` for the table of a deployed stack, with AWS credentials.

Digests and terms of orders, and the secrets of channels, need the key for secrets. Its policy admits whose credentials
these are while the command runs: it sets the parameter MigrationRoleArn of the stack, and clears it in the end.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from local.aws.stack import deployed
from local.commands.migrate import arguments, run
from local.console.publish import Stack

PARAMETER = "MigrationRoleArn"
WAITS = 24
"""Times of 5 seconds: a new policy of a key holds everywhere after some seconds, seldom minutes."""


def principal(session: Any) -> str:
    """The ARN of the user or the role whose credentials these are, as a policy names it."""
    arn: str = session.client("sts").get_caller_identity()["Arn"]
    _, _, assumed = arn.partition(":assumed-role/")
    if not assumed:
        return arn
    role: str = session.client("iam").get_role(RoleName=assumed.split("/")[0])["Role"]["Arn"]  # with its path
    return role


@contextmanager
def admitted(session: Any, stack: Stack) -> Iterator[None]:
    """In the block, these credentials may use the key for secrets. A stack that names somebody stays as it is. Ends the
    command if the stack is older than the parameter: former code would go on writing what is to be rewritten."""
    if PARAMETER not in stack.parameters:
        raise SystemExit(f"The stack {stack.name} is of an older version. Deploy this version first, with make deploy")
    if stack.parameters.get(PARAMETER):
        yield
        return
    print("admitting you to the key for secrets (two changes of the stack, a minute each)", file=sys.stderr)
    caller = principal(session)
    try:
        stack.update({PARAMETER: caller})
        yield
    finally:
        try:
            stack.update({PARAMETER: ""})
        except BaseException:  # Ctrl-C while the stack changes, too
            print(f"{PARAMETER} of the stack {stack.name} may still name {caller}: clear it", file=sys.stderr)
            raise


def await_key(sleep: Callable[[float], None] = time.sleep) -> None:
    """Until the key may be used. Raises ClientError if it may not in two minutes."""
    from botocore.exceptions import ClientError

    from shared.store.secrets import search_secret

    for waits in range(WAITS + 1):
        try:
            search_secret()
            return
        except ClientError as refused:
            if refused.response.get("Error", {}).get("Code") != "AccessDeniedException" or waits == WAITS:
                raise
            sleep(5)


def main(variables: Mapping[str, str]) -> int:
    from botocore.exceptions import BotoCoreError, ClientError
    from pynamodb.exceptions import PynamoDBException

    from shared.store.dynamodb.errors import Busy

    dry_run, workers = arguments(variables)
    try:
        session, stack = deployed()
        os.environ |= {
            "TABLE_NAME": stack.outputs["TableName"],
            "KMS_KEY_ID": stack.resource("SecretsKey"),
            "AWS_DEFAULT_REGION": session.region_name,
        }
        if session.profile_name != "default":
            os.environ["AWS_PROFILE"] = session.profile_name
        with admitted(session, stack):
            await_key()
            return run(dry_run, workers)
    except (Busy, BotoCoreError, ClientError, PynamoDBException) as failed:
        print(failed, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(os.environ))
