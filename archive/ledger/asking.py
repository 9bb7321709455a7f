"""Asking an authority for a time-stamp over HTTP (RFC 3161 §3.4): one request, one small answer.

By `http.client`, which follows no redirect and takes no proxy from the
environment; each would lead the answer over somebody who was not configured.
That a stamp is true is told by its signature alone (`stamps`), never by the
connection over which it came: TLS here only hides what is asked.
"""

from __future__ import annotations

import base64
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from threading import Event, Thread
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from archive.errors import ArchiveError
from archive.ledger.stamps import MOST_BYTES

SECONDS: Final = 20.0
_ASKED: Final = "application/timestamp-query"
_ANSWERED: Final = "application/timestamp-reply"
_REDIRECTS: Final = range(300, 400)
_EVERY: Final = 0.05


class NoAnswer(ArchiveError):
    """The authority gave no answer; `code` says why, with nothing of what was received.

    `no_name`, `no_connection`, `too_slow`, `no_trust` (its TLS certificate, or our own
    file of roots), `redirected`, `http_NNN`, `too_large`, `broken_off`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class WayOut:
    """How the municipality's network is left.

    `proxy` is `http://[user:password@]host:port`; `roots` a PEM file of further
    certificates, beside the system's, that TLS is checked under. `seconds` bounds
    each try to connect to one of its addresses, and all that comes after it.
    """

    proxy: str | None = None
    roots: Path | None = None
    seconds: float = SECONDS


def ask(url: str, request: bytes, way: WayOut) -> bytes:
    """Post a request to an authority and return its answer, unread; raises `NoAnswer`."""
    with _refusing(), _connected(urlsplit(url), way) as (connection, target, headers):
        connection.request("POST", target, request, headers)
        with connection.getresponse() as response:
            return _body(response)


def _body(response: HTTPResponse) -> bytes:
    if response.status in _REDIRECTS:
        raise NoAnswer("redirected")
    if response.status != HTTPStatus.OK:
        raise NoAnswer(f"http_{response.status}")
    answer = response.read(MOST_BYTES + 1)
    if len(answer) > MOST_BYTES:
        raise NoAnswer("too_large")
    if response.length:
        raise NoAnswer("broken_off")
    return answer


@contextmanager
def _connected(
    to: SplitResult, way: WayOut
) -> Iterator[tuple[HTTPConnection, str, dict[str, str]]]:
    """Connect, straight or by the proxy; once connected it is over after the time is up.

    Only a name server, and many addresses that do not answer, may take longer.
    """
    over = urlsplit(way.proxy) if way.proxy else None
    secure = to.scheme == "https"
    near = over or to
    port = near.port or (443 if near.scheme == "https" else 80)
    connection = (
        HTTPSConnection(near.hostname or "", port, timeout=way.seconds, context=_trust(way.roots))
        if secure
        else HTTPConnection(near.hostname or "", port, timeout=way.seconds)
    )
    target = f"{to.path or '/'}?{to.query}" if to.query else to.path or "/"
    headers = {"Content-Type": _ASKED, "Accept": _ANSWERED, "User-Agent": "vaern"}
    if over is not None:
        granted = _authorisation(over)
        if secure:
            connection.set_tunnel(to.hostname or "", to.port or 443, granted)
        else:
            target = f"http://{to.netloc}{target}"
            headers |= granted
    over_in_time = Event()
    too_late = Event()
    cutting = Thread(
        target=_cut_when_due,
        args=(connection, way.seconds, over_in_time, too_late),
        name="answer-deadline",
        daemon=True,
    )
    cutting.start()
    try:
        yield connection, target, headers
    except (OSError, HTTPException) as failed:
        if too_late.is_set():
            raise NoAnswer("too_slow") from failed
        raise
    else:
        # What is cut within its headers looks like an answer that ended.
        if too_late.is_set():
            raise NoAnswer("too_slow")
    finally:
        over_in_time.set()
        cutting.join()
        connection.close()


@contextmanager
def _refusing() -> Iterator[None]:
    """Name what can go wrong on the way; the order goes from the particular to the general."""
    try:
        yield
    except TimeoutError as failed:
        raise NoAnswer("too_slow") from failed
    except socket.gaierror as failed:
        raise NoAnswer("no_name") from failed
    except ssl.SSLError as failed:
        raise NoAnswer("no_trust") from failed
    except ConnectionError as failed:
        raise NoAnswer("no_connection") from failed
    except HTTPException as failed:
        raise NoAnswer("broken_off") from failed
    except (OSError, ValueError) as failed:
        raise NoAnswer("no_connection") from failed


def _trust(roots: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:
        if roots is not None:
            context.load_verify_locations(roots)
    except OSError as failed:  # it is not there, or holds no certificate
        raise NoAnswer("no_trust") from failed
    return context


def _authorisation(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _cut_when_due(
    connection: HTTPConnection, seconds: float, over_in_time: Event, too_late: Event
) -> None:
    """End an exchange that takes too long as a whole.

    A timeout counts for one read: a server that sends a byte now and then
    would keep us for ever. Only the descriptor is shut; TLS belongs to the
    other thread.
    """
    if over_in_time.wait(seconds):
        return
    too_late.set()
    while not over_in_time.wait(_EVERY):
        sock: socket.socket | None = connection.sock
        if sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
