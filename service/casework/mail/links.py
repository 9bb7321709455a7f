"""Which links of a harassing mail are captured at once, before anyone decides anything. Pure.

A visit is seen by whoever owns the address. So a link is left alone where the
visit itself would act or tell who was written to: unsubscribing, confirming,
signing in, or an address that carries a long code of its own. Marks that only
count visitors are taken off first, and addresses wrapped by a mail filter are
unwrapped; neither changes which page is meant. A place that the municipality
has listed for capture although it is not public may be visited like a public one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

MOST: Final = 5
_LONGEST: Final = 2000
_COUNTING: Final = re.compile(
    r"(utm_\w+|fbclid|gclid|igshid|igsh|mc_cid|mc_eid|mibextid|__cft__.*|__tn__)"
)
_ACTS: Final = re.compile(
    r"unsub|opt-?out|afmeld|frameld|avmeld|confirm|bekraeft|verif|activat|aktiver|"
    r"reset|password|adgangskode|log-?in|log-?on|sign-?in|auth|token|invit|preferences|track",
    re.IGNORECASE,
)
_CODE: Final = re.compile(r"(?=[\w.~-]*[A-Za-z])(?=[\w.~-]*\d)[\w.~-]{32,}")
_OWN_NAMES: Final = (".local", ".internal", ".localhost", ".lan", ".home", ".intern")
_WRAPPED: Final = re.compile(r"[a-z0-9-]+\.safelinks\.protection\.outlook\.com")


def worth_visiting(
    urls: Iterable[str],
    own_hosts: frozenset[str] = frozenset(),
    listed: frozenset[tuple[str, int]] = frozenset(),
) -> tuple[str, ...]:
    """Return at most five addresses to visit, in the order in which they stand, each once.

    `listed` are the hosts and ports that capture may reach although they are not public.
    """
    found: dict[str, None] = {}
    for url in urls:
        address = _plain(url)
        if address is not None and _harmless(address, own_hosts, listed):
            found.setdefault(address)
    return tuple(found)[:MOST]


def _plain(url: str) -> str | None:
    """Return the address without wrapping, fragment and counting marks; None where it is none."""
    if len(url) > _LONGEST:
        return None
    try:
        parts = urlsplit(url.strip())
        host, _port = parts.hostname, parts.port
    except ValueError:
        return None
    if host is not None and _WRAPPED.fullmatch(host):
        inner = dict(parse_qsl(parts.query)).get("url", "")
        return _plain(inner) if not _WRAPPED.search(inner) else None
    if parts.scheme.lower() not in ("http", "https") or not host or parts.username is not None:
        return None
    fields = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in fields if not _COUNTING.fullmatch(name)]
    query = parts.query if len(kept) == len(fields) else urlencode(kept)
    return urlunsplit((parts.scheme.lower(), parts.netloc, parts.path, query, ""))


def _harmless(address: str, own_hosts: frozenset[str], listed: frozenset[tuple[str, int]]) -> bool:
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    if (host, port) not in listed and (host in own_hosts or not _is_public_name(host)):
        return False
    if _ACTS.search(f"{parts.path}?{parts.query}"):
        return False
    values = (value for _, value in parse_qsl(parts.query))
    return not any(_CODE.fullmatch(value) for value in values)


def _is_public_name(host: str) -> bool:
    """Only names; whether the address behind one is public is checked when it is visited."""
    try:
        ip_address(host)
    except ValueError:
        return "." in host.strip(".") and not host.endswith(_OWN_NAMES)
    return False
