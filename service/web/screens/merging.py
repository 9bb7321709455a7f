"""Filling the page on which two cases become one, and what a case says of those that came in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from service.access.principal import Principal
from service.casework.cases.carrying import may_be_taken_over
from service.casework.cases.concerned import owed_in
from service.casework.cases.course import Course
from service.casework.cases.finding import case_for, concerns, may_on, refuse_own_matter
from service.casework.cases.listing import (
    circle_of,
    harassed_in,
    list_cases,
    names_of,
    unit_names,
)
from service.casework.cases.merged import came_into, merge_of
from service.casework.cases.merging import ACTION
from service.procedure.texts import render_text
from service.web.screens.steps import Around, readers_as, step_title
from service.web.views.concerned import CameIn, MergeView, Other, OwedStep
from service.web.views.frame import FormState
from service.web.wording import gettext_of

if TYPE_CHECKING:
    from archive.records.cases import CaseRecord

MOST = 100
"""So many of the latest cases are offered; another is named by its number."""


def merge_view(
    session: Session,
    who: Principal,
    source: CaseRecord,
    into: str,
    now: datetime,
    *,
    language: str,
    form: FormState | None = None,
) -> MergeView:
    """Return the page; without a case to go on in (`into`) it asks for that one alone.

    Raises those of `case_for` for the other case.
    """
    url = f"/cases/{source.number}/merge"
    if not into:
        cases = list_cases(session, who, now, action=ACTION, limit=MOST)
        others = [one for one in cases if one.id != source.id and not concerns(session, who, one)]
        return MergeView(
            number=source.number,
            case_url=f"/cases/{source.number}",
            url=url,
            others=_others(session, others, language),
            form=form or FormState(),
        )
    target = case_for(session, who, into, ACTION, now)
    refuse_own_matter(session, who, target)
    there = {one.person_id for one in circle_of(session, target, now)}
    there |= {one.person_id for one in harassed_in(session, target) if one.person_id}
    here = [one.person_id for one in circle_of(session, source, now)]
    here = [one for one in here if one not in there and one != target.handler_id]
    readers = readers_as(who)
    texts = [
        (step.id, render_text(step, language, readers))
        for step in may_be_taken_over(session, source, target)
    ]
    return MergeView(
        number=source.number,
        case_url=f"/cases/{source.number}",
        url=url,
        into=_others(session, [target], language)[0],
        steps=tuple((key, f"{text.number} {text.title}") for key, text in texts),
        members=tuple(names_of(session, here).values()),
        restricted=source.restricted or target.restricted,
        form=form or FormState(),
    )


def came_in_view(
    session: Session, who: Principal, case: CaseRecord, now: datetime
) -> tuple[CameIn, ...]:
    """Return the cases that go on in this one, the oldest first."""
    found = []
    for one in came_into(session, case):
        told = merge_of(session, one)
        if told is None:
            continue
        by = names_of(session, [told.person_id])[told.person_id]
        seen = may_on(session, who, one, "case.see", now, though_closed=True)
        url = f"/cases/{one.number}?as_it_was=1" if seen else None
        found.append(CameIn(one.number, by, told.at, told.reason, url))
    return tuple(found)


def owed_view(
    session: Session, around: Around, case: CaseRecord, course: Course
) -> tuple[OwedStep, ...]:
    """Return what was done before somebody was named and is still to be done for them."""
    return tuple(
        OwedStep(
            step_title(around, one.step),
            ", ".join(one.names),
            f"{around.url}?step={one.step.id}#step",
        )
        for one in owed_in(session, case, course)
    )


def _others(session: Session, cases: Sequence[CaseRecord], language: str) -> tuple[Other, ...]:
    _ = gettext_of(language)
    units = unit_names(session)
    return tuple(
        Other(
            one.number,
            ", ".join(row.name for row in harassed_in(session, one)),
            (units.get(one.unit_id) if one.unit_id else None) or _("Not decided"),
        )
        for one in cases
    )
