"""Signed links and forms of a local run: their signature is enough, from a page of ours and from curl."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.template import Template
from tests.harness import Api, Server
from tests.http.orders.after_sales.test_disputes import act, disputed
from tests.http.orders.after_sales.test_evidence import PNG
from tests.local.web_page import EVIL, OF_A_PAGE, client, refused, send, variables, wait_until

TEMPLATE = Template.load()
(BUCKET,) = TEMPLATE.buckets


@pytest.fixture
def front(server: Server) -> Any:
    """A client that signs for the front, as the function of the API does."""
    return client(server, "s3", endpoint_url=server.url)


@pytest.fixture
def link(server: Server, front: Any) -> str:
    client(server, "s3").put_object(Bucket=BUCKET, Key="exports/linked", Body=b"linked")
    return str(front.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "exports/linked"}, ExpiresIn=60))


def pages_of_ours(server: Server) -> Iterator[dict[str, str]]:
    yield {}
    yield {"origin": server.url, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}
    yield {"origin": f"http://localhost:{server.port}", "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}
    yield {"sec-fetch-site": "same-origin", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
    yield {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


def test_a_link_works_as_it_was_signed(server: Server, link: str) -> None:
    for headers in pages_of_ours(server):
        answer = httpx.get(link, headers=headers)
        assert (answer.status_code, answer.content) == (200, b"linked")
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    part = httpx.get(link, headers={"range": "bytes=1-2"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"in", "bytes 1-2/6")
    target = link.removeprefix(server.url)
    for wrong in (
        target.replace("linked", "kept"),
        target.replace("Expires=60", "Expires=6000"),
        target.partition("?")[0],
        target.replace("X-Amz-Signature=", "X-Amz-Signature=0"),
        f"/{BUCKET}",
        f"/{BUCKET}?list-type=2",
        f"/{BUCKET}/../_ministack/health",
    ):
        assert refused(send(server.url, "GET", wrong, {})), wrong
    for method in ("PUT", "DELETE", "POST"):
        assert refused(send(server.url, method, target, {}, b"x"))
    for page, headers in OF_A_PAGE.items():
        assert refused(send(server.url, "GET", target, headers)), page
        if "origin" in headers or "host" in headers:
            assert refused(send(variables(server)["AWS_ENDPOINT_URL"], "GET", target, headers)), page


def test_a_form_works_as_it_was_signed(server: Server, front: Any) -> None:
    s3 = client(server, "s3")
    form = front.generate_presigned_post(BUCKET, "uploads/formed", Conditions=[["content-length-range", 1, 9]])
    assert form["url"].startswith(f"{server.url}/")
    for headers in pages_of_ours(server):
        answer = httpx.post(form["url"], data=form["fields"], files={"file": b"formed"}, headers=headers)
        assert answer.status_code == 204, answer.content
    assert s3.get_object(Bucket=BUCKET, Key="uploads/formed")["Body"].read() == b"formed"
    fields = form["fields"]
    for changed, headers in (
        ({**fields, "x-amz-signature": "0" * 64}, {}),
        ({name: value for name, value in fields.items() if name != "policy"}, {}),
        ({"key": "uploads/unsigned"}, {}),
        ({**fields, "Policy": fields["policy"]}, {}),
        (fields, {"origin": EVIL}),
    ):
        answer = httpx.post(form["url"], data=changed, files={"file": b"other"}, headers=headers)
        assert answer.status_code == 403, answer.content
    elsewhere = httpx.post(form["url"], data={**fields, "key": "uploads/elsewhere"}, files={"file": b"other"})
    assert elsewhere.status_code in (400, 403), "the policy names the key"
    large = httpx.post(form["url"], data=fields, files={"file": b"x" * 10})
    assert large.status_code == 400
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET, Prefix="uploads/")["Contents"]]
    assert "uploads/formed" in keys and not {"uploads/unsigned", "uploads/elsewhere"} & set(keys)


def test_a_form_takes_a_file_that_is_larger_than_a_body_of_the_api(server: Server, front: Any) -> None:
    form = front.generate_presigned_post(BUCKET, "uploads/large")
    answer = httpx.post(form["url"], data=form["fields"], files={"file": b"x" * 30_000_000}, timeout=60)
    assert answer.status_code == 204, answer.content
    assert client(server, "s3").head_object(Bucket=BUCKET, Key="uploads/large")["ContentLength"] == 30_000_000
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest("POST", "/v1/orders")
    connection.putheader("content-length", "30000000")
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_the_console_of_the_template_reads_a_link_as_the_bucket_lets_it(server: Server, link: str) -> None:
    """Its origin is another one than the bucket's, as on AWS."""
    (origin,) = TEMPLATE.bucket_cors[BUCKET].origins
    fetched = httpx.get(link, headers={"origin": origin})
    assert fetched.content == b"linked" and fetched.headers["access-control-allow-origin"] == origin
    exposed = {name.lower() for name in fetched.headers["access-control-expose-headers"].split(",")}
    assert exposed == {"etag", "content-disposition", "content-length"}
    preflight = httpx.options(link, headers={"origin": origin, "access-control-request-method": "POST"})
    assert preflight.status_code == 204 and preflight.headers["access-control-allow-methods"] == "GET,POST"
    own = httpx.options(link, headers={"origin": server.url, "access-control-request-method": "POST"})
    assert not [name for name in own.headers if name.startswith("access-control-")]


def test_what_the_api_links_to_is_within_the_origin_of_its_pages(server: Server) -> None:
    shop = Api(server.transport(), "local").shop()
    page = {"origin": server.url, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}
    waiting = shop.staff.post("/v1/imports", {"kind": "orders", "file_name": "x.csv"}).json
    form = waiting["upload"]
    assert form["url"].startswith(f"{server.url}/")
    sent = httpx.post(form["url"], data=form["fields"], files={"file": b"a,b\n1,2\n"}, headers=page)
    assert sent.status_code == 204, sent.content
    wait_until(lambda: shop.staff.get(f"/v1/imports/{waiting['id']}").json["state"] == "failed")
    _, dispute_id = disputed(shop)
    offered = shop.staff.post(f"/v1/disputes/{dispute_id}/evidence", {"media_type": "image/png"}).json
    form = offered["upload"]
    sent = httpx.post(form["url"], data=form["fields"], files={"file": PNG}, headers=page)
    assert sent.status_code == 204, sent.content
    assert act(shop.staff, dispute_id, "add_evidence", {"evidence_id": offered["evidence_id"]}).status == 200
    path = f"/v1/disputes/{dispute_id}/evidence/{offered['evidence_id']}"
    shown = shop.staff.get(path, headers={"accept": "application/json"}).json["url"]
    assert httpx.get(shown, headers={"sec-fetch-site": "same-origin", "sec-fetch-dest": "image"}).content == PNG
    export_id = shop.staff.post("/v1/exports", {"format": "csv"}).json["id"]
    wait_until(lambda: shop.staff.get(f"/v1/exports/{export_id}").json["state"] == "succeeded")
    answer = shop.staff.get(f"/v1/exports/{export_id}/files/1", headers={"accept": "application/json"})
    assert answer.json["url"].startswith(f"{server.url}/{BUCKET}/")
    fetched = httpx.get(answer.json["url"], headers=page)
    assert fetched.status_code == 200 and "attachment" in fetched.headers["content-disposition"]
    (file,) = shop.staff.get(f"/v1/exports/{export_id}").json["files"]
    assert len(fetched.content) == file["bytes"] == int(fetched.headers["content-length"])
