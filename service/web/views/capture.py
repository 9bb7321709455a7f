"""Sikr opslaget: an address becomes posts."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from service.web.views.frame import CaseLink, FormState


class CaptureState(StrEnum):
    """How far a capture is; `PARTIAL` means that some posts were left out.

    `TYPED` is none of ours: somebody typed a post from a screenshot.
    """

    WAITING = "waiting"
    RUNNING = "running"
    CAPTURED = "captured"
    PARTIAL = "partial"
    FAILED = "failed"
    TYPED = "typed"


class CaptureStage(StrEnum):
    """The four stages of a running capture, in order."""

    OPENING = "opening"
    READING = "reading"
    PICTURES = "pictures"
    SAVING = "saving"


class CaptureProblem(StrEnum):
    """Why a capture failed; the words and what to do live in the template."""

    GONE = "gone"
    NO_POSTS = "no_posts"
    SIGN_IN_NEEDED = "sign_in_needed"
    REFUSED_ADDRESS = "refused_address"
    UNREACHABLE = "unreachable"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CapturedPost:
    """A post that was read; its text stays behind its own page."""

    author: str | None
    posted_at: datetime | None
    posted_as_stated: str | None
    depth: int
    characters: int
    marked: bool
    url: str


@dataclass(frozen=True, slots=True)
class TypedHere:
    """A post that somebody typed from a screenshot, where the page could not be captured.

    Attributes:
        author: The account as they typed it, or None.
        by: Who typed it, by name.
        at: When.
        marked: Whether a rule marked it.
        url: Its card in the queue, or None where this person does not see that.
    """

    author: str | None
    by: str
    at: datetime
    marked: bool
    url: str | None


@dataclass(frozen=True, slots=True)
class CaptureRun:
    """One capture; the partial `partials/capture_progress.html` shows it while it runs.

    Attributes:
        id: In paths.
        url: This run's page, polled while it runs.
        address: What was asked for.
        state: How far.
        started_at: When.
        stage: Only while it runs.
        final_address: Where redirects led.
        posts_read: Posts read so far.
        posts_stated: How many the page says there are, or None.
        problem: Only with `FAILED`.
        posts: In page order.
        evidence_number, evidence_url: The page as evidence.
        typed: Posts of this address that were typed from screenshots since, the latest first.
        typing_url: Where one is typed, or None where this person may not.
        sealed_off: Whether it is shut; then neither its posts nor its address are told, save
            to whoever hands it to the police.
    """

    id: str
    url: str
    address: str
    state: CaptureState
    started_at: datetime
    stage: CaptureStage | None = None
    final_address: str | None = None
    ended_at: datetime | None = None
    posts_read: int = 0
    posts_stated: int | None = None
    problem: CaptureProblem | None = None
    posts: tuple[CapturedPost, ...] = ()
    evidence_number: str | None = None
    evidence_url: str | None = None
    case: CaseLink | None = None
    typed: tuple[TypedHere, ...] = ()
    typing_url: str | None = None
    sealed_off: bool = False


@dataclass(frozen=True, slots=True)
class CaptureRow:
    """An earlier capture in the list; its address is empty where it is not told."""

    url: str
    address: str
    state: CaptureState
    at: datetime
    posts_read: int


@dataclass(frozen=True, slots=True)
class CaptureView:
    """`capture.html`: the form, the chosen run if there is one, and earlier ones.

    `typing_url` is where a post is typed from a page that none can reach.
    """

    run: CaptureRun | None = None
    earlier: tuple[CaptureRow, ...] = ()
    cases: tuple[CaseLink, ...] = ()
    chosen_case: str | None = None
    typing_url: str | None = None
    form: FormState = field(default_factory=FormState)
