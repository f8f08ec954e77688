"""A store, and a bucket with versions."""

from __future__ import annotations

import boto3
import pytest

from tests.harness import BUCKET, Api, Shop


@pytest.fixture
def shop(in_process: Api) -> Shop:
    """A store, and a bucket with versions."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return in_process.shop()
