"""The SMTP door: hands each mail on, byte for byte, and says 250 only when it is safe.

The door keeps nothing and touches no disk. It parses no mail: only the SMTP
dialogue is read here, by aiosmtpd. It listens in a thread of its own; whoever
accepts the mail is called outside the event loop.
"""

import asyncio
import logging
import ssl
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Self

from archive.mailbox.errors import DoorNotOpen
from archive.mailbox.smtp_dialogue import Dialogue, TooBusy
from archive.mailbox.smtp_handler import Accept, Envelope, Handler
from archive.mailbox.smtp_quota import SenderLimits, Senders

__all__ = ["Accept", "DoorLimits", "Envelope", "SenderLimits", "SmtpDoor"]

_STOP_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """What one door bears; sizes in bytes, times in seconds.

    `timeout` bounds the silence before a command and a whole DATA, the wait
    for the accepting side included (RFC 5321 §4.5.3.2 asks for 5 minutes
    between commands and 10 for the end of DATA). A mail that brings less than
    `slowest` bytes a second for `patience` seconds is cut off.
    """

    size: int = 50 * 1024 * 1024
    connections: int = 64
    accepting_at_once: int = 64
    recipients: int = 100
    commands: int = 1000
    timeout: float = 600.0
    slowest: int = 0
    patience: float = 30.0
    senders: SenderLimits = field(default_factory=SenderLimits)


class SmtpDoor:
    """One listening SMTP server for the archive's addresses.

    Args:
        host: the address to listen on.
        port: the port; 0 takes any free one, told by `address`.
        accept: takes an `Envelope` in a thread; returns when the mail is durable, or a
            future that ends then. Its exception is the sender's 452 (`StorageFull`, no
            space) or 451 (anything else).
        archive_address: the addresses that are ours; ``local+token@domain`` is ours too.
        greeting_name: the name in the greeting, that of the host in DNS.
        tls: offered as STARTTLS when given.
        limits: what the door bears.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        accept: Accept,
        archive_address: str | Iterable[str],
        greeting_name: str = "localhost",
        tls: ssl.SSLContext | None = None,
        limits: DoorLimits | None = None,
    ) -> None:
        self._host, self._port = host, port
        self._limits = limits or DoorLimits()
        self._greeting_name, self._tls = greeting_name, tls
        self._threads = ThreadPoolExecutor(self._limits.accepting_at_once, "smtp-accept")
        addresses = [archive_address] if isinstance(archive_address, str) else archive_address
        self._handler = Handler(
            accept,
            addresses,
            self._threads,
            self._limits.recipients,
            Senders(self._limits.senders),
        )
        self._dialogues: set[Dialogue] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="smtp-door", daemon=True)
        self._opened: Future[tuple[str, int]] = Future()
        self._stopping: asyncio.Event | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Where the door listens: host and the port that it really has."""
        return self._opened.result(0)

    def answer_for(self, archive_address: str) -> None:
        """Take mail to this address from now on, and to no other."""
        self._handler.answer_for([archive_address])

    def start(self) -> Self:
        """Open the door; it accepts when this returns.

        Raises:
            DoorNotOpen: the address is taken or not ours.
        """
        # The library logs addresses and commands: personal data, which no log may hold.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)
        self._thread.start()
        try:
            self._opened.result()
        except OSError as error:
            self._threads.shutdown()
            raise DoorNotOpen(f"{self._host}:{self._port}: {error.strerror}") from error
        return self

    def stop(self) -> None:
        """Take no more, let mail that is being accepted come to its answer, and close."""
        if self._stopping is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopping.set)
        if self._thread.ident is not None:
            self._thread.join()
        self._threads.shutdown()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        try:
            server = await self._loop.create_server(self._protocol, self._host, self._port)
        except OSError as error:
            self._opened.set_exception(error)
            return
        host, port = server.sockets[0].getsockname()[:2]
        self._opened.set_result((host, port))
        await self._stopping.wait()
        server.close()
        await self._handler.settle(_STOP_SECONDS)
        for dialogue in tuple(self._dialogues):
            dialogue.dismiss()
        await asyncio.sleep(0)  # the farewells leave

    def _protocol(self) -> asyncio.Protocol:
        if len(self._dialogues) >= self._limits.connections or self._handler.closing:
            return TooBusy(self._greeting_name)
        return Dialogue(
            self._handler,
            self._dialogues,
            size=self._limits.size,
            timeout=self._limits.timeout,
            commands=self._limits.commands,
            greeting_name=self._greeting_name,
            tls=self._tls,
            loop=self._loop,
            slowest=self._limits.slowest,
            patience=self._limits.patience,
        )
