"""Who may hand what over: rights as a query, looked at again while a bundle is under way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.records.evidence import EvidenceRecord
from archive.records.exports import ExportItemRecord, ExportRecord
from archive.records.people import PersonRecord
from service.access.people import principal_of
from service.access.principal import Principal
from service.access.rights import Level, Rights
from service.access.visibility import evidence_within
from service.errors import (
    NothingToHandOver,
    NotSignedIn,
    RightEnded,
    SealedOff,
    TooMuchAtOnce,
)

ACTION = "evidence.export"
DPO = "lawyer"
"""The role that stands for the data protection officer (PROCEDURE §10: *Lawyer / DPO*)."""

MOST_PIECES = 5000
_MANY = 400
_WHOLE = frozenset({Level.FULL})


def may_hand_over(
    session: Session, who: Principal, wanted: Sequence[UUID], now: datetime
) -> list[EvidenceRecord]:
    """Return those pieces that this person may both see whole and hand over, oldest first."""
    found: list[EvidenceRecord] = []
    for start in range(0, len(wanted), _MANY):
        query = select(EvidenceRecord).where(
            EvidenceRecord.id.in_(wanted[start : start + _MANY]),
            EvidenceRecord.erased_at.is_(None),
            evidence_within(who, ACTION, now, _WHOLE),
            evidence_within(who, "evidence.view", now, _WHOLE, sealed_too=True),
        )
        found.extend(session.scalars(query))
    return sorted(found, key=lambda one: (one.received_at, str(one.id)))


def require_leaving(rows: Sequence[EvidenceRecord], who: Principal, *, to_police: bool) -> None:
    """Raise `SealedOff` unless every piece may leave the house by this person's hand.

    What may be a sexual picture of somebody under 18 is sealed off: the DPO hands it to the
    police, nobody else hands it to anyone. Raises `NothingToHandOver`, `TooMuchAtOnce`.
    """
    if not rows:
        raise NothingToHandOver("nothing was chosen that may be handed over")
    if len(rows) > MOST_PIECES:
        raise TooMuchAtOnce(f"{len(rows)} pieces, at most {MOST_PIECES}")
    sealed = [one for one in rows if one.sealed_off_at is not None]
    if sealed and not (to_police and is_dpo(who)):
        raise SealedOff(str(sealed[0].id))


def is_dpo(who: Principal) -> bool:
    """Tell whether this person stands for the data protection officer."""
    return any(held.role == DPO for held in who.roles)


def require_still(
    session: Session, person_id: UUID | None, export_id: UUID, rights: Rights, now: datetime
) -> None:
    """Raise `RightEnded` unless this person may now hand over every piece of an export.

    What is sealed off after the asking ends it for everybody: the DPO too asked for it before
    anyone said so, and perhaps for others than the police. What was sealed off before was asked
    for by the DPO, for the police (`require_leaving`). Nobody in particular (the command line)
    is whoever has the machine.
    """
    if person_id is None:
        return
    person = session.get_one(PersonRecord, person_id)
    try:
        who = principal_of(session, person, rights, now)
    except NotSignedIn as left:
        raise RightEnded(str(export_id)) from left
    pieces = pieces_of(session, export_id)
    standing = may_hand_over(session, who, pieces, now)
    asked_at = session.get_one(ExportRecord, export_id).asked_at
    sealed = [one.sealed_off_at for one in standing if one.sealed_off_at is not None]
    since = any(moment > asked_at for moment in sealed)
    if len(standing) != len(pieces) or since or (sealed and not is_dpo(who)):
        raise RightEnded(str(export_id))


def pieces_of(session: Session, export_id: UUID) -> list[UUID]:
    """Return the evidence of an export, always in the same order."""
    query = select(ExportItemRecord.evidence_id).where(ExportItemRecord.export_id == export_id)
    return list(session.scalars(query.order_by(ExportItemRecord.evidence_id)))


def with_parts(session: Session, ids: Sequence[UUID]) -> list[UUID]:
    """Return these pieces and whatever was taken out of them, however deep."""
    found = list(dict.fromkeys(ids))
    above = found
    while above:
        parts: list[UUID] = []
        for start in range(0, len(above), _MANY):
            query = select(EvidenceRecord.id).where(
                EvidenceRecord.parent_id.in_(above[start : start + _MANY]),
                EvidenceRecord.erased_at.is_(None),
            )
            parts.extend(session.scalars(query))
        above = [one for one in parts if one not in found]
        found.extend(above)
    return found


def count_of(session: Session, export_id: UUID) -> int:
    """Return how many pieces an export holds."""
    query = select(func.count()).select_from(ExportItemRecord)
    return int(session.scalar(query.where(ExportItemRecord.export_id == export_id)) or 0)
