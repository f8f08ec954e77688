"""Write the OpenAPI document of this checkout into a file: python -m local.console.document FILE

The document is what `GET /v1/openapi.json` answers. It needs no engine.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from local.gateway import http_api
from local.gateway.http_api import Request, Router
from local.runtime import Context, environment, load
from local.template import Template

PATH = "/v1/openapi.json"


def document() -> bytes:
    template = Template.load()
    match = Router(template.routes).match("GET", PATH)
    assert match is not None, f"template.yaml has no route {PATH}"
    function = template.functions[match.route.function]
    nowhere = "http://127.0.0.1:1"
    os.environ.update(environment(function, nowhere, nowhere, "none"))
    request = Request("GET", PATH, [("host", "localhost")])
    event = http_api.event(request, match, None, "document", datetime.now(UTC))
    result = load(function.handler)(event, Context(function.logical_id, function.memory, function.timeout))
    response = http_api.response(result)
    assert response.status == 200, response.body
    return response.body


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(document())
