"""A person decides: let stand, hide, delete, not ours; with clause and reason, and four eyes.

A deletion is refused before a verified capture (ISHOJ-12.2 before 12.3). A
"may" is a judgement: it needs a written reason and a second person
(ISHOJ-DEL.4–5); "must" is a duty, and one person carries it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import HarassedRecord
from archive.records.pages import DecisionRecord, PostRecord, VisitRecord
from moderation.policy import Duty, Policy
from moderation.shipped import default_policy
from service.access.principal import Principal
from service.casework.moderation.queue import Card, card_of
from service.casework.moderation.verifying import Preserved
from service.errors import (
    AlreadyDecided,
    ClauseMissing,
    FourEyes,
    NotPermitted,
    NotYetCaptured,
    ReasonMissing,
)

REMOVING = frozenset({"hide", "delete"})


@dataclass(frozen=True)
class Proposed:
    """What a person wants to decide."""

    act: str
    reason: str = ""
    clause: str | None = None


def decide(
    session: Session,
    who: Principal,
    post_id: UUID,
    proposed: Proposed,
    *,
    preserved: Preserved | None,
    now: datetime,
) -> DecisionRecord:
    """Record a decision, or the proposal of one that needs a second person.

    Raises `PostNotFound`, `NotPermitted`, `FourEyes`, `AlreadyDecided`, `NotYetCaptured`,
    `ClauseMissing`, `ReasonMissing`.
    """
    card = card_of(session, who, post_id, now)
    person = who.person_id
    if person is None or not who.may("post.decide"):
        raise NotPermitted("post.decide")
    _require_impartial(session, card, person)
    _lock(session, card.post)
    if any(one.approved_at or not one.needs_approval for one in card.decisions):
        raise AlreadyDecided(str(post_id))
    if any(is_waiting(one) for one in card.decisions):
        raise AlreadyDecided("a proposal waits for a second person")
    policy = default_policy()
    decision = _decision(card, proposed, preserved, policy=policy, person=person, now=now)
    session.add(decision)
    record(
        session,
        "post.proposed" if decision.needs_approval else "post.decided",
        at=now,
        actor=who.actor,
        subject=card.post,
        case_id=card.visit.case_id,
        act=decision.act,
        clause=decision.clause,
        reason=decision.reason,
        evidence=card.post.evidence_id,
    )
    return decision


def approve(
    session: Session,
    who: Principal,
    post_id: UUID,
    *,
    agrees: bool,
    now: datetime,
    reason: str = "",
) -> DecisionRecord:
    """Answer a proposal as the second person; a refusal gives its reason.

    Raises `FourEyes` for the one who proposed it, `ReasonMissing`, `AlreadyDecided`.
    """
    if not agrees and not reason.strip():
        raise ReasonMissing("say why the proposal is refused")
    card = card_of(session, who, post_id, now)
    person = who.person_id
    if person is None or not who.may("post.approve"):
        raise NotPermitted("post.approve")
    _lock(session, card.post)
    waiting = [one for one in card.decisions if is_waiting(one)]
    if not waiting:
        raise AlreadyDecided(str(post_id))
    proposal = waiting[-1]
    if proposal.decided_by == person:
        raise FourEyes("the one who proposed does not approve")
    _require_impartial(session, card, person)
    if agrees:
        proposal.approved_by, proposal.approved_at = person, now
    else:
        proposal.refused_by, proposal.refused_at = person, now
    record(
        session,
        "post.approved" if agrees else "post.proposal_refused",
        at=now,
        actor=who.actor,
        subject=card.post,
        case_id=card.visit.case_id,
        act=proposal.act,
        proposed_by=proposal.decided_by,
        reason=reason.strip() or proposal.reason,
    )
    return proposal


def is_waiting(decision: DecisionRecord) -> bool:
    """Tell whether a proposal still waits for its second person."""
    answered = decision.approved_at is not None or decision.refused_at is not None
    return decision.needs_approval and not answered


def needs_second(card: Card, act: str) -> bool:
    """Tell whether a decision on this card needs a second person: a removal without a duty."""
    return act in REMOVING and not any(one.duty == Duty.MUST for one in card.findings)


def is_party(session: Session, card: Card, person: UUID) -> bool:
    """Tell whether this person is harassed in the post's case: then they decide nothing in it."""
    if card.visit.case_id is None:
        return False
    query = select(HarassedRecord.id).where(
        HarassedRecord.case_id == card.visit.case_id, HarassedRecord.person_id == person
    )
    return session.execute(query).first() is not None


def _decision(
    card: Card,
    proposed: Proposed,
    preserved: Preserved | None,
    *,
    policy: Policy,
    person: UUID,
    now: datetime,
) -> DecisionRecord:
    finding = next((one for one in card.findings if one.clause == proposed.clause), None)
    duty = finding.duty if finding else None
    reason = proposed.reason.strip()
    if proposed.act in REMOVING:
        if preserved is None or not preserved.whole or preserved.post_id != card.post.id:
            raise NotYetCaptured("the post has no verified capture")
        if proposed.clause is None:
            raise ClauseMissing("a removal names its clause")
        policy_clause = policy.clause(proposed.clause)
        duty = duty or str(policy_clause.duty)
        if not reason and duty == Duty.MAY:
            raise ReasonMissing("a judgement needs a written reason")
        reason = reason or policy_clause.title
    elif not reason and any(one.duty == Duty.MUST for one in card.findings):
        raise ReasonMissing("say why a post that a duty speaks against may stand")
    return DecisionRecord(
        id=uuid4(),
        post_id=card.post.id,
        act=proposed.act,
        clause=proposed.clause,
        rule=finding.rule if finding else None,
        rule_version=finding.version if finding else None,
        policy_version=policy.version,
        reason=reason,
        needs_approval=proposed.act in REMOVING and duty == Duty.MAY,
        decided_by=person,
        decided_at=now,
    )


def _require_impartial(session: Session, card: Card, person: UUID) -> None:
    if is_party(session, card, person):
        raise FourEyes("whoever is harassed does not decide in their own matter")


def _lock(session: Session, post: PostRecord) -> None:
    """Two who decide the same post at once take turns; the second is told."""
    session.execute(select(VisitRecord.id).where(VisitRecord.id == post.visit_id).with_for_update())
