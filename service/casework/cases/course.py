"""The course of a case: its procedure, the facts it knows, the endings its steps have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.records.cases import CaseRecord, CircumstanceRecord, EndingRecord, HarassedRecord
from service.procedure.endings import Ending
from service.procedure.facts import Facts
from service.procedure.model import Outcome, Procedure
from service.procedure.shipping import shipped_procedure

__all__ = ["Course", "course_of", "courses_of", "shipped_procedure"]

_AT_ONCE: Final = 500
_Row = TypeVar("_Row", EndingRecord, CircumstanceRecord, HarassedRecord)


@dataclass(frozen=True)
class Course:
    """Everything that the procedure's pure functions ask for."""

    procedure: Procedure
    facts: Facts
    endings: tuple[Ending, ...]


def course_of(session: Session, case: CaseRecord) -> Course:
    """Return the course of a case as this session sees it."""
    return courses_of(session, [case])[case.id]


def courses_of(session: Session, cases: Sequence[CaseRecord]) -> dict[UUID, Course]:
    """Return the course of each case, with three queries however many there are."""
    ids = [case.id for case in cases]
    endings: dict[UUID, list[Ending]] = {one: [] for one in ids}
    for row in _rows(session, EndingRecord, ids, EndingRecord.number):
        endings[row.case_id].append(_ending(row))
    stated: dict[UUID, list[CircumstanceRecord]] = {one: [] for one in ids}
    for said in _rows(session, CircumstanceRecord, ids, CircumstanceRecord.stated_at):
        stated[said.case_id].append(said)
    harassed: dict[UUID, set[str]] = {one: set() for one in ids}
    for named in _rows(session, HarassedRecord, ids, HarassedRecord.added_at):
        if named.person_id is not None and named.removed_at is None:
            harassed[named.case_id].add(str(named.person_id))
    return {
        case.id: Course(
            shipped_procedure(case.procedure),
            _facts(case, stated[case.id], frozenset(harassed[case.id])),
            tuple(endings[case.id]),
        )
        for case in cases
    }


def _rows(session: Session, table: type[_Row], ids: Sequence[UUID], by: Any) -> Iterator[_Row]:
    """Yield the rows of these cases in order; no statement names more cases than SQLite takes."""
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        yield from session.scalars(select(table).where(table.case_id.in_(some)).order_by(by))


def _ending(row: EndingRecord) -> Ending:
    return Ending(
        number=row.number,
        step_id=row.step,
        outcome=Outcome(row.outcome),
        by=str(row.person_id),
        at=row.at,
        reason=row.reason or "",
        values={str(key): str(value) for key, value in row.fields.items()},
        supersedes=row.supersedes,
    )


def _facts(
    case: CaseRecord, stated: Sequence[CircumstanceRecord], harassed: frozenset[str]
) -> Facts:
    holds: dict[str, bool] = {"serious": case.serious}
    moments = {"incident": case.incident_at} if case.incident_at is not None else {}
    for row in stated:
        if row.moment is None:
            holds[row.name] = row.holds
        elif row.holds:
            moments[row.name] = row.moment
        else:
            moments.pop(row.name, None)
    return Facts(
        opened=case.counts_from or case.opened_at,
        moments=moments,
        holds=frozenset(name for name, held in holds.items() if held),
        harassed=harassed,
    )
