"""What a caller may do now, and why not the rest. No Pydantic."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from shared.domain.labels import label
from shared.domain.order.choices import Choices
from shared.domain.sentences.sentence import in_language


class RefusedActionView(TypedDict):
    """An action of the caller's role that is not possible now, with the code and the reason of the 409 that it would
    have."""

    action: str
    action_label: str
    code: str
    reason: str


class ChoicesView(TypedDict):
    """The actions that the caller may take now, and every other action of the caller's role. `actions_label` has the
    order of `actions`."""

    actions: list[str]
    actions_label: list[str]
    refused_actions: list[RefusedActionView]


def choices_view(choices: Choices, language: str) -> Any:
    """The fields of ChoicesView."""
    view: ChoicesView = {
        "actions": list(choices.allowed),
        "actions_label": [label("command", action, language) for action in choices.allowed],
        "refused_actions": [
            {
                "action": action,
                "action_label": label("command", action, language),
                "code": refusal.code,
                "reason": in_language(refusal.detail, language),
            }
            for action, refusal in choices.refused.items()
        ],
    }
    return view
