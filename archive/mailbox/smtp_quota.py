"""Who may send how much through the SMTP door; whoever sends more keeps it and comes again.

The envelope's sender is anyone's word, so it is counted together with the
address that states it: nobody uses up another's quota. Our own relays speak
for many senders, so their address is not counted, and each sender more generously.
"""

import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from archive.intake.quota import HourlyQuota

SENDER: Final = "450 4.7.1 Too many mails from this sender within an hour; come again in {} minutes"
ADDRESS: Final = (
    "450 4.7.1 Too much mail from this address within an hour; come again in {} minutes"
)
UNKNOWN: Final = "unknown"
_HOME_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class SenderLimits:
    """Mails and bytes an hour; None bounds nothing. `trusted` are networks of our own relays."""

    mails_per_sender: int | None = None
    mails_per_address: int | None = None
    bytes_per_address: int | None = None
    relayed_per_sender: int | None = None
    connections_per_address: int | None = None
    trusted: tuple[str, ...] = ()


class Senders:
    """What each sender has handed in within the hour."""

    def __init__(self, limits: SenderLimits) -> None:
        self._limits = limits
        self._trusted = tuple(ip_network(one, strict=False) for one in limits.trusted)
        self._by_sender = HourlyQuota(limits.mails_per_sender)
        self._relayed = HourlyQuota(limits.relayed_per_sender)
        self._by_address = HourlyQuota(limits.mails_per_address, limits.bytes_per_address)

    def refusal(self, peer: str, mail_from: str, size: int = 0) -> str | None:
        """Return what a sender is told who has to wait, or None."""
        address, now = counted_as(peer), time.monotonic()
        by_sender = self._relayed if self.trusts(peer) else self._by_sender
        if wait := by_sender.wait(_both(address, mail_from), now):
            return SENDER.format(-(-wait // 60))
        if not self.trusts(peer) and (wait := self._by_address.wait(address, now, size)):
            return ADDRESS.format(-(-wait // 60))
        return None

    def took(self, peer: str, mail_from: str, size: int) -> None:
        """Count a mail that was kept."""
        address, now = counted_as(peer), time.monotonic()
        by_sender = self._relayed if self.trusts(peer) else self._by_sender
        by_sender.take(_both(address, mail_from), now)
        if not self.trusts(peer):
            self._by_address.take(address, now, size)

    def too_many_connections(self, peer: str, standing: int) -> bool:
        """Tell whether an address that has so many connections may have no further one."""
        most = self._limits.connections_per_address
        return most is not None and standing >= most and not self.trusts(peer)

    def trusts(self, peer: str) -> bool:
        """Tell whether an address is that of a relay of ours."""
        try:
            found = ip_address(peer)
        except ValueError:
            return False
        if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return any(found in one for one in self._trusted)


def counted_as(peer: str) -> str:
    """Return an address as it is counted: IPv6 by its /64, which one household has (RFC 6177)."""
    try:
        found = ip_address(peer.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((found, _HOME_BITS), strict=False))
    return str(found)


def _both(address: str, mail_from: str) -> str:
    return f"{address} {mail_from.strip('<>').lower()}"
