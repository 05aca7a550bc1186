"""Whose request it is: the peer's address, or the one that trusted proxies tell of.

Everybody can send the headers. So an address is believed only if a trusted proxy wrote it: from the
right, every trusted address vouches for the one before it (RFC 7239, section 8.1).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

#: How a peer without address is called, in ``trusted`` as well: a Unix socket.
UNIX = "unix"
#: The longest text of an address with port and zone; longer ones are none.
LONGEST = 128
#: Addresses whose reading is remembered.
REMEMBERED = 8192

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_loopback(host: str) -> bool:
    """Whether a host of a URL is this machine by its name or address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


class Hop(NamedTuple):
    """One address on the way: what its requests are counted under, and whether it is trusted."""

    group: str
    is_trusted: bool


class ClientAddress:
    """Finds the client's address.

    Parameters: `trusted` are addresses and networks of proxies, and ``"unix"`` for a proxy at the
    other end of a Unix socket; `ipv6_prefix` is how many bits of an IPv6 address tell clients
    apart: one client usually has a network of 64. Raises ``ValueError`` for what is no network.
    """

    def __init__(self, trusted: Iterable[str] = (), ipv6_prefix: int = 64) -> None:
        names = list(trusted)
        self._networks = [ipaddress.ip_network(name, False) for name in names if name != UNIX]
        self._unix = Hop(UNIX, UNIX in names)
        self._prefix = ipv6_prefix
        self._hop = lru_cache(REMEMBERED)(self._read)

    def of(self, peer: str | None, header: Callable[[str], str | None]) -> str:
        """The client's address, or its IPv6 network.

        Parameters: the peer's address, ``None`` for a Unix socket, and what gives a header by its
        name in small letters. Where ``Forwarded`` and ``X-Forwarded-For`` do not tell the same, one
        of them was not written by the proxy, and none is believed.
        """
        group, is_trusted = hop = self._peer(peer)
        if not is_trusted:
            return group
        told = {
            self._walk(hop, value, node)
            for value, node in (
                (header("x-forwarded-for"), _plain),
                (header("forwarded"), _forwarded),
            )
            if value
        }
        return told.pop() if len(told) == 1 else group

    def _peer(self, peer: str | None) -> Hop:
        if not peer or peer.startswith("unix:"):
            return self._unix
        return self._known(peer) or Hop(peer[:LONGEST], False)

    def _walk(self, hop: Hop, value: str, node: Callable[[str], str]) -> str:
        """From the right, as far as trusted proxies tell addresses."""
        while value:
            value, _, last = value.rpartition(",")
            before = self._known(node(last))
            if before is None:
                break
            hop = before
            if not hop.is_trusted:
                break
        return hop.group

    def _known(self, text: str) -> Hop | None:
        return self._hop(text) if len(text) <= LONGEST else None

    def _read(self, text: str) -> Hop | None:
        address = parse(text)
        if address is None:
            return None
        return Hop(self._group(address), any(address in network for network in self._networks))

    def _group(self, address: Address) -> str:
        if isinstance(address, ipaddress.IPv4Address):
            return str(address)
        return str(ipaddress.IPv6Network((int(address), self._prefix), strict=False))


def parse(text: str) -> Address | None:
    """An address, with or without port, brackets and zone; ``None`` for anything else.

    IPv4 inside IPv6 (``::ffff:192.0.2.1``) is IPv4.
    """
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _plain(item: str) -> str:
    return item


def _forwarded(element: str) -> str:
    """The node that an element of ``Forwarded`` is for (RFC 7239, section 4)."""
    for pair in element[-1024:].split(";"):
        name, _, value = pair.partition("=")
        if name.strip().lower() == "for":
            return value.strip().strip('"')
    return ""
