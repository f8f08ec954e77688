"""`make aws-members`: members of stores of a deployed stack, written by the operator with AWS credentials.

With STORE, USER and ROLE: this one, such as the first owner of a store that a program has opened. Without: those of the
groups `store:role` of the user pool, which gave the roles before there were memberships. It may run twice, and also
later: a user whose membership in a store was ever changed is left alone.
"""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from local.aws.stack import deployed
from local.tokens import ROLES, STORE_ID

GROUP = re.compile(r"([A-Za-z0-9_-]{1,64}):(owner|staff|viewer|platform)")
AT_ONCE = 40


def of_groups(cognito: Any, pool: str) -> Iterator[tuple[str, str, str]]:
    """(store, user, role) of each member of a group, the strongest role of a user in a store last."""
    pages = cognito.get_paginator("list_groups").paginate(UserPoolId=pool)
    groups = [match for page in pages for each in page["Groups"] if (match := GROUP.fullmatch(each["GroupName"]))]
    for match in sorted(groups, key=lambda match: ROLES.index(match[2]), reverse=True):
        for page in cognito.get_paginator("list_users_in_group").paginate(UserPoolId=pool, GroupName=match[0]):
            for user in page["Users"]:
                yield match[1], user["Username"], match[2]


def move(found: Iterator[tuple[str, str, str]], now: datetime) -> tuple[int, list[str]]:
    """Write the memberships that nobody has changed yet. Returns how many, and a line for each that is left out."""
    from shared.domain.members import Role
    from shared.operations.members import grant_roles
    from shared.store import members
    from shared.store.pages import every

    wanted: dict[str, dict[str, Role]] = defaultdict(dict)
    left: list[str] = []
    for store, user, role in found:
        if role == Role.PLATFORM:
            left.append(f"{store}: {user} is in the group of the platform; add the client id of its program instead")
        else:
            wanted[store][user.lower()] = Role(role)
    written = 0
    for store, roles in wanted.items():
        known = {each.user_id.lower() for each in every(lambda after, store=store: members.history(store, 200, after))}  # type: ignore[misc]
        new = [user for user in roles if user not in known]
        for first in range(0, len(new), AT_ONCE):
            written += grant_roles(store, {user: roles[user] for user in new[first : first + AT_ONCE]}, now)
    return written, left


def main(variables: Mapping[str, str]) -> int:
    from botocore.exceptions import BotoCoreError, ClientError

    named = {name: variables.get(name, "") for name in ("MEMBER_STORE", "TOKEN_USER", "MEMBER_ROLE")}
    store, user, role = named.values()
    if any(named.values()) and not (STORE_ID.fullmatch(store) and user and role in ROLES):
        print("Name all three: make aws-members STORE=my-shop USER=zoe ROLE=owner", file=sys.stderr)
        return 2
    try:
        session, stack = deployed()
        os.environ |= {"TABLE_NAME": stack.outputs["TableName"], "AWS_DEFAULT_REGION": session.region_name}
        if session.profile_name != "default":
            os.environ["AWS_PROFILE"] = session.profile_name
        if store:
            from shared.domain.members import Role
            from shared.operations.members import grant_roles

            print(f"{grant_roles(store, {user: Role(role)}, datetime.now(UTC))} changed")
            return 0
        groups = of_groups(session.client("cognito-idp"), stack.outputs["UserPoolId"])
        written, left = move(groups, datetime.now(UTC))
    except (BotoCoreError, ClientError) as failed:
        print(failed, file=sys.stderr)
        return 1
    for line in left:
        print(line)
    print(f"{written} members written; {len(left)} left out")
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
