"""Files in S3: uploads, in parts if they are large; presigned links and forms; deletion of all versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from botocore.exceptions import ClientError

from shared.settings import settings
from shared.store.clients import client
from shared.store.dynamodb.errors import Busy, Missing

LINK_SECONDS = 300
FORM_SECONDS = 900
PART_BYTES = 8 * 1024 * 1024
"""The size of a part, and the smallest size of a file that is uploaded in parts."""
RETRYABLE = frozenset({"InternalError", "ServiceUnavailable", "SlowDown"})
"""Errors of S3 for one file of a batch after which a retry can succeed."""

NO_SUCH_FILE = frozenset({"NoSuchKey", "AccessDenied", "403", "404"})
"""Without permission to list the bucket, S3 answers 403 for a missing key."""


@dataclass(frozen=True, slots=True)
class FirstBytes:
    """The first 16 bytes of a file, its size in bytes, and its entity tag."""

    content: bytes
    bytes: int
    etag: str


def upload(path: Path, key: str, content_type: str) -> None:
    """Upload a file, in parts if it is large. It appears complete or not at all. The bucket deletes it after 30 days.

    One PUT, or one request for each part and two more. If the process dies meanwhile, parts remain: see
    `abort_uploads`.
    """
    from boto3.s3.transfer import S3Transfer, TransferConfig  # only the worker's package has boto3

    # One part at a time, without threads: so it is known which part a killed worker was uploading.
    config = TransferConfig(multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, use_threads=False)
    transfer = S3Transfer(client("s3"), config)  # type: ignore[arg-type]
    transfer.upload_file(str(path), settings().exports_bucket, key, extra_args={"ContentType": content_type})


def put(key: str, content: bytes, content_type: str) -> None:
    """Write a small file with one PUT."""
    client("s3").put_object(Bucket=settings().exports_bucket, Key=key, Body=content, ContentType=content_type)


def read(key: str) -> bytes:
    """A small file, whole."""
    content: bytes = client("s3").get_object(Bucket=settings().exports_bucket, Key=key)["Body"].read()
    return content


def download(key: str, path: Path) -> None:
    """Write a file to `path`, in pieces. Raises Missing if it does not exist."""
    try:
        body = client("s3").get_object(Bucket=settings().exports_bucket, Key=key)["Body"]
    except ClientError as error:
        if error.response["Error"]["Code"] in NO_SUCH_FILE:
            raise Missing("the file does not exist") from None
        raise
    with path.open("wb") as file:
        for piece in body.iter_chunks(1024 * 1024):
            file.write(piece)


def abort_uploads(prefix: str) -> None:
    """Abort unfinished multipart uploads under `prefix`: their parts cost money and no listing shows them."""
    bucket = settings().exports_bucket
    for page in client("s3").get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix):
        for each in page.get("Uploads", ()):
            client("s3").abort_multipart_upload(Bucket=bucket, Key=each["Key"], UploadId=each["UploadId"])


def delete(key: str) -> None:
    """Delete a file; no error if it does not exist."""
    client("s3").delete_object(Bucket=settings().exports_bucket, Key=key)


def keys_under(prefix: str) -> Iterator[str]:
    """The keys of the files under `prefix`, in order, lazily; one request for each 1,000."""
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=settings().exports_bucket, Prefix=prefix)
    return (each["Key"] for page in pages for each in page.get("Contents", ()))


def delete_version(key: str, version: str) -> None:
    """Delete one version of a file; the version before it is the file again. No error if it does not exist."""
    client("s3").delete_object(Bucket=settings().exports_bucket, Key=key, VersionId=version)


def delete_versions(prefix: str) -> int:
    """Delete every version of every file under `prefix`; returns how many there were. Raises Busy if a retry can help,
    RuntimeError otherwise."""
    bucket, deleted = settings().exports_bucket, 0
    for page in client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        versions = [
            {"Key": each["Key"], "VersionId": each["VersionId"]}
            for each in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
        ]
        if versions:
            answer = client("s3").delete_objects(Bucket=bucket, Delete={"Objects": versions, "Quiet": True})
            refused = {str(each.get("Code")) for each in answer.get("Errors", ())}
            if refused <= RETRYABLE and refused:
                raise Busy("some versions of a file could not be deleted")
            if refused:
                raise RuntimeError(f"versions of a file may not be deleted: {sorted(refused)}")
            deleted += len(versions)
    return deleted


def link(key: str, name: str) -> str:
    """A presigned URL that downloads the file as `name`, valid for five minutes. Costs no request."""
    params = {
        "Bucket": settings().exports_bucket,
        "Key": key,
        "ResponseContentDisposition": disposition(name),
        "ResponseContentType": "application/octet-stream",
    }
    signed: str = client("s3").generate_presigned_url("get_object", Params=params, ExpiresIn=LINK_SECONDS)
    return signed


def form(key: str, media_type: str, max_bytes: int) -> tuple[str, dict[str, str]]:
    """(URL, fields) of a presigned POST for one file of this media type and size, valid for 15 minutes. No request."""
    made = client("s3").generate_presigned_post(
        settings().exports_bucket,
        key,
        Fields={"Content-Type": media_type},
        Conditions=[{"Content-Type": media_type}, ["content-length-range", 1, max_bytes]],
        ExpiresIn=FORM_SECONDS,
    )
    return made["url"], made["fields"]


def first_bytes(key: str) -> FirstBytes | None:
    """The first bytes of a file; None if it does not exist."""
    try:
        answer = client("s3").get_object(Bucket=settings().exports_bucket, Key=key, Range="bytes=0-15")
    except ClientError as error:
        if error.response["Error"]["Code"] in NO_SUCH_FILE:
            return None
        raise
    total = int(answer.get("ContentRange", f"/{answer['ContentLength']}").rpartition("/")[2])
    return FirstBytes(answer["Body"].read(), total, answer["ETag"])


def copy(key: str, target: str, etag: str) -> str | None:
    """Copy a file to the key `target` if its entity tag still is `etag`; otherwise botocore's ClientError. Returns the
    version of the copy; None in a bucket without versions."""
    bucket = settings().exports_bucket
    copied = client("s3").copy_object(
        Bucket=bucket, Key=target, CopySource={"Bucket": bucket, "Key": key}, CopySourceIfMatch=etag
    )
    version: str | None = copied.get("VersionId")
    return version


def disposition(name: str) -> str:
    """The header value of a download named `name` (RFC 6266, RFC 8187), with an ASCII name for old clients."""
    ascii_name = "".join(char if char.isascii() and (char.isalnum() or char in "._- ") else "_" for char in name)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
