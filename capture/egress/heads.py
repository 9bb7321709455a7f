"""Reading and rewriting HTTP/1.1 message heads (RFC 9112) for the egress proxy. Pure.

The proxy carries one exchange per connection, which leaves no second request
whose host went unchecked, and needs no more of HTTP than what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from capture.egress.rules import HostPort, split_host_port

# RFC 9110 §7.6.1: these speak of one connection only and are not forwarded.
_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"upgrade",
    }
)
_DEFAULT_PORTS = {"http": 80, "ws": 80}


class HeadUnreadable(ValueError):
    """The bytes are not a message head that the proxy carries."""


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A request to the proxy: where it goes, and the head as it is sent on.

    `onward` is empty for CONNECT. `body_bytes` is the length of the body that follows.
    """

    method: str
    host: str
    port: int
    onward: bytes
    body_bytes: int

    @property
    def is_tunnel(self) -> bool:
        """Whether the browser asks for a tunnel (https, wss and ws)."""
        return self.method == "CONNECT"


def read_request_head(head: bytes) -> RequestHead:
    """Read a request in CONNECT or absolute form.

    Raises:
        HeadUnreadable: any other form, a body of unknown length, a host that
            differs from its Host field.
    """
    start, fields = _split(head)
    try:
        method, target, version = start.decode("ascii").split(" ")
    except ValueError as error:
        raise HeadUnreadable("no request line") from error
    if version not in {"HTTP/1.0", "HTTP/1.1"} or not method.isalpha():
        raise HeadUnreadable("not HTTP/1")
    try:
        if method == "CONNECT":
            host, port = split_host_port(target)
            return RequestHead(method, host, port, b"", 0)
        (host, port), path = _absolute(target)
    except ValueError as error:
        raise HeadUnreadable("not a proxy request") from error
    length = _body_length(fields)
    kept = [(name, value) for name, value in fields if name.lower() not in _HOP_BY_HOP]
    kept = [(name, value) for name, value in kept if name.lower() != b"host"]
    authority = target.split("/")[2].encode("ascii")
    lines = [
        f"{method} {path} HTTP/1.1".encode("ascii"),
        b"Host: " + authority,
        *(name + b": " + value for name, value in kept),
        b"Connection: close",
    ]
    return RequestHead(method, host, port, b"\r\n".join(lines) + b"\r\n\r\n", length)


def read_response_head(head: bytes) -> tuple[int, bytes]:
    """The status of a response, and its head as the browser gets it (it ends the connection).

    Raises:
        HeadUnreadable: not an HTTP/1 response.
    """
    start, fields = _split(head)
    parts = start.split(b" ", 2)
    if len(parts) < 2 or not parts[0].startswith(b"HTTP/1.") or not parts[1].isdigit():  # noqa: PLR2004  # version and status, RFC 9112 §4
        raise HeadUnreadable("no status line")
    status = int(parts[1])
    kept = [name + b": " + value for name, value in fields if name.lower() not in _HOP_BY_HOP]
    ending = [] if status < 200 else [b"Connection: close"]  # noqa: PLR2004  # 1xx are interim, RFC 9110 §15.2
    return status, b"\r\n".join([start, *kept, *ending]) + b"\r\n\r\n"


def refusal(reason: str) -> bytes:
    """The answer to a request that is not carried out; the code in its own field."""
    return (
        f"HTTP/1.1 403 Forbidden\r\nX-Capture-Refused: {reason}\r\n"
        "Content-Length: 0\r\nConnection: close\r\n\r\n"
    ).encode("ascii")


def failure(reason: str) -> bytes:
    """The answer where the other end could not be reached."""
    return (
        f"HTTP/1.1 502 Bad Gateway\r\nX-Capture-Failed: {reason}\r\n"
        "Content-Length: 0\r\nConnection: close\r\n\r\n"
    ).encode("ascii")


def _split(head: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    start, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    fields = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not name or name != name.strip() or b"\n" in line or b"\r" in line:
            raise HeadUnreadable("a field that is none")
        fields.append((name, value.strip()))
    return start, fields


def _absolute(target: str) -> tuple[HostPort, str]:
    parts = urlsplit(target)
    if parts.scheme not in _DEFAULT_PORTS or "@" in parts.netloc:
        raise HeadUnreadable("not an http address")
    where = split_host_port(parts.netloc, default_port=_DEFAULT_PORTS[parts.scheme])
    path = parts.path or "/"
    return where, f"{path}?{parts.query}" if parts.query else path


def _body_length(fields: list[tuple[bytes, bytes]]) -> int:
    lengths = [value for name, value in fields if name.lower() == b"content-length"]
    if any(name.lower() == b"transfer-encoding" for name, _ in fields):
        raise HeadUnreadable("a body of unknown length")
    if not lengths:
        return 0
    if len(set(lengths)) > 1 or not lengths[0].isdigit():
        raise HeadUnreadable("a body of unknown length")
    return int(lengths[0])
