"""Til fordeling: what came in and belongs to no case yet."""

from dataclasses import dataclass, field
from datetime import datetime

from service.web.views.evidence import EvidenceKind
from service.web.views.frame import CaseLink, FormState


@dataclass(frozen=True, slots=True)
class TriageItem:
    """One arrival to be sorted.

    Attributes:
        id: In paths.
        evidence_number: "D-0042".
        evidence_url: Its page.
        kind: What it is.
        received_at: When it was safe.
        source: Who handed it in or which door it came through, in words.
        why: Why it was not sorted by itself, translated ("Afsenderen er ikke kendt").
        suggested: Cases that it may belong to, the likeliest first.
        seal_off_url: Where a suspicion about it is told; None where it is sealed off already.
        sealed_off: Whether it is; then it is sorted without being opened.
        form: What was typed, after an error.
    """

    id: str
    evidence_number: str
    evidence_url: str
    kind: EvidenceKind
    received_at: datetime
    source: str
    why: str
    suggested: tuple[CaseLink, ...] = ()
    seal_off_url: str | None = None
    sealed_off: bool = False
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class TriageView:
    """`triage.html`; a case may be opened here for `people` and `units` (id, name).

    `whole` says whether one may be for all of the workplace.
    """

    items: tuple[TriageItem, ...]
    people: tuple[tuple[str, str], ...] = ()
    units: tuple[tuple[str, str], ...] = ()
    whole: bool = False
