"""`make export`: request an export from the running server and download its files into the current folder.

PORT and DATA_DIR are those of `make run`. EXPORT_STORE, EXPORT_KIND and so on say what to export.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from tqdm import tqdm

from local.commands.token import grants
from local.load.client import Api, Refused, TryAgain, with_retries
from local.members import Accounts
from local.template import Template
from local.tokens import Issuer, TokenError

POLL_SECONDS = 0.3
UNITS = {"customers": " customers", "picks": " products"}
NAMES = ("kind", "format", "language", "layout", "status")
ENDED = ("succeeded", "failed", "cancelled", "expired")


class CannotExport(Exception):
    """Printed for the user, without a traceback."""


def export(api: Api, token: str, request: dict[str, Any], folder: Path) -> list[Path]:
    """Request, wait, download. Raises CannotExport, Refused or TryAgain."""
    job = with_retries(lambda: api.call("POST", "/v1/exports", token, request).body, attempts=4)
    with tqdm(total=None, unit=UNITS.get(request.get("kind", ""), " orders"), desc=job["id"], leave=False) as bar:
        while job["state"] not in ENDED:
            time.sleep(POLL_SECONDS)
            job = api.get(f"/v1/exports/{job['id']}", token)
            bar.total = job["progress"]["total"]
            bar.update(job["progress"]["done"] - bar.n)
    if job["state"] != "succeeded":
        why = f": {job['failed']['message']}" if job["failed"] else ""
        raise CannotExport(f"The export {job['id']} has {job['state']}{why}")
    for warning in job["warnings"]:
        details = ", ".join(warning[name] for name in ("order_id", "buyer_id", "sku", "column") if name in warning)
        print(f"file {warning['file']}: {warning['message']} {details}".rstrip(), file=sys.stderr)
    return [_fetch(api, token, job["id"], file, folder) for file in job["files"]]


def _fetch(api: Api, token: str, export_id: str, file: dict[str, Any], folder: Path) -> Path:
    """Download a file and check its digest. The token goes to the API only; the bucket gets the signed link."""
    url = urlsplit(api.url)
    connection = http.client.HTTPConnection(url.netloc, timeout=60)
    connection.request(
        "GET", f"/v1/exports/{export_id}/files/{file['n']}", headers={"Authorization": f"Bearer {token}"}
    )
    answer = connection.getresponse()
    link = answer.getheader("Location")
    if answer.status != 302 or not link:
        raise CannotExport(f"File {file['n']} cannot be fetched ({answer.status})")
    path = free_path(folder / Path(file["name"]).name)
    digest = hashlib.sha256()
    partial = free_path(path.with_name(f"{path.name}.part"))
    with urlopen(link, timeout=60) as source, partial.open("xb") as target:
        while part := source.read(1 << 20):
            digest.update(part)
            target.write(part)
    if digest.hexdigest() != file["sha256"]:
        raise CannotExport(f"{partial} is not what was written; fetch it again")
    return partial.rename(path)


def free_path(path: Path) -> Path:
    """A name that no file has, so that nothing is overwritten."""
    number, free = 1, path
    while free.exists():
        free = path.with_stem(f"{path.stem} ({number})")
        number += 1
    return free


def _request(variables: Mapping[str, str]) -> dict[str, Any]:
    """The body of the request. Empty variables are left out, so the API's defaults apply."""
    body: dict[str, Any] = {name: value for name in NAMES if (value := variables.get(f"EXPORT_{name.upper()}"))}
    since, until = variables.get("EXPORT_SINCE"), variables.get("EXPORT_UNTIL")
    if bool(since) != bool(until):
        raise CannotExport("A window has both ends: FROM=2026-01-01T00:00:00Z TO=2026-07-01T00:00:00Z")
    return body | ({"window": {"from": since, "to": until}} if since else {})


def main(variables: Mapping[str, str]) -> int:
    store = variables.get("EXPORT_STORE") or "demo"
    url = f"http://127.0.0.1:{variables.get('PORT') or 3000}"
    data_dir = Path(variables.get("DATA_DIR") or "data").resolve()
    try:
        token = Accounts(url, Issuer.of(data_dir, Template.load())).token(grants(store, "staff"))
        for path in export(Api(url), token, _request(variables), Path.cwd()):
            print(path.name)
    except Refused as refused:
        print(f"There is no store {store} here." if refused.status == 404 else refused, file=sys.stderr)
    except TryAgain as failed:
        print(f"{url} does not answer ({failed}); is `make run` running, with this PORT and DATA_DIR?", file=sys.stderr)
    except (CannotExport, TokenError) as failed:
        print(failed, file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(os.environ))
