"""The index follows what is kept: whatever a use case changes is found anew after its commit.

Every change of a protected row is spoken for by a ledger entry (decision 6); so the entries
that a session has collected name all evidence whose words, cases or units may have changed.
A receipt is left out: the doors go first, and what was just received is searched by itself
until it has been read (`archive.search.arrivals`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.entries import Collected
from archive.records.cases import CaseEvidenceRecord
from archive.search.index import Fields, write

_RECEIPTS: Final = frozenset({"evidence.received", "evidence.delivered_again"})
_BY_EVIDENCE: Final = frozenset({"deliveries", "posts", "visits"})
_TEXTS: Final = "searchable_texts"


def searchable(session: Session, evidence_id: UUID, *fields: str) -> None:
    """Let what was read be found, from the commit of this session on, each field by itself."""
    session.info.setdefault(_TEXTS, {})[evidence_id] = fields


def follow(session: Session) -> None:
    """Bring the index in line with what this session commits (`before_commit`)."""
    if session.in_nested_transaction():
        return
    session.flush()
    texts: dict[UUID, Fields] = session.info.pop(_TEXTS, {})
    entries: list[Collected] = session.info.get("entries", [])
    changed: set[UUID] = set()
    cases: set[UUID] = set()
    for entry in entries:
        if entry.kind not in _RECEIPTS:
            for key, row in entry.rows.items():
                table, _, name = key.partition(":")
                changed.update(_evidence_of(table, name, row))
                if table == "cases":
                    cases.add(UUID(name))
    if cases:
        joined = select(CaseEvidenceRecord.evidence_id).where(CaseEvidenceRecord.case_id.in_(cases))
        changed.update(session.scalars(joined))
    if changed or texts:
        write(session, changed, texts)


def _evidence_of(table: str, name: str, row: object) -> Iterator[UUID]:
    if table == "evidence":
        yield UUID(name)
    elif table == "case_evidence":
        yield UUID(name.rpartition(":")[2])
    elif table in _BY_EVIDENCE:
        owner = getattr(row, "evidence_id", None)
        if owner is not None:
            yield owner
