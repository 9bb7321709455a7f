"""Wishes of the employee concerned, and their answers: recorded decisions, each with its reason.

An employee may object to a use of the evidence or ask for limits (A9). The wish is evidence that
they told; the answer is a row of its own. A later answer stands above an earlier one, which stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, Select, exists, func, select
from sqlalchemy.orm import Session

from archive.errors import EvidenceNotFound
from archive.ledger.log import record
from archive.records.cases import CaseEvidenceRecord, CaseRecord, WishAnswerRecord
from archive.records.evidence import DeliveryRecord, EvidenceRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.cases.finding import case_for, refuse_own_matter
from service.casework.cases.telling import WISH
from service.errors import NotPermitted, ReasonMissing
from service.notices.case_changes import tell_answered
from service.settings import Settings

ACTION: Final = "case.answer"
MOST: Final = 20
"""So many wishes of a case are shown, the latest first; the open ones before the others."""
_AT_ONCE: Final = 500


class Outcome(StrEnum):
    """What is answered to a wish."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: what, why, by whom, when."""

    outcome: Outcome
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish, and its answers, the latest first; none means that it is open.

    `person_id` is the employee who made it. Nobody else whom the case concerns is told of it.
    """

    evidence_id: UUID
    at: datetime
    answers: tuple[Answer, ...] = ()
    person_id: UUID | None = None

    @property
    def open(self) -> bool:
        """Whether nobody has answered it."""
        return not self.answers


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wishes of a case nobody has answered, the oldest of them, and since when."""

    count: int
    evidence_id: UUID
    since: datetime


def answer_wish(
    session: Session,
    who: Principal,
    number: str,
    evidence_id: UUID,
    *,
    outcome: Outcome,
    reason: str,
    settings: Settings,
    now: datetime,
) -> WishAnswerRecord:
    """Answer a wish; where it has an answer, this one stands above it from now on.

    Whoever made it is told that there is an answer, and reads it behind the sign-in.

    Raises `EvidenceNotFound`, `ReasonMissing`, `FourEyes` and those of `case_for`.
    """
    case = case_for(session, who, number, ACTION, now)
    refuse_own_matter(session, who, case)
    if who.person_id is None:
        raise NotPermitted(ACTION)
    wish = find_wish(session, case, evidence_id)
    if not reason.strip():
        raise ReasonMissing("say why, in words that the employee understands")
    last = session.scalar(
        select(func.max(WishAnswerRecord.number)).where(WishAnswerRecord.evidence_id == evidence_id)
    )
    row = WishAnswerRecord(
        id=uuid4(),
        case_id=case.id,
        evidence_id=evidence_id,
        number=(last or 0) + 1,
        outcome=str(outcome),
        reason=reason.strip(),
        person_id=who.person_id,
        at=now,
    )
    session.add(row)
    record(
        session,
        "wish.answered" if last is None else "wish.answered_anew",
        at=now,
        actor=who.actor,
        subject=case,
        case_id=case.id,
        evidence=evidence_id,
        outcome=row.outcome,
        reason=row.reason,
    )
    person = session.get(PersonRecord, wish.person_id) if wish.person_id is not None else None
    if person is not None and (person.ended_at is None or person.ended_at > now):
        tell_answered(session, case, person, settings=settings, now=now)
    return row


def find_wish(session: Session, case: CaseRecord, evidence_id: UUID) -> Wish:
    """Return a wish of a case with its answers; raises `EvidenceNotFound`."""
    row = session.execute(_wishes(case.id).where(EvidenceRecord.id == evidence_id)).one_or_none()
    if row is None:
        raise EvidenceNotFound(str(evidence_id))
    return _with_answers(session, [row])[0]


def wishes_of(session: Session, case: CaseRecord, *, only_of: UUID | None = None) -> list[Wish]:
    """Return the wishes of a case: what waits for its answer first, then the latest first.

    `only_of` leaves out those of other employees.
    """
    query = _wishes(case.id)
    if only_of is not None:
        own = DeliveryRecord.actor == f"person:{only_of}"
        query = query.where(exists(select(DeliveryRecord.id).where(_delivers_it(), own)))
    query = query.order_by(_answered(), EvidenceRecord.received_at.desc(), EvidenceRecord.id)
    return _with_answers(session, session.execute(query.limit(MOST)).all())


def waiting_in(session: Session, cases: Sequence[CaseRecord]) -> dict[UUID, Waiting]:
    """Return by case what waits for its answer; a case where nothing does is left out."""
    found: dict[UUID, Waiting] = {}
    for start in range(0, len(cases), _AT_ONCE):
        ids = [case.id for case in cases[start : start + _AT_ONCE]]
        query = (
            select(CaseEvidenceRecord.case_id, EvidenceRecord.id, EvidenceRecord.received_at)
            .join(EvidenceRecord, EvidenceRecord.id == CaseEvidenceRecord.evidence_id)
            .where(CaseEvidenceRecord.case_id.in_(ids), *_is_wish(), ~_answered())
            .order_by(EvidenceRecord.received_at, EvidenceRecord.id)
        )
        for row in session.execute(query):
            first = found.get(row.case_id)
            found[row.case_id] = (
                Waiting(first.count + 1, first.evidence_id, first.since)
                if first
                else Waiting(1, row.id, row.received_at)
            )
    return found


def _wishes(case_id: UUID) -> Select[UUID, datetime, str | None]:
    told_by = select(func.min(DeliveryRecord.actor)).where(_delivers_it()).scalar_subquery()
    return (
        select(EvidenceRecord.id, EvidenceRecord.received_at, told_by.label("told_by"))
        .join(CaseEvidenceRecord, CaseEvidenceRecord.evidence_id == EvidenceRecord.id)
        .where(CaseEvidenceRecord.case_id == case_id, *_is_wish())
    )


def _delivers_it() -> ColumnElement[bool]:
    return DeliveryRecord.evidence_id == EvidenceRecord.id


def _is_wish() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """A wish that was erased is no longer there to be answered."""
    return EvidenceRecord.kind == WISH, EvidenceRecord.erased_at.is_(None)


def _answered() -> ColumnElement[bool]:
    return exists(
        select(WishAnswerRecord.id).where(WishAnswerRecord.evidence_id == EvidenceRecord.id)
    )


def _with_answers(session: Session, rows: Sequence[Row[UUID, datetime, str | None]]) -> list[Wish]:
    query = (
        select(WishAnswerRecord, PersonRecord.name)
        .join(PersonRecord, PersonRecord.id == WishAnswerRecord.person_id)
        .where(WishAnswerRecord.evidence_id.in_([row.id for row in rows]))
        .order_by(WishAnswerRecord.number.desc())
    )
    answers: dict[UUID, list[Answer]] = {row.id: [] for row in rows}
    for row, name in session.execute(query):
        answers[row.evidence_id].append(Answer(Outcome(row.outcome), row.reason, name, row.at))
    return [
        Wish(row.id, row.received_at, tuple(answers[row.id]), _person(row.told_by)) for row in rows
    ]


def _person(actor: str | None) -> UUID | None:
    kind, _colon, name = (actor or "").partition(":")
    return UUID(name) if kind == "person" else None
