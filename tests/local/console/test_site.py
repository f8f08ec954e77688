"""The console's pages, as the front of the local run serves them: the files, their headers, and what stands there
before the build."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from local.console import progress, site
from local.console.headers import content_security_policy
from local.console.progress import Progress
from local.console.site import Site
from local.gateway.http_api import Request, Response
from local.template import Template, TemplateError
from tests.harness import Server
from tests.local.web_page import send

HOST = "127.0.0.1:3000"
PAGE = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def served(data_dir: Path, tmp_path: Path) -> Site:
    data_dir.mkdir()
    progress.serve(data_dir, built(tmp_path / "0001", "one"))
    return Site(data_dir, Template.load())


def built(folder: Path, text: str) -> Path:
    (folder / "assets").mkdir(parents=True)
    (folder / ".vite").mkdir()
    for name in ("index.html", "assets/main-1.js", "icon.svg", ".vite/manifest.json", "notes.exe"):
        (folder / name).write_text(f"{text} {name}")
    (folder / "assets/main-1.js.gz").write_bytes(gzip.compress(b"one assets/main-1.js"))
    (folder.parent / "secret.json").write_text("secret")
    return folder


def get(site: Site, path: str, method: str = "GET", **headers: str) -> Response | None:
    pairs = [("Host", HOST), *((name.replace("_", "-"), value) for name, value in headers.items())]
    return site.answer(Request(method, path, pairs))


def found(site: Site, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    answer = get(site, path, **headers)
    assert answer is not None, path
    return answer.status, answer.body.decode(), dict(answer.headers)


def test_every_page_is_the_index_and_every_file_itself(served: Site) -> None:
    for path in ("/", "/orders", "/orders/819?tab=x", "/signed-in?code=1", "/a/b/c", "/index.html"):
        status, body, headers = found(served, path, **PAGE)
        assert (status, body, headers["content-type"]) == (200, "one index.html", "text/html; charset=utf-8"), path
    assert found(served, "/assets/main-1.js")[1] == "one assets/main-1.js"
    assert found(served, "/icon.svg")[2]["content-type"] == "image/svg+xml"


@pytest.mark.parametrize(
    "path",
    [
        "/v1",
        "/v1/orders",
        "/v1/nothing",
        "/assets/gone-1.js",
        "/../secret.json",
        "/assets/../../secret.json",
        "/%2e%2e/secret.json",
        "/..%2fsecret.json",
        "//secret.json",
        "/.vite/manifest.json",
        "/notes.exe",
        "/assets/main-1.js.gz",
        "/index.html%00",
        "/assets/",
    ],
)
def test_what_is_no_file_of_the_build_belongs_to_the_api(served: Site, path: str) -> None:
    assert get(served, path) is None


def test_a_program_that_wants_no_page_gets_the_api(served: Site) -> None:
    for accept in ("*/*", "application/json", ""):
        assert get(served, "/orders", accept=accept) is None
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        assert get(served, "/", method, **PAGE) is None
    assert get(served, "/", "HEAD", **PAGE) is not None


def test_assets_are_kept_for_good_and_the_index_is_asked_for_again(served: Site) -> None:
    assert found(served, "/assets/main-1.js")[2]["cache-control"] == "public, max-age=31536000, immutable"
    for path in ("/", "/icon.svg"):
        assert found(served, path, **PAGE)[2]["cache-control"] == "no-cache"
    tag = found(served, "/", **PAGE)[2]["etag"]
    assert found(served, "/", if_none_match=tag, **PAGE)[:2] == (304, "")
    assert found(served, "/", if_none_match='W/"other"', **PAGE)[0] == 200


def test_compressed_where_the_browser_takes_it(served: Site) -> None:
    answer = get(served, "/assets/main-1.js", accept_encoding="gzip, deflate, br")
    assert answer is not None and gzip.decompress(answer.body) == b"one assets/main-1.js"
    headers = dict(answer.headers)
    assert (headers["content-encoding"], headers["vary"]) == ("gzip", "accept-encoding")
    assert "content-encoding" not in found(served, "/assets/main-1.js")[2]


def test_headers_are_those_of_the_template(served: Site) -> None:
    for path in ("/", "/assets/main-1.js", "/config.json"):
        headers = found(served, path, **PAGE)[2]
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert (policy["default-src"], policy["script-src"], policy["frame-ancestors"]) == (
            "'none'",
            "'self'",
            "'none'",
        )
        assert policy["connect-src"] == policy["form-action"] == "'self'", (
            "the front has the sign-in and the files, too"
        )
        assert "https:" in policy["img-src"].split()
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin" and "camera=()" in headers["permissions-policy"]
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "strict-transport-security" not in headers, "it is for https alone"


def test_address_of_the_policy_that_the_local_run_does_not_know_is_an_error() -> None:
    with pytest.raises(TemplateError, match="OtherBucket"):
        content_security_policy("connect-src 'self' https://${OtherBucket.RegionalDomainName}")


def test_config_names_the_address_that_the_browser_used(served: Site) -> None:
    status, body, headers = found(served, "/config.json", host="ignored")
    assert (status, headers["cache-control"], headers["content-type"]) == (200, "no-cache", "application/json")
    assert json.loads(body) == {
        "authority": f"http://{HOST},ignored",
        "client_id": "orderkeep-console-client",
        "api": "",
    }


def test_another_build_is_served_from_the_next_request_on(served: Site, data_dir: Path, tmp_path: Path) -> None:
    assert found(served, "/", **PAGE)[1] == "one index.html"
    progress.serve(data_dir, built(tmp_path / "0002", "two"))
    assert found(served, "/", **PAGE)[1] == "two index.html"


def test_open_page_still_loads_the_assets_of_its_build(served: Site, data_dir: Path, tmp_path: Path) -> None:
    two = built(tmp_path / "0002", "two")
    (two / "assets/main-1.js").rename(two / "assets/main-2.js")
    progress.serve(data_dir, two)
    assert found(served, "/assets/main-2.js")[1] == "two assets/main-1.js"
    status, body, headers = found(served, "/assets/main-1.js")
    assert (status, body, headers["cache-control"]) == (200, "one assets/main-1.js", site.IMMUTABLE)
    for path in ("/assets/main-3.js", "/assets/..", "/assets/../index.html", "/assets/*.js"):
        assert get(served, path) is None


@pytest.mark.parametrize("state", site.SAYS)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_before_the_build_each_page_says_how_far_it_is(data_dir: Path, state: progress.State, language: str) -> None:
    data_dir.mkdir()
    waiting = Site(data_dir, Template.load())
    progress.write(data_dir, Progress(state, "npm <b>failed</b>." if state == "failed" else ""))
    status, body, headers = found(waiting, "/orders", accept_language=language, **PAGE)
    assert status == 503 and f'<html lang="{language}">' in body and f'data-state="{state}"' in body
    assert site.SAYS[state][language != "en"] in body and "<script" not in body and "<b>" not in body
    assert ("refresh" in headers) == (state != "off")
    assert "default-src 'none'" in headers["content-security-policy"]
    assert get(waiting, "/assets/main-1.js") is None and get(waiting, "/orders") is None
    assert found(waiting, "/config.json")[0] == 200


def test_the_front_serves_a_build_to_a_browser(server: Server, tmp_path: Path) -> None:
    def page() -> tuple[int, dict[str, str], bytes]:
        return send(server.url, "GET", "/orders", PAGE)

    status, headers, body = page()
    assert status == 503 and b'data-state="off"' in body
    progress.serve(server.data_dir, built(tmp_path / "0003", "three"))
    try:
        status, headers, body = page()
        assert (status, body) == (200, b"three index.html") and "content-security-policy" in headers
        assert send(server.url, "GET", "/v1/health", PAGE)[0] == 200
        assert send(server.url, "GET", "/inbox", PAGE)[0] == 200
        status, _, body = send(server.url, "HEAD", "/orders", PAGE)
        assert (status, body) == (200, b"")
    finally:
        progress.site(server.data_dir).unlink()
