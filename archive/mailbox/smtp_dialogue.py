"""One SMTP connection: aiosmtpd's dialogue with our limits and without its gossip."""

import asyncio
import collections
import ssl
from typing import Any, Final

from aiosmtpd.smtp import SMTP

_COMMAND_BYTES: Final = 2048
# RFC 5321 §4.5.3.1.6 says 1,000; programs that send HTML on one line are not refused for it.
_LINE_BYTES: Final = 256 * 1024


class Dialogue(SMTP):
    """One connection.

    aiosmtpd ends DATA only at CR LF dot CR LF, so that no other sequence can
    smuggle a second mail; `Handler` refuses bare CR and LF besides.
    """

    line_length_limit = _LINE_BYTES
    # The library shares and clears one table between all connections; its growth by
    # EHLO is of no matter above this.
    command_size_limits = collections.defaultdict(lambda: _COMMAND_BYTES)

    def __init__(
        self,
        handler: Any,
        alive: set["Dialogue"],
        *,
        size: int,
        timeout: float,
        commands: int,
        greeting_name: str,
        tls: ssl.SSLContext | None,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(
            handler,
            data_size_limit=size,
            enable_SMTPUTF8=True,
            hostname=greeting_name,
            ident="ESMTP",
            tls_context=tls,
            timeout=timeout,
            auth_exclude_mechanism=["LOGIN", "PLAIN"],
            command_call_limit=commands,
            loop=loop,
        )
        self._alive = alive

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection; the same one comes again after STARTTLS."""
        self._alive.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Count it out."""
        self._alive.discard(self)
        super().connection_lost(error)

    def dismiss(self) -> None:
        """Say that the service stops, and close."""
        if self.transport is not None:
            self._writer.write(b"421 4.3.2 Closing for now\r\n")
            self.transport.close()

    async def smtp_VRFY(self, arg: str) -> None:  # noqa: N802 - the library's own name
        """Tell nobody which addresses exist (RFC 5321 §7.3)."""
        del arg
        await self.push("252 2.1.5 Cannot verify")

    async def smtp_EXPN(self, arg: str) -> None:  # noqa: N802 - the library's own name
        """Tell nobody who is on a list."""
        del arg
        await self.push("502 5.5.1 Not implemented")

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802 - the library's own name
        """Nobody signs in here: mail carries no authority."""
        del arg
        await self.push("502 5.5.1 Not implemented")


class TooBusy(asyncio.Protocol):
    """Turns a connection away that is one too many."""

    def __init__(self, greeting_name: str) -> None:
        self._greeting_name = greeting_name

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer and close."""
        if isinstance(transport, asyncio.WriteTransport):
            transport.write(f"421 4.3.2 {self._greeting_name} Too busy\r\n".encode())
        transport.close()
