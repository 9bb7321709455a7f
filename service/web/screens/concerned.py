"""Filling the pages of whom a case concerns, and of who alone may see it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from service.access.principal import Principal
from service.casework.cases.concerned import WORKPLACE, may_be_taken_off
from service.casework.cases.listing import (
    actor_names,
    circle_of,
    harassed_in,
    names_of,
    people_in,
    unit_names,
)
from service.casework.cases.restricting import restrictions_of
from service.web.views.concerned import ConcernedView, Named, RestrictionView, Turn
from service.web.views.frame import FormState

if TYPE_CHECKING:
    from archive.records.cases import CaseRecord


def restriction_view(
    session: Session,
    who: Principal,
    case: CaseRecord,
    now: datetime,
    *,
    form: FormState | None = None,
) -> RestrictionView:
    """Return the page on which a case is shut to all but its circle, or opened again."""
    members = [one.person_id for one in circle_of(session, case, now)]
    if case.handler_id is not None and case.handler_id not in members:
        members.append(case.handler_id)
    names = names_of(session, members)
    return RestrictionView(
        number=case.number,
        case_url=f"/cases/{case.number}",
        url=f"/cases/{case.number}/restriction",
        restricted=case.restricted,
        turns=turns_of(session, case),
        members=tuple(dict.fromkeys(names[one] for one in members)),
        inside=who.person_id in members,
        form=form or FormState(),
    )


def turns_of(session: Session, case: CaseRecord) -> tuple[Turn, ...]:
    """Return each time a case was restricted or opened again, the latest first."""
    return tuple(
        Turn(one.restricted, one.reason, one.by, one.at) for one in restrictions_of(session, case)
    )


def concerned_view(
    session: Session,
    case: CaseRecord,
    *,
    form: FormState | None = None,
    leaving: tuple[UUID, FormState] | None = None,
) -> ConcernedView:
    """Return the page of whom a case concerns; `leaving` is a removal that was refused."""
    rows = harassed_in(session, case)
    actors = actor_names(session, {one.added_by for one in rows if one.added_by})
    concerned = {one.person_id for one in rows}
    units = {one.unit_id for one in rows if one.kind == WORKPLACE}
    return ConcernedView(
        number=case.number,
        case_url=f"/cases/{case.number}",
        url=f"/cases/{case.number}/concerned",
        named=tuple(
            Named(
                id=str(one.id),
                name=one.name,
                workplace=one.kind == WORKPLACE,
                since=one.added_at,
                by=actors.get(one.added_by or "")
                if one.added_by != f"person:{one.person_id}"
                else None,
                reason=one.reason,
                may_take_off=may_be_taken_off(one, rows),
            )
            for one in rows
        ),
        people=tuple((str(key), name) for key, name in people_in(session) if key not in concerned),
        units=tuple(
            (str(key), name)
            for key, name in sorted(unit_names(session).items(), key=lambda one: one[1])
            if key not in units
        ),
        form=form or FormState(),
        leaving=str(leaving[0]) if leaving else None,
        leaving_form=leaving[1] if leaving else FormState(),
    )
