"""The way out for mail: the municipality's smarthost, or a folder of `.eml` files.

Both may be asked twice for one notice: the file has the notice's own name, and
the message its fixed Message-ID, by which mail systems drop a second copy.
"""

from __future__ import annotations

import smtplib
from email.parser import HeaderParser
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol
from uuid import UUID

from archive.vault.objects import write_durably
from service.settings import Settings, host_and_port

SECONDS = 30
_POLICY = b"5.7."
"""RFC 3463 §3.8: it is not the mailbox, but we who may not write to it."""


class NotSent(Exception):
    """The mail system did not take it; `code` is its answer's number, `final` that it never will.

    Its words are left out: they may quote addresses.
    """

    def __init__(self, code: str, *, final: bool = False) -> None:
        super().__init__(code)
        self.code, self.final = code, final


class Outgoing(Protocol):
    """Where notices leave by."""

    def send(self, notice_id: UUID, recipient: str, message: str) -> None:
        """Hand over one message to one recipient; raises `NotSent`."""


class Smarthost:
    """The mail system that relays for us."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    def send(self, notice_id: UUID, recipient: str, message: str) -> None:
        """Hand the message over; the smarthost has it when this returns."""
        del notice_id
        sender = _envelope_sender(message)
        try:
            with smtplib.SMTP(self._host, self._port, timeout=SECONDS) as link:
                link.ehlo_or_helo_if_needed()
                if link.has_extn("starttls"):
                    link.starttls()
                link.sendmail(sender, [recipient], message.encode("ascii"))
        except smtplib.SMTPRecipientsRefused as refused:
            code, words = next(iter(refused.recipients.values()))
            raise _not_sent(code, of_mailbox=not words.startswith(_POLICY)) from refused
        except smtplib.SMTPResponseException as refused:
            raise _not_sent(refused.smtp_code, of_mailbox=False) from refused
        except (OSError, smtplib.SMTPException) as failed:
            raise NotSent(f"smtp_{type(failed).__name__}") from failed


class Outbox:
    """A folder in which each message is a file, written durably."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, notice_id: UUID, recipient: str, message: str) -> None:
        """Write the message under the notice's name; a second time changes nothing."""
        del recipient
        try:
            write_durably(self._folder / f"{notice_id}.eml", message.encode("ascii"))
        except OSError as failed:
            raise NotSent(f"outbox_{failed.errno}") from failed


def way_out(settings: Settings) -> Outgoing:
    """Return the way that is configured."""
    if settings.smarthost:
        return Smarthost(*host_and_port(settings.smarthost))
    return Outbox(settings.data / "outbox")


def _envelope_sender(message: str) -> str:
    """Return the address of the letterhead, and for automatic answers the null sender.

    RFC 3834 §3.3: so no bounce and no answer to an answer comes back.
    """
    header = HeaderParser().parsestr(message)
    automatic = (header["Auto-Submitted"] or "no").strip().lower() == "auto-replied"
    return "" if automatic else parseaddr(header["From"])[1]


def _not_sent(code: int, *, of_mailbox: bool) -> NotSent:
    """Return what an answer means; one that is about us says nothing of the recipient's mailbox."""
    final = code >= 500  # noqa: PLR2004 — RFC 5321 §4.2.1: 5yz is for good
    return NotSent(f"smtp_{code}" if of_mailbox or not final else f"smtp_us_{code}", final=final)
