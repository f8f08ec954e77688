"""Who a person can sign in as, with one click. On AWS these are users of the Cognito user pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from local.welcome import DEMO_STORE, SECOND_STORE


@dataclass(frozen=True, slots=True)
class Account:
    """`grants` is the role by store. `user` is the name that histories show."""

    user: str
    grants: Mapping[str, str]


ACCOUNTS: Mapping[str, Account] = {
    "owner": Account("demo-owner", {DEMO_STORE: "owner"}),
    "staff": Account("demo-staff", {DEMO_STORE: "staff"}),
    "viewer": Account("demo-viewer", {DEMO_STORE: "viewer"}),
    "second": Account("second-owner", {SECOND_STORE: "owner"}),
    "both": Account("owner-of-both", {DEMO_STORE: "owner", SECOND_STORE: "owner"}),
}
