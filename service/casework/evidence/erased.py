"""Why a piece of evidence is a tombstone: when, by whom, for what reason."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.entries import ERASED
from archive.records.ledger import LedgerDetailRecord
from service.casework.evidence.custody import names_of
from service.casework.evidence.listing import SeenEvidence


@dataclass(frozen=True, slots=True)
class Ending:
    """One erasure; `who` is None for Værn itself or whoever runs it."""

    at: datetime
    who: str | None
    reason: str


def ending_of(session: Session, evidence: SeenEvidence) -> Ending | None:
    """Return why a piece was erased, itself or with what it lay in; None where it stands."""
    if evidence.erased_at is None:
        return None
    said = session.scalars(
        select(LedgerDetailRecord).where(
            LedgerDetailRecord.kind == ERASED, LedgerDetailRecord.at == evidence.erased_at
        )
    )
    for entry in said:
        facts = json.loads(entry.details).get("facts", {})
        if str(evidence.id) in facts.get("evidence", ()):
            names = names_of(session, {entry.actor})
            return Ending(entry.at, names.get(entry.actor), str(facts.get("reason", "")))
    return Ending(evidence.erased_at, None, "")
