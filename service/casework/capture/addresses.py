"""Addresses that a capture may be asked for. Pure, so that the command line needs no database."""

from __future__ import annotations

from urllib.parse import urlsplit

from service.errors import AddressInvalid

LONGEST_ADDRESS = 4000


def check_address(url: str) -> str:
    """Return an address that a capture may be asked for; raises `AddressInvalid`."""
    address = url.strip()
    try:
        parts = urlsplit(address)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        # A name and password would stand in the record and on every page that shows the address.
        good = good and "@" not in parts.netloc
    except ValueError as bad:
        raise AddressInvalid("this is no address") from bad
    if not good or len(address) > LONGEST_ADDRESS or not address.isprintable() or " " in address:
        raise AddressInvalid("give the whole address, beginning with http:// or https://")
    return address
