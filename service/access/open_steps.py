"""The condition *step* as a query: a step of the case's procedure is open that names a role.

The procedure is data, so the query is made from it: the step has not ended, what it requires
has, and its circumstances hold. What the procedure's own `states` says of the same rows is the
same; a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_, select, true

from archive.records.cases import CaseRecord, CircumstanceRecord, EndingRecord
from service.procedure.model import Procedure, Step
from service.procedure.reading import SHIPPED
from service.procedure.shipping import shipped_procedure

SPOKEN: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "amr": frozenset({"safety_representative", "union_representative"}),
        "tr": frozenset({"union_representative"}),
        "hr": frozenset({"hr", "personnel"}),
    }
)
"""What procedures call a role of ours, where they call it otherwise."""


def procedure_roles(role: str) -> frozenset[str]:
    """Return the names by which procedures speak of one of our roles."""
    return SPOKEN.get(role, frozenset({role}))


def step_is_open(role: str) -> ColumnElement[bool]:
    """Return the condition on `cases` that a step naming this role is open and expected."""
    return or_(
        false(),
        *(
            and_(CaseRecord.procedure == procedure.id, _open(procedure, step))
            for procedure, step in _steps_of(role)
        ),
    )


@cache
def _steps_of(role: str) -> tuple[tuple[Procedure, Step], ...]:
    return tuple(_found(role))


def _found(role: str) -> Iterator[tuple[Procedure, Step]]:
    for name in SHIPPED:
        procedure = shipped_procedure(name)
        for step in procedure.all_steps:
            if procedure_roles(role) & set(step.responsible):
                yield procedure, step


def _open(procedure: Procedure, step: Step) -> ColumnElement[bool]:
    required = (procedure.find(one) for one in procedure.requirements(step))
    parent = procedure.parent(step.id)
    return and_(
        CaseRecord.closed_at.is_(None),
        not_(_ended(step)),
        _applies(step),
        *([_applies(parent)] if parent is not None else []),
        *(_ended_or_out(procedure, one) for one in required if one is not None),
    )


def _ended_or_out(procedure: Procedure, step: Step) -> ColumnElement[bool]:
    """A part that does not apply holds nothing up; a step of its own always has to end."""
    if procedure.parent(step.id) is None:
        return _ended(step)
    return or_(_ended(step), not_(_applies(step)))


def _ended(step: Step) -> ColumnElement[bool]:
    return exists(
        select(EndingRecord.id).where(
            EndingRecord.case_id == CaseRecord.id, EndingRecord.step == step.id
        )
    )


def _applies(step: Step) -> ColumnElement[bool]:
    wanted = or_(false(), *(_holds(one) for one in step.when)) if step.when else true()
    return and_(wanted, *(not_(_holds(one)) for one in step.unless))


def _holds(name: str) -> ColumnElement[bool]:
    """Return whether a circumstance holds: its latest statement counts."""
    latest = (
        select(CircumstanceRecord.holds)
        .where(
            CircumstanceRecord.case_id == CaseRecord.id,
            CircumstanceRecord.name == name,
            CircumstanceRecord.moment.is_(None),
        )
        .order_by(CircumstanceRecord.stated_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    otherwise = CaseRecord.serious if name == "serious" else false()
    return func.coalesce(latest, otherwise).is_(True)
