"""Which network addresses are public: the one judgement that keeps a page out of our network.

`ipaddress.is_global` is the ground (IANA's special-purpose registries). Beside it
stand the forms by which an IPv4 address hides inside an IPv6 one, since other
products fell to exactly those (`findings/security.md` §1), and the ranges about
which Python's releases have disagreed. Whatever is not known to be public is not.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

# RFC 6052: an IPv4 address in the last 32 bits. Used by networks without IPv4 of their own.
_NAT64 = IPv6Network("64:ff9b::/96")

_NEVER_PUBLIC_4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network; Linux takes 0.0.0.0 for loopback
        "100.64.0.0/10",  # carrier-grade NAT
        "192.0.0.0/24",  # IETF protocol assignments
        "192.88.99.0/24",  # 6to4 relays, withdrawn
        "198.18.0.0/15",  # benchmarking
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_NEVER_PUBLIC_6 = tuple(
    IPv6Network(block)
    for block in (
        "::/96",  # unspecified, loopback, IPv4-compatible
        "64:ff9b:1::/48",  # NAT64 for local use, RFC 8215
        "100::/64",  # discard
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: carries any IPv4 address
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fc00::/7",  # unique local
        "fe80::/10",  # link-local
        "fec0::/10",  # site-local, withdrawn
    )
)


def read_address(text: str) -> Address | None:
    """The address that a text writes in its standard form, or None (a name, a scoped address)."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return None
    return address


def innermost(address: Address) -> Address:
    """The IPv4 address inside an IPv4-mapped or NAT64 address; any other as it is."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: Address) -> bool:
    """Whether a packet to this address can only leave for the public internet."""
    address = innermost(address)
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _NEVER_PUBLIC_4)
    return not any(address in block for block in _NEVER_PUBLIC_6)
