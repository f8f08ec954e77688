"""Files in S3: written whole, in parts where they are large, and handed out by links that live five minutes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from botocore.exceptions import ClientError

from shared.settings import settings
from shared.store.clients import client
from shared.store.dynamodb.errors import Busy

LINK_SECONDS = 300
FORM_SECONDS = 900
PART_BYTES = 8 * 1024 * 1024
"""Parts of a multipart upload; also the least size that is sent in parts."""
PASSING = frozenset({"InternalError", "ServiceUnavailable", "SlowDown"})
"""What S3 says of one file of many when it is worth asking again."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a file begins, its whole size, and the tag that tells it from another under the same key."""

    content: bytes
    bytes: int
    etag: str


def upload(path: Path, key: str, content_type: str) -> None:
    """Send a file, in parts where it is large: it is there whole, or not at all. The bucket keeps it for 30 days.

    One PUT, or one request for each part and two more. A process that dies in between leaves parts behind: see
    `abandon`.
    """
    from boto3.s3.transfer import S3Transfer, TransferConfig  # only the worker carries boto3

    # Parts go out one after the other: with threads, a worker that is killed could not say which are under way.
    config = TransferConfig(multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, use_threads=False)
    transfer = S3Transfer(client("s3"), config)  # type: ignore[arg-type]
    transfer.upload_file(str(path), settings().exports_bucket, key, extra_args={"ContentType": content_type})


def abandon(prefix: str) -> None:
    """Do away with uploads that somebody has begun under `prefix` and will not end: their parts cost money unseen."""
    bucket = settings().exports_bucket
    for page in client("s3").get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Uploads", ()):
            client("s3").abort_multipart_upload(Bucket=bucket, Key=found["Key"], UploadId=found["UploadId"])


def delete(key: str) -> None:
    """Take a file away; nothing where it is not there."""
    client("s3").delete_object(Bucket=settings().exports_bucket, Key=key)


def forget(prefix: str) -> int:
    """Do away with every version of every file under `prefix`; answers with how many there were."""
    bucket, gone = settings().exports_bucket, 0
    for page in client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        found = [
            {"Key": each["Key"], "VersionId": each["VersionId"]}
            for each in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
        ]
        if found:
            answer = client("s3").delete_objects(Bucket=bucket, Delete={"Objects": found, "Quiet": True})
            refused = {str(each.get("Code")) for each in answer.get("Errors", ())}
            if refused <= PASSING and refused:
                raise Busy("some versions of a file could not be deleted")
            if refused:
                raise RuntimeError(f"versions of a file may not be deleted: {sorted(refused)}")
            gone += len(found)
    return gone


def link(key: str, name: str) -> str:
    """An address that gives the file for five minutes, as a download under `name`. Costs no request."""
    asked = {
        "Bucket": settings().exports_bucket,
        "Key": key,
        "ResponseContentDisposition": disposition(name),
        "ResponseContentType": "application/octet-stream",
    }
    signed: str = client("s3").generate_presigned_url("get_object", Params=asked, ExpiresIn=LINK_SECONDS)
    return signed


def form(key: str, media_type: str, max_bytes: int) -> tuple[str, dict[str, str]]:
    """A presigned POST for one file under `key`, of this media type and size, for 15 minutes. Costs no request."""
    made = client("s3").generate_presigned_post(
        settings().exports_bucket,
        key,
        Fields={"Content-Type": media_type},
        Conditions=[{"Content-Type": media_type}, ["content-length-range", 1, max_bytes]],
        ExpiresIn=FORM_SECONDS,
    )
    return made["url"], made["fields"]


def beginning(key: str) -> Beginning | None:
    """The first bytes of a file; None where there is none."""
    try:
        found = client("s3").get_object(Bucket=settings().exports_bucket, Key=key, Range="bytes=0-15")
    except ClientError as error:
        # Without the right to list the bucket, S3 answers 403 for what is not there.
        if error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied", "403", "404"):
            return None
        raise
    total = int(found.get("ContentRange", f"/{found['ContentLength']}").rpartition("/")[2])
    return Beginning(found["Body"].read(), total, found["ETag"])


def keep(key: str, kept: str, etag: str) -> None:
    """Copy a file as it was looked at; raises what botocore raises where it has changed since."""
    bucket = settings().exports_bucket
    client("s3").copy_object(Bucket=bucket, Key=kept, CopySource={"Bucket": bucket, "Key": key}, CopySourceIfMatch=etag)


def disposition(name: str) -> str:
    """An attachment with its name in any script (RFC 6266, RFC 8187), and in ASCII for those that know no better."""
    ascii_name = "".join(char if char.isascii() and (char.isalnum() or char in "._- ") else "_" for char in name)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
