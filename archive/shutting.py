"""Shutting evidence off: what was derived from it goes, the original stays sealed (decision 29).

Who may do so and what belongs together is the hall's; a restore does it again by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.evidence import EvidenceRecord, ObjectRecord, ReadingRecord
from archive.records.readings import SlowReadingRecord

DERIVED: Final = ("preview", "thumbnail", "reading", "redaction")
"""What was made from an original; a capture's own pictures are originals, and only shut."""

_BATCH: Final = 400

Segments = tuple[tuple[str, int], ...]
"""Objects by name, each with its number of segments."""


@dataclass(frozen=True)
class ShutOff:
    """What one act shut: the pieces, and the sealed objects that no row names any more."""

    evidence: tuple[UUID, ...] = ()
    objects: Segments = ()


def shut_off(
    session: Session,
    ids: Sequence[UUID],
    actor: str,
    reason: str,
    now: datetime,
    *,
    since: datetime | None = None,
    also: Mapping[UUID, str] | None = None,
) -> ShutOff:
    """Shut the pieces, in one order for all who do so at once; each gets its own entry.

    `since` is when they were shut first, where a restore does it again; `also` is what is shut
    in the same act for reasons of its own.
    """
    reasons = {**(also or {}), **dict.fromkeys(ids, reason)}
    shut: list[UUID] = []
    objects: list[tuple[str, int]] = []
    for evidence_id in sorted(reasons, key=str):
        evidence = session.get_one(EvidenceRecord, evidence_id, with_for_update=True)
        if evidence.sealed_off_at is not None or evidence.erased_at is not None:
            continue
        removed = _remove_derived(session, evidence_id)
        evidence.sealed_off_at, evidence.sealed_off_by = since or now, actor
        evidence.sealed_off_reason = reasons[evidence_id]
        # A reading under way can no longer write what it found.
        evidence.fence += 1
        evidence.claimed_by = evidence.claimed_until = None
        entry = record(
            session,
            "evidence.sealed_off",
            at=now,
            actor=actor,
            subject=evidence,
            reason=reasons[evidence_id],
            objects=len(removed),
        )
        entry.rows.update({f"objects:{name}": None for name, _segments in removed})
        shut.append(evidence_id)
        objects += removed
    return ShutOff(tuple(shut), tuple(objects))


def _remove_derived(session: Session, evidence_id: UUID) -> list[tuple[str, int]]:
    """Delete the rows of what was derived; that there was a reading stays told.

    What it looks like, in 256 bits, stays too: nothing can be seen in it, and it leads the DPO
    to copies that were saved anew.
    """
    derived = select(ObjectRecord.name, ObjectRecord.segments).where(
        ObjectRecord.evidence_id == evidence_id, ObjectRecord.role.in_(DERIVED)
    )
    removed = [(row.name, row.segments) for row in session.execute(derived)]
    readings = select(ReadingRecord).where(ReadingRecord.evidence_id == evidence_id)
    for reading in session.scalars(readings).all():
        reading.object_name = reading.characters = None
    session.flush()  # the objects are named by the readings until then
    for some in batched([name for name, _segments in removed]):
        session.execute(delete(ObjectRecord).where(ObjectRecord.name.in_(some)))
    waiting = delete(SlowReadingRecord).where(SlowReadingRecord.evidence_id == evidence_id)
    session.execute(waiting)
    return removed


def batched(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield lists that a database takes in one question."""
    listed = list(values)
    for start in range(0, len(listed), _BATCH):
        yield listed[start : start + _BATCH]
