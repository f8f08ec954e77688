"""Evidence: a form that S3 checks, a file that is known by its content, and what is kept of it."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from shared.domain.order.transitions import Actor
from shared.operations import evidence
from shared.operations.orders import PreconditionFailed, Request
from shared.store import files, stores
from shared.store.orders import orders
from tests import permissions
from tests.harness import BUCKET, Api, Shop
from tests.http.orders.after_sales.test_disputes import act, disputed

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
FILES = {
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe0" + b"\x00" * 40,
    "image/gif": b"GIF89a" + b"\x00" * 40,
    "image/webp": b"RIFF\x00\x00\x00\x00WEBPVP8 " + b"\x00" * 40,
    "application/pdf": b"%PDF-1.7\n" + b"\x00" * 40,
}
NOT_SHOWN = (
    b"<html><script>",
    b"MZ\x90\x00",
    b"PK\x03\x04",
    b"%PD",
    b"RIFF\x00\x00\x00\x00WAVE",
    b"\x89PNG",
    b"GIF",
    b"x",
)


@pytest.fixture
def shop(in_process: Api) -> Shop:
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    return in_process.shop()


def form(shop: Shop, dispute_id: str, media_type: str = "image/png") -> dict[str, Any]:
    answer = shop.staff.post(f"/v1/disputes/{dispute_id}/evidence", {"media_type": media_type})
    assert answer.status == 201, answer.content
    body: dict[str, Any] = answer.json
    return body


def upload(upload_form: dict[str, Any], content: bytes) -> None:
    """What S3 does with a form that it has admitted."""
    boto3.client("s3").put_object(Bucket=BUCKET, Key=upload_form["upload"]["fields"]["key"], Body=content)


@pytest.mark.parametrize("media_type", FILES)
def test_a_file_is_uploaded_added_and_fetched(shop: Shop, media_type: str) -> None:
    order_id, dispute_id = disputed(shop)
    upload_form = form(shop, dispute_id, media_type)
    upload(upload_form, FILES[media_type])
    body = {"evidence_id": upload_form["evidence_id"], "text": "The packing photo."}
    added = act(shop.staff, dispute_id, "add_evidence", body)
    assert added.status == 200, added.content
    (kept,) = added.json["evidence"]
    size = len(FILES[media_type])
    assert (kept["media_type"], kept["bytes"], kept["by"], kept["text"]) == (media_type, size, "seller", body["text"])
    fetched = shop.viewer.get(f"/v1/disputes/{dispute_id}/evidence/{kept['evidence_id']}")
    assert fetched.status == 302 and "X-Amz-Signature" in fetched.headers["location"]
    key = urlsplit(fetched.headers["location"]).path.lstrip("/").removeprefix(f"{BUCKET}/")
    assert boto3.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read() == FILES[media_type]
    again = act(shop.staff, dispute_id, "add_evidence", body)
    assert again.json["evidence"] == [kept], "sent twice, kept once"
    assert shop.viewer.get(f"/v1/orders/{order_id}").json["version"] == 6


def test_the_form_admits_one_file_of_one_type_and_five_megabytes(shop: Shop) -> None:
    _, dispute_id = disputed(shop)
    upload_form = form(shop, dispute_id)
    assert upload_form["max_bytes"] == 5 * 1024 * 1024
    policy = json.loads(base64.b64decode(upload_form["upload"]["fields"]["policy"]))
    conditions = policy["conditions"]
    assert ["content-length-range", 1, 5 * 1024 * 1024] in conditions
    assert {"Content-Type": "image/png"} in conditions and {"bucket": BUCKET} in conditions
    key = upload_form["upload"]["fields"]["key"]
    assert {"key": key} in conditions and key.endswith(upload_form["evidence_id"])
    assert upload_form["expires_at"].startswith(policy["expiration"][:16])


def test_what_is_no_image_and_no_pdf_is_refused_whatever_it_is_called(shop: Shop) -> None:
    order_id, dispute_id = disputed(shop)
    for content in NOT_SHOWN:
        upload_form = form(shop, dispute_id)
        upload(upload_form, content)
        refused = act(shop.staff, dispute_id, "add_evidence", {"evidence_id": upload_form["evidence_id"]})
        assert (refused.status, refused.code) == (422, "evidence_not_image_or_pdf"), content
        assert refused.fields == ["/evidence_id"]
    assert shop.viewer.get(f"/v1/orders/{order_id}").json["version"] == 5
    keys = [item["Key"] for item in boto3.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert len(keys) == len(NOT_SHOWN) and not any(key.startswith("evidence/") for key in keys)


def test_a_file_cannot_be_changed_once_it_was_added(shop: Shop) -> None:
    _, dispute_id = disputed(shop)
    upload_form = form(shop, dispute_id)
    upload(upload_form, PNG)
    act(shop.staff, dispute_id, "add_evidence", {"evidence_id": upload_form["evidence_id"]})
    upload(upload_form, b"<html>")
    fetched = shop.viewer.get(f"/v1/disputes/{dispute_id}/evidence/{upload_form['evidence_id']}")
    key = urlsplit(fetched.headers["location"]).path.lstrip("/").removeprefix(f"{BUCKET}/")
    assert boto3.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read() == PNG


def test_evidence_that_is_not_there_or_not_of_this_dispute(shop: Shop) -> None:
    _, dispute_id = disputed(shop)
    _, other = disputed(shop)
    upload_form = form(shop, dispute_id)
    missing = act(shop.staff, dispute_id, "add_evidence", {"evidence_id": upload_form["evidence_id"]})
    assert (missing.status, missing.code) == (409, "evidence_missing")
    upload(upload_form, PNG)
    assert (
        act(shop.staff, other, "add_evidence", {"evidence_id": upload_form["evidence_id"]}).code == "evidence_missing"
    )
    for odd in ("../../exports/x", "a/b", "%2e%2e"):
        assert act(shop.staff, dispute_id, "add_evidence", {"evidence_id": odd}).status == 400
    assert act(shop.staff, dispute_id, "add_evidence", {"evidence_id": upload_form["evidence_id"]}).status == 200
    assert shop.viewer.get(f"/v1/disputes/{other}/evidence/{upload_form['evidence_id']}").status == 404
    assert shop.viewer.post(f"/v1/disputes/{dispute_id}/evidence", {"media_type": "image/png"}).status == 403
    assert shop.staff.post(f"/v1/disputes/{dispute_id}/evidence", {"media_type": "text/html"}).status == 400


def test_an_ended_dispute_takes_no_evidence(shop: Shop) -> None:
    _, dispute_id = disputed(shop)
    upload_form = form(shop, dispute_id)
    upload(upload_form, PNG)
    act(shop.platform, dispute_id, "withdraw")
    refused = shop.staff.post(f"/v1/disputes/{dispute_id}/evidence", {"media_type": "image/png"})
    assert (refused.status, refused.code) == (409, "transition_not_allowed")
    assert act(shop.staff, dispute_id, "add_evidence", {"evidence_id": upload_form["evidence_id"]}).status == 409


@pytest.fixture
def versioned(shop: Shop) -> Shop:
    versioning = {"Status": "Enabled"}
    boto3.client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration=versioning)  # type: ignore[arg-type]
    return shop


def kept_files() -> list[str]:
    """Every version of a file of evidence, and every delete marker."""
    found = boto3.client("s3").list_object_versions(Bucket=BUCKET, Prefix="evidence/")
    return [each["Key"] for each in (*found.get("Versions", ()), *found.get("DeleteMarkers", ()))]


def test_the_file_of_a_refused_step_is_deleted(versioned: Shop) -> None:
    """The step is refused after the copy, because the order has changed since the request was checked."""
    order_id, dispute_id = disputed(versioned)
    upload_form = form(versioned, dispute_id)
    upload(upload_form, PNG)
    store, loaded = stores.load(versioned.name).store, orders.load(versioned.name, order_id)
    body, former = {"evidence_id": upload_form["evidence_id"], "text": ""}, frozenset({loaded.order.version - 1})
    request = Request("add_evidence", Actor("staff", "staff"), datetime.now(UTC), body=body, expected=former)
    for _ in range(2):
        with permissions.asked() as actions, pytest.raises(PreconditionFailed):
            evidence.add_evidence(store, loaded, dispute_id, request)
        assert kept_files() == []
        assert actions.elsewhere <= permissions.allowed_elsewhere("OrdersRole")
        wanted = {"ExportsBucket/evidence/* s3:DeleteObjectVersion", "ExportsBucket/evidence/* s3:PutObject"}
        assert wanted < actions.elsewhere
    assert act(versioned.staff, dispute_id, "add_evidence", {"evidence_id": upload_form["evidence_id"]}).status == 200
    assert len(kept_files()) == 1


def test_a_refused_step_leaves_the_file_of_another(versioned: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two requests add the same evidence at once: the second copies, too, and is refused."""
    order_id, dispute_id = disputed(versioned)
    upload_form = form(versioned, dispute_id)
    upload(upload_form, PNG)
    store, loaded = stores.load(versioned.name).store, orders.load(versioned.name, order_id)
    body, expected = {"evidence_id": upload_form["evidence_id"], "text": ""}, frozenset({loaded.order.version})
    request = Request("add_evidence", Actor("staff", "staff"), datetime.now(UTC), body=body, expected=expected)
    real, copied = files.copy, []

    def copy(*args: str) -> str | None:
        version = real(*args)
        copied.append(version)
        if len(copied) == 1:
            evidence.add_evidence(store, loaded, dispute_id, request)
        return version

    monkeypatch.setattr(files, "copy", copy)
    with pytest.raises(PreconditionFailed):
        evidence.add_evidence(store, loaded, dispute_id, request)
    assert len(copied) == 2 and len(kept_files()) == 1
    fetched = versioned.viewer.get(f"/v1/disputes/{dispute_id}/evidence/{upload_form['evidence_id']}")
    key = urlsplit(fetched.headers["location"]).path.lstrip("/").removeprefix(f"{BUCKET}/")
    assert boto3.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read() == PNG
