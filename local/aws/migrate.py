"""`make aws-migrate`: the same as `make migrate` for the table of a deployed stack, with AWS credentials.

The parameter MigrationRoleArn of the stack must name whose these are: digests and terms of orders, and the secrets of
channels, need the key for secrets.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from local.aws.stack import deployed
from local.commands.migrate import arguments, run


def main(variables: Mapping[str, str]) -> int:
    from botocore.exceptions import BotoCoreError, ClientError

    from shared.store.dynamodb.errors import Busy

    try:
        session, stack = deployed()
        os.environ |= {
            "TABLE_NAME": stack.outputs["TableName"],
            "KMS_KEY_ID": stack.resource("SecretsKey"),
            "AWS_DEFAULT_REGION": session.region_name,
        }
        if session.profile_name != "default":
            os.environ["AWS_PROFILE"] = session.profile_name
        return run(*arguments(variables))
    except ClientError as refused:
        print(refused, file=sys.stderr)
        if refused.response.get("Error", {}).get("Code") == "AccessDeniedException":
            print("Does the parameter MigrationRoleArn of the stack name whose credentials these are?", file=sys.stderr)
        return 1
    except (Busy, BotoCoreError) as failed:
        print(failed, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(os.environ))
