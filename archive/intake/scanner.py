"""A virus scanner beside us: clamd, by its own protocol (clamd(8), `INSTREAM`).

It is asked after an original is kept, never before; what it says stands beside
the original and changes nothing about it.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from archive.errors import ArchiveError

Verdict = Literal["clean", "infected", "not_scanned"]

_CONNECT_SECONDS: Final = 5.0
_ANSWER_SECONDS: Final = 120.0
_LENGTH: Final = struct.Struct(">I")
_LONGEST_ANSWER: Final = 4096
_CHUNK: Final = 256 * 1024
_UNIX: Final = "unix:"


class ScannerAway(ArchiveError):
    """The scanner does not answer, or says nothing that we understand; it may be asked again."""

    code = "scanner_away"


@dataclass(frozen=True, slots=True)
class Said:
    """What the scanner said. `says` is its name for what it found, or why it did not look."""

    verdict: Verdict
    says: str | None
    scanner: str


@dataclass(frozen=True, slots=True)
class Scanner:
    """A clamd at `unix:/path/to/socket` or `host:port`."""

    address: str

    def scan(self, chunks: Iterable[bytes]) -> Said:
        """Send an original and return what is said of it; raises `ScannerAway`."""
        program = self._asked(b"VERSION")
        try:
            with self._connected(_ANSWER_SECONDS) as link:
                link.sendall(b"zINSTREAM\0")
                try:
                    for chunk in chunks:
                        for start in range(0, len(chunk), _CHUNK):
                            part = chunk[start : start + _CHUNK]
                            link.sendall(_LENGTH.pack(len(part)) + part)
                    link.sendall(_LENGTH.pack(0))
                except (BrokenPipeError, ConnectionResetError):
                    pass  # it has heard enough: beyond its limit of size it answers and hangs up
                answer = _read(link)
        except OSError as error:
            raise ScannerAway(self.address) from error
        return _understood(answer, program)

    def answers(self) -> bool:
        """Tell whether it is there."""
        try:
            return self._asked(b"PING") == "PONG"
        except ScannerAway:
            return False

    def _asked(self, command: bytes) -> str:
        try:
            with self._connected(_CONNECT_SECONDS) as link:
                link.sendall(b"z" + command + b"\0")
                return _read(link)
        except OSError as error:
            raise ScannerAway(self.address) from error

    def _connected(self, seconds: float) -> socket.socket:
        if self.address.startswith(_UNIX):
            link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                link.settimeout(_CONNECT_SECONDS)
                link.connect(self.address.removeprefix(_UNIX))
            except OSError:
                link.close()
                raise
        else:
            host, _, port = self.address.rpartition(":")
            if not port.isdigit():
                raise ScannerAway(self.address)
            link = socket.create_connection((host.strip("[]"), int(port)), _CONNECT_SECONDS)
        link.settimeout(seconds)
        return link


def _read(link: socket.socket) -> str:
    """Return one answer: up to a NUL, or all there is."""
    answer = b""
    while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
        data = link.recv(_LONGEST_ANSWER)
        if not data:
            break
        answer += data
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _understood(answer: str, program: str) -> Said:
    what = answer.removeprefix("stream: ")
    if what == "OK":
        return Said("clean", None, program[:120])
    if what.endswith(" FOUND"):
        return Said("infected", what.removesuffix(" FOUND")[:200], program[:120])
    if "size limit exceeded" in what:
        return Said("not_scanned", "size limit exceeded", program[:120])
    raise ScannerAway(what[:200] or "no answer")
