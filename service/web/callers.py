"""From where a request comes: the peer's address, or what a trusted proxy says of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from fastapi import Request

from service.web.dependencies import installation_of

Network = IPv4Network | IPv6Network
UNKNOWN = "unknown"
_HOME_BITS = 64
"""One household or office has a /64 of IPv6 (RFC 6177); it counts as one address."""


def caller_of(request: Request) -> str:
    """Return the address of whoever asks, as it is counted."""
    settings = installation_of(request).settings
    peer = request.client.host if request.client else UNKNOWN
    # A proxy may add a line of its own (HAProxy does); all of them are one list (RFC 9110 §5.3).
    forwarded = ",".join(request.headers.getlist("x-forwarded-for"))
    return counted_as(farthest(peer, forwarded, settings.proxies))


def farthest(peer: str, forwarded: str, proxies: Iterable[str]) -> str:
    """Return the last address in the chain that none of our own proxies has.

    Only what our own proxies have written is believed: whoever asks may write
    anything to the left of it.
    """
    ours = networks(tuple(proxies))
    address = peer
    for one in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not is_in(address, ours):
            break
        address = _without_port(one)
    return address


def _without_port(written: str) -> str:
    """Return an address as it is without the port or the brackets that some proxies write."""
    if written.startswith("["):
        return written[1:].partition("]")[0]
    host, colon, port = written.partition(":")
    return host if colon and port.isascii() and port.isdigit() and "." in host else written


def counted_as(address: str) -> str:
    """Return an address as it is counted: IPv6 by its /64, IPv4 within IPv6 as IPv4."""
    try:
        found = ip_address(address.partition("%")[0].strip("[]"))
    except ValueError:
        return UNKNOWN
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((found, _HOME_BITS), strict=False))
    return str(found)


@cache
def networks(named: tuple[str, ...]) -> tuple[Network, ...]:
    """Return networks that are written as in the settings."""
    return tuple(ip_network(one, strict=False) for one in named)


def is_in(address: str, within: tuple[Network, ...]) -> bool:
    """Tell whether an address lies in one of these networks."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in one for one in within)
