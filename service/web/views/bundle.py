"""Bevispakke: what is handed over to whom, how far the making is, and where it is fetched."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from service.web.views.evidence import EvidenceKind
from service.web.views.frame import CaseLink, FormState


class BundleState(StrEnum):
    """How far a bundle is; `STOPPED` means that the right to it ended, `ENDED` that it is gone."""

    WAITING = "waiting"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    STOPPED = "stopped"
    ENDED = "ended"


class BundleProblem(StrEnum):
    """Why a bundle could not be made; the words live in the partial."""

    NOT_REDACTED = "not_redacted"
    ERASED = "erased"
    NO_ROOM = "no_room"
    PRIVATE = "private"
    NOT_PRINTED = "not_printed"
    NO_PICTURES = "no_pictures"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class BundleChoice:
    """A piece of evidence that can be chosen, `chosen` being ticked.

    Attributes:
        id: The value of its box.
        number: How people call it.
        kind: Its icon and word.
        title: Its name as it came in, a captured page's address, or "".
        received_at: When it came in.
        redacted: Whether a redacted file of it stands.
        redact_url: Where it is redacted; None where nothing can be covered in it.
    """

    id: str
    number: str
    kind: EvidenceKind
    title: str
    received_at: datetime
    chosen: bool = True
    redacted: bool = False
    redact_url: str | None = None


@dataclass(frozen=True, slots=True)
class BundlePart:
    """One zip file, where it is fetched, and the digest by which it is known."""

    name: str
    url: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BundleRun:
    """One bundle; the partial `partials/bundle_progress.html` shows it while it is made.

    Attributes:
        url: Its page, polled while it is made.
        state: How far it is.
        recipient: Who gets it, as typed.
        purpose: What for, as typed.
        pieces: How many pieces of evidence.
        asked_at: When it was asked for.
        asked_by: By whom.
        redacted: Whether redacted files stand for the originals.
        done: Bytes so far.
        total: Bytes in all; 0 until they are known.
        parts: The zip files, when ready.
        ends_at: Until when they can be fetched.
        problem: Why it failed, or, when it is ready, what its booklet lacks.
        fingerprint: The ledger's key, to compare on paper.
        booklet: Whether it is the PDF alone; `done` and `total` count annexes then.
        private_in: Numbers of pieces in which a private contact of one of ours stands.
    """

    url: str
    state: BundleState
    recipient: str
    purpose: str
    pieces: int
    asked_at: datetime
    asked_by: str
    redacted: bool = False
    done: int = 0
    total: int = 0
    parts: tuple[BundlePart, ...] = ()
    ends_at: datetime | None = None
    problem: BundleProblem | None = None
    fingerprint: str = ""
    booklet: bool = False
    private_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BundleFormView:
    """The form of a case's bundle, with the earlier ones beneath."""

    case: CaseLink
    choices: tuple[BundleChoice, ...]
    sealed_off: bool = False
    earlier: tuple[BundleRun, ...] = ()
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class BundleView:
    """The page of one bundle."""

    run: BundleRun
    case: CaseLink | None


@dataclass(frozen=True, slots=True)
class CoverView:
    """Covering other persons in one piece of evidence.

    Attributes:
        number: How people call the piece.
        url: Where the forms are sent.
        back_url: The evidence's own page.
        picture_url: The picture, once its viewing is kept; None before, and for a text.
        width: Pixels of the upright picture, in which boxes are counted.
        height: The same.
        text: The text, once its viewing is kept.
        shown: Whether the content is in the page.
        result_url: The redacted picture that stands.
        result_text: The redacted text that stands.
        done: Whether it was just made.
        form: What was typed, after an error.
    """

    number: str
    url: str
    back_url: str
    picture_url: str | None = None
    width: int = 0
    height: int = 0
    text: str | None = None
    shown: bool = False
    result_url: str | None = None
    result_text: str | None = None
    done: bool = False
    form: FormState = field(default_factory=FormState)
