"""The files of the buckets, under the front's own address.

Links and forms are signed for the front's host, and their path begins with the bucket. So a page of the front uses them
within its own origin. The front passes such a request on as it came; the guard of the services checks its signature.
"""

from __future__ import annotations

import http.client
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from local.gateway import http_api
from local.gateway.http_api import Headers, Request, Response
from local.guard import MAX_BODY
from local.resources import Cors

MAX_UPLOAD = MAX_BODY
TIMEOUT = 30
OF_THE_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"})
"""Headers that are of one connection, and those that the front writes itself."""
OF_THE_PAGE = frozenset({"origin", "expect", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"})
"""Headers of a request that the front has dealt with; the guard refuses every Origin."""


@dataclass(frozen=True)
class Files:
    """`services` is the URL of the S3 stand-in, `cors` has what pages may do, by the name of the bucket."""

    services: str
    cors: Mapping[str, Cors]

    def has(self, path: str) -> bool:
        return path.removeprefix("/").partition("/")[0] in self.cors

    def answer(self, request: Request) -> Response:
        """The answer of the bucket, with the CORS headers of the template."""
        cors = self.cors[request.path.removeprefix("/").partition("/")[0]]
        origin = request.header("origin")
        if request.method == "OPTIONS":
            return http_api.preflight(cors, origin)
        response = self._forward(request)
        own = [pair for pair in response.headers if not pair[0].startswith("access-control-")]
        return Response(response.status, own + http_api.cors_headers(cors, origin), response.body)

    def _forward(self, request: Request) -> Response:
        connection = http.client.HTTPConnection(urlsplit(self.services).netloc, timeout=TIMEOUT)
        try:
            connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers:
                if name.lower() not in OF_THE_CONNECTION | OF_THE_PAGE:
                    connection.putheader(name, value.encode("latin-1", "replace"))
            connection.putheader("content-length", str(len(request.body)))
            connection.endheaders(request.body)
            answer = connection.getresponse()
            headers: Headers = [(name.lower(), value) for name, value in answer.getheaders()]
            kept = [pair for pair in headers if pair[0] not in OF_THE_CONNECTION]
            return Response(answer.status, kept, answer.read())
        except ValueError:  # a target or a header that cannot be sent
            return http_api.message(400, "Bad Request")
        except (OSError, http.client.HTTPException) as failed:
            print(f"the bucket does not answer: {failed!r}", file=sys.stderr)
            return http_api.message(503, "Service Unavailable")
        finally:
            connection.close()
