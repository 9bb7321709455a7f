"""What a Bilagshæfte says, as plain frozen values: gathered by casework, worded and set here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Channel(StrEnum):
    """By which way something reached us or was seen."""

    MAIL = "mail"
    POST = "post"
    PAGE = "page"
    PICTURE = "picture"
    DOCUMENT = "document"
    SOUND_OR_FILM = "sound_or_film"
    TOLD = "told"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of ours, at the workplace: nothing private is ever among these."""

    name: str
    title: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """An account from which something came; `known` is how (D2)."""

    platform: str
    name: str
    address: str | None
    known: str


@dataclass(frozen=True, slots=True)
class Seen:
    """That one of ours saw it."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Stated:
    """A moment as it was stated: understood where it can be, and how it is known."""

    moment: datetime | None
    written: str | None
    known: str


@dataclass(frozen=True, slots=True)
class Digest:
    """A SHA-256 and what it is of: a key of the words (`original`, `picture`, `text`, …)."""

    of: str
    value: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Attached:
    """An original that goes into the PDF as it is: `source` counts among the pictures' bytes."""

    name: str
    media_type: str
    source: int


@dataclass(frozen=True, slots=True)
class Annex:
    """One Bilag.

    `text` is what somebody wrote, `machine_text` what a program read in a picture or on pages.
    `pictures` count among the bytes that go with the booklet; None where one stands that could
    not be made small. `part_of` is the number of the Bilag that it came inside. Where `typed_at`
    says when, no program read the post: whoever handed the picture in typed its words from it.
    """

    number: int
    evidence: str
    channel: Channel
    received_at: datetime
    known: str
    digests: tuple[Digest, ...]
    name: str | None = None
    stated: Stated | None = None
    captured_at: datetime | None = None
    handed_in_by: str | None = None
    author: str | None = None
    profile: str | None = None
    account: str | None = None
    author_known: str | None = None
    address: str | None = None
    address_known: str | None = None
    directed_at: tuple[str, ...] = ()
    subject: str | None = None
    note: str | None = None
    text: str | None = None
    text_known: str | None = None
    machine_text: str | None = None
    unsure: bool = False
    pictures: tuple[int | None, ...] = ()
    attached: tuple[Attached, ...] = ()
    seen_by: tuple[Seen, ...] = ()
    seen_more: int = 0
    part_of: int | None = None
    unread: bool = False
    typed_at: datetime | None = None

    @property
    def moment(self) -> datetime:
        """When it happened, as far as that is known; else when it came in."""
        if self.stated is not None and self.stated.moment is not None:
            return self.stated.moment
        return self.captured_at or self.received_at


@dataclass(frozen=True, slots=True)
class Outside:
    """A holder outside the house of a signed head that speaks for these pieces."""

    kind: str
    holder: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask, at the workplace."""

    municipality: str
    person: Colleague | None = None
    address: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What stands behind the digests: our key, the ledger's head, who holds it outside."""

    fingerprint: str
    head_size: int
    head_root: str
    outside: tuple[Outside, ...] = ()


@dataclass(frozen=True, slots=True)
class Booklet:
    """A whole Bilagshæfte."""

    made_at: datetime
    made_by: str | None
    recipient: str
    purpose: str
    case: str | None
    offence: tuple[str, ...]
    concerned: tuple[Colleague, ...]
    workplace: bool
    accounts: tuple[Account, ...]
    annexes: tuple[Annex, ...]
    contact: Contact
    proof: Proof
    redacted: bool = False
    """Nobody of ours is named in it, then: `concerned` says only how many they are."""

    left_out: int = 0
    """Pieces that are handed over and stand in no Bilag: sealed off, or the employee's wishes."""

    stands: tuple[UUID, ...] = ()
    """The pieces that stand in it, each in a Bilag of its own or with the mail that brought it."""

    private_in: tuple[str, ...] = ()
    """Numbers of originals in which private addresses of somebody of ours stand."""

    images: Sequence[bytes | None] = field(default=(), repr=False)
    """What pictures and attachments name by place; opened when asked for, None where it cannot."""
