"""Cheaper answers of moto's DynamoDB: it looks for each of the ten members that an attribute value may have, under each
of several names, which took most of the time of a request. The one member that is there is enough."""

from __future__ import annotations

from typing import Any

from moto.core.serialize import BaseJSONSerializer


def cheap_answers() -> None:
    whole = BaseJSONSerializer._serialize_type_structure

    def structure(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if not (key and shape.name == "AttributeValue" and type(value) is dict and len(value) == 1):
            whole(self, serialized, value, shape, key)
            return
        ((member, held),) = value.items()
        wrapper = self.MAP_TYPE()
        self._serialize(wrapper, held, shape.members[member], member)
        serialized[key] = wrapper

    BaseJSONSerializer._serialize_type_structure = structure  # type: ignore[method-assign]
