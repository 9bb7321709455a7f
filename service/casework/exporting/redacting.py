"""Redacting: other persons are covered in a copy; the original stays, and the ledger joins both."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.export.gather import REDACTION
from archive.records.evidence import ObjectRecord

_MANY = 400


def redacted_among(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these pieces have a redacted file."""
    found: set[UUID] = set()
    for start in range(0, len(ids), _MANY):
        query = select(ObjectRecord.evidence_id).where(
            ObjectRecord.role == REDACTION,
            ObjectRecord.evidence_id.in_(ids[start : start + _MANY]),
        )
        found.update(session.scalars(query))
    return found
