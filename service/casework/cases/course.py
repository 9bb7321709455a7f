"""The course of a case: its procedure, the facts it knows, the endings its steps have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.records.cases import CaseRecord, CircumstanceRecord, EndingRecord, HarassedRecord
from service.procedure.endings import Ending
from service.procedure.facts import Facts
from service.procedure.model import Outcome, Procedure
from service.procedure.reading import load_procedure


@dataclass(frozen=True)
class Course:
    """Everything that the procedure's pure functions ask for."""

    procedure: Procedure
    facts: Facts
    endings: tuple[Ending, ...]


@cache
def shipped_procedure(name: str) -> Procedure:
    """Return a procedure that comes with Værn; raises `FileNotFoundError` for an unknown one."""
    folder = resources.files("service.procedure").joinpath("shipped")
    return load_procedure(folder.joinpath(f"{name}.toml").read_text("utf-8"))


def course_of(session: Session, case: CaseRecord) -> Course:
    """Return the course of a case as this session sees it."""
    procedure = shipped_procedure(case.procedure)
    return Course(procedure, _facts(session, case), _endings(session, case))


def _endings(session: Session, case: CaseRecord) -> tuple[Ending, ...]:
    query = (
        select(EndingRecord).where(EndingRecord.case_id == case.id).order_by(EndingRecord.number)
    )
    return tuple(
        Ending(
            number=row.number,
            step_id=row.step,
            outcome=Outcome(row.outcome),
            by=str(row.person_id),
            at=row.at,
            reason=row.reason or "",
            values={str(key): str(value) for key, value in row.fields.items()},
            supersedes=row.supersedes,
        )
        for row in session.scalars(query)
    )


def _facts(session: Session, case: CaseRecord) -> Facts:
    holds: dict[str, bool] = {"serious": case.serious}
    moments = {"incident": case.incident_at} if case.incident_at is not None else {}
    stated = (
        select(CircumstanceRecord)
        .where(CircumstanceRecord.case_id == case.id)
        .order_by(CircumstanceRecord.stated_at)
    )
    for row in session.scalars(stated):
        if row.moment is None:
            holds[row.name] = row.holds
        elif row.holds:
            moments[row.name] = row.moment
        else:
            moments.pop(row.name, None)
    harassed = session.scalars(
        select(HarassedRecord.person_id).where(
            HarassedRecord.case_id == case.id, HarassedRecord.person_id.is_not(None)
        )
    )
    return Facts(
        opened=case.opened_at,
        moments=moments,
        holds=frozenset(name for name, held in holds.items() if held),
        harassed=frozenset(str(person) for person in harassed),
    )
