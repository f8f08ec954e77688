"""`make aws-user` and `make aws-token`: a user of the deployed user pool, and an access token of a user or a program.

Both need AWS credentials of the account. A token is printed on the last line, alone; questions go to the terminal.
"""

from __future__ import annotations

import base64
import getpass
import json
import os
import sys
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from local.aws.stack import deployed
from local.tokens import PROGRAM_SCOPE

QUESTIONS: Mapping[str, tuple[str, str]] = {
    "NEW_PASSWORD_REQUIRED": ("NEW_PASSWORD", "A new password, of 12 characters or more: "),
    "SOFTWARE_TOKEN_MFA": ("SOFTWARE_TOKEN_MFA_CODE", "The code of your authenticator: "),
}
"""What Cognito may ask after the password: the name of the answer, and the question."""


class CannotSignIn(Exception):
    """Printed for the user, without a traceback."""


def create(cognito: Any, outputs: Mapping[str, str], user: str, email: str) -> None:
    """A new user, to whom Cognito sends a password for the first sign-in."""
    cognito.admin_create_user(
        UserPoolId=outputs["UserPoolId"],
        Username=user,
        UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
        DesiredDeliveryMediums=["EMAIL"],
    )


def token_of_person(cognito: Any, outputs: Mapping[str, str], user: str, ask: Callable[[str], str]) -> str:
    pool, client = outputs["UserPoolId"], outputs["UserPoolClientId"]
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user, "PASSWORD": ask(f"The password of {user}: ")},
    )
    while "AuthenticationResult" not in answer:
        challenge = answer["ChallengeName"]
        if challenge not in QUESTIONS:
            raise CannotSignIn(f"Cognito asks for {challenge}; sign in at the console first")
        name, question = QUESTIONS[challenge]
        answer = cognito.admin_respond_to_auth_challenge(
            UserPoolId=pool,
            ClientId=client,
            ChallengeName=challenge,
            Session=answer["Session"],
            ChallengeResponses={"USERNAME": user, name: ask(question)},
        )
    token: str = answer["AuthenticationResult"]["AccessToken"]
    return token


def token_of_program(cognito: Any, outputs: Mapping[str, str], send: Callable[[urllib.request.Request], Any]) -> str:
    """By the grant of client credentials, with the client's secret, which only the account's own may read."""
    client_id = outputs["PlatformClientId"]
    described = cognito.describe_user_pool_client(UserPoolId=outputs["UserPoolId"], ClientId=client_id)
    secret = described["UserPoolClient"]["ClientSecret"]
    request = urllib.request.Request(
        f"{outputs['SignInUrl']}/oauth2/token",
        f"grant_type=client_credentials&scope={PROGRAM_SCOPE}".encode(),
        {
            "Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    with send(request) as answer:
        token: str = json.loads(answer.read())["access_token"]
    return token


def main(arguments: list[str], variables: Mapping[str, str]) -> int:
    from botocore.exceptions import BotoCoreError, ClientError

    user, email = variables.get("TOKEN_USER", ""), variables.get("USER_EMAIL", "")
    if arguments == ["create"] and not (user and "@" in email):
        print("Name the user: make aws-user USER=zoe EMAIL=zoe@shop.example", file=sys.stderr)
        return 2
    try:
        session, stack = deployed()
        cognito = session.client("cognito-idp")
        if arguments == ["create"]:
            create(cognito, stack.outputs, user, email)
        elif user:
            print(token_of_person(cognito, stack.outputs, user, getpass.getpass))
        else:
            print(token_of_program(cognito, stack.outputs, lambda request: urllib.request.urlopen(request, timeout=30)))
    except (CannotSignIn, BotoCoreError, ClientError, OSError) as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
