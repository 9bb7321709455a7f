"""Two acts on an original that the ledger must know: it was fetched; it was counted over."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from archive.errors import ObjectMissing
from archive.ledger.log import record
from archive.vault.vault import StoredObject, segment_name
from service.access.principal import Principal
from service.casework.evidence.listing import find_evidence
from service.casework.evidence.numbers import row_key
from service.casework.evidence.originals import original_of
from service.installation import Installation


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


def check_original(
    installation: Installation, who: Principal, evidence_id: UUID, now: datetime
) -> Checked:
    """Hash the sealed original again and compare; raises `EvidenceNotFound`."""
    with installation.database.reading() as session:
        stored = original_of(session, find_evidence(session, who, evidence_id, now))
    found = _count_over(installation, stored)
    subject = row_key(evidence_id)
    installation.gate.run(
        lambda session: record(
            session,
            "evidence.checked",
            at=now,
            actor=who.actor,
            subject=subject,
            result=str(found),
        )
    )
    return found


def _count_over(installation: Installation, stored: StoredObject) -> Checked:
    digest = hashlib.sha256()
    try:
        for number in range(stored.segments):
            digest.update(installation.objects.get(segment_name(stored.name, number)))
    except ObjectMissing:
        return Checked.MISSING
    same = digest.hexdigest() == stored.sealed_sha256
    return Checked.UNCHANGED if same else Checked.CHANGED
