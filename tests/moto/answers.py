"""Cheaper answers of moto: what it works out anew for each request and need not.

Its DynamoDB looks for each of the ten members that an attribute value may have, under each of several names. The one
member that is there is enough. Each request puts the URLs of its service together, which are the same every time, and
each of SQS spells the names of all attributes.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.core.serialize import BaseJSONSerializer
from moto.sqs import models as sqs


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

    urls_of, urls = BaseBackend.urls.fget, dict[type, Any]()  # type: ignore[attr-defined]

    def urls_once(self: Any) -> Any:
        if type(self) not in urls:
            urls[type(self)] = urls_of(self)
        return urls[type(self)]

    BaseBackend.urls = property(urls_once)  # type: ignore[method-assign, assignment]
    sqs.camelcase_to_underscores = cache(sqs.camelcase_to_underscores)
