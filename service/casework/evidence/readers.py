"""Who has read a piece of evidence (*Læst af*): the latest by name, the others by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session

from archive.asking import Prepared, ask
from archive.records.evidence import ViewingRecord
from archive.records.people import PersonRecord

MOST_READERS = 20
"""So many of those who have read a piece are named beside it; custody names every one."""


@dataclass(frozen=True)
class SeenBy:
    """One viewing, with the name of the person."""

    name: str
    person_id: UUID
    at: datetime
    purpose: str


@dataclass(frozen=True)
class ReadBy:
    """The latest viewings of a piece of evidence, and how many there are in all."""

    latest: tuple[SeenBy, ...] = ()
    count: int = 0


_VIEWING: Final = ViewingRecord.__table__.c
_PERSON: Final = PersonRecord.__table__.c


def _ranked(of: ColumnElement[bool]) -> Select[Any]:
    latest = func.row_number().over(
        partition_by=_VIEWING.evidence_id,
        order_by=(_VIEWING.at.desc(), _VIEWING.id),
    )
    count = func.count().over(partition_by=_VIEWING.evidence_id)
    ranked = (
        select(
            _VIEWING.evidence_id,
            _VIEWING.person_id,
            _VIEWING.at,
            _VIEWING.purpose,
            latest.label("place"),
            count.label("in_all"),
        )
        .where(of)
        .subquery()
    )
    return (
        select(ranked, _PERSON.name)
        .join(PersonRecord.__table__, _PERSON.id == ranked.c.person_id)
        .where(ranked.c.place <= MOST_READERS)
        .order_by(ranked.c.evidence_id, ranked.c.place)
    )


_OF_ONE: Final = Prepared(_ranked(_VIEWING.evidence_id == bindparam("of")))
_OF_EACH: Final = _ranked(_VIEWING.evidence_id.in_(bindparam("of", expanding=True)))


def readers_of(session: Session, evidence_id: UUID) -> list[SeenBy]:
    """Return who has seen it last, the latest first (*Læst af*)."""
    return list(readers_by(session, [evidence_id])[evidence_id].latest)


def readers_by(session: Session, evidence_ids: Sequence[UUID]) -> dict[UUID, ReadBy]:
    """Return by evidence who has seen it, at most `MOST_READERS` each, and how many there are."""
    found = dict.fromkeys(evidence_ids, ReadBy())
    alone = len(evidence_ids) == 1
    rows = (
        ask(session, _OF_ONE, {"of": evidence_ids[0]})
        if alone
        else ask(session, _OF_EACH, {"of": list(evidence_ids)})
    )
    for row in rows:
        seen = SeenBy(row.name, row.person_id, row.at, row.purpose)
        found[row.evidence_id] = ReadBy((*found[row.evidence_id].latest, seen), row.in_all)
    return found
