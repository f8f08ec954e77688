"""Links to files: a redirect for a browser that follows a link and for curl, JSON for a page that fetches."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from functions.orders.request.accept import language, prefers_json
from tests.harness import BUCKET, Answer, Api, Client
from tests.http.orders.after_sales.test_disputes import act, disputed
from tests.http.orders.after_sales.test_evidence import PNG, form, upload

NAVIGATION = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    "accept",
    [
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/json, text/plain, */*",
        "application/json;q=0.9, */*;q=0.8",
        "*/*;q=0.1, application/json ; q=0.1",
        "application/json;q=0.001",
        "application/json;q=0, application/json",
    ],
)
def test_a_request_that_names_json_first_prefers_json(accept: str) -> None:
    assert prefers_json(accept)


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "",
        "*/*",
        "application/*",
        NAVIGATION,
        "application/json;q=0",
        "application/json;q=0, */*;q=0",
        "application/json;q=0.5, */*",
        "application/json;q=0.8, application/octet-stream;q=0.9",
        "application/problem+json",
        "application/json-seq",
        ",;q=,=;",
        ", ".join(["text/plain;q=0.1"] * 5_000),
    ],
)
def test_a_request_with_another_preference_or_none_does_not(accept: str | None) -> None:
    assert not prefers_json(accept)


def test_a_language_with_a_higher_weight_is_chosen() -> None:
    chosen = {
        "zh-CN": "zh-CN",
        "en, zh": "en",
        "en;q=0.5, zh;q=0.9": "zh-CN",
        "fr, zh-TW;q=0.2, en;q=0.1": "zh-CN",
        "zh;q=1.0;x=1, en": "zh-CN",
        "": "en",
    }
    assert {header: language(header) for header in chosen} == chosen


def test_every_operation_that_redirects_can_answer_json(api: Api) -> None:
    document: dict[str, Any] = Client(api.transport, {}, "nobody").get("/v1/openapi.json").json
    redirects = {
        operation["operationId"]: operation["responses"]
        for methods in document["paths"].values()
        for operation in methods.values()
        if "302" in operation["responses"]
    }
    assert set(redirects) == {"get_export_file", "get_evidence", "get_failed_rows"}
    for responses in redirects.values():
        schema = responses["200"]["content"]["application/json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/LinkView"}
    assert set(document["components"]["schemas"]["LinkView"]["required"]) == {"url", "expires_at"}


def same_link(client: Client, path: str) -> str:
    """Hold the two answers of a route against each other, and return the link."""
    redirect = client.get(path, headers={"accept": NAVIGATION})
    assert (redirect.status, redirect.content) == (302, b"")
    before = datetime.now().astimezone()
    answer: Answer = client.get(path, headers={"accept": "application/json"})
    assert (answer.status, set(answer.json)) == (200, {"url", "expires_at"}), answer.content
    assert answer.headers["cache-control"] == redirect.headers["cache-control"] == "no-store"
    assert "location" not in answer.headers
    lives = datetime.fromisoformat(answer.json["expires_at"]) - before
    assert timedelta(seconds=290) < lives < timedelta(seconds=310)
    url: str = answer.json["url"]
    assert url.partition("X-Amz-Date")[0] == redirect.headers["location"].partition("X-Amz-Date")[0]
    return url


def test_evidence_is_linked_in_json(in_process: Api) -> None:
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    shop = in_process.shop()
    _, dispute_id = disputed(shop)
    offered = form(shop, dispute_id)
    upload(offered, PNG)
    act(shop.staff, dispute_id, "add_evidence", {"evidence_id": offered["evidence_id"]})
    assert "X-Amz-Signature" in same_link(shop.viewer, f"/v1/disputes/{dispute_id}/evidence/{offered['evidence_id']}")
