"""Tests reach this machine only: other addresses are refused, other names do not resolve.

An audit hook sees every socket that Python opens, whichever library asked for it. The errors
are those of a machine without a network, so code under test meets what it would meet there.
Programs that a test starts (a browser) are held by their own guards.
"""

import errno
import socket
import sys
from ipaddress import ip_address
from typing import Any

_LOOPBACK_NAMES = ("localhost", "localhost.")
_installed: list[bool] = []


def forbid_other_networks() -> None:
    """Install the hook once in this process; Python keeps it until the process ends."""
    if not _installed:
        sys.addaudithook(_watch)
        _installed.append(True)


def is_loopback(host: object) -> bool:
    """Say whether a host, as written, names this machine and nothing else."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host == "":
        return True
    if not isinstance(host, str):
        return False
    if host in _LOOPBACK_NAMES or host.endswith(".localhost"):
        return True
    return _is_loopback_address(host)


def _is_loopback_address(host: str) -> bool:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _is_address(host: object) -> bool:
    try:
        ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return True


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        _refuse_address(arguments[-1])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
        if not is_loopback(host) and not _is_address(host):
            raise socket.gaierror(socket.EAI_NONAME, f"tests have no network: {host!r}")


def _refuse_address(address: object) -> None:
    """Refuse an internet address elsewhere; Unix sockets and the like are this machine's."""
    if isinstance(address, tuple) and address and not is_loopback(address[0]):
        raise OSError(errno.ENETUNREACH, f"tests have no network: {address[0]!r}")
