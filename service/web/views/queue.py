"""Til vurdering: posts that rules flagged, one decision card at a time."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from service.web.views.evidence import HiddenPicture, HiddenText
from service.web.views.frame import CaseLink, FormState


class Duty(StrEnum):
    """Whether a clause says that a post must or may be deleted; two different duties."""

    MUST = "must"
    MAY = "may"


class Outcome(StrEnum):
    """What can be decided about a post; the values that the form posts as `decision`."""

    LET_STAND = "let_stand"
    HIDE = "hide"
    DELETE = "delete"
    NOT_OURS = "not_ours"
    GONE = "gone"


class PostState(StrEnum):
    """How the post stood at the last visit."""

    STANDS = "stands"
    EDITED = "edited"
    GONE = "gone"
    BACK = "back"


class Grade(StrEnum):
    """Where a verified capture came from."""

    OWN_CAPTURE = "own_capture"
    HANDED_IN = "handed_in"


@dataclass(frozen=True, slots=True)
class Secured:
    """The strip "Sikret ✓ 08.14": a verified capture of the post."""

    at: datetime
    grade: Grade
    evidence_number: str
    evidence_url: str | None = None


@dataclass(frozen=True, slots=True)
class FindingView:
    """One rule that hit.

    Attributes:
        clause: The clause's id (`harasses-named`).
        clause_title: As the municipality's page rules word it.
        duty: Must or may.
        rule: The rule's name as it stands in the rules file.
        version: The version of the page rules that hit.
        valid_from: When that version came into force ("gældende fra").
        marked: How many spans are marked in the text.
        deobfuscated: True when the hit was found behind disguised spelling.
    """

    clause: str
    clause_title: str
    duty: Duty
    rule: str
    version: str
    valid_from: date
    marked: int = 0
    deobfuscated: bool = False


@dataclass(frozen=True, slots=True)
class ThreadPost:
    """A post around the one to decide; its text is not shown here."""

    author: str
    posted_at: datetime | None
    depth: int
    this: bool = False
    secured: bool = True


@dataclass(frozen=True, slots=True)
class SimilarDecision:
    """How a like post was decided, for equal treatment."""

    at: datetime
    outcome: Outcome
    clause_title: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A "may" decision that waits for a second person."""

    outcome: Outcome
    by: str
    at: datetime
    reason: str
    clause_title: str | None = None


@dataclass(frozen=True, slots=True)
class SampleLook:
    """A decision that one person took alone, drawn for somebody else's second look.

    Attributes:
        url: Where the answer is posted.
        week: Of the decision, as a number.
    """

    url: str
    outcome: Outcome
    by: str
    at: datetime
    reason: str
    clause_title: str | None
    week: int


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A drawn decision in the list, below the posts that wait; `author` as in `QueueRow`."""

    url: str
    author: str
    outcome: Outcome
    clause_title: str | None
    at: datetime
    this: bool = False


@dataclass(frozen=True, slots=True)
class ClauseChoice:
    """A clause of the page rules that a removal may rest on."""

    clause: str
    title: str
    duty: Duty


class Barrier(StrEnum):
    """Why an outcome cannot be chosen now; explained in words beneath its button.

    `NO_VERIFIED_CAPTURE` stands with the form of `screenshot_url`. `OWN_MATTER` means that
    the person is the one the post is about; `OWN_PROPOSAL` that they proposed it themselves.
    """

    NO_VERIFIED_CAPTURE = "no_verified_capture"
    OWN_MATTER = "own_matter"
    OWN_PROPOSAL = "own_proposal"
    NOT_PERMITTED = "not_permitted"
    NOT_OUR_PAGE = "not_our_page"


@dataclass(frozen=True, slots=True)
class SealedPost:
    """That something which shows the post is sealed off: then nothing of it is shown.

    Attributes:
        evidence: Numbers and addresses of what is shut, for whoever hands it to the police.
    """

    evidence: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TypedBy:
    """That a person typed the post from a screenshot, and no program of ours read it."""

    name: str
    at: datetime
    you: bool = False


@dataclass(frozen=True, slots=True)
class DecisionCard:
    """The post to decide.

    Attributes:
        post_id: In paths.
        author: The account's name as the page shows it; empty where it is not told.
        page: The municipality's page ("Havn Kommune på Facebook").
        permalink: The post's own address, or None.
        posted_at: As understood; None when the page did not say.
        posted_as_stated: As the page wrote it.
        state: How it stood at the last visit.
        text: Hidden text.
        picture: Hidden picture.
        findings: The must ones first.
        clauses: What a removal may rest on: those that rules found, each once; where no rule
            found one, all.
        thread: The posts around it, in page order; empty when it stands alone.
        similar: Newest first, at most five.
        typed: Who typed it from a screenshot; None where we captured it.
        secured: None while no verified capture exists.
        capture_problem: Why our own capture failed, translated; None when it did not.
        criticism: True when the engine marks lawful criticism.
        barriers: Outcome to the reason why it cannot be chosen; an absent one can be.
        needs_second: Whether deleting or hiding becomes a proposal for a second person.
        proposal: A proposal that this person may approve or refuse; replaces the four acts.
        case: The case it belongs to.
        may_be_gone: Whether it can be said that the post was gone before it was secured.
        sample: A decision to look at a second time; replaces the four acts.
        screenshot_url: Where a screenshot is posted that stands in for our own capture
            (`files`); None leaves the form out.
        sealed: What is shut, instead of the content; None where nothing is.
        seal_off_url: Where a suspicion is told; None where it is shut already.
        form: What was typed, after a refused decision.
    """

    post_id: str
    author: str
    page: str
    findings: tuple[FindingView, ...]
    permalink: str | None = None
    posted_at: datetime | None = None
    posted_as_stated: str | None = None
    state: PostState = PostState.STANDS
    text: HiddenText | None = None
    picture: HiddenPicture | None = None
    thread: tuple[ThreadPost, ...] = ()
    similar: tuple[SimilarDecision, ...] = ()
    typed: TypedBy | None = None
    secured: Secured | None = None
    capture_problem: str | None = None
    clauses: tuple[ClauseChoice, ...] = ()
    may_be_gone: bool = False
    sample: SampleLook | None = None
    criticism: bool = False
    barriers: dict[Outcome, Barrier] = field(default_factory=dict)
    needs_second: bool = False
    proposal: Proposal | None = None
    case: CaseLink | None = None
    screenshot_url: str | None = None
    sealed: SealedPost | None = None
    seal_off_url: str | None = None
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A post in the list at the left, worst first.

    Attributes:
        url: The queue with this post open.
        author: The account; empty where it is not told.
        page: Where it stands.
        found_at: When the rule hit.
        duty: Must or may.
        clause_title: The worst clause; empty where no rule marked it.
        typed: Whether somebody typed it from a screenshot.
        unlawful: True for threats and the like; gets an icon and a word.
        waits_for_second: True when it is a proposal.
        secured: Whether a verified capture exists.
        sealed_off: Whether it is shut.
        this: The one that is open.
    """

    url: str
    author: str
    page: str
    found_at: datetime
    duty: Duty
    clause_title: str
    unlawful: bool = False
    waits_for_second: bool = False
    secured: bool = True
    sealed_off: bool = False
    typed: bool = False
    this: bool = False


@dataclass(frozen=True, slots=True)
class QueueView:
    """`queue.html`, and `partials/queue_card.html` after a decision by htmx.

    Attributes:
        rows: Worst first; cut at 50, `more` says how many are left out.
        card: The open post; None when nothing is left.
        more: How many wait beyond `rows`.
        decided_today: By this person.
        exposures_today: How many hidden texts and pictures this person has revealed today.
        samples: Decisions that wait for this person's second look.
    """

    rows: tuple[QueueRow, ...]
    card: DecisionCard | None
    more: int = 0
    decided_today: int = 0
    exposures_today: int = 0
    samples: tuple[SampleRow, ...] = ()
