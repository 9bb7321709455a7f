"""From a host and port to one checked address: looked up once, every answer judged."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence

from capture.egress.addresses import Address, innermost, read_address
from capture.egress.rules import EgressRules
from capture.errors import RequestRefused

# A name and a port to the addresses, as text, that the resolver answers.
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """Ask the machine's resolver; it also reads decimal, octal and hexadecimal IPv4 forms."""
    loop = asyncio.get_running_loop()
    answers = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


async def find_destination(
    host: str, port: int, *, rules: EgressRules, resolver: Resolver
) -> list[Address]:
    """The addresses that may be connected to, in the resolver's order.

    One bad answer among good ones refuses them all: an honest public name has none.

    Raises:
        RequestRefused: by the rules, or with `no_such_host`.
        OSError: the resolver failed.
    """
    rules.check_name(host, port)
    literal = read_address(host)
    texts = [str(literal)] if literal is not None else await resolver(host, port)
    addresses = [address for address in map(read_address, texts) if address is not None]
    if not addresses or len(addresses) != len(texts):
        raise RequestRefused("no address, or one of this link only", code="no_such_host")
    for address in addresses:
        inner = innermost(address)
        rules.check_address(host, port, inner, this_machine=_is_of_this_machine(inner))
    return addresses


def _is_of_this_machine(address: Address) -> bool:
    """Whether the address is this machine's own: it would then be its own way there.

    Connecting a datagram socket sends nothing; it only asks the routing table.
    """
    if address.is_loopback or address.is_unspecified:
        return True
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004 — the number of the IP version
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), 9))
            return str(probe.getsockname()[0]) == str(address)
    except OSError:
        return False
