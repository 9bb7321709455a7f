"""Evidence that a person may see: lists, one piece, its parts, cases and readers.

Every query carries the condition of rights, so what may not be seen is never loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    false,
    func,
    null,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy import case as when
from sqlalchemy.orm import Session

from archive.asking import Prepared, ask
from archive.errors import EvidenceNotFound
from archive.moment import once
from archive.records.cases import CaseEvidenceRecord, CaseRecord
from archive.records.evidence import (
    EvidenceRecord,
    EvidenceState,
)
from service.access.principal import Principal
from service.access.rights import Level
from service.access.visibility import evidence_within, not_restricted, reaches_all

PAGE = 50
COUNTED = 1000
"""Counts are exact up to here; beyond, "more than" is said."""
MOST_PARTS = 200
HAND_TO_POLICE: Final = "evidence.hand_to_police"
TOLD: Final = frozenset({Level.FULL, Level.OWN})
"""The levels at which a piece's own words are told: file name, address, note, digest to search."""


@dataclass(frozen=True, slots=True)
class SeenEvidence:
    """A piece of evidence as far as somebody may see it.

    Where `told` is false its own words were never loaded: `filename`, `source_url`, `seen_at`
    and `note` are then None, whatever stands in the row.
    """

    id: UUID
    kind: str
    media_type: str
    size: int
    sha256: str | None
    received_at: datetime
    known: str
    parent_id: UUID | None
    erased_at: datetime | None
    sealed_off_at: datetime | None
    state: str
    told: bool
    filename: str | None
    source_url: str | None
    seen_at: datetime | None
    note: str | None
    shut: bool = False
    """Whether it was reached past a restriction: what stands around it is asked for as it was."""


Piece = EvidenceRecord | SeenEvidence
"""A whole row, where the right to it is whole, or what may be seen of it."""


@dataclass(frozen=True)
class Listed:
    """One screenful, how many there are, and where it goes on."""

    rows: list[SeenEvidence]
    count: int
    count_is_exact: bool
    next: tuple[datetime, UUID] | None


def find_evidence(
    session: Session,
    who: Principal,
    evidence_id: UUID,
    now: datetime,
    action: str = "evidence.see",
) -> EvidenceRecord:
    """Return a piece of evidence that is open to this person; raises `EvidenceNotFound`."""
    query = select(EvidenceRecord).where(
        EvidenceRecord.id == evidence_id, evidence_within(who, action, now)
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        raise EvidenceNotFound(str(evidence_id))
    return row


def see_evidence(
    session: Session, who: Principal, evidence_id: UUID, now: datetime
) -> SeenEvidence:
    """Return what this person may see of a piece; raises `EvidenceNotFound`."""

    def look() -> SeenEvidence | None:
        asked = {"of": evidence_id}
        quick = _quick(who, _itself)
        if quick is not None and (found := ask(session, quick, asked)):
            return _piece(found[0])
        found = ask(session, _itself(_seen(who, now), told_to(who, now)), asked)
        return replace(_piece(found[0]), shut=quick is not None) if found else None

    seen = once(session, (see_evidence, id(who), evidence_id, now), look)
    if seen is None:
        raise EvidenceNotFound(str(evidence_id))
    return seen


def see_each(
    session: Session, who: Principal, evidence_ids: Sequence[UUID], now: datetime
) -> list[SeenEvidence]:
    """Return what this person may see of these pieces, in their order; hidden ones are left out."""
    if not evidence_ids:
        return []
    query = _seen(who, now).where(EvidenceRecord.id.in_(evidence_ids))
    found = {row.id: _piece(row) for row in ask(session, query)}
    return [found[one] for one in evidence_ids if one in found]


def see_same(
    session: Session, who: Principal, sha256: str, now: datetime, limit: int = PAGE
) -> list[SeenEvidence]:
    """Return what has exactly these bytes and is told to this person, the oldest first.

    Whoever is not told of a piece learns here neither that it exists nor that it does not.
    """
    asked = {"of": sha256, "most": limit}
    quick = _quick(who, _of_these_bytes)
    if quick is not None and (found := ask(session, quick, asked)):
        return [_piece(row) for row in found]
    every = _of_these_bytes(_seen(who, now), told_to(who, now))
    return [_piece(row) for row in ask(session, every, asked)]


def list_evidence(
    session: Session,
    who: Principal,
    now: datetime,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int = PAGE,
    sealed_only: bool = False,
) -> Listed:
    """Return all evidence that this person may see, the latest first."""
    wanted = _seen(who, now)
    if sealed_only:
        wanted = wanted.where(EvidenceRecord.sealed_off_at.is_not(None))
    return _listed(session, wanted, after, limit)


def evidence_of_case(
    session: Session,
    who: Principal,
    case: CaseRecord,
    now: datetime,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int = PAGE,
) -> Listed:
    """Return the evidence of a case that this person may see, the latest first."""
    return _listed(session, _of_case(who, case, now), after, limit)


def told_to_employee(
    session: Session,
    who: Principal,
    case: CaseRecord,
    now: datetime,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int = PAGE,
) -> Listed:
    """Return a case's evidence for the one concerned: no wishes, no page that was not captured."""
    query = _of_case(who, case, now).where(
        EvidenceRecord.kind != "wish",
        or_(EvidenceRecord.kind != "capture", EvidenceRecord.state == EvidenceState.READ),
        EvidenceRecord.erased_at.is_(None),
    )
    return _listed(session, query, after, limit)


def _of_case(who: Principal, case: CaseRecord, now: datetime) -> Select[Any]:
    return (
        _seen(who, now)
        .join(CaseEvidenceRecord, CaseEvidenceRecord.evidence_id == EvidenceRecord.id)
        .where(CaseEvidenceRecord.case_id == case.id)
    )


def _listed(
    session: Session, wanted: Select[Any], after: tuple[datetime, UUID] | None, limit: int
) -> Listed:
    few = wanted.with_only_columns(EvidenceRecord.id).limit(COUNTED + 1).subquery()
    count = int(session.scalar(select(func.count()).select_from(few)) or 0)
    if after is not None:
        wanted = wanted.where(tuple_(EvidenceRecord.received_at, EvidenceRecord.id) < after)
    wanted = wanted.order_by(EvidenceRecord.received_at.desc(), EvidenceRecord.id.desc())
    rows = [_piece(row) for row in ask(session, wanted.limit(limit + 1))]
    last = rows[limit - 1] if len(rows) > limit else None
    return Listed(
        rows[:limit],
        min(count, COUNTED),
        count <= COUNTED,
        (last.received_at, last.id) if last else None,
    )


def _seen(who: Principal, now: datetime) -> Select[Any]:
    """Select what this person may see, its own words only where they are told."""
    return _select(told_to(who, now)).where(evidence_within(who, "evidence.see", now))


_Asking = Callable[[Select[Any], ColumnElement[bool]], Select[Any]]
"""Narrows what may be seen to what is asked for; it is given the condition of being told too."""


def _quick(who: Principal, asking: _Asking) -> Prepared | None:
    """Return the statement for whoever is told of everything that is not restricted, else None.

    It is the same each time and is made once. What it does not find may still be open to them by
    a restricted case of theirs.
    """
    levels = {reach.level for reach in who.reaches("evidence.see")}
    if levels <= TOLD and reaches_all(who, "evidence.see"):
        return _of_everything(asking, sealed_too=who.may(HAND_TO_POLICE))
    return None


@cache
def _of_everything(asking: _Asking, *, sealed_too: bool) -> Prepared:
    told = true() if sealed_too else EvidenceRecord.sealed_off_at.is_(None)
    return Prepared(asking(_select(told).where(not_restricted()), told))


def _itself(seen: Select[Any], _told: ColumnElement[bool]) -> Select[Any]:
    return seen.where(EvidenceRecord.id == bindparam("of"))


def _parts(seen: Select[Any], _told: ColumnElement[bool]) -> Select[Any]:
    parts = seen.where(EvidenceRecord.parent_id == bindparam("of"))
    return parts.order_by(EvidenceRecord.received_at, EvidenceRecord.id).limit(MOST_PARTS)


def _of_these_bytes(seen: Select[Any], told: ColumnElement[bool]) -> Select[Any]:
    same = seen.where(
        EvidenceRecord.sha256 == bindparam("of"), EvidenceRecord.erased_at.is_(None), told
    )
    same = same.order_by(EvidenceRecord.received_at, EvidenceRecord.id)
    return same.limit(bindparam("most", type_=Integer))


def _select(told: ColumnElement[bool]) -> Select[Any]:
    def words(column: Any) -> ColumnElement[Any]:
        return when((told, column), else_=null()).label(column.key)

    plain = (
        EvidenceRecord.id,
        EvidenceRecord.kind,
        EvidenceRecord.media_type,
        EvidenceRecord.size,
        EvidenceRecord.sha256,
        EvidenceRecord.received_at,
        EvidenceRecord.known,
        EvidenceRecord.parent_id,
        EvidenceRecord.erased_at,
        EvidenceRecord.sealed_off_at,
        EvidenceRecord.state,
    )
    hidden = (
        EvidenceRecord.filename,
        EvidenceRecord.source_url,
        EvidenceRecord.seen_at,
        EvidenceRecord.note,
    )
    query = select(*plain, told.label("told"), *(words(one) for one in hidden))
    return cast("Select[Any]", query)


def told_to(who: Principal, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a piece which is seen is told.

    Of what is sealed off nothing is told but to whoever hands it to the police: its name and
    address may lead to it.
    """
    levels = {reach.level for reach in who.reaches("evidence.see")}
    if levels.isdisjoint(TOLD):
        return false()
    told = true() if levels <= TOLD else evidence_within(who, "evidence.see", now, TOLD)
    return told if who.may(HAND_TO_POLICE) else and_(EvidenceRecord.sealed_off_at.is_(None), told)


def _piece(row: Sequence[Any]) -> SeenEvidence:
    return SeenEvidence(*row)  # `_select` names the columns in the order of the fields


def parts_of(
    session: Session, who: Principal, evidence: Piece, now: datetime
) -> list[SeenEvidence]:
    """Return what came inside it: attachments, in the order they were kept."""
    quick = None if isinstance(evidence, SeenEvidence) and evidence.shut else _quick(who, _parts)
    every = quick or _parts(_seen(who, now), told_to(who, now))
    return [_piece(row) for row in ask(session, every, {"of": evidence.id})]
