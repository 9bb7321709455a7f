"""What may leave for where: the egress proxy's rules, as values and pure judgements."""

from __future__ import annotations

from dataclasses import dataclass, field

from capture.egress.addresses import Address, is_public, read_address
from capture.errors import RequestRefused

HostPort = tuple[str, int]

_WEB_PORTS = frozenset({80, 443})
_LOCAL_NAMES = frozenset({"localhost", "ip6-localhost", "ip6-loopback"})
_LAST_PORT = 65_535
_LONGEST_HOST = 253  # RFC 1035 §2.3.4, written out

# Where Chromium reports, updates and asks on its own account. A page that embeds
# one of them loses a sign-in button; the vendor learns nothing of what we look at.
_CALLS_HOME = frozenset(
    {
        "accounts.google.com",
        "accounts.youtube.com",
        "android.clients.google.com",
        "chrome.google.com",
        "chromewebstore.googleapis.com",
        "clients.google.com",
        "clients1.google.com",
        "clients2.google.com",
        "clients2.googleusercontent.com",
        "clients3.google.com",
        "clients4.google.com",
        "clients5.google.com",
        "clients6.google.com",
        "clientservices.googleapis.com",
        "content-autofill.googleapis.com",
        "dl.google.com",
        "edgedl.me.gvt1.com",
        "mtalk.google.com",
        "optimizationguide-pa.googleapis.com",
        "passwordsleakcheck-pa.googleapis.com",
        "redirector.gvt1.com",
        "safebrowsing.google.com",
        "safebrowsing.googleapis.com",
        "sb-ssl.google.com",
        "tools.google.com",
        "update.googleapis.com",
    }
)


@dataclass(frozen=True, slots=True)
class EgressLimits:
    """How much one visit may take. Bytes, numbers and seconds."""

    total_bytes: int = 300 * 2**20
    connections: int = 4_000
    connections_at_once: int = 64
    head_bytes: int = 64 * 2**10
    head_seconds: float = 10.0
    connect_seconds: float = 10.0
    idle_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class EgressRules:
    """Who may be reached.

    `allow` lists host and port, as a page writes them, that may be reached
    although they are not public or not on a web port; `refuse` lists our own
    listeners, which are refused even when listed there (a page must not be able
    to use the capture to speak to Værn).
    """

    allow: frozenset[HostPort] = frozenset()
    refuse: frozenset[HostPort] = frozenset()
    limits: EgressLimits = field(default_factory=EgressLimits)

    def check_name(self, host: str, port: int) -> None:
        """Refuse what can be refused before any name is looked up.

        Raises:
            RequestRefused: with `bad_host`, `own_listener`, `calls_home` or `port`.
        """
        if not host or len(host) > _LONGEST_HOST or "%" in host or not host.isascii():
            raise RequestRefused("not a host", code="bad_host")
        if (host, port) in {(name.lower(), number) for name, number in self.refuse}:
            raise RequestRefused("Værn's own listener", code="own_listener")
        if self.lists(host, port):
            return
        if host.rstrip(".") in _CALLS_HOME:
            raise RequestRefused("the browser's own errand", code="calls_home")
        if port not in _WEB_PORTS:
            raise RequestRefused("not a web port", code="port")

    def check_address(
        self, host: str, port: int, address: Address, *, this_machine: bool = False
    ) -> None:
        """Refuse an address that a name led to.

        `this_machine` says that the address is one of this machine's own.

        Raises:
            RequestRefused: with `own_listener` or `not_public`.
        """
        if self._is_own_listener(port, address, this_machine=this_machine):
            raise RequestRefused("Værn's own listener", code="own_listener")
        if not self.lists(host, port) and not is_public(address):
            raise RequestRefused("not a public address", code="not_public")

    def lists(self, host: str, port: int) -> bool:
        """Whether host and port, as the page writes them, are in the allow list."""
        return (host, port) in {(name.lower(), number) for name, number in self.allow}

    def _is_own_listener(self, port: int, address: Address, *, this_machine: bool) -> bool:
        for host, own_port in self.refuse:
            if own_port != port:
                continue
            own = read_address(host.strip("[]"))
            # A listener on every address, or on a local name, is met at all of
            # this machine's addresses; so is one on loopback, to be on the safe side.
            everywhere = own is None or own.is_unspecified or own.is_loopback
            if own == address or (everywhere and this_machine):
                return True
        return False


def split_host_port(text: str, *, default_port: int | None = None) -> HostPort:
    """Read `host:port`, `[v6]:port`, or `host` where there is a default port.

    Raises:
        ValueError: it is neither.
    """
    text = text.strip()
    host, colon, port_text = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port_text = text, "" if default_port is None else str(default_port)
    bare = host.removeprefix("[").removesuffix("]").lower()
    bracketed = host.startswith("[") and host.endswith("]")
    digits = port_text.isascii() and port_text.isdigit()
    if not bare or not digits or bracketed != (":" in bare) or not 0 < int(port_text) <= _LAST_PORT:
        msg = f"not host:port: {text!r}"
        raise ValueError(msg)
    return bare, int(port_text)
