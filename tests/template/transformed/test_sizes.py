"""How much room the limits of AWS leave."""

from __future__ import annotations

import copy
import re

from tests.proof import counted
from tests.template.transformed.sizes import one_permission_per_route, permission_bytes, sizes
from tests.template.transformed.translation import transformed


def test_sizes_have_room() -> None:
    """The largest of each kind, and what one permission per route would need."""
    largest: dict[str, tuple[int, int]] = {}
    for what, used, limit in sizes(transformed()):
        kind = re.sub(r" of (the \w+ of )?[A-Z]\w+$", r" of \1a resource", what)
        largest[kind] = max(largest.get(kind, (0, limit)), (used, limit))
    for kind, (used, limit) in largest.items():
        print(f"{kind}: {used:,} of {limit:,}")
    counted("limits of AWS that the template is compared with", len(largest), 9)
    counted("resources of the transformed template", largest["resources"][0], 100)
    apart = permission_bytes(one_permission_per_route(copy.deepcopy(transformed())), "OrdersFunction")
    counted("bytes of the API function's policy with one permission per route", apart, 20 * 1024 + 1)
