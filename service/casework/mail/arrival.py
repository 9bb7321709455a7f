"""A mail arrives: durable first, acknowledged then, read later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from archive.intake.receive import About, Kept
from archive.intake.receive import Envelope as Delivered
from archive.mailbox.smtp import Envelope
from archive.records.evidence import Known
from service.installation import Installation

KIND = "mail"
MEDIA_TYPE = "message/rfc822"


class Wakes(Protocol):
    """The engine, as far as a door knows it."""

    def wake(self, name: str, about: str | None = None) -> None:
        """Tell that rows of this kind wait, and what is known of them."""


def acceptor(installation: Installation, engine: Wakes) -> Callable[[Envelope], None]:
    """Return what the SMTP door calls with each mail, outside any event loop."""

    def take(envelope: Envelope) -> None:
        kept = accept(
            installation,
            envelope.content,
            mail_from=envelope.mail_from,
            recipients=envelope.recipients,
        )
        if not kept.joined:
            engine.wake("reading", MEDIA_TYPE)

    return take


def accept(
    installation: Installation,
    content: bytes,
    *,
    mail_from: str,
    recipients: Sequence[str],
    door: str = "smtp",
) -> Kept:
    """Keep a mail as it came; on return it would survive a power cut.

    The envelope says who handed it over, not who wrote it: no part of it gives
    any right. Raises `StorageFull` before the last room is used up, which the
    ledger needs.
    """
    require_room(installation, len(content))
    return installation.intake.receive(
        content,
        About(kind=KIND, known=Known.HANDED_IN, media_type=MEDIA_TYPE),
        Delivered(door=door, facts={"mail_from": mail_from, "recipients": sorted(recipients)}),
        installation.clock.now(),
    )


def require_room(installation: Installation, coming: int) -> None:
    """Raise `StorageFull` where `coming` bytes would eat into the reserve."""
    installation.room.require(coming)
