"""The local sign-in, as a browser goes through it and as a page of another origin would like to."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import pytest

from local.gateway.http_api import Request, Response
from local.signin.endpoints import SignIn
from tests.harness import TEMPLATE, Server
from tests.local.test_web_page import OF_A_PAGE, refused, send
from tests.proof import counted

HOST = "127.0.0.1:3000"
ORIGIN = f"http://{HOST}"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "client_id": "orderkeep-console-client",
    "redirect_uri": f"{ORIGIN}/signed-in",
    "response_type": "code",
    "scope": "openid",
    "state": "state-1",
    "nonce": "nonce-1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
NOW = 1_800_000_000.0


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Browser:
    """One browser: it keeps the cookie, and sends what a browser sends for a page of ours."""

    signin: SignIn
    headers: dict[str, str] = field(default_factory=dict)
    cookie: str = ""
    granted: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def send(self, method: str, target: str, body: Mapping[str, str] | None = None, **headers: str) -> Response:
        sent = {"Host": HOST, "Origin": ORIGIN} if method == "POST" else {"Host": HOST}
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        if self.cookie:
            sent["Cookie"] = self.cookie
        sent |= self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        content = urlencode(body).encode() if body is not None else b""
        answer = self.signin.answer(Request(method, target, list(sent.items()), content))
        assert answer is not None
        if set_cookie := header(answer, "set-cookie"):
            self.cookie = set_cookie.partition(";")[0]
        return answer

    def authorize(self, **changes: str | None) -> Response:
        return self.send("GET", f"/oauth2/authorize?{query(changes)}")

    def choose(self, account: str = "owner", **changes: str | None) -> Response:
        return self.send("POST", f"/login?{query(changes)}", {"account": account})

    def exchange(self, issued: str, **changes: str) -> Response:
        sent = {"grant_type": "authorization_code", "client_id": ASKED["client_id"], "code": issued}
        sent |= {"redirect_uri": ASKED["redirect_uri"], "code_verifier": VERIFIER}
        return self.send("POST", "/oauth2/token", sent | changes)

    def refresh(self, token: str) -> Response:
        sent = {"grant_type": "refresh_token", "client_id": ASKED["client_id"], "refresh_token": token}
        return self.send("POST", "/oauth2/token", sent)

    def sign_in(self, account: str = "owner") -> dict[str, Any]:
        answer = self.exchange(code(self.choose(account)))
        assert answer.status == 200, answer.body
        tokens: dict[str, Any] = json.loads(answer.body)
        return tokens


def query(changes: Mapping[str, str | None]) -> str:
    return urlencode({name: value for name, value in (ASKED | changes).items() if value is not None})


def header(answer: Response, name: str) -> str:
    return ", ".join(value for key, value in answer.headers if key == name)


def location(answer: Response) -> tuple[str, dict[str, str]]:
    """Where an answer leads: the address, and its query."""
    assert answer.status == 303, answer.body
    parts = urlsplit(header(answer, "location"))
    return header(answer, "location").partition("?")[0], dict(parse_qsl(parts.query))


def code(answer: Response) -> str:
    address, sent = location(answer)
    assert (address, sent["state"]) == (ASKED["redirect_uri"], ASKED["state"])
    return sent["code"]


def error(answer: Response) -> str:
    assert answer.status == 400
    return str(json.loads(answer.body)["error"])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def signin(data_dir: Path, clock: Clock) -> SignIn:
    made = SignIn.of(data_dir, TEMPLATE, 3000)
    return SignIn(made.issuer, made.client, made.issued, made.port, clock)


@pytest.fixture
def browser(signin: SignIn) -> Browser:
    granted: list[tuple[str, Mapping[str, str]]] = []
    signin = replace(signin, grant=lambda user, roles: granted.append((user, roles)))
    return Browser(signin, granted=granted)


# ---- the way in, and out


def test_one_click_and_the_code_becomes_tokens_that_the_api_takes(browser: Browser) -> None:
    address, sent = location(browser.authorize())
    assert (address, sent) == ("/login", ASKED)
    tokens = browser.sign_in("staff")
    claims = browser.signin.issuer.verify(tokens["access_token"])
    assert (claims["username"], claims["token_use"]) == ("demo-staff", "access")
    assert browser.granted == [("demo-staff", {"demo": "staff"})]
    assert (claims["client_id"], claims["scope"], claims["exp"] - claims["iat"]) == (ASKED["client_id"], "openid", 3600)
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)


def test_identity_token_is_for_the_client_and_answers_its_nonce(browser: Browser) -> None:
    tokens = browser.sign_in()
    (key,) = json.loads(browser.send("GET", "/.well-known/jwks.json").body)["keys"]
    assert key["kid"] == jwt.get_unverified_header(tokens["id_token"])["kid"]
    claims = jwt.decode(
        tokens["id_token"], jwt.PyJWK(key), algorithms=["RS256"], audience=ASKED["client_id"], issuer=_issuer(browser)
    )
    assert (claims["nonce"], claims["token_use"], claims["cognito:username"]) == ("nonce-1", "id", "demo-owner")
    assert claims["sub"] == browser.signin.issuer.verify(tokens["access_token"])["sub"]
    assert "d" not in key, "only the public half"


def _issuer(browser: Browser) -> str:
    issuer: str = json.loads(browser.send("GET", "/.well-known/openid-configuration").body)["issuer"]
    return issuer


@pytest.mark.parametrize(
    ("account", "user", "roles"),
    [
        ("owner", "demo-owner", {"demo": "owner"}),
        ("viewer", "demo-viewer", {"demo": "viewer"}),
        ("second", "second-owner", {"second": "owner"}),
        ("both", "owner-of-both", {"demo": "owner", "second": "owner"}),
    ],
)
def test_each_account_becomes_a_member_of_its_stores(
    browser: Browser, account: str, user: str, roles: dict[str, str]
) -> None:
    claims = browser.signin.issuer.verify(browser.sign_in(account)["access_token"])
    assert (claims["username"], browser.granted) == (user, [(user, roles)])
    assert not [name for name in claims if "group" in name]
    location(browser.authorize())
    assert len(browser.granted) == 1  # a reload of the page makes no member anew


def test_another_store_by_its_id(browser: Browser) -> None:
    path = f"/login?{query({})}"
    answer = browser.exchange(code(browser.send("POST", path, {"store": "my-shop", "role": "viewer"})))
    claims = browser.signin.issuer.verify(json.loads(answer.body)["access_token"])
    assert (claims["username"], browser.granted) == ("my-shop-viewer", [("my-shop-viewer", {"my-shop": "viewer"})])
    again = browser.send("POST", path, {"store": '"><script>', "role": "owner"})
    assert again.status == 400 and b"<script" not in again.body and b"&lt;script" in again.body
    for role in ("platform", "", "boss"):
        assert browser.send("POST", path, {"store": "my-shop", "role": role}).status == 400


def test_signed_in_browser_gets_a_code_at_once_until_it_signs_out(browser: Browser, clock: Clock) -> None:
    browser.sign_in("viewer")
    again = json.loads(browser.exchange(code(browser.authorize())).body)
    assert browser.signin.issuer.verify(again["access_token"])["username"] == "demo-viewer"
    assert location(browser.authorize(prompt="login"))[0] == "/login"
    assert code(browser.authorize(prompt="none"))
    stolen = browser.cookie
    out = browser.send("GET", f"/logout?{urlencode({'client_id': ASKED['client_id'], 'logout_uri': ORIGIN + '/'})}")
    assert location(out)[0] == f"{ORIGIN}/"
    for cookie in (browser.cookie, stolen):
        browser.cookie = cookie
        assert location(browser.authorize())[0] == "/login"
        assert location(browser.authorize(prompt="none"))[1]["error"] == "login_required"
    assert error(browser.refresh(again["refresh_token"])) == "invalid_grant"


def test_session_ends_after_half_a_day(browser: Browser, clock: Clock) -> None:
    browser.sign_in()
    clock.now += 12 * 3600 - 1
    assert code(browser.authorize())
    clock.now += 1
    assert location(browser.authorize())[0] == "/login"


def test_refresh_token_is_used_once_and_a_thief_ends_all_that_followed(browser: Browser) -> None:
    first = browser.sign_in()
    second = json.loads(browser.refresh(first["refresh_token"]).body)
    assert browser.signin.issuer.verify(second["access_token"])["username"] == "demo-owner"
    assert error(browser.refresh(first["refresh_token"])) == "invalid_grant"
    assert error(browser.refresh(second["refresh_token"])) == "invalid_grant"


def test_revoked_refresh_token_is_refused(browser: Browser) -> None:
    tokens = browser.sign_in()
    other = json.loads(browser.exchange(code(browser.authorize())).body)
    sent = {"client_id": ASKED["client_id"], "token": tokens["refresh_token"]}
    assert browser.send("POST", "/oauth2/revoke", sent).status == 200
    assert error(browser.refresh(tokens["refresh_token"])) == "invalid_grant"
    assert browser.refresh(other["refresh_token"]).status == 200, "that of another page of this browser is its own"


def test_another_sign_in_ends_the_session_before_it(browser: Browser) -> None:
    browser.sign_in("owner")
    before = browser.cookie
    browser.sign_in("viewer")
    browser.cookie = before
    assert location(browser.authorize())[0] == "/login"


def test_what_is_kept_of_a_session_is_a_digest(browser: Browser, data_dir: Path) -> None:
    tokens = browser.sign_in()
    kept = (data_dir / "signin.sqlite").read_bytes()
    secrets = [browser.cookie.partition("=")[2], tokens["refresh_token"], code(browser.authorize())]
    assert len(kept) > 4096 and not [secret for secret in secrets if secret.encode() in kept]


# ---- what it refuses


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "other"},
        {"client_id": None},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/signed-in"},
        {"redirect_uri": f"{ORIGIN}.evil.example/signed-in"},
        {"redirect_uri": f"{ORIGIN}@evil.example/signed-in"},
        {"redirect_uri": f"{ORIGIN}/signed-in/"},
        {"redirect_uri": f"{ORIGIN}/signed-in?next=//evil.example"},
        {"redirect_uri": f"{ORIGIN}/signed-in#x"},
        {"redirect_uri": f"{ORIGIN}//evil.example"},
        {"redirect_uri": "/signed-in"},
        {"redirect_uri": "http://localhost:3000/signed-in"},
        {"redirect_uri": "javascript:alert(1)"},
    ],
)
def test_request_of_another_client_or_address_leads_nowhere(browser: Browser, changes: dict) -> None:
    browser.sign_in()
    for answer in (
        browser.authorize(**changes),
        browser.authorize(**changes, prompt="none"),
        browser.choose("owner", **changes),
        browser.send("GET", f"/login?{query(changes)}"),
    ):
        assert answer.status == 400 and not header(answer, "location")
        assert b"evil.example" not in answer.body


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": "openid aws.cognito.signin.user.admin"}, "invalid_scope"),
        ({"prompt": "other"}, "invalid_request"),
    ],
)
def test_request_that_is_wrong_goes_back_with_its_error(browser: Browser, changes: dict, name: str) -> None:
    browser.sign_in()
    for answer in (browser.authorize(**changes), browser.choose("owner", **changes)):
        address, sent = location(answer)
        assert (address, sent["error"]) == (ASKED["redirect_uri"], name)
        assert "code" not in sent


def test_parameter_that_is_there_twice_is_refused(browser: Browser) -> None:
    for name in ASKED:
        assert browser.send("GET", f"/oauth2/authorize?{query({})}&{name}=x").status == 400


def test_sign_out_leads_to_the_console_alone(browser: Browser) -> None:
    browser.sign_in()
    for wrong in (
        {"client_id": ASKED["client_id"], "logout_uri": "https://evil.example/"},
        {"client_id": ASKED["client_id"], "logout_uri": f"{ORIGIN}/orders"},
        {"client_id": ASKED["client_id"]},
        {"logout_uri": f"{ORIGIN}/"},
        {},
    ):
        answer = browser.send("GET", f"/logout?{urlencode(wrong)}")
        assert answer.status == 400 and not header(answer, "set-cookie")
    assert code(browser.authorize()), "and still signed in"


@pytest.mark.parametrize(
    ("site", "status"), [("cross-site", 400), ("same-site", 400), ("same-origin", 303), ("none", 303)]
)
def test_link_of_another_page_signs_nobody_out(browser: Browser, site: str, status: int) -> None:
    browser.sign_in()
    sent = urlencode({"client_id": ASKED["client_id"], "logout_uri": f"{ORIGIN}/"})
    answer = browser.send("GET", f"/logout?{sent}", Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate")
    assert answer.status == status
    assert (location(browser.authorize())[0] == "/login") == (status == 303)


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "other"},
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
        {"code_verifier": CHALLENGE},
        {"code_verifier": "é" * 43},
        {"redirect_uri": f"{ORIGIN}/"},
        {"redirect_uri": ""},
        {"grant_type": "refresh_token"},
    ],
)
def test_code_is_nothing_to_a_thief(browser: Browser, changes: dict[str, str]) -> None:
    issued = code(browser.choose())
    assert error(browser.exchange(issued, **changes)) == "invalid_grant"


def test_code_is_used_once_and_within_a_minute(browser: Browser, clock: Clock) -> None:
    issued = code(browser.choose())
    tokens = json.loads(browser.exchange(issued).body)
    assert error(browser.exchange(issued)) == "invalid_grant"
    assert error(browser.refresh(tokens["refresh_token"])) == "invalid_grant", "what came of it ends, too"
    late = code(browser.choose())
    clock.now += 60
    assert error(browser.exchange(late)) == "invalid_grant"


def test_a_secret_of_one_kind_is_none_of_another(browser: Browser) -> None:
    tokens, issued = browser.sign_in(), code(browser.authorize())
    session = browser.cookie.partition("=")[2]
    for secret in (tokens["refresh_token"], session, tokens["access_token"]):
        assert error(browser.exchange(secret)) == "invalid_grant"
    for secret in (issued, session):
        assert error(browser.refresh(secret)) == "invalid_grant"
    for secret in (issued, tokens["refresh_token"]):
        browser.cookie = f"{browser.signin.cookie}={secret}"
        assert location(browser.authorize())[0] == "/login"


def test_token_endpoint_refuses_other_clients_kinds_and_bodies(browser: Browser) -> None:
    assert error(browser.exchange("x", client_id="other")) == "invalid_client"
    assert error(browser.exchange("x", grant_type="password")) == "unsupported_grant_type"
    answer = browser.send("POST", "/oauth2/token", {"a": "1"}, content_type="application/json")
    assert error(answer) == "invalid_request"
    assert browser.send("GET", "/oauth2/token").status == 405


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:3000", "http://127.0.0.1:1", ""])
def test_form_of_another_page_signs_nobody_in(browser: Browser, origin: str) -> None:
    """Nor one of an origin that the front lets through, such as that of a console elsewhere on this machine."""
    answer = browser.send("POST", f"/login?{query({})}", {"account": "owner"}, Origin=origin)
    assert (answer.status, header(answer, "location"), browser.cookie) == (403, "", "")


@pytest.mark.parametrize("page", OF_A_PAGE)
def test_the_front_lets_no_page_of_another_origin_near_the_sign_in(server: Server, page: str) -> None:
    origin = server.url
    asked = urlencode(ASKED | {"redirect_uri": f"{origin}/signed-in"})
    form = {"content-type": "application/x-www-form-urlencoded"}
    targets = (
        ("GET", f"/oauth2/authorize?{asked}", {}, b""),
        ("GET", f"/login?{asked}", {}, b""),
        ("POST", f"/login?{asked}", form, b"account=owner"),
        ("POST", "/oauth2/token", form, b"grant_type=refresh_token"),
        ("POST", "/oauth2/revoke", form, b"token=x"),
        ("GET", "/logout", {}, b""),
        ("GET", "/config.json", {}, b""),
        ("GET", "/.well-known/openid-configuration", {}, b""),
    )
    answers = [
        send(origin, method, path, {**OF_A_PAGE[page], **headers}, body) for method, path, headers, body in targets
    ]
    assert all(map(refused, answers)), answers


def test_all_workers_share_what_was_issued(server: Server) -> None:
    """The run has several processes on one socket; which of them answers is chance."""
    origin = server.url
    asked = ASKED | {"redirect_uri": f"{origin}/signed-in"}
    form = {"content-type": "application/x-www-form-urlencoded", "origin": origin}
    rounds = 8
    for _ in range(rounds):
        status, headers, _body = send(origin, "POST", f"/login?{urlencode(asked)}", form, b"account=both")
        assert status == 303
        sent = dict(parse_qsl(urlsplit(headers["location"]).query))
        exchange = {"grant_type": "authorization_code", "code": sent["code"], "code_verifier": VERIFIER}
        exchange |= {"client_id": asked["client_id"], "redirect_uri": asked["redirect_uri"]}
        body = urlencode(exchange).encode()
        answers = [send(origin, "POST", "/oauth2/token", form, body) for _ in range(2)]
        assert [answer[0] for answer in answers] == [200, 400]
        token = json.loads(answers[0][2])["access_token"]
        me = json.loads(send(origin, "GET", "/v1/me", {"authorization": f"Bearer {token}"})[2])
        assert [store["store_id"] for store in me["stores"]] == ["demo", "second"]
    counted("sign-ins over several workers", rounds, 8)


# ---- the page itself


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.mark.parametrize(
    ("accepted", "lang", "words"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "演示店铺店主"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en", "Owner of Demo shop"),
        ("de, zh;q=0.5, en;q=0.7", "en", "Owner of Demo shop"),
        ("zh;q=0, en", "en", "Owner of Demo shop"),
        ("", "en", "Owner of Demo shop"),
        ("zh;q=x;;,", "en", "Owner of Demo shop"),
    ],
)
def test_page_speaks_the_browsers_language(browser: Browser, accepted: str, lang: str, words: str) -> None:
    answer = browser.send("GET", f"/login?{query({})}", Accept_Language=accepted)
    page = Elements(answer.body.decode())
    assert page.all("html") == [{"lang": lang}]
    assert words in [button.get("aria-label") for button in page.all("button")]


def test_language_that_the_console_names_wins(browser: Browser) -> None:
    address = header(browser.authorize(lang="zh-CN"), "location")
    assert 'lang="zh-CN"' in browser.send("GET", address, Accept_Language="en").body.decode()


def test_page_has_no_script_no_frame_and_a_label_for_each_field(browser: Browser) -> None:
    evil = query({"state": '"><script>alert(1)</script>'})
    answer = browser.send("GET", f"/login?{evil}")
    text = answer.body.decode()
    page = Elements(text)
    assert not page.all("script") and not page.all("img") and not page.all("link")
    labels = {label["for"] for label in page.all("label")}
    assert labels == {each["id"] for each in (*page.all("input"), *page.all("select"))}
    policy = header(answer, "content-security-policy")
    style = text.partition("<style>")[2].partition("</style>")[0]
    assert f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" in policy
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert header(answer, "x-frame-options") == "DENY" and header(answer, "cache-control") == "no-store"
    assert header(answer, "referrer-policy") == "same-origin", "with no-referrer the form comes with Origin: null"


def test_cookie_is_out_of_reach_of_scripts_and_of_other_pages(browser: Browser) -> None:
    cookie = header(browser.choose(), "set-cookie")
    name, *attributes = cookie.split("; ")
    assert name.startswith("orderkeep-session-3000=")
    assert set(attributes) == {"Path=/", "Max-Age=43200", "HttpOnly", "SameSite=Lax"}


def test_cookie_of_another_program_on_this_host_takes_nothing_away(browser: Browser) -> None:
    browser.sign_in()
    browser.cookie = f"theme=dark; {browser.signin.cookie}=forged; {browser.cookie}; x"
    assert code(browser.authorize())
