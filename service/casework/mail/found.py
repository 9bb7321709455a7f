"""What a read mail means for casework: who handed it in, and which original it carries. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from archive.mailbox.values import Message
from archive.records.evidence import Known
from service.casework.cases.numbering import COPENHAGEN
from service.casework.cases.opening import AccountSeen

PLATFORM = "mail"
"""How an account that is a mail address is named among platforms."""


@dataclass(frozen=True, slots=True)
class Original:
    """The mail that was forwarded, as far as it is known; `known` says how."""

    name: str
    address: str | None
    subject: str | None
    sent_at: datetime | None
    known: str

    def account(self) -> AccountSeen | None:
        """Return from which account it came, or None where nobody is named."""
        if not self.address and not self.name:
            return None
        return AccountSeen(
            PLATFORM,
            self.name or str(self.address),
            (self.address or "").lower() or None,
            self.known,
        )


def sender_of(message: Message) -> str | None:
    """Return the address that the mail says it comes from; None where it says none or several.

    A mail that names several authors names nobody whom a case could be about.
    """
    addresses = {one.address.strip().lower() for one in message.from_ if one.address}
    return addresses.pop() if len(addresses) == 1 else None


def original_of(message: Message) -> Original | None:
    """Return the original: the attached one before the one typed into the text."""
    if message.originals:
        inner = message.originals[0]
        author = inner.from_[0] if inner.from_ else None
        return Original(
            name=author.name if author else "",
            address=author.address if author else None,
            subject=inner.subject,
            sent_at=understood(inner.date.understood if inner.date else None),
            known=Known.ATTACHED,
        )
    forward = message.forward
    if forward is None:
        return None
    return Original(
        name=forward.from_name or "",
        address=forward.from_address or None,
        subject=forward.subject,
        sent_at=understood(forward.date_understood),
        known=Known.TYPED_INLINE,
    )


def links_of(message: Message) -> tuple[str, ...]:
    """Return the links of the original; those of an own mail where nothing is forwarded.

    What stands in the text above an inline copy is the employee's own (a
    signature, mostly) and is left out; in HTML the two cannot be told apart.
    """
    inner = tuple(link.url for original in message.originals for link in original.links)
    if inner:
        return inner
    body = message.forward.body if message.forward else None
    return tuple(
        link.url
        for link in message.links
        if body is None or link.where != "text" or link.url in body
    )


def text_of(message: Message) -> str:
    """Return the mail's text as it is to be shown: its own, and that of attached originals."""
    own = message.text if message.text is not None else message.text_from_html
    return "\n\n".join(part for part in (own, *map(text_of, message.originals)) if part)


def understood(stated: str | None) -> datetime | None:
    """Return a stated moment in UTC; None where it is none.

    Mail programs write the time on the employee's own wall into an inline
    copy, without a zone: that is Copenhagen's.
    """
    if stated is None:
        return None
    try:
        moment = datetime.fromisoformat(stated)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=COPENHAGEN)).astimezone(UTC)
