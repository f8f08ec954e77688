"""Files in S3: written whole, in parts where they are large, and handed out by links that live five minutes."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from shared.settings import settings
from shared.store.sessions import client

LINK_SECONDS = 300
PART_BYTES = 8 * 1024 * 1024
"""Parts of a multipart upload; also the least size that is sent in parts."""


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


def disposition(name: str) -> str:
    """An attachment with its name in any script (RFC 6266, RFC 8187), and in ASCII for those that know no better."""
    ascii_name = "".join(char if char.isascii() and (char.isalnum() or char in "._- ") else "_" for char in name)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
