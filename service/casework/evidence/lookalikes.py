"""Pictures that look alike: the same one handed in by somebody else, saved anew, made smaller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from archive.asking import ask
from archive.reading.fingerprint import Fingerprint, alike, apart, near
from archive.records.evidence import EvidenceRecord
from archive.records.readings import FingerprintRecord
from service.access.principal import Principal
from service.access.visibility import evidence_within

MOST: Final = 50
_LOOKED_AT: Final = 5_000
"""So many candidates are compared; more share a band only where very many are nearly the same."""

_OWN: Final = select(FingerprintRecord.coarse, FingerprintRecord.fine)


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Another picture that probably shows the same; `bits` of 64 are different."""

    evidence_id: UUID
    received_at: datetime
    bits: int


def look_alikes(
    session: Session, who: Principal, evidence_id: UUID, now: datetime
) -> list[LookAlike]:
    """Return what this person may see that looks like this picture, the most alike first.

    What is sealed off is never among them. Equal bytes are told by `sha256`, not here.
    """
    own = ask(session, _OWN.where(FingerprintRecord.evidence_id == evidence_id))
    return look_like(session, who, evidence_id, Fingerprint(*own[0]), now) if own else []


def look_like(
    session: Session, who: Principal, evidence_id: UUID, print_: Fingerprint, now: datetime
) -> list[LookAlike]:
    """Return what looks like the picture that has this fingerprint, as `look_alikes` does."""
    query = (
        select(
            FingerprintRecord.evidence_id,
            FingerprintRecord.coarse,
            FingerprintRecord.fine,
            EvidenceRecord.received_at,
        )
        .join(EvidenceRecord, EvidenceRecord.id == FingerprintRecord.evidence_id)
        .where(
            or_(*_shares_a_band(print_)),
            FingerprintRecord.evidence_id != evidence_id,
            EvidenceRecord.erased_at.is_(None),
            EvidenceRecord.sealed_off_at.is_(None),
            evidence_within(who, "evidence.see", now),
        )
        .order_by(EvidenceRecord.received_at.desc(), EvidenceRecord.id)
        .limit(_LOOKED_AT)
    )
    found = [
        LookAlike(one.evidence_id, one.received_at, apart(print_.coarse, one.coarse))
        for one in ask(session, query)
        if alike(print_, Fingerprint(one.coarse, one.fine))
    ]
    return sorted(found, key=lambda one: one.bits)[:MOST]


def _shares_a_band(print_: Fingerprint) -> list[ColumnElement[bool]]:
    columns = (
        FingerprintRecord.band_1,
        FingerprintRecord.band_2,
        FingerprintRecord.band_3,
        FingerprintRecord.band_4,
    )
    return [
        column.in_(list(near(band))) for column, band in zip(columns, print_.bands(), strict=True)
    ]
