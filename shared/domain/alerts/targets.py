"""The targets that alerts may be sent to: which URLs, and which IP addresses are public.

A target is checked twice. The URL is checked when a channel is created, so that its owner sees a mistake at once. The
IP addresses of the host are checked at each attempt; only this check protects private networks.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from shared.domain.errors import Unprocessable
from shared.domain.sentences.sentence import say

MAX_URL = 1024
ROBOT_URLS: Mapping[str, tuple[frozenset[str], str]] = MappingProxyType(
    {
        "dingtalk": (frozenset({"oapi.dingtalk.com"}), "/robot/send"),
        "wecom": (frozenset({"qyapi.weixin.qq.com"}), "/cgi-bin/webhook/send"),
        "feishu": (frozenset({"open.feishu.cn", "open.larksuite.com"}), "/open-apis/bot/v2/hook/"),
        "slack": (frozenset({"hooks.slack.com"}), "/services/"),
    }
)
"""The hosts of each kind of robot, and the prefix of its path. A webhook may have any public host."""

_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_LOCAL_NAMES = ("localhost", "local", "internal", "localdomain", "home.arpa", "onion", "test", "invalid")
"""Names of this machine or its network, and reserved names."""
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

_TRANSLATED = tuple(
    map(
        ipaddress.ip_network,
        (
            *("192.0.0.0/24", "192.88.99.0/24"),  # protocol assignments, relays to 6to4
            *("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48"),  # an IPv4 address inside an IPv6 address
            *("2001::/23", "2002::/16", "fec0::/10", "3fff::/20", "5f00::/16"),
        ),
    )
)
"""Translated and tunnelled addresses, beside those that `is_global` refuses: they lead to an IPv4 address that was not
checked."""


class BadTarget(Unprocessable):
    """A URL that alerts must not be sent to. `detail` never holds the URL, which may contain a secret."""


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed URL. `path` includes the query."""

    tls: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


def target(url: str, kind: str, *, loopback: bool = False) -> Target:
    """Parse and check a URL for a channel of this kind. `loopback` also allows this machine, over HTTP or HTTPS and on
    any port. Raises BadTarget."""
    if len(url) > MAX_URL or not re.fullmatch(r"[\x21-\x7e]+", url) or "\\" in url:
        raise _bad("target_malformed", say("A URL is at most {most} visible ASCII characters.", most=MAX_URL))
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _bad("target_malformed", "This is not a URL.") from None
    if "@" in parts.netloc:
        raise _bad("target_userinfo", "A URL holds no user name and no password.")
    if parts.fragment or "#" in url:
        raise _bad("target_malformed", "A URL has no fragment here.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if loopback and host in _LOOPBACK_NAMES and parts.scheme in ("http", "https"):
        tls = parts.scheme == "https"
        return Target(tls, host, port or (443 if tls else 80), path)
    if parts.scheme != "https":
        raise _bad("target_not_https", "Alerts go out over https only.")
    if port not in (None, 443):
        raise _bad("target_port", "Alerts go to port 443 only.")
    _refuse_host(host)
    hosts, prefix = ROBOT_URLS.get(kind, (frozenset({host}), "/"))
    if host not in hosts or not path.startswith(prefix):
        raise _bad(
            "target_not_published",
            say("A robot of this kind is at https://{host}{prefix}.", host=min(hosts), prefix=prefix),
        )
    return Target(True, host, 443, path)


def is_public(address: str) -> bool:
    """Is this an address of the public internet, and not of a private or local network?"""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id is not None:
            return False
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
    return (
        ip.is_global
        and not ip.is_multicast
        and not ip.is_reserved
        and not any(ip.version == net.version and ip in net for net in _TRANSLATED)
    )


def is_loopback(address: str) -> bool:
    """Is this an address of this machine?"""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def masked(url: str) -> str:
    """The URL without its user name, path and query, which may be secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/…"


def _refuse_host(host: str) -> None:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if not _NAME.fullmatch(host):
            raise _bad("target_host", "The host is not a name that the public internet knows.") from None
        if any(host == name or host.endswith(f".{name}") for name in _LOCAL_NAMES):
            raise _bad("target_not_public", "The host is not on the public internet.") from None
        return
    if not is_public(host):
        raise _bad("target_not_public", "The host is not on the public internet.")


def _bad(code: str, detail: str) -> BadTarget:
    return BadTarget(code, detail, "/url")
