"""`make import`: send a file to the running server, wait until its rows have their results, and print them.

PORT and DATA_DIR are those of `make run`. IMPORT_FILE, IMPORT_STORE and so on say what to import. The rows that failed
are saved beside the file, with their reasons.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from tqdm import tqdm

from local.commands.export import free_path
from local.commands.token import grants
from local.load.client import Api, Refused, TryAgain, with_retries
from local.members import Accounts
from local.template import Template
from local.tokens import Issuer, TokenError

POLL_SECONDS = 0.3
PATIENCE = 300
"""Seconds without progress after which a run gives up waiting; the import itself goes on."""
ENDED = ("preview", "succeeded", "failed", "cancelled")
SHOWN = 10
"""The failed rows and warnings that are printed."""


class CannotImport(Exception):
    """Printed for the user, without a traceback."""


def run(api: Api, token: str, path: Path, request: dict[str, Any], *, applies: bool) -> dict[str, Any]:
    """Upload, wait, apply a preview if asked to. Returns the import. Raises CannotImport, Refused or TryAgain."""
    content = path.read_bytes()
    if not content:
        raise CannotImport(f"{path} is empty")
    job = with_retries(lambda: api.call("POST", "/v1/imports", token, request).body, attempts=4)
    if len(content) > job["max_bytes"]:
        raise CannotImport(f"{path} has more than {job['max_bytes'] // 2**20} MB: split it")
    _upload(job["upload"], path.name, content)
    job = _wait(api, token, job["id"])
    if job["state"] == "preview" and applies:
        with_retries(lambda: api.call("POST", f"/v1/imports/{job['id']}/apply", token, {}), attempts=4)
        job = _wait(api, token, job["id"])
    return job


def _upload(form: Mapping[str, Any], name: str, content: bytes) -> None:
    """Send the presigned form to the bucket: its fields, then the file."""
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in form["fields"].items()
    ]
    parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="upload"\r\n\r\n')
    body = "".join(parts).encode() + content + f"\r\n--{boundary}--\r\n".encode()
    url = urlsplit(form["url"])
    connection = http.client.HTTPConnection(url.netloc, timeout=120)
    connection.request("POST", url.path or "/", body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})
    answer = connection.getresponse()
    if answer.status >= 300:
        raise CannotImport(f"The bucket refused {name} ({answer.status})")
    answer.read()


def _wait(api: Api, token: str, import_id: str) -> dict[str, Any]:
    """The import when it has ended or waits at its preview; a bar shows the rows."""
    job: dict[str, Any] = api.get(f"/v1/imports/{import_id}", token)
    until = time.monotonic() + PATIENCE
    with tqdm(total=None, unit=" rows", desc=import_id, leave=False) as bar:
        while job["state"] not in ENDED:
            time.sleep(POLL_SECONDS)
            job = api.get(f"/v1/imports/{import_id}", token)
            bar.total = job["progress"]["total"]
            if job["progress"]["done"] != bar.n:
                bar.update(job["progress"]["done"] - bar.n)
                until = time.monotonic() + PATIENCE
            if time.monotonic() > until:
                raise CannotImport(f"The import {import_id} is still {job['state']}; it goes on without this command")
    return job


def report(api: Api, token: str, job: Mapping[str, Any], path: Path) -> None:
    """Print the counts, the first warnings and failed rows, and save the file of all failed rows."""
    print(f"{path.name}: {job['state']}" + (f", layout {job['layout']}" if job["layout"] else ""))
    words = ("would be created", "would be updated") if job["state"] == "preview" else ("created", "updated")
    for word, name in zip((*words, "unchanged", "failed"), ("created", "updated", "unchanged", "failed"), strict=True):
        print(f"  {word:<17}{job['counts'][name]:>9,}")
    for warning in job["warnings"][:SHOWN]:
        place = f"row {warning['row']}: " if warning.get("row") else ""
        print(f"  {place}{warning['message']} {warning.get('column', '')}".rstrip())
    if len(job["warnings"]) > SHOWN:
        print(f"  and {len(job['warnings']) - SHOWN} more warnings")
    if not job["counts"]["failed"]:
        return
    rows = api.get(f"/v1/imports/{job['id']}/rows", token, state="failed", limit=SHOWN)["data"]
    for row in rows:
        cell = f"{row['column']} " if row.get("column") else ""
        value = f"{json.dumps(row['value'], ensure_ascii=False)}: " if row.get("value") else ""
        print(f"  row {row['row']}, {cell}{value}{row['reason']}")
    saved = _save_failed_rows(api, token, str(job["id"]), path)
    if saved:
        print(f"All {job['counts']['failed']:,} failed rows with their reasons: {saved}. Mend it and import it again.")


def _save_failed_rows(api: Api, token: str, import_id: str, path: Path) -> Path | None:
    """The token goes to the API only; the bucket gets the signed link."""
    connection = http.client.HTTPConnection(urlsplit(api.url).netloc, timeout=60)
    connection.request("GET", f"/v1/imports/{import_id}/failed-rows", headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    link = answer.getheader("Location")
    if answer.status != 302 or not link:
        return None
    saved = free_path(path.with_name(f"{path.stem}_failed.xlsx"))
    with urlopen(link, timeout=60) as source, saved.open("xb") as target:
        target.write(source.read())
    return saved


def _request(variables: Mapping[str, str], path: Path) -> tuple[dict[str, Any], bool]:
    """The body of the request, and whether a preview is carried out. Orders are carried out at once; a tracking sheet
    needs APPLY=1."""
    kind, applies = variables.get("IMPORT_KIND") or "orders", variables.get("IMPORT_APPLY")
    body: dict[str, Any] = {"kind": kind, "file_name": path.name[:200]}
    body |= {"dry_run": True} if kind == "orders" and applies == "0" else {}
    for name in ("layout", "time_zone"):
        if value := variables.get(f"IMPORT_{name.upper()}"):
            body[name] = value
    return body, applies == "1"


def main(variables: Mapping[str, str]) -> int:
    store = variables.get("IMPORT_STORE") or "demo"
    url = f"http://127.0.0.1:{variables.get('PORT') or 3000}"
    data_dir = Path(variables.get("DATA_DIR") or "data").resolve()
    path = Path(variables.get("IMPORT_FILE") or "").expanduser()
    try:
        if not path.is_file():
            raise CannotImport("Name the file: make import FILE=orders.xls STORE=my-shop")
        # The first request of an owner of a new store creates it.
        token = Accounts(url, Issuer.of(data_dir, Template.load())).token(grants(store, "owner"))
        body, applies = _request(variables, path)
        job = run(Api(url), token, path, body, applies=applies)
        if job["state"] == "failed":
            raise CannotImport(f"{path.name}: {job['failed']['message']}")
        report(Api(url), token, job, path)
        if job["state"] == "preview":
            print("Nothing has changed yet. The same command with APPLY=1 carries it out.")
    except Refused as refused:
        print(refused, file=sys.stderr)
    except TryAgain as failed:
        print(f"{url} does not answer ({failed}); is `make run` running, with this PORT and DATA_DIR?", file=sys.stderr)
    except (CannotImport, TokenError, OSError) as failed:
        print(failed, file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(os.environ))
