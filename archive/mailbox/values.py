"""What a mail says, as plain frozen values that travel out of the confined child."""

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from archive.mailbox.forwarded import Forward
from archive.mailbox.marks import ANSWERS, is_list_mark

How = Literal["received", "attached", "typed_inline"]


@dataclass(frozen=True, slots=True)
class Address:
    """A name and an address as someone wrote them; nothing proves either."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Date:
    """A date as written, and in UTC (ISO 8601) where it can be understood."""

    written: str
    understood: str | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something attached; its bytes are the reading's piece of the name `piece`.

    What is attached to an attached mail has no piece: it comes out when that mail is read.
    `filename` is safe to show and to save under; `stated_filename` is what the mail says.
    """

    piece: str | None
    filename: str
    stated_filename: str | None
    media_type: str
    size: int
    sha256: str
    inline: bool
    content_id: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """A web address in the mail, and where it stands (`text` or `html`)."""

    url: str
    where: str


@dataclass(frozen=True, slots=True)
class Message:
    """A mail as read. `how` says how its fields became known.

    `received`: the header that reached us. `attached`: the header of a mail
    that was attached as a file. Both are as found, not verified. What a person
    typed or a program copied into the text is `forward`, known only as typed.
    """

    how: How = "received"
    from_: tuple[Address, ...] = ()
    sender: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str | None = None
    date: Date | None = None
    message_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    auto_submitted: str | None = None
    list_id: str | None = None
    precedence: str | None = None
    return_path: str | None = None
    content_type: str | None = None
    marks: tuple[tuple[str, str], ...] = ()
    received: tuple[str, ...] = ()
    authentication_results: tuple[str, ...] = ()
    text: str | None = None
    text_charset: str | None = None
    text_certain: bool = True
    html: str | None = None
    text_from_html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    links: tuple[Link, ...] = ()
    forward: Forward | None = None
    originals: tuple["Message", ...] = ()
    defects: tuple[str, ...] = ()
    size: int = 0
    complete: bool = field(default=False)

    @property
    def automatic(self) -> bool:
        """Whether a program or a list sent it, so that no receipt may answer it (RFC 3834 §2)."""
        return (
            (self.auto_submitted or "no").partition(";")[0].strip().lower() != "no"
            or self.list_id is not None
            or (self.precedence or "").strip().lower() in {"bulk", "junk", "list", "auto_reply"}
            or (self.return_path or "").strip() == "<>"
            or (self.content_type or "").lower() == "multipart/report"
            or any(name in ANSWERS or is_list_mark(name) for name, _ in self.marks)
        )

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> "Message":
        """Return the message that a confined child told of; a part of it when it failed midway.

        Raises:
            ValueError: the facts have another shape than a message's; the child is not ours.
        """
        try:
            return _ADAPTER.validate_python(facts)
        except ValidationError as error:
            raise ValueError("not the facts of a message") from error


_ADAPTER = TypeAdapter(Message)
