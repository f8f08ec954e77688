"""Artefacts carry a copy of botocore's service data: a client made from it does the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import botocore.exceptions
import botocore.session
import pytest

from local.packaging import service_data
from local.packaging.service_data import without_documentation
from shared.store import clients

REGIONS = ("us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1")


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    service_data.write(tmp_path)
    monkeypatch.setattr(clients, "SERVICE_DATA", tmp_path)
    monkeypatch.setattr(clients._ServiceData, "BUILTIN_DATA_PATH", str(tmp_path))
    return tmp_path


def client(session: botocore.session.Session, service: str, region: str) -> Any:
    return session.create_client(service, region, aws_access_key_id="x", aws_secret_access_key="x")


def test_the_copy_has_every_operation_and_shape(copy: Path) -> None:
    operations = 0
    for service in clients.SERVICES:
        quick = client(clients.with_service_data(botocore.session.Session()), service, "us-east-1").meta.service_model
        whole = client(botocore.session.Session(), service, "us-east-1").meta.service_model
        assert quick.operation_names == whole.operation_names
        assert quick._service_description == without_documentation(whole._service_description)
        operations += len(whole.operation_names)
    assert operations > 250


@pytest.mark.parametrize("service", clients.SERVICES)
def test_requests_go_to_the_same_hosts(copy: Path, service: str) -> None:
    for region in REGIONS:
        quick = client(clients.with_service_data(botocore.session.Session()), service, region)
        whole = client(botocore.session.Session(), service, region)
        assert quick.meta.endpoint_url == whole.meta.endpoint_url
        assert (quick.meta.config.retries, quick.meta.partition) == (whole.meta.config.retries, whole.meta.partition)


def test_the_copy_is_small_and_read(copy: Path) -> None:
    assert sum(path.stat().st_size for path in copy.rglob("*.json")) < 2_000_000
    (copy / "dynamodb").rename(copy / "elsewhere")
    with pytest.raises(botocore.exceptions.UnknownServiceError):
        client(clients.with_service_data(botocore.session.Session()), "dynamodb", "us-east-1")


def test_without_a_copy_botocore_reads_its_own_data() -> None:
    assert not clients.SERVICE_DATA.exists()
    assert (
        client(clients.with_service_data(botocore.session.Session()), "dynamodb", "us-east-1").meta.region_name
        == "us-east-1"
    )
