"""Til vurdering, filled: the list worst first, and the card of the post that is open."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from moderation.policy import Policy
from moderation.shipped import default_policy
from service.access.principal import Principal
from service.casework.cases.listing import names_of
from service.casework.evidence.listing import HAND_TO_POLICE
from service.casework.evidence.numbers import receipts, spoken_number
from service.casework.moderation.deciding import REMOVING, is_party, is_waiting, needs_second
from service.casework.moderation.queue import Card, Waiting
from service.casework.moderation.revealing import picture_of
from service.casework.moderation.sampling import Drawn
from service.casework.moderation.screenshots import Standing, counting
from service.casework.moderation.sealing_posts import SEAL_OFF
from service.web.views.evidence import HiddenPicture, HiddenText
from service.web.views.frame import CaseLink, FormState
from service.web.views.queue import (
    Barrier,
    ClauseChoice,
    DecisionCard,
    Duty,
    FindingView,
    Grade,
    Outcome,
    Proposal,
    QueueRow,
    SampleLook,
    SampleRow,
    SealedPost,
    Secured,
    SimilarDecision,
    ThreadPost,
    TypedBy,
)
from service.web.wording import capture_failed, gettext_of

if TYPE_CHECKING:
    from archive.records.pages import FindingRecord

MUST_RANK = 100


def queue_rows(
    who: Principal, waiting: Sequence[Waiting], opened: UUID | None, language: str
) -> list[QueueRow]:
    """Return the list at the left."""
    _ = gettext_of(language)
    policy = default_policy()
    return [
        QueueRow(
            url=f"/queue?post={one.post.id}",
            author=(one.post.author or _("Unknown account")) if _told(who, one) else "",
            page=one.page_name or (one.visit.url if _told(who, one) else ""),
            found_at=one.visit.ended_at or one.visit.requested_at,
            duty=Duty.MUST if one.rank >= MUST_RANK else Duty.MAY,
            clause_title=_title(policy, one.clause) or "",
            typed=one.post.typed_by is not None,
            unlawful=one.clause == "unlawful",
            waits_for_second=one.proposed,
            secured=one.secured,
            sealed_off=one.shut,
            this=one.post.id == opened,
        )
        for one in waiting
    ]


def sample_rows(
    who: Principal,
    drawn: Sequence[Drawn],
    opened: UUID | None,
    language: str,
    shut: Container[UUID] = (),
) -> list[SampleRow]:
    """Return the decisions that wait for a second look; `shut` are posts of which none is told."""
    _ = gettext_of(language)
    policy = default_policy()
    return [
        SampleRow(
            url=f"/queue/samples/{one.sample.id}",
            author=""
            if one.post.id in shut and not who.may(HAND_TO_POLICE)
            else one.post.author or _("Unknown account"),
            outcome=Outcome(one.decision.act),
            clause_title=_title(policy, one.decision.clause),
            at=one.decision.decided_at,
            this=one.sample.id == opened,
        )
        for one in drawn
    ]


def decision_card(
    session: Session,
    who: Principal,
    card: Card,
    language: str,
    form: FormState | None = None,
    *,
    broken: bool = False,
    sample: Drawn | None = None,
) -> DecisionCard:
    """Return the card of one post.

    `broken` says that a check just found its capture missing or damaged; `sample` is a decision
    about it to be looked at again.
    """
    _ = gettext_of(language)
    policy = default_policy()
    post, visit = card.post, card.visit
    told = _told(who, card)
    barriers = _barriers(session, who, card, broken=broken)
    return DecisionCard(
        post_id=str(post.id),
        author=(post.author or _("Unknown account")) if told else "",
        page=card.page_name or (visit.url if told else ""),
        findings=tuple(_finding(one, policy) for one in card.findings),
        permalink=post.permalink if told and _is_web(post.permalink) else None,
        posted_at=moment_of(post.time) if told else None,
        posted_as_stated=post.time_stated if told else None,
        text=HiddenText(len(post.text)) if post.text and not card.shut else None,
        picture=HiddenPicture() if picture_of(session, card) else None,
        thread=_thread(card, _("Unknown account")) if told else (),
        similar=tuple(
            SimilarDecision(
                one.decision.decided_at,
                Outcome(one.decision.act),
                policy.clause(one.clause).title,
                one.decision.reason or None,
            )
            for one in card.similar
        ),
        typed=_typed(session, who, card),
        secured=None if broken else _secured(session, card),
        capture_problem=_capture_problem(card, language, broken=broken),
        barriers=barriers,
        clauses=_clauses(card, policy),
        needs_second=needs_second(card, "delete", by=who.person_id),
        may_be_gone=not card.secured and Outcome.LET_STAND not in barriers,
        sample=_sample(session, sample, policy) if sample else None,
        screenshot_url=_screenshot_url(who, card, barriers, broken=broken),
        sealed=_sealed(session, who, card),
        seal_off_url=f"/posts/{post.id}/sealing-off"
        if not card.shut and who.may(SEAL_OFF)
        else None,
        proposal=_proposal(session, card, policy),
        case=CaseLink(card.case_number, f"/cases/{card.case_number}") if card.case_number else None,
        form=form or FormState(),
    )


def _told(who: Principal, one: Card | Waiting) -> bool:
    """Tell whether a post's own words are told: of what is shut only to the DPO."""
    return not one.shut or who.may(HAND_TO_POLICE)


def _sealed(session: Session, who: Principal, card: Card) -> SealedPost | None:
    if not card.shut:
        return None
    shut = [card.post.evidence_id] if card.capture_shut else []
    shut += [one.evidence.id for one in card.screenshots if one.is_shut]
    named = shut if who.may(HAND_TO_POLICE) else []
    return SealedPost(tuple((_number(session, one), f"/evidence/{one}") for one in named))


def moment_of(time: str | None) -> datetime | None:
    """Return a post's time as a moment; a day without an hour, or none, is not one."""
    if time is None:
        return None
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _finding(row: FindingRecord, policy: Policy) -> FindingView:
    clause = policy.clause(row.clause)
    valid_from: date = policy.valid_from
    return FindingView(
        clause=row.clause,
        clause_title=clause.title,
        duty=Duty(row.duty),
        rule=" + ".join(str(one) for one in row.reasons) or clause.title,
        version=row.version,
        valid_from=valid_from,
        marked=len(row.spans),
        deobfuscated=row.deobfuscated,
    )


def _thread(card: Card, unknown: str) -> tuple[ThreadPost, ...]:
    depths: dict[UUID, int] = {}
    found = []
    for post in card.thread:
        depth = depths.get(post.parent_id, -1) + 1 if post.parent_id else 0
        depths[post.id] = depth
        found.append(
            ThreadPost(
                author=post.author or unknown,
                posted_at=moment_of(post.time),
                depth=depth,
                this=post.id == card.post.id,
                secured=post.picture_name is not None,
            )
        )
    return tuple(found) if len(found) > 1 else ()


def _typed(session: Session, who: Principal, card: Card) -> TypedBy | None:
    typist, at = card.post.typed_by, card.post.typed_at
    if typist is None or at is None:
        return None
    return TypedBy(names_of(session, [typist])[typist], at, you=typist == who.person_id)


def _secured(session: Session, card: Card) -> Secured | None:
    # A screenshot is only taken where our own capture is not whole: so it comes first.
    screenshot = counting(card.screenshots)
    if screenshot is not None:
        number = _number(session, screenshot.evidence.id)
        return Secured(screenshot.at, Grade.HANDED_IN, number, None)
    ended = card.visit.ended_at
    if card.post.picture_name is None or ended is None:
        return None
    return Secured(ended, Grade.OWN_CAPTURE, _number(session, card.post.evidence_id), None)


def _number(session: Session, evidence: UUID) -> str:
    return spoken_number(evidence, receipts(session, [evidence]).get(evidence))


def _capture_problem(card: Card, language: str, *, broken: bool) -> str | None:
    """Return why there is no verified capture, in the reader's words."""
    _ = gettext_of(language)
    latest = card.screenshots[0].standing if card.screenshots else None
    said = {
        Standing.WAITS: _("The screenshot is being checked. Look again in a moment."),
        Standing.UNREADABLE: _(
            "The screenshot is kept, but it could not be opened as a picture. Take another."
        ),
    }
    if broken and latest is not Standing.WAITS:
        return _("What we have of the post is not whole any more.")
    if card.secured:
        return None
    if card.shut:
        return _("It was shut before it was secured. The police or the DPO say what happens to it.")
    if latest in said:
        return said[latest]
    if card.visit.status == "failed":
        return capture_failed(language, card.visit.reason)
    return _("We got the words of the post, but no picture of it.")


def _clauses(card: Card, policy: Policy) -> tuple[ClauseChoice, ...]:
    found = dict.fromkeys(one.clause for one in card.findings)
    clauses = [policy.clause(one) for one in found] or policy.clauses
    return tuple(ClauseChoice(one.id, one.title, Duty(one.duty)) for one in clauses)


def _screenshot_url(
    who: Principal, card: Card, barriers: dict[Outcome, Barrier], *, broken: bool
) -> str | None:
    """Return where a screenshot goes: only where our own capture failed or cannot be."""
    if (card.secured and not broken) or card.shut:
        return None
    if not who.may("post.secure") or barriers.get(Outcome.LET_STAND) is Barrier.OWN_MATTER:
        return None
    return f"/posts/{card.post.id}/capture-screenshot"


def _sample(session: Session, drawn: Drawn, policy: Policy) -> SampleLook:
    decision = drawn.decision
    return SampleLook(
        url=f"/queue/samples/{drawn.sample.id}",
        outcome=Outcome(decision.act),
        by=names_of(session, [decision.decided_by])[decision.decided_by],
        at=decision.decided_at,
        reason=decision.reason,
        clause_title=_title(policy, decision.clause),
        week=int(drawn.sample.week.partition("W")[2]),
    )


def _title(policy: Policy, clause: str | None) -> str | None:
    return policy.clause(clause).title if clause else None


def _barriers(
    session: Session, who: Principal, card: Card, *, broken: bool
) -> dict[Outcome, Barrier]:
    everything = tuple(Outcome)
    if not who.may("post.decide") and not who.may("post.approve"):
        return dict.fromkeys(everything, Barrier.NOT_PERMITTED)
    if who.person_id is not None and is_party(session, card, who.person_id):
        return dict.fromkeys(everything, Barrier.OWN_MATTER)
    waiting = [one for one in card.decisions if is_waiting(one)]
    if waiting and waiting[-1].decided_by == who.person_id:
        return dict.fromkeys(everything, Barrier.OWN_PROPOSAL)
    if broken or not card.secured:
        return {Outcome(act): Barrier.NO_VERIFIED_CAPTURE for act in sorted(REMOVING)}
    return {}


def _proposal(session: Session, card: Card, policy: Policy) -> Proposal | None:
    waiting = [one for one in card.decisions if is_waiting(one)]
    if not waiting:
        return None
    proposal = waiting[-1]
    return Proposal(
        outcome=Outcome(proposal.act),
        by=names_of(session, [proposal.decided_by])[proposal.decided_by],
        at=proposal.decided_at,
        reason=proposal.reason,
        clause_title=_title(policy, proposal.clause),
    )


def _is_web(address: str | None) -> bool:
    return address is not None and address.startswith(("http://", "https://"))
