"""One SMTP connection: aiosmtpd's dialogue with our limits and without its gossip."""

import asyncio
import collections
import ssl
from typing import Any, Final

from aiosmtpd.smtp import SMTP

from archive.mailbox.smtp_quota import Senders, counted_as

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
        slowest: int = 0,
        patience: float = 30.0,
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
        self._slowest, self._patience = slowest, patience
        self._senders: Senders = handler.senders
        self._came = 0
        self._coming = False
        self._turned_away = False
        self.peer_address = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection; the same one comes again after STARTTLS."""
        if self not in self._alive and self._is_one_too_many(transport):
            self._turned_away = True
            if isinstance(transport, asyncio.WriteTransport):
                transport.write(b"421 4.7.0 Too many connections from this address\r\n")
            transport.close()
            return
        self._alive.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Count it out."""
        self._alive.discard(self)
        if not self._turned_away:
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Count what comes."""
        self._came += len(data)
        if not self._turned_away:
            super().data_received(data)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - the library's own name
        """Take a mail; one that only drips in is cut off, for it holds a place that others need."""
        self._coming = True
        watching = asyncio.create_task(self._watch())
        try:
            await super().smtp_DATA(arg)
        finally:
            self._coming = False
            watching.cancel()

    def has_come_whole(self) -> None:
        """Say that the mail is here; how long it takes to keep it is our own matter."""
        self._coming = False

    async def _watch(self) -> None:
        while self._coming:
            before = self._came
            await asyncio.sleep(self._patience)
            if self._is_slow(self._came - before):
                if self.transport is not None:
                    self._writer.write(b"421 4.4.2 The mail comes too slowly\r\n")
                    self.transport.close()
                return

    def _is_slow(self, came: int) -> bool:
        return self._coming and came < self._slowest * self._patience

    def _is_one_too_many(self, transport: asyncio.BaseTransport) -> bool:
        peer = transport.get_extra_info("peername")
        self.peer_address = str(peer[0]) if peer else ""
        ours = counted_as(self.peer_address)
        standing = sum(counted_as(one.peer_address) == ours for one in self._alive)
        return self._senders.too_many_connections(self.peer_address, standing)

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
