"""Sealing off what may be a sexual picture of somebody under 18: one act, open to nobody from then.

To have, show or pass on such a picture may be a crime (straffeloven § 235). So one act shuts it:
what was derived from it is removed, searches, bundles and open links end, and its original is
kept sealed for the police alone (decision 29). It is a suspicion: the DPO lifts it with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from archive.errors import EvidenceErased, EvidenceNotFound
from archive.intake.receive import evidence_key
from archive.ledger.log import SYSTEM, record
from archive.records.evidence import EvidenceRecord, ObjectRecord
from archive.records.ledger import LedgerDetailRecord
from archive.search.purging import purge
from archive.shutting import ShutOff, shut_off
from archive.vault.sealing import EvidenceKey
from service.access.principal import Principal
from service.access.visibility import evidence_within
from service.casework.evidence.listing import HAND_TO_POLICE
from service.casework.evidence.numbers import row_key
from service.casework.evidence.originals import original_of
from service.casework.evidence.sealed_together import (
    BESIDE,
    SUSPICION,
    TWIN,
    above,
    shown_with,
    whole_of,
)
from service.errors import ReasonMissing
from service.installation import Installation

SEAL_OFF: Final = "evidence.seal_off"
LIFT: Final = "evidence.lift_seal"
HANDED: Final = "evidence.handed_to_police"


@dataclass(frozen=True)
class ForPolice:
    """An original on its way to the police, its hand-over committed before."""

    evidence: EvidenceRecord
    stored: ObjectRecord
    key: EvidenceKey


def seal_off(session: Session, who: Principal, evidence_id: UUID, now: datetime) -> ShutOff:
    """Shut a piece off, with every copy of it and whatever it lies in.

    Raises `EvidenceNotFound`, `NotPermitted`, `EvidenceErased`. What is sealed off already stays,
    and what else lies in a mail that is pointed at is shut all the same.
    """
    who.require(SEAL_OFF)
    root = session.scalars(
        select(EvidenceRecord).where(
            EvidenceRecord.id == evidence_id, evidence_within(who, SEAL_OFF, now)
        )
    ).one_or_none()
    if root is None:
        raise EvidenceNotFound(str(evidence_id))
    if root.erased_at is not None:
        raise EvidenceErased(str(evidence_id))
    whole = whole_of(session, [root])
    return shut_off(session, whole.pointed_at, who.actor, SUSPICION, now, also=whole.reasons)


def waiting_for_police(session: Session, who: Principal, now: datetime) -> int:
    """Return how many pieces are sealed off and have not been handed to the police."""
    who.require(HAND_TO_POLICE)
    query = select(EvidenceRecord.id).where(
        EvidenceRecord.sealed_off_at.is_not(None),
        EvidenceRecord.erased_at.is_(None),
        evidence_within(who, HAND_TO_POLICE, now),
    )
    keys = {row_key(one) for one in session.scalars(query)}
    handed = select(LedgerDetailRecord.subject).where(LedgerDetailRecord.kind == HANDED)
    return len(keys.difference(session.scalars(handed))) if keys else 0


def may_seal_off(session: Session, who: Principal, evidence_id: UUID, now: datetime) -> bool:
    """Tell whether this person may shut a piece off."""
    query = select(EvidenceRecord.id).where(
        EvidenceRecord.id == evidence_id,
        EvidenceRecord.erased_at.is_(None),
        evidence_within(who, SEAL_OFF, now),
    )
    return session.execute(query).first() is not None


def shut_as_twin(session: Session, evidence_id: UUID) -> bool:
    """Tell whether Værn shut a piece by itself, for its bytes were sealed off already."""
    reason = select(EvidenceRecord.sealed_off_reason).where(EvidenceRecord.id == evidence_id)
    return session.scalar(reason) == TWIN


def shut_twin(installation: Installation, evidence_id: UUID) -> bool:
    """Shut off what has just come, where the same bytes are sealed off already; tell if so."""
    with installation.database.reading() as session:
        if session.execute(_sealed_twins(evidence_id)).first() is None:
            return False
    with installation.database.writing() as session:
        # Whoever lifts the seal in this moment holds the twin until all its copies are known.
        if session.execute(_sealed_twins(evidence_id).with_for_update()).first() is None:
            return False
        ids = [evidence_id, *above(session, [evidence_id])]
        also = dict.fromkeys(shown_with(session, [evidence_id]).difference(ids), BESIDE)
        shut = shut_off(session, ids, SYSTEM, TWIN, installation.clock.now(), also=also)
    clear_shut(installation, shut)
    return True


def _sealed_twins(evidence_id: UUID) -> Select[UUID]:
    own = select(EvidenceRecord.sha256).where(EvidenceRecord.id == evidence_id).scalar_subquery()
    twins = select(EvidenceRecord.id).where(
        EvidenceRecord.sha256 == own, EvidenceRecord.sealed_off_at.is_not(None)
    )
    return twins.order_by(EvidenceRecord.id).limit(1)


def hand_to_police(
    installation: Installation,
    who: Principal,
    evidence_id: UUID,
    *,
    recipient: str,
    reason: str,
    now: datetime,
) -> ForPolice:
    """Commit that the original goes to the police, and return it.

    Raises `NotPermitted`, `ReasonMissing`, `EvidenceNotFound`, `EvidenceErased`.
    """
    who.require(HAND_TO_POLICE)
    if not recipient.strip() or not reason.strip():
        raise ReasonMissing("say to whom it goes, and why")
    with installation.database.writing() as session:
        evidence = sealed_piece(session, who, evidence_id, now, HAND_TO_POLICE)
        record(
            session,
            HANDED,
            at=now,
            actor=who.actor,
            subject=evidence,
            recipient=recipient.strip(),
            reason=reason.strip(),
            sha256=evidence.sha256,
        )
    return for_police(installation, who, evidence_id, now)


def for_police(
    installation: Installation, who: Principal, evidence_id: UUID, now: datetime
) -> ForPolice:
    """Return the original of what is sealed off; raises `EvidenceNotFound`, `NotPermitted`."""
    who.require(HAND_TO_POLICE)
    with installation.database.reading() as session:
        evidence = sealed_piece(session, who, evidence_id, now, HAND_TO_POLICE)
        key = evidence_key(session, installation.vault, evidence_id)
        return ForPolice(evidence, original_of(session, evidence), key)


def clear_shut(installation: Installation, shut: ShutOff) -> None:
    """After the commit: remove what was derived from the store, and its words from the index.

    What a crash leaves here the sweep of objects that no row names takes later.
    """
    for name, segments in shut.objects:
        installation.vault.discard(name, segments)
    if shut.evidence:
        purge(installation.database)
        installation.database.forget_deleted()


def sealed_piece(
    session: Session, who: Principal, evidence_id: UUID, now: datetime, action: str
) -> EvidenceRecord:
    """Return what is sealed off and open to this act; raises `EvidenceNotFound`."""
    query = select(EvidenceRecord).where(
        EvidenceRecord.id == evidence_id,
        EvidenceRecord.sealed_off_at.is_not(None),
        EvidenceRecord.erased_at.is_(None),
        evidence_within(who, action, now),
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        raise EvidenceNotFound(str(evidence_id))
    return row
