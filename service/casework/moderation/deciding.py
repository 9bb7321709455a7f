"""A person decides: let stand, hide, delete, not ours; with clause and reason, and four eyes.

A deletion is refused before a verified capture (ISHOJ-12.2 before 12.3). A
"may" is a judgement: it needs a written reason and a second person
(ISHOJ-DEL.4–5); "must" is a duty, and one person carries it out. Whoever
names a duty that no rule saw makes a judgement too: else a word in a form
would be enough to do without the second person. Advertising and fraud are
excepted, where a rule saw nothing else: one person may, and some of those
decisions are drawn for a second look (`sampling`). What somebody typed from a
screenshot, and rules judged, they never remove alone, for the same reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import CaseEvidenceRecord, HarassedRecord
from archive.records.evidence import EvidenceRecord
from archive.records.pages import DecisionRecord, PostRecord, VisitRecord
from moderation.errors import PolicyError
from moderation.policy import Clause, Duty
from moderation.shipped import default_policy
from service.access.principal import Principal
from service.casework.moderation.judging import names
from service.casework.moderation.queue import Card, card_of, may_on_post, sightings_of
from service.casework.moderation.screenshots import Standing
from service.casework.moderation.verifying import Preserved
from service.errors import (
    AlreadyDecided,
    AlreadySecured,
    ClauseMissing,
    FourEyes,
    NotPermitted,
    NotYetCaptured,
    ReasonMissing,
)

REMOVING = frozenset({"hide", "delete"})
GONE = "gone"
"""The post was no longer there when we came to secure it; said with a reason."""

EXCEPTED = ("irrelevant.advertising", "irrelevant.fraud")
"""Rules, and those whose ids begin with theirs and a dot, for which one person is enough."""


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
    `ClauseMissing`, `ReasonMissing`, `AlreadySecured` where what is secured is called gone.
    """
    card, person = _taken(session, who, post_id, "post.decide", now)
    if card.settled:
        raise AlreadyDecided(str(post_id))
    if any(is_waiting(one) for one in card.decisions):
        raise AlreadyDecided("a proposal waits for a second person")
    decision = _decision(session, card, proposed, preserved, person=person, now=now)
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
        evidence=decision.evidence_id or card.post.evidence_id,
        known=decision.known,
        excepted=decision.excepted,
    )
    return decision


def approve(
    session: Session,
    who: Principal,
    post_id: UUID,
    *,
    agrees: bool,
    preserved: Preserved | None = None,
    now: datetime,
    reason: str = "",
) -> DecisionRecord:
    """Answer a proposal as the second person; a refusal gives its reason.

    Raises `FourEyes` for the one who proposed it, `ReasonMissing`, `AlreadyDecided`,
    `NotYetCaptured` where the post is no longer (or was never) whole in the vault.
    """
    if not agrees and not reason.strip():
        raise ReasonMissing("say why the proposal is refused")
    card, person = _taken(session, who, post_id, "post.approve", now)
    waiting = [one for one in card.decisions if is_waiting(one)]
    if not waiting:
        raise AlreadyDecided(str(post_id))
    proposal = waiting[-1]
    if proposal.decided_by == person:
        raise FourEyes("the one who proposed does not approve")
    if agrees and proposal.act in REMOVING:
        rests_on = _require_preserved(session, card, preserved)
        proposal.evidence_id, proposal.known = rests_on.evidence_id, rests_on.known
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


def needs_second(
    card: Card, act: str, clause: str | None = None, *, by: UUID | None = None
) -> bool:
    """Tell whether a decision on this card `by` a person needs a second one.

    A removal does, unless a rule saw a duty and the clause named (where one is) is a duty too,
    or rules saw advertising or fraud and nothing else. Of words that this very person typed it
    always does: somebody else compares them with the picture.
    """
    flagged = any(one.duty == Duty.MUST for one in card.findings)
    named = clause is None or _clause(clause).duty is Duty.MUST
    own_words = by is not None and card.post.typed_by == by
    alone = not own_words and ((flagged and named) or is_excepted(card, clause))
    return act in REMOVING and not alone


def is_excepted(card: Card, clause: str | None = None) -> bool:
    """Tell whether one person is enough for a judgement: advertising and fraud, nothing else.

    A clause that is named must be the one those rules rest on.
    """
    return bool(card.findings) and all(
        one.duty == Duty.MAY
        and clause in {None, one.clause}
        and any(f"{one.rule}.".startswith(f"{rule}.") for rule in EXCEPTED)
        for one in card.findings
    )


def is_party(session: Session, card: Card, person: UUID) -> bool:
    """Tell whether this person is harassed in the post: then they decide nothing about it.

    So is whoever is concerned in a case that the post belongs to, at any visit and by any
    capture of it, and whoever the post names, whether or not there is a case yet.
    """
    sightings = sightings_of(card.post)
    by_visit = (
        select(VisitRecord.case_id)
        .join(PostRecord, PostRecord.visit_id == VisitRecord.id)
        .where(PostRecord.id.in_(sightings), VisitRecord.case_id.is_not(None))
    )
    by_capture = (
        select(CaseEvidenceRecord.case_id)
        .join(PostRecord, PostRecord.evidence_id == CaseEvidenceRecord.evidence_id)
        .where(PostRecord.id.in_(sightings))
    )
    query = select(HarassedRecord.id).where(
        HarassedRecord.person_id == person,
        HarassedRecord.removed_at.is_(None),
        or_(HarassedRecord.case_id.in_(by_visit), HarassedRecord.case_id.in_(by_capture)),
    )
    return session.execute(query).first() is not None or names(session, person, card.post.text)


def _decision(
    session: Session,
    card: Card,
    proposed: Proposed,
    preserved: Preserved | None,
    *,
    person: UUID,
    now: datetime,
) -> DecisionRecord:
    finding = next((one for one in card.findings if one.clause == proposed.clause), None)
    clause = _clause(proposed.clause) if proposed.clause is not None else None
    reason = proposed.reason.strip()
    second = needs_second(card, proposed.act, proposed.clause, by=person)
    rests_on: Preserved | None = None
    if proposed.act == GONE:
        if card.secured:
            raise AlreadySecured("what is secured was not gone before")
        if not reason:
            raise ReasonMissing("say how it is known that the post was gone")
    elif proposed.act in REMOVING:
        rests_on = _require_preserved(session, card, preserved)
        if clause is None:
            raise ClauseMissing("a removal names its clause")
        if not reason and second:
            raise ReasonMissing("a judgement needs a written reason")
        reason = reason or clause.title
    elif not reason and any(one.duty == Duty.MUST for one in card.findings):
        raise ReasonMissing("say why a post that a duty speaks against may stand")
    return DecisionRecord(
        id=uuid4(),
        post_id=card.post.id,
        act=proposed.act,
        clause=proposed.clause,
        rule=finding.rule if finding else None,
        rule_version=finding.version if finding else None,
        policy_version=default_policy().version,
        reason=reason,
        needs_approval=second,
        excepted=proposed.act in REMOVING and not second and is_excepted(card, proposed.clause),
        evidence_id=rests_on.evidence_id if rests_on else None,
        known=rests_on.known if rests_on else None,
        decided_by=person,
        decided_at=now,
    )


def _taken(
    session: Session, who: Principal, post_id: UUID, action: str, now: datetime
) -> tuple[Card, UUID]:
    """Return the card as it stands once the turn is ours, and the person who may act on it."""
    _take_turn(session, post_id)
    card = card_of(session, who, post_id, now)
    person = who.person_id
    if person is None or not may_on_post(session, who, post_id, action, now):
        raise NotPermitted(action)
    if is_party(session, card, person):
        raise FourEyes("whoever is harassed does not decide in their own matter")
    return card, person


def _take_turn(session: Session, post_id: UUID) -> None:
    """Let two who decide the same words at once take turns; the second is told.

    Taken before anything is read: what was read earlier would not know of the other's decision.
    Always in the order of the ids, so that two never wait for each other in a circle.
    """
    post = session.get(PostRecord, post_id)
    if post is not None:
        turn = select(PostRecord.id).where(PostRecord.id.in_(sightings_of(post)))
        session.execute(turn.order_by(PostRecord.id).with_for_update(key_share=True))


def _require_preserved(session: Session, card: Card, preserved: Preserved | None) -> Preserved:
    """Return the check that the removal rests on; raises `NotYetCaptured`.

    What was whole a moment ago may have been erased since: that is asked again here.
    """
    if preserved is None or not preserved.whole or preserved.post_id != card.post.id:
        raise NotYetCaptured("the post has no verified capture")
    own = {card.post.evidence_id} if card.post.picture_name is not None else set()
    standing = own | {
        one.evidence.id for one in card.screenshots if one.standing is Standing.COUNTS
    }
    erased = select(EvidenceRecord.erased_at).where(EvidenceRecord.id == preserved.evidence_id)
    if preserved.evidence_id not in standing or session.scalars(erased).one() is not None:
        raise NotYetCaptured("what was checked does not stand any more")
    return preserved


def _clause(clause_id: str) -> Clause:
    try:
        return default_policy().clause(clause_id)
    except PolicyError as unknown:
        raise ClauseMissing("the page rules have no such clause") from unknown
