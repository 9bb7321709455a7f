"""What stands once beside a piece of evidence, fetched in one look: a page needs all of it.

Whether the piece may be seen, and what of it is told, is asked before (`listing`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from archive.asking import Prepared, ask
from archive.reading.fingerprint import Fingerprint
from archive.records.evidence import (
    EvidenceRecord,
    ObjectRecord,
    ReadingRecord,
    WrappedKeyRecord,
)
from archive.records.operations import CheckRecord
from archive.records.readings import FingerprintRecord, ScanRecord
from archive.vault.sealing import WrappedKey
from archive.vault.vault import Sealed
from service.casework.evidence.readings import SealedReading

_EVIDENCE: Final = EvidenceRecord.__table__.c
_READING: Final = ReadingRecord.__table__.c
_OBJECT: Final = ObjectRecord.__table__.c
_KEY: Final = WrappedKeyRecord.__table__.c
_SCAN: Final = ScanRecord.__table__.c
_CHECK: Final = CheckRecord.__table__.c
_PRINT: Final = FingerprintRecord.__table__.c


@dataclass(frozen=True, slots=True)
class Scan:
    """What a virus scanner said: its verdict, and its own name for what it found."""

    verdict: str
    says: str | None


@dataclass(frozen=True, slots=True)
class Check:
    """How far the last check of the original is, or what it found."""

    done: int
    total: int
    ended_at: datetime | None
    result: str | None


@dataclass(frozen=True, slots=True)
class Beside:
    """The last reading, still sealed; the scan, the last check, the look; how many pictures."""

    reading: SealedReading | None = None
    scan: Scan | None = None
    check: Check | None = None
    looks: Fingerprint | None = None
    pages: int = 0
    previews: int = 0


def beside(session: Session, evidence_id: UUID) -> Beside:
    """Return what stands beside a piece."""
    row = ask(session, _ALL, {"of": evidence_id})[0]
    return Beside(
        reading=_reading(row),
        scan=Scan(row.verdict, row.says) if row.verdict is not None else None,
        check=Check(row.done, row.total, row.ended_at, row.result) if row.checked else None,
        looks=Fingerprint(row.coarse, row.fine) if row.coarse is not None else None,
        pages=row.pages,
        previews=row.previews,
    )


def check_beside(session: Session, evidence_id: UUID) -> Beside:
    """Return no more than the last check, for whoever is told nothing else."""
    found = ask(session, _CHECKED, {"of": evidence_id})
    return Beside(check=Check(*found[0]) if found else None)


def _reading(row: Any) -> SealedReading | None:
    if row.reader is None:
        return None
    stored = Sealed(row.name, row.size, row.segments, row.sha256, row.sealed_sha256)
    return SealedReading(
        reader=row.reader,
        made_at=row.made_at,
        outcome=row.outcome,
        reason=row.reason,
        stored=stored if row.name is not None else None,
        key=WrappedKey(row.key_id, row.wrapped) if row.key_id is not None else None,
    )


def _last(table: Any, moment: str) -> Any:
    """Select the id of the latest row of a table that belongs to the piece at hand."""
    one = table.alias()
    ids = select(one.c.id).where(one.c.evidence_id == _EVIDENCE.id)
    ids = ids.order_by(one.c[moment].desc(), one.c.id).limit(1)
    return ids.correlate(EvidenceRecord.__table__).scalar_subquery()


def _pictures(role: str) -> Any:
    """Count the objects of a role that the piece at hand has."""
    one = ObjectRecord.__table__.alias()
    count = select(func.count()).where(one.c.evidence_id == _EVIDENCE.id, one.c.role == role)
    return count.correlate(EvidenceRecord.__table__).scalar_subquery()


def _all() -> Select[*tuple[Any, ...]]:
    return (
        select(
            _READING.reader,
            _READING.made_at,
            _READING.outcome,
            _READING.reason,
            _OBJECT.name,
            _OBJECT.size,
            _OBJECT.segments,
            _OBJECT.sha256,
            _OBJECT.sealed_sha256,
            _KEY.key_id,
            _KEY.wrapped,
            _SCAN.verdict,
            _SCAN.says,
            _CHECK.id.label("checked"),
            _CHECK.done,
            _CHECK.total,
            _CHECK.ended_at,
            _CHECK.result,
            _PRINT.coarse,
            _PRINT.fine,
            _pictures("page").label("pages"),
            _pictures("preview").label("previews"),
        )
        .select_from(EvidenceRecord.__table__)
        .outerjoin(
            ReadingRecord.__table__, _READING.id == _last(ReadingRecord.__table__, "made_at")
        )
        .outerjoin(ObjectRecord.__table__, _OBJECT.name == _READING.object_name)
        .outerjoin(WrappedKeyRecord.__table__, _KEY.evidence_id == _EVIDENCE.id)
        .outerjoin(ScanRecord.__table__, _SCAN.evidence_id == _EVIDENCE.id)
        .outerjoin(CheckRecord.__table__, _CHECK.id == _last(CheckRecord.__table__, "asked_at"))
        .outerjoin(FingerprintRecord.__table__, _PRINT.evidence_id == _EVIDENCE.id)
        .where(_EVIDENCE.id == bindparam("of"))
    )


_ALL: Final = Prepared(_all())
_CHECKED: Final = (
    select(_CHECK.done, _CHECK.total, _CHECK.ended_at, _CHECK.result)
    .where(_CHECK.evidence_id == bindparam("of"))
    .order_by(_CHECK.asked_at.desc(), _CHECK.id)
    .limit(1)
)
