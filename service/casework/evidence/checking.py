"""Two acts on an original that the ledger must know: it was fetched; it was counted over."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from archive.errors import ObjectMissing
from archive.ledger.log import record
from archive.records.operations import CheckRecord
from archive.vault.vault import StoredObject, segment_name
from service.access.principal import Principal
from service.casework.evidence.listing import find_evidence
from service.casework.evidence.numbers import row_key
from service.casework.evidence.originals import original_of
from service.installation import Installation

_LATEST: Final = (
    select(CheckRecord)
    .where(CheckRecord.evidence_id == bindparam("of"))
    .order_by(CheckRecord.asked_at.desc(), CheckRecord.id)
    .limit(1)
)


class Checked(StrEnum):
    """What counting over the sealed original found."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    MISSING = "missing"


def note_fetched(
    installation: Installation, who: Principal, evidence_id: UUID, now: datetime
) -> None:
    """Commit that somebody fetches the original; before its first byte leaves."""
    subject = row_key(evidence_id)
    installation.gate.run(
        lambda session: record(
            session, "evidence.fetched", at=now, actor=who.actor, subject=subject
        )
    )


def ask_for_check(
    session: Session, who: Principal, evidence_id: UUID, now: datetime
) -> CheckRecord:
    """Ask that the sealed original is counted over; one that waits or runs already is joined.

    Raises `EvidenceNotFound`. Gigabytes take their time: a job does it, and says how far it is.
    """
    original_of(session, find_evidence(session, who, evidence_id, now))
    standing = session.scalars(
        select(CheckRecord).where(
            CheckRecord.evidence_id == evidence_id, CheckRecord.ended_at.is_(None)
        )
    ).first()
    if standing is not None:
        return standing
    check = CheckRecord(
        id=uuid4(), evidence_id=evidence_id, asked_at=now, asked_by=who.actor, next_attempt_at=now
    )
    session.add(check)
    return check


def latest_check(session: Session, evidence_id: UUID) -> CheckRecord | None:
    """Return the check that runs, or the last one; whether it may be seen is asked before."""
    return session.scalars(_LATEST, {"of": evidence_id}).first()


def count_over(
    installation: Installation, stored: StoredObject, tell: Callable[[int], None]
) -> Checked:
    """Hash the sealed segments again and compare; `tell` hears how many are done."""
    digest = hashlib.sha256()
    try:
        for number in range(stored.segments):
            digest.update(installation.objects.get(segment_name(stored.name, number)))
            tell(number + 1)
    except ObjectMissing:
        return Checked.MISSING
    same = digest.hexdigest() == stored.sealed_sha256
    return Checked.UNCHANGED if same else Checked.CHANGED
