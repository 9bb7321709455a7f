"""The index follows what is kept: whatever a use case changes is found anew after its commit.

Every change of a protected row is spoken for by a ledger entry (decision 6); so the entries
that a session has collected name all evidence whose words, cases or units may have changed.
A receipt is left out: the doors go first, and what was just received is searched by itself
until it has been read (`archive.search.arrivals`). So is a row that an entry names and of which
nothing has changed that is searched for: most steps of a case are such.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from archive.ledger.entries import Collected
from archive.records.cases import CaseEvidenceRecord, CaseRecord
from archive.records.columns import Protected
from archive.records.evidence import DeliveryRecord, EvidenceRecord
from archive.records.pages import PostRecord, VisitRecord
from archive.search.index import Marked, write

_RECEIPTS: Final = frozenset({"evidence.received", "evidence.delivered_again"})
_BY_EVIDENCE: Final = frozenset({"deliveries", "posts", "visits"})
_READ: Final = "searchable_words"
_TOUCHED: Final = "searchable_rows"
_INDEXED: Final[Mapping[type[Protected], tuple[str, ...]]] = MappingProxyType(
    {
        EvidenceRecord: (
            "kind", "media_type", "state", "received_at", "unit_id", "filename", "note",
            "source_url", "sha256", "erased_at", "sealed_off_at",
        ),
        CaseRecord: ("unit_id", "restricted"),
        DeliveryRecord: ("evidence_id", "door", "actor", "envelope", "at"),
        PostRecord: ("evidence_id", "number", "author", "author_url", "permalink", "text"),
        VisitRecord: ("evidence_id", "final_url"),
    }
)  # fmt: skip
"""What `archive.search.documents` reads of each table."""
_ROWS: Final = tuple(_INDEXED)


def searchable(session: Session, evidence_id: UUID, read: Marked) -> None:
    """Let the words of what was read be found, from the commit of this session on."""
    session.info.setdefault(_READ, {})[evidence_id] = read


def watch_searched(session: Session, _flush: object) -> None:
    """Note each row of which a flush has written anything that is searched (`after_flush`)."""
    touched: set[str] = session.info.setdefault(_TOUCHED, set())
    for row in (*session.new, *session.deleted):
        if isinstance(row, _ROWS):
            touched.add(row.row_key())
    for row in session.dirty:
        if isinstance(row, _ROWS):
            state = inspect(row)
            if any(state.attrs[name].history.has_changes() for name in _INDEXED[type(row)]):
                touched.add(row.row_key())


def follow(session: Session) -> None:
    """Bring the index in line with what this session commits (`before_commit`)."""
    if session.in_nested_transaction():
        return
    session.flush()
    read: dict[UUID, Marked] = session.info.pop(_READ, {})
    touched: set[str] = session.info.pop(_TOUCHED, set())
    entries: list[Collected] = session.info.get("entries", [])
    changed: set[UUID] = set()
    cases: set[UUID] = set()
    for entry in entries:
        if entry.kind not in _RECEIPTS:
            for key, row in entry.rows.items():
                if key not in touched and _was_watched(row):
                    continue
                table, _, name = key.partition(":")
                changed.update(_evidence_of(table, name, row))
                if table == "cases":
                    cases.add(UUID(name))
    if cases:
        joined = select(CaseEvidenceRecord.evidence_id).where(CaseEvidenceRecord.case_id.in_(cases))
        changed.update(session.scalars(joined))
    if changed or read:
        write(session, changed, read)


def _was_watched(row: object) -> bool:
    """Tell whether this session would know of a change: it holds the row itself."""
    return isinstance(row, _ROWS) and inspect(row).persistent


def _evidence_of(table: str, name: str, row: object) -> Iterator[UUID]:
    if table == "evidence":
        yield UUID(name)
    elif table == "case_evidence":
        yield UUID(name.rpartition(":")[2])
    elif table in _BY_EVIDENCE:
        owner = getattr(row, "evidence_id", None)
        if owner is not None:
            yield owner
