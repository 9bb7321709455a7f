"""Viewing: content is shown only after the ledger says who sees it, for what, since when."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.errors import EvidenceErased, EvidenceNotFound
from archive.ledger.log import record
from archive.records.cases import CaseEvidenceRecord, CaseRecord
from archive.records.evidence import EvidenceRecord, ViewingRecord
from service.access.principal import Principal
from service.access.visibility import CONTENT, cases_within, reaches_all
from service.casework.cases.glass import case_of_broken_glass
from service.casework.evidence.belongings import objects_of
from service.casework.evidence.listing import Piece, find_evidence
from service.casework.evidence.readings import text_in
from service.casework.evidence.scans import is_infected
from service.casework.evidence.unusual import note_unusual
from service.errors import NotPermitted, SealedOff
from service.installation import Installation

WINDOW = timedelta(minutes=15)
SHOWN_ROLES = ("preview", "page", "picture")
GLASS = "glass"
"""The purpose of a viewing that a broken glass made possible."""


@dataclass(frozen=True)
class ShownObject:
    """A picture that may be shown: the object's name on the evidence host."""

    name: str
    media_type: str


def note_viewing(
    installation: Installation,
    who: Principal,
    evidence_id: UUID,
    *,
    case_id: UUID | None,
    purpose: str,
    now: datetime,
) -> None:
    """Commit that this person sees this evidence; once for each quarter of an hour."""
    person = who.person_id
    if person is None:
        raise NotPermitted("evidence.view")
    window = now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0)

    def act(session: Session) -> None:
        noted = select(ViewingRecord.id).where(
            ViewingRecord.person_id == person,
            ViewingRecord.evidence_id == evidence_id,
            ViewingRecord.window == window,
        )
        if session.execute(noted).first() is not None:
            return
        session.add(
            ViewingRecord(
                id=uuid4(),
                person_id=person,
                evidence_id=evidence_id,
                case_id=case_id,
                purpose=purpose,
                window=window,
                at=now,
            )
        )
        record(
            session,
            "evidence.viewed",
            at=now,
            actor=who.actor,
            subject=f"evidence:{evidence_id}",
            case_id=case_id,
            purpose=purpose,
        )
        note_unusual(session, installation.settings, installation.rights, person, now)

    try:
        installation.gate.run(act)
    except IntegrityError:
        # Another process kept the same viewing in this very moment; now it is seen.
        installation.gate.run(act)


def may_view(session: Session, who: Principal, evidence: Piece, now: datetime) -> bool:
    """Tell whether this person may ask for the content."""
    if evidence.erased_at is not None or evidence.sealed_off_at is not None:
        return False
    if reaches_all(who, CONTENT):
        return True
    try:
        find_evidence(session, who, evidence.id, now, CONTENT)
    except EvidenceNotFound:
        return False
    return True


def reveal_text(
    installation: Installation, who: Principal, evidence_id: UUID, now: datetime
) -> str:
    """Return the text that was read in a piece of evidence, its viewing committed first.

    Where there is none, nothing is viewed, and the ledger says nothing of the kind. Raises
    `EvidenceNotFound`, `NotPermitted`, `EvidenceErased`.
    """
    with installation.database.reading() as session:
        require_view(session, who, evidence_id, now)
        text = text_in(session, installation.vault, evidence_id)
    permit_viewing(installation, who, evidence_id, now)
    return text


def reveal_pictures(
    installation: Installation, who: Principal, evidence_id: UUID, now: datetime
) -> list[ShownObject]:
    """Return the pictures of a piece of evidence that may be shown, its viewing committed first.

    Where there is none, or a scanner found something in it, nothing is viewed, and the ledger
    says nothing of the kind.
    """
    with installation.database.reading() as session:
        evidence = require_view(session, who, evidence_id, now)
        if is_infected(session, evidence_id):
            return []
        found = [one for one in objects_of(session, evidence) if one.role in SHOWN_ROLES]
        roles = ("page",) if evidence.kind == "capture" else ("preview",)
        shown = [ShownObject(one.name, one.media_type) for one in found if one.role in roles]
    if shown:
        permit_viewing(installation, who, evidence_id, now)
    return shown


def reveal_media(
    installation: Installation,
    who: Principal,
    evidence_id: UUID,
    now: datetime,
    *,
    playable: Container[str],
) -> ShownObject:
    """Return the sound or film itself, its viewing committed first.

    Raises `EvidenceNotFound` where a scanner found something in it, or where it is nothing
    `playable`, else as `reveal_text`.
    """
    with installation.database.reading() as session:
        evidence = require_view(session, who, evidence_id, now)
        if is_infected(session, evidence_id):
            raise EvidenceNotFound(str(evidence_id))
        stored = next(one for one in objects_of(session, evidence) if one.role == "original")
        if stored.media_type not in playable:
            raise EvidenceNotFound(str(evidence_id))
    permit_viewing(installation, who, evidence_id, now)
    return ShownObject(stored.name, stored.media_type)


def note_purposeful(
    installation: Installation,
    who: Principal,
    evidence_id: UUID,
    *,
    case_id: UUID | None,
    now: datetime,
) -> None:
    """Commit a viewing; why is derived from this person's part, the case, and a broken glass."""
    with installation.database.reading() as session:
        broken = case_of_broken_glass(session, who, evidence_id, now)
    purpose = f"{who.main_role}:{'archive' if case_id is None else 'case'}"
    if broken is not None:
        case_id, purpose = broken, f"{who.main_role}:{GLASS}"
    note_viewing(installation, who, evidence_id, case_id=case_id, purpose=purpose, now=now)


def require_view(
    session: Session, who: Principal, evidence_id: UUID, now: datetime
) -> EvidenceRecord:
    """Return evidence whose content is open to this person.

    Raises `EvidenceNotFound` where it is invisible, `NotPermitted` where only its facts are
    shown, `SealedOff` where it is open to nobody, `EvidenceErased` where nothing is left.
    """
    evidence = find_evidence(session, who, evidence_id, now)
    if evidence.sealed_off_at is not None:
        raise SealedOff(str(evidence_id))
    try:
        find_evidence(session, who, evidence_id, now, "evidence.view")
    except EvidenceNotFound as hidden:
        raise NotPermitted("evidence.view") from hidden
    if evidence.erased_at is not None:
        raise EvidenceErased(str(evidence_id))
    return evidence


def permit_viewing(
    installation: Installation, who: Principal, evidence_id: UUID, now: datetime
) -> EvidenceRecord:
    """Commit that this person sees the content now, and return the evidence.

    Raises `EvidenceNotFound`, `NotPermitted`, `EvidenceErased`.
    """
    with installation.database.reading() as session:
        evidence = require_view(session, who, evidence_id, now)
        case_id = session.scalars(
            select(CaseEvidenceRecord.case_id)
            .join(CaseRecord, CaseRecord.id == CaseEvidenceRecord.case_id)
            .where(
                CaseEvidenceRecord.evidence_id == evidence_id,
                cases_within(who, "case.see", now),
            )
            .order_by(CaseRecord.opened_at, CaseRecord.id)
            .limit(1)
        ).first()
    note_purposeful(installation, who, evidence_id, case_id=case_id, now=now)
    return evidence
