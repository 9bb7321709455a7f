"""What the employee concerned adds by themselves: more in words, and wishes. Kept as evidence."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from archive.intake.receive import About, Envelope, Kept
from archive.ledger.log import record
from archive.records.cases import CaseRecord
from archive.records.evidence import EvidenceRecord, Known
from service.access.principal import Principal
from service.casework.cases.listing import own_cases
from service.casework.cases.merged import went_into
from service.casework.cases.opening import join_evidence
from service.errors import CaseClosed, CaseNotFound, ReasonMissing
from service.installation import Installation

TOLD = "told"
WISH = "wish"


def own_case(session: Session, who: Principal, number: str) -> CaseRecord:
    """Return a case in which this person is the one concerned, or in which that one goes on.

    Raises `CaseNotFound`.
    """
    into = session.scalars(went_into(number)).first()
    for case in own_cases(session, who):
        if case.number == number or case.id == into:
            return case
    raise CaseNotFound(number)


def tell(
    installation: Installation, who: Principal, number: str, words: str, *, kind: str, now: datetime
) -> Kept:
    """Keep what somebody tells in words, in their own case (A9, A12).

    Raises `CaseNotFound`, `CaseClosed`, `ReasonMissing` where nothing was said.
    """
    if not words.strip():
        raise ReasonMissing("there are no words")
    with installation.database.reading() as session:
        case = own_case(session, who, number)
        if case.closed_at is not None:
            raise CaseClosed(number)
        case_id, unit_id = case.id, case.unit_id
    receiving = installation.intake.begin()
    try:
        receiving.write(words.strip().encode())
        held = receiving.finish()
    except BaseException:
        receiving.abandon()
        raise

    def also(session: Session, kept: Kept) -> None:
        row = session.get_one(CaseRecord, case_id)
        join_evidence(session, row, session.get_one(EvidenceRecord, kept.id), now, who.actor)
        if kind == WISH:
            record(
                session,
                "case.wish",
                at=now,
                actor=who.actor,
                subject=row,
                case_id=case_id,
                evidence=kept.id,
            )

    about = About(
        kind=kind,
        known=Known.TOLD,
        unit_id=unit_id,
        case_id=case_id,
        media_type="text/plain",
    )
    envelope = Envelope("told", who.actor, {"case": number, "kind": kind})
    return installation.intake.register(held, about, envelope, now, also)
