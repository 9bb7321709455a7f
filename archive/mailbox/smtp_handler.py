"""What the SMTP door answers: who is a recipient, what is too much, and when mail is safe."""

import asyncio
import errno
import re
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any, Final

from archive.errors import StorageFull
from archive.mailbox.errors import NotAcceptedNow
from archive.mailbox.smtp_quota import SenderLimits, Senders

SAFE: Final = "250 2.6.0 Kept"
FULL: Final = "452 4.3.1 No room; come again later"
LATER: Final = "451 4.3.0 Could not be kept now; come again later"
QUOTA: Final = "452 4.7.0 Too much for now; come again later"
BARE: Final = "554 5.6.11 Bare CR or LF in the mail (RFC 5321 section 2.3.8)"
NOBODY: Final = "550 5.1.1 No such recipient"
TOO_MANY: Final = "452 4.5.3 Too many recipients"

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_TOKEN: Final = re.compile(r"[A-Za-z0-9_.=-]{1,200}\Z")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail as it was handed in: the bytes, and what the SMTP dialogue said around them.

    `mail_from` is "" for the null sender. `tokens` are what stood after the
    plus in our own address. Nothing here is proven: a sender states it.
    """

    content: bytes
    mail_from: str
    recipients: tuple[str, ...]
    tokens: tuple[str, ...]
    peer: str
    helo: str
    encrypted: bool


Accept = Callable[[Envelope], "Future[Any] | None"]


class Handler:
    """The hooks that aiosmtpd calls; one for all connections of a door."""

    def __init__(
        self,
        accept: Accept,
        addresses: Iterable[str],
        threads: Executor,
        most_recipients: int,
        senders: Senders | None = None,
    ) -> None:
        self.senders = senders or Senders(SenderLimits())
        self._accept = accept
        self.answer_for(addresses)
        self._threads = threads
        self._most_recipients = most_recipients
        self._under_way: set[asyncio.Future[None]] = set()
        self.closing = False

    def answer_for(self, addresses: Iterable[str]) -> None:
        """Take mail to these addresses from now on, and to no others."""
        self._addresses = frozenset(address.strip().lower() for address in addresses)

    async def handle_MAIL(  # noqa: N802 - the library's own name
        self, _server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Begin a mail, unless its sender has sent as much as one may: before its bytes come."""
        if refusal := self.senders.refusal(_peer(session), _readable(address)):
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - the library's own name
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take our own addresses and no others."""
        if self._ours(address) is None:
            return NOBODY
        if len(envelope.rcpt_tos) >= self._most_recipients:
            return TOO_MANY
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - the library's own name
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        """Hand the mail on and answer when it is safe."""
        server.has_come_whole()
        content: bytes = envelope.content
        envelope.content = envelope.original_content = None  # one copy in memory, not three
        # Every CR is followed by LF and every LF preceded by CR.
        if not content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r"):
            return BARE
        if self.closing:
            return LATER
        mail_from = _readable(envelope.mail_from or "")
        handed = Envelope(
            content=content,
            mail_from="" if mail_from == "<>" else mail_from,
            recipients=tuple(_readable(address) for address in envelope.rcpt_tos),
            tokens=tuple(token for address in envelope.rcpt_tos if (token := self._ours(address))),
            peer=_peer(session),
            helo=_readable(session.host_name or ""),
            encrypted=session.ssl is not None,
        )
        size = len(content)
        del content
        if refusal := self.senders.refusal(handed.peer, handed.mail_from, size):
            return refusal
        keeping = asyncio.ensure_future(self._keep(handed))
        self._under_way.add(keeping)
        keeping.add_done_callback(self._kept)
        # The sender hanging up does not stop what is being kept.
        answer = await self._answer(asyncio.shield(keeping))
        if answer == SAFE:
            self.senders.took(handed.peer, handed.mail_from, size)
        return answer

    async def handle_exception(self, error: Exception) -> str:
        """Answer without a word about what went wrong inside."""
        del error
        return LATER

    async def settle(self, seconds: float) -> None:
        """Start no more; wait until what is being kept has been answered, or for so long."""
        self.closing = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)
        await asyncio.sleep(0.05)  # the answers are written by the connections' own tasks

    def _kept(self, keeping: asyncio.Future[None]) -> None:
        self._under_way.discard(keeping)
        if not keeping.cancelled():
            keeping.exception()  # seen: asyncio would log it, with what it holds

    async def _keep(self, handed: Envelope) -> None:
        loop = asyncio.get_running_loop()
        kept = await loop.run_in_executor(self._threads, self._accept, handed)
        if kept is not None:
            await asyncio.wrap_future(kept)

    async def _answer(self, keeping: asyncio.Future[None]) -> str:
        try:
            await keeping
        except StorageFull:
            return FULL
        except NotAcceptedNow:
            return QUOTA
        except OSError as error:
            return FULL if error.errno in _NO_ROOM else LATER
        except Exception:  # noqa: BLE001 - whatever it is, the sender keeps the mail and tries again
            return LATER
        return SAFE

    def _ours(self, address: str) -> str | None:
        """Return the token in one of our addresses, "" without one, None for another's."""
        local, at, domain = address.rpartition("@")
        name, plus, token = local.partition("+")
        if f"{name}{at}{domain}".lower() not in self._addresses:
            return None
        if plus and not _TOKEN.match(token):
            return None
        return token


def _peer(session: Any) -> str:
    return str(session.peer[0]) if session.peer else ""


def _readable(text: str) -> str:
    """Return text that can be stored: bytes that are not UTF-8 become U+FFFD."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "")
