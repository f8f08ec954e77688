"""Files in S3."""

from __future__ import annotations

from typing import BinaryIO

from shared.settings import settings


def put_file(key: str, file: BinaryIO, content_type: str) -> None:
    """Upload a file, in parts where it is large; the same key again replaces it. The bucket keeps it for 30 days."""
    import boto3  # here, because no other function pays for an S3 client

    boto3.client("s3").upload_fileobj(file, settings().exports_bucket, key, ExtraArgs={"ContentType": content_type})
