"""Sealing off what may be a sexual picture of somebody under 18: one act, open to nobody from then.

To have, show or pass on such a picture may be a crime (straffeloven § 235). So one act shuts it:
what was derived from it is removed, searches, bundles and open links end, and its original is
kept sealed for the police alone (decision 29). It is a suspicion: the DPO lifts it with a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from archive.errors import EvidenceErased, EvidenceNotFound
from archive.intake.receive import evidence_key
from archive.ledger.log import SYSTEM, record
from archive.records.evidence import EvidenceRecord, ObjectRecord
from archive.records.ledger import LedgerDetailRecord
from archive.search.purging import purge
from archive.shutting import ShutOff, batched, shut_off
from archive.vault.sealing import EvidenceKey
from service.access.principal import Principal
from service.access.visibility import evidence_within
from service.casework.evidence.listing import HAND_TO_POLICE
from service.casework.evidence.numbers import row_key
from service.casework.evidence.originals import original_of
from service.casework.evidence.reading_again import read_again
from service.errors import ReasonMissing
from service.installation import Installation

SEAL_OFF: Final = "evidence.seal_off"
LIFT: Final = "evidence.lift_seal"
HANDED: Final = "evidence.handed_to_police"
SUSPICION: Final = "what may be a sexual picture of somebody under 18"
TWIN: Final = "the same bytes as a piece that is sealed off"


@dataclass(frozen=True)
class ForPolice:
    """An original on its way to the police, its hand-over committed before."""

    evidence: EvidenceRecord
    stored: ObjectRecord
    key: EvidenceKey


def seal_off(session: Session, who: Principal, evidence_id: UUID, now: datetime) -> ShutOff:
    """Shut a piece off, with every copy of it and whatever it lies in.

    Raises `EvidenceNotFound`, `NotPermitted`, `EvidenceErased`. What is sealed off already stays.
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
    if root.sealed_off_at is not None:
        return ShutOff()
    return shut_off(session, _whole(session, root), who.actor, SUSPICION, now)


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
        if not _has_sealed_twin(session, evidence_id):
            return False
    with installation.database.writing() as session:
        ids = [evidence_id, *_above(session, [evidence_id])]
        shut = shut_off(session, ids, SYSTEM, TWIN, installation.clock.now())
    clear_shut(installation, shut)
    return True


def _has_sealed_twin(session: Session, evidence_id: UUID) -> bool:
    own = select(EvidenceRecord.sha256).where(EvidenceRecord.id == evidence_id).scalar_subquery()
    twin = select(EvidenceRecord.id).where(
        EvidenceRecord.sha256 == own, EvidenceRecord.sealed_off_at.is_not(None)
    )
    return session.execute(twin.limit(1)).first() is not None


def lift_seal(
    session: Session, who: Principal, evidence_id: UUID, reason: str, now: datetime
) -> tuple[UUID, ...]:
    """Open again what one act shut, with all copies; the programs read them anew.

    Raises `NotPermitted`, `ReasonMissing`, `EvidenceNotFound`.
    """
    who.require(LIFT)
    if not reason.strip():
        raise ReasonMissing("say why it may be opened again")
    root = _sealed(session, who, evidence_id, now, LIFT)
    same_act = and_(
        EvidenceRecord.sealed_off_at == root.sealed_off_at,
        EvidenceRecord.sealed_off_by == root.sealed_off_by,
    )
    query = select(EvidenceRecord).where(
        EvidenceRecord.sealed_off_at.is_not(None),
        EvidenceRecord.erased_at.is_(None),
        or_(same_act, EvidenceRecord.sha256 == root.sha256),
    )
    lifted = session.scalars(query.order_by(EvidenceRecord.id).with_for_update()).all()
    for one in lifted:
        one.sealed_off_at = one.sealed_off_by = one.sealed_off_reason = None
        record(
            session,
            "evidence.seal_lifted",
            at=now,
            actor=who.actor,
            subject=one,
            reason=reason.strip(),
        )
        if one.kind != "capture":
            read_again(session, one.id, now, who.actor)
    return tuple(one.id for one in lifted)


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
        evidence = _sealed(session, who, evidence_id, now, HAND_TO_POLICE)
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
        evidence = _sealed(session, who, evidence_id, now, HAND_TO_POLICE)
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


def _sealed(
    session: Session, who: Principal, evidence_id: UUID, now: datetime, action: str
) -> EvidenceRecord:
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


def _whole(session: Session, root: EvidenceRecord) -> list[UUID]:
    """Return all that is shut with a piece: its copies, what they lie in, a mail's own files.

    Where a mail is pointed at, every file in it that is no text may be the picture. Only where
    there is just one is it known which; then its copies in other mails are shut too, and a
    logo under a signature never shuts everybody's mail.
    """
    inside = _files_in(session, root.id)
    digests = {root.sha256}
    if len(inside) == 1:
        digests |= set(inside.values())
    copies: list[UUID] = []
    if wanted := [one for one in digests if one is not None]:
        query = select(EvidenceRecord.id).where(
            EvidenceRecord.sha256.in_(wanted), EvidenceRecord.erased_at.is_(None)
        )
        copies = list(session.scalars(query))
    pointed_at = list(dict.fromkeys([root.id, *inside, *copies]))
    return [*pointed_at, *_above(session, pointed_at)]


def _files_in(session: Session, evidence_id: UUID) -> dict[UUID, str | None]:
    """Return by id the digest of whatever came in a mail and is neither text nor a mail itself."""
    found: dict[UUID, str | None] = {}
    above = [evidence_id]
    while above:
        query = select(EvidenceRecord.id, EvidenceRecord.media_type, EvidenceRecord.sha256).where(
            EvidenceRecord.parent_id.in_(above), EvidenceRecord.erased_at.is_(None)
        )
        parts = session.execute(query).all()
        above = [part.id for part in parts]
        found |= {
            part.id: part.sha256
            for part in parts
            if not part.media_type.startswith(("text/", "message/"))
        }
    return found


def _above(session: Session, ids: Sequence[UUID]) -> list[UUID]:
    """Return what pieces lie in: a mail's original holds its attachments."""
    found: list[UUID] = []
    below = list(ids)
    while below:
        parents: list[UUID] = []
        for some in batched(below):
            query = select(EvidenceRecord.parent_id).where(
                EvidenceRecord.id.in_(some), EvidenceRecord.parent_id.is_not(None)
            )
            parents += [one for one in session.scalars(query) if one is not None]
        below = [one for one in dict.fromkeys(parents) if one not in found and one not in ids]
        found += below
    return found
