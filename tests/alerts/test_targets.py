"""Where alerts never go: not one connection, whatever the URL says, its host resolves to, or its server answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from functions.alerts import http_post
from shared.domain.alerts.channels import ChannelKind
from shared.domain.alerts.targets import BadTarget, Target, is_loopback, is_public, masked, target
from tests.alerts.receiver import OK, Receiver, listening, watched

PUBLIC = "93.184.216.34"
BODY = b"{}"

URLS = (
    # this machine, by its names and its numbers
    *("https://localhost/", "https://LOCALHOST/", "https://localhost./", "https://a.localhost/", "https://127.0.0.1/"),
    *("https://127.1/", "https://127.0.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/"),
    *("https://0177.0.0.1/", "https://017700000001/", "https://127.0.0.1.nip.io/", "https://0/", "https://0.0.0.0/"),
    *(
        "https://[::1]/",
        "https://[::]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://127.255.255.254/",
        "https://127.0.0.1./",
    ),
    # private networks, the provider's metadata, shared and reserved ranges
    *("https://10.0.0.1/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.1.1/"),
    *("https://169.254.169.254/latest/meta-data/", "https://169.254.170.2/v2/credentials", "https://2852039166/"),
    *("https://0xa9fea9fe/", "https://0251.0376.0251.0376/", "https://169.254.43518/", "https://[fd00:ec2::254]/"),
    *(
        "https://metadata.google.internal/",
        "https://instance-data/latest",
        "https://100.64.0.1/",
        "https://198.18.0.1/",
    ),
    *(
        "https://192.0.2.1/",
        "https://203.0.113.9/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://240.0.0.1/",
    ),
    # IPv4 in another's clothes
    *(
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::127.0.0.1]/",
    ),
    *("https://[::ffff:169.254.169.254]/", "https://[64:ff9b::7f00:1]/", "https://[64:ff9b::a9fe:a9fe]/"),
    *(
        "https://[64:ff9b:1::1]/",
        "https://[2002:7f00:1::]/",
        "https://[2002:a9fe:a9fe::1]/",
        "https://[2001:0:7f00:1::]/",
    ),
    *(
        "https://[fe80::1]/",
        "https://[fe80::1%25eth0]/",
        "https://[fc00::1]/",
        "https://[fec0::1]/",
        "https://[ff02::1]/",
    ),
    *("https://[::ffff:0:127.0.0.1]/", "https://[2001:db8::1]/"),
    # user names, ports, schemes, and what only looks like a host
    *("https://user@example.com/", "https://user:secret@example.com/", "https://example.com@127.0.0.1/"),
    *(
        "https://127.0.0.1@example.com/",
        "https://example.com:8443/",
        "https://example.com:22/",
        "https://example.com:80/",
    ),
    *(
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://example.com:x/",
        "http://example.com/",
        "HTTP://a.com/",
    ),
    *("ftp://example.com/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_X", "dict://127.0.0.1:11211/", "data:,x"),
    *("javascript:alert(1)", "//example.com/", "https:/example.com/", "https:///path", "https://", "", "example.com"),
    *(
        "https://example.com\\@127.0.0.1/",
        "https://example.com\t/",
        "https://exa mple.com/",
        "https://example.com/\r\nX: y",
    ),
    *("https://ⓛocalhost/", "https://１２７.０.０.１/", "https://127。0。0。1/", "https://example.com#@127.0.0.1/"),
    *("https://%31%32%37.0.0.1/", "https://[127.0.0.1]/", "https://[::1/", "https://example..com/", "https://-a.com/"),
    *("https://db.internal/", "https://printer.local/", "https://redis/", "https://" + "a" * 2000 + ".com/"),
)
REBOUND = {
    "rebound.example.com": ["127.0.0.1"],
    "mixed.example.com": [PUBLIC, "10.0.0.1"],
    "mixed6.example.com": [PUBLIC, "::1"],
    "mapped.example.com": ["::ffff:127.0.0.1"],
    "nat64.example.com": ["64:ff9b::7f00:1"],
    "sixtofour.example.com": ["2002:7f00:1::"],
    "metadata.example.com": ["169.254.169.254"],
    "shared.example.com": ["100.64.0.1"],
    "linklocal.example.com": ["fe80::1%eth0"],
    "ula.example.com": ["fd00::1"],
    "zero.example.com": ["0.0.0.0"],
    "multicast.example.com": ["224.0.0.251"],
    "nothing.example.com": [],
    "127.0.0.1.nip.io": ["127.0.0.1"],
}
"""What a name that looks like any other resolves to."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


def attempt(url: str, kind: str = "webhook", *, loopback: bool = False) -> int | None:
    """The status that came back, or None where nothing was sent."""
    try:
        return http_post.post(target(url, kind, loopback=loopback), {}, BODY, loopback=loopback).status
    except (BadTarget, http_post.NotSent):
        return None


def test_no_hostile_target_is_ever_connected_to() -> None:
    names = tuple(f"https://{name}/" for name in REBOUND)
    hostile = dict.fromkeys((*URLS, *names))
    with watched(dict(REBOUND), cut=True) as wires:
        for url in hostile:
            for kind in ("webhook", *(ChannelKind if url in names else ())):
                assert attempt(url, str(kind)) is None, url
        # The text of a URL is no guard: nor does its host's address let anything through by itself.
        for url in hostile:
            host = url.partition("://")[2].split("/")[0].strip("[]")
            for port in (443, 80):
                with pytest.raises(http_post.NotSent):
                    http_post.post(Target(True, host, port, "/"), {}, BODY)
    print(
        f"\n{len(hostile)} hostile targets, {len(wires.looked_up)} names looked up, {len(wires.connected)} connections"
    )
    assert wires.connected == []
    assert len(hostile) >= 100 and len(wires.looked_up) >= 100


def test_a_public_host_is_connected_to_at_the_address_that_was_looked_at() -> None:
    """So that the spy above is known to see."""
    with watched({"hooks.example.com": [PUBLIC, "2606:2800:220:1::1"]}, cut=True) as wires:
        assert attempt("https://hooks.example.com/x") is None
    assert wires.looked_up[0] == "hooks.example.com"
    assert [address[:2] for address in wires.connected] == [(PUBLIC, 443), ("2606:2800:220:1::1", 443)]


def test_a_name_that_changes_its_mind_is_asked_once() -> None:
    answers = {"rebind.example.com": [[PUBLIC], ["127.0.0.1"]]}
    with watched(answers, cut=True) as wires:
        attempt("https://rebind.example.com/")
        assert wires.looked_up.count("rebind.example.com") == 1
        assert [address[0] for address in wires.connected] == [PUBLIC]
        attempt("https://rebind.example.com/")
    assert [address[0] for address in wires.connected] == [PUBLIC]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_nobody_follows_it(receiver: Receiver, status: int) -> None:
    places = (
        "http://169.254.169.254/latest",
        f"http://127.0.0.1:{receiver.port}/other",
        "https://10.0.0.1/",
        "//x",
        "",
    )
    receiver.plan(*((status, {"Location": place}, b"") for place in places))
    with watched(None, cut=False) as wires:
        for _ in places:
            assert attempt(receiver.url, loopback=True) == status
    assert {address[:2] for address in wires.connected} == {("127.0.0.1", receiver.port)}
    assert [each.path for each in receiver.received] == ["/hook"] * len(places)


def test_loopback_is_there_for_the_local_run_alone(receiver: Receiver) -> None:
    assert attempt(receiver.url) is None
    with pytest.raises(http_post.NotSent, match="not_public"):
        http_post.post(Target(False, "127.0.0.1", receiver.port, "/hook"), {}, BODY)
    assert receiver.received == []
    for kind in ChannelKind:
        assert attempt(receiver.url, str(kind), loopback=True) == 200
    for url in ("http://10.0.0.1/", "http://example.com/", "https://169.254.169.254/", "http://user@127.0.0.1/"):
        assert attempt(url, loopback=True) is None
    with watched({"localhost": ["10.0.0.1"]}, cut=True) as wires:
        assert attempt(f"http://localhost:{receiver.port}/", loopback=True) is None
    assert wires.connected == []


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=x", "https://oapi.dingtalk.com/gettoken"),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x", "https://oapi.dingtalk.com/robot/send?x=1"),
        (
            "feishu",
            "https://open.feishu.cn/open-apis/bot/v2/hook/x",
            "https://open.feishu.cn.evil.example.com/open-apis",
        ),
        (
            "feishu",
            "https://open.larksuite.com/open-apis/bot/v2/hook/x",
            "https://evil-open.feishu.cn/open-apis/bot/v2",
        ),
        ("slack", "https://hooks.slack.com/services/T/B/x", "https://slack.com/api/chat.postMessage"),
    ],
)
def test_a_robot_is_at_the_host_that_is_published_for_it(kind: str, good: str, bad: str) -> None:
    assert target(good, kind).path == good.split("/", 3)[3].join(("/", ""))
    with pytest.raises(BadTarget) as refused:
        target(bad, kind)
    assert refused.value.code == "target_not_published" and bad not in str(refused.value)
    assert target("https://hooks.example.com/anything?x=1", "webhook").path == "/anything?x=1"


def test_what_is_shown_of_a_url_is_its_host() -> None:
    assert masked("https://oapi.dingtalk.com/robot/send?access_token=secret") == "https://oapi.dingtalk.com/…"
    assert masked("http://127.0.0.1:9000/secret") == "http://127.0.0.1:9000/…"


def test_an_address_is_public_or_it_is_not() -> None:
    known = ("8.8.8.8", "1.1.1.1", PUBLIC, "::ffff:8.8.8.8", "2606:4700::1111", "2400:3200::1", "2a00:1450::1")
    assert [address for address in known if not is_public(address)] == []
    assert not any(is_public(text) for text in ("", "x", "1", "127.1", "0x7f000001", "8.8.8.8/32", "::1%lo"))
    assert is_loopback("127.0.0.1") and is_loopback("::1") and not is_loopback("10.0.0.1") and not is_loopback("x")


def test_no_proxy_of_the_environment_is_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    receiver.plan(OK)
    assert attempt(receiver.url, loopback=True) == 200


def test_a_resolver_that_hangs_is_left_to_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    hanging = threading.Event()
    monkeypatch.setattr(http_post, "SECONDS", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [hanging.wait(20)][1:])
    with pytest.raises(http_post.NotSent, match="timed_out"):
        http_post.post(Target(True, "slow.example.com", 443, "/"), {}, BODY)
    hanging.set()
