"""Evidence: its facts and how each is known, who has read it, custody, proof."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from service.web.views.capture import TypedHere
from service.web.views.frame import CaseLink, FormState
from service.web.views.playing import HiddenMedia
from service.web.views.proof import Proof
from service.web.views.sealed import Sealed
from service.web.views.twins import AgainHandedIn, LooksAlike, Twin


class EvidenceState(StrEnum):
    """How far reading has come; the original is safe in every one but `ERASED`."""

    RECEIVED = "received"
    READING = "reading"
    READ = "read"
    UNREADABLE = "unreadable"
    NOT_SECURED = "not_secured"
    SEALED_OFF = "sealed_off"
    ERASED = "erased"


class EvidenceKind(StrEnum):
    """What the evidence is; gives its icon and word."""

    MAIL = "mail"
    PICTURE = "picture"
    PAGE = "page"
    POST = "post"
    DOCUMENT = "document"
    SOUND_OR_FILM = "sound_or_film"
    TOLD = "told"
    OTHER = "other"


class HowKnown(StrEnum):
    """How a fact became known (REQUIREMENTS D2); shown beside each fact."""

    VERIFIED = "verified"
    ATTACHED = "attached"
    TYPED_INLINE = "typed_inline"
    TOLD = "told"
    READ_BY_MACHINE = "read_by_machine"
    OWN_CAPTURE = "own_capture"
    HANDED_IN = "handed_in"
    MEASURED = "measured"
    STATED = "stated"
    """The file says so of itself; whoever made it could write anything there."""


class FactName(StrEnum):
    """Which fact; the words live in `partials/facts.html`."""

    FROM = "from"
    TO = "to"
    SUBJECT = "subject"
    SENT = "sent"
    ACCOUNT = "account"
    SOURCE_ADDRESS = "source_address"
    PERMALINK = "permalink"
    PLATFORM = "platform"
    POSTED = "posted"
    SEEN = "seen"
    RECEIVED = "received"
    HANDED_IN_BY = "handed_in_by"
    NOTE = "note"
    FILENAME = "filename"
    TYPE = "type"
    SIZE = "size"
    PICTURE_SIZE = "picture_size"
    PAGES = "pages"
    DURATION = "duration"
    ENTRIES = "entries"
    UNPACKED = "unpacked"
    TAKEN = "taken"
    MADE = "made"
    DEVICE = "device"
    PROGRAM = "program"
    AUTHOR = "author"
    SCRIPTS = "scripts"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact; `value` is a moment, a number of bytes (only `SIZE`) or text as it stands."""

    name: FactName
    value: datetime | int | str
    how_known: HowKnown


@dataclass(frozen=True, slots=True)
class HiddenText:
    """Text that is there and is not shown; the text itself is never in the page.

    Attributes:
        characters: How long it is, in code points.
        attachments: How many attachments go with it.
    """

    characters: int
    attachments: int = 0


@dataclass(frozen=True, slots=True)
class HiddenPicture:
    """A picture that is there and is not shown.

    Attributes:
        width: Pixels, or None when unknown.
        height: Pixels, or None when unknown.
        pages: How many pictures there are (a long page is taken in parts).
        has_text: Whether text was read in the picture.
    """

    width: int | None = None
    height: int | None = None
    pages: int = 1
    has_text: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of the text that a rule marked: code points from `start` up to `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RevealedText:
    """`partials/revealed_text.html` and `revealed.html`: the text, after its viewing is kept.

    Attributes:
        text: As read, never re-worded; templates escape it.
        marks: Spans that rules marked, in order and without overlap.
        viewed_at: The moment of the viewing that the ledger holds.
        back: The page that it was revealed from.
        target: The id of the element that the partial replaces: `text-{id}` (evidence or post).
        typed: Whether one of ours typed it from a screenshot.
    """

    text: str
    viewed_at: datetime
    back: str
    target: str
    marks: tuple[Mark, ...] = ()
    typed: bool = False


@dataclass(frozen=True, slots=True)
class RevealedPicture:
    """`partials/revealed_picture.html` and `revealed.html`: capability URLs to the evidence host.

    Attributes:
        urls: One picture each, absolute addresses on `VAERN_EVIDENCE_URL`.
        facts: What the picture shows in neutral words (kind, account, time), its `alt`.
        target: `picture-{id}` of the evidence or post.
    """

    urls: tuple[str, ...]
    facts: str
    viewed_at: datetime
    back: str
    target: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """One viewing: who, when and in which part (*Læst af*)."""

    name: str
    role: str
    at: datetime
    purpose: str | None = None


class CustodyAct(StrEnum):
    """What happened to the evidence; the words live in `partials/custody.html`."""

    RECEIVED = "received"
    DELIVERED_AGAIN = "delivered_again"
    READ = "read"
    COULD_NOT_READ = "could_not_read"
    CAPTURED = "captured"
    JOINED_CASE = "joined_case"
    VIEWED = "viewed"
    DECIDED = "decided"
    CHECKED = "checked"
    DOES_NOT_MATCH = "does_not_match"
    FETCHED = "fetched"
    EXPORTED = "exported"
    ERASED = "erased"
    SEALED_OFF = "sealed_off"
    SEAL_LIFTED = "seal_lifted"
    HANDED_TO_POLICE = "handed_to_police"
    COMPARED = "compared"


@dataclass(frozen=True, slots=True)
class CustodyEntry:
    """One entry of custody: its moment, its act, who, and where it stands in the ledger.

    Attributes:
        who: A person's name, or None for Værn itself.
        detail: A short addition as it stands (a case number, a sender), or None.
        position: The entry's number in the ledger, from 0.
    """

    at: datetime
    act: CustodyAct
    position: int
    who: str | None = None
    detail: str | None = None


class Unchanged(StrEnum):
    """What the last check of the original found."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    MISSING = "missing"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Erasure:
    """Why there is a tombstone: when, by whom, for what reason."""

    at: datetime
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class EvidencePart:
    """Something that came with it or was found in it: an attachment, a captured link.

    `title` is neutral (a filename, an address); `url` its page; `state` how far it is.
    """

    title: str
    kind: EvidenceKind
    state: EvidenceState
    url: str


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """`evidence.html`.

    Attributes:
        id: The evidence's id, in paths.
        number: Short number for people ("D-0042").
        kind: What it is.
        state: How far reading has come.
        received_at: When it was safe.
        sha256: Of the original, 64 hexadecimal digits.
        facts: In the order to show them.
        text: Hidden text, or None when there is none.
        picture: Hidden picture, or None.
        parts: Attachments and captured links.
        cases: Cases it belongs to.
        readers: Who has read it, latest first.
        named: False where nothing but the status is seen: nobody is named then.
        more_readers: How many viewings there are before those.
        custody: One screenful, oldest first.
        custody_next: Where custody goes on, or None.
        custody_first: Where it begins, on a later screenful.
        proof: None while the entry has no signed head yet.
        unchanged: What the last check of the original found.
        checked_at: When that was.
        may_reveal: Whether this person may ask for the content.
        glass_url: Where this person breaks the glass to see it, or None.
        original_url: Where the original is fetched, or None where this person may not.
        problem: Why it could not be read, translated; only with `UNREADABLE`;
            or with `NOT_SECURED` why a page could not be captured, and what to do.
        typed: Who typed a post from it, and when.
        typing_url: Only with `NOT_SECURED`: where a post is typed instead, for whoever may.
        erasure: Only with `ERASED`.
        sealed: Only with `SEALED_OFF`.
        seal_off_url: Where a suspicion is told, or None where this person may not.
        media: Hidden sound or film, or None.
        text_is_listing: Whether the text is the list of files in an archive.
        also: The same bytes elsewhere.
        again: The same bytes, handed in here again.
        alike: Pictures that look alike.
    """

    id: str
    number: str
    kind: EvidenceKind
    state: EvidenceState
    received_at: datetime
    sha256: str
    facts: tuple[Fact, ...]
    unchanged: Unchanged
    checked_at: datetime | None = None
    text: HiddenText | None = None
    picture: HiddenPicture | None = None
    parts: tuple[EvidencePart, ...] = ()
    cases: tuple[CaseLink, ...] = ()
    readers: tuple[Reader, ...] = ()
    named: bool = True
    more_readers: int = 0
    custody: tuple[CustodyEntry, ...] = ()
    custody_next: str | None = None
    custody_first: str | None = None
    proof: Proof | None = None
    typed: TypedHere | None = None
    typing_url: str | None = None
    may_reveal: bool = True
    glass_url: str | None = None
    original_url: str | None = None
    problem: str | None = None
    notes: tuple[str, ...] = ()
    erasure: Erasure | None = None
    sealed: Sealed | None = None
    seal_off_url: str | None = None
    media: HiddenMedia | None = None
    text_is_listing: bool = False
    also: tuple[Twin, ...] = ()
    again: tuple[AgainHandedIn, ...] = ()
    alike: tuple[LooksAlike, ...] = ()
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """Evidence in a list: neutral facts only, no text of it."""

    number: str
    url: str
    kind: EvidenceKind
    state: EvidenceState
    received_at: datetime
    source: str
    size: int
    unchanged: Unchanged = Unchanged.NOT_CHECKED
    case: CaseLink | None = None


@dataclass(frozen=True, slots=True)
class EvidenceListView:
    """`evidence_list.html`.

    Attributes:
        rows: One screenful.
        count: How many there are.
        count_is_exact: False shows "more than".
        next_url: The next screenful, or None.
        sealed_only: Whether only what is sealed off is listed.
        sealed_url: Where that list is, or None for whoever has nothing to do with it.
    """

    rows: tuple[EvidenceRow, ...]
    count: int = 0
    count_is_exact: bool = True
    next_url: str | None = None
    sealed_only: bool = False
    sealed_url: str | None = None
