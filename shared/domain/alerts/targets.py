"""Where alerts may be sent: what a target looks like, and which addresses are nobody's private network.

A target is judged twice: by its text when a channel is made, and by the addresses of its host at each attempt. Only the
second is a guard; the first spares an owner the wait.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from shared.domain.errors import Unprocessable

MAX_URL = 1024
PUBLISHED: Mapping[str, tuple[frozenset[str], str]] = MappingProxyType(
    {
        "dingtalk": (frozenset({"oapi.dingtalk.com"}), "/robot/send"),
        "wecom": (frozenset({"qyapi.weixin.qq.com"}), "/cgi-bin/webhook/send"),
        "feishu": (frozenset({"open.feishu.cn", "open.larksuite.com"}), "/open-apis/bot/v2/hook/"),
        "slack": (frozenset({"hooks.slack.com"}), "/services/"),
    }
)
"""The hosts that each robot is published at, and how its path begins. A webhook may be anybody's."""

_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_OURSELVES = ("localhost", "local", "internal", "localdomain", "home.arpa", "onion", "test", "invalid")
"""Names that mean this machine, its network, or nothing."""
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

_NOT_FOR_US = tuple(
    map(
        ipaddress.ip_network,
        (
            *("192.0.0.0/24", "192.88.99.0/24"),  # protocol assignments, relays to 6to4
            *("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48"),  # an IPv4 address in another's clothes
            *("2001::/23", "2002::/16", "fec0::/10", "3fff::/20", "5f00::/16"),
        ),
    )
)
"""Beside what `is_global` refuses: translated and tunnelled addresses, which reach an IPv4 address that nobody has
looked at."""


class BadTarget(Unprocessable):
    """A URL that no alert goes to. `detail` never holds the URL, which may hold a secret."""


@dataclass(frozen=True, slots=True)
class Target:
    """`path` is what the request line says, query included."""

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
    """The target that a URL names, for a channel of this kind. `loopback` admits this machine, over plain HTTP and on
    any port, and nothing else beside. Raises BadTarget."""
    if len(url) > MAX_URL or not re.fullmatch(r"[\x21-\x7e]+", url) or "\\" in url:
        raise _bad("target_malformed", f"A URL is at most {MAX_URL} visible ASCII characters.")
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
    hosts, begins = PUBLISHED.get(kind, (frozenset({host}), "/"))
    if host not in hosts or not path.startswith(begins):
        raise _bad("target_not_published", f"A robot of this kind is at https://{min(hosts)}{begins}.")
    return Target(True, host, 443, path)


def public(address: str) -> bool:
    """Whether everybody in the world would reach the same machine at this address."""
    try:
        there = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(there, ipaddress.IPv6Address):
        if there.scope_id is not None:
            return False
        if there.ipv4_mapped is not None:
            return public(str(there.ipv4_mapped))
    return (
        there.is_global
        and not there.is_multicast
        and not there.is_reserved
        and not any(there.version == net.version and there in net for net in _NOT_FOR_US)
    )


def at_home(address: str) -> bool:
    """Whether an address is this machine's own."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def masked(url: str) -> str:
    """A URL without whatever may be a secret in it: its path and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/…"


def _refuse_host(host: str) -> None:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if not _NAME.fullmatch(host):
            raise _bad("target_host", "The host is not a name that the public internet knows.") from None
        if any(host == name or host.endswith(f".{name}") for name in _OURSELVES):
            raise _bad("target_not_public", "The host is not on the public internet.") from None
        return
    if not public(host):
        raise _bad("target_not_public", "The host is not on the public internet.")


def _bad(code: str, detail: str) -> BadTarget:
    return BadTarget(code, detail, "/url")
