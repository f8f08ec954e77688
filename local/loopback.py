"""The addresses of this machine, and what a web page can do with them.

A page of any origin can make the browser send requests to 127.0.0.1, and a name of its own can lead there (DNS
rebinding). So the run knows its own hosts and origins, and one engine listens where no browser connects.
"""

from __future__ import annotations

import random
import socket
import sys

NAMES = ("127.0.0.1", "localhost", "[::1]")
BLOCKED_PORTS = (2049, 3659, 4045, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6697)
"""Ports to which no browser sends a request, whatever a page says: "port blocking" of the Fetch standard,
https://fetch.spec.whatwg.org/#port-blocking. Those of its list that need no privilege and that browsers have blocked
for years."""


def hosts(port: int) -> frozenset[str]:
    """What a request to this port of this machine has in its Host header."""
    return frozenset(f"{name}:{port}" for name in NAMES) | (frozenset(NAMES) if port == 80 else frozenset())


def origins(port: int) -> frozenset[str]:
    """The origins of pages that this port of this machine serves."""
    return frozenset(f"http://{host}" for host in hosts(port))


def address_without_browsers() -> tuple[str, int]:
    """A free loopback address to which no browser connects. On Linux it is also a random one of 16 million, which no
    other program can guess. Raises OSError if every such port is in use."""
    for port in random.sample(BLOCKED_PORTS, len(BLOCKED_PORTS)):
        host = _random_host() if sys.platform == "linux" else NAMES[0]
        if not _answers(NAMES[0], port) and _is_free(host, port):
            return host, port
    raise OSError(f"every one of these ports is in use: {', '.join(map(str, BLOCKED_PORTS))}")


def _random_host() -> str:
    one, two, three = (random.SystemRandom().randint(1, 254) for _ in range(3))
    return f"127.{one}.{two}.{three}"


def _answers(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
