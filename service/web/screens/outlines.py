"""Filling *Arbejdsmiljø*: outlines of cases as rows, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from service.access.principal import Principal
from service.casework.cases.outlines import Outline, Outlines
from service.procedure import states as procedure_states
from service.procedure.texts import render_text
from service.web.screens.cases import kind_title
from service.web.screens.paging import page_query
from service.web.screens.steps import readers_as
from service.web.views.outlines import OutlineRow, OutlineStep, OutlinesView
from service.web.words import COPENHAGEN


def outlines_view(
    found: Outlines,
    units: Mapping[UUID, str],
    who: Principal,
    now: datetime,
    language: str,
    *,
    smallest: int,
    closed: bool,
) -> OutlinesView:
    """Return the view of a screenful."""
    more = f"/safety?closed={int(closed)}&{page_query(found.next)}" if found.next else None
    return OutlinesView(
        rows=tuple(_row(one, units, who, now, language) for one in found.shown),
        hidden=found.hidden,
        smallest=smallest,
        closed=closed,
        more_url=more,
    )


def _row(
    one: Outline, units: Mapping[UUID, str], who: Principal, now: datetime, language: str
) -> OutlineRow:
    course, readers = one.course, readers_as(who)
    views = (
        procedure_states.states(course.procedure, course.endings, course.facts, now)
        if course is not None
        else ()
    )
    steps = []
    for view in views:
        text = render_text(view.step, language, readers)
        steps.append(OutlineStep(text.number, text.title, view.state.value, view.overdue))
    return OutlineRow(
        number=one.number,
        title=kind_title(one.kind, language) if one.kind is not None else None,
        unit=units.get(one.unit_id, ""),
        opened_on=one.opened_at.astimezone(COPENHAGEN).date(),
        closed_on=one.closed_at.astimezone(COPENHAGEN).date() if one.closed_at else None,
        settled=sum(view.ended for view in views),
        total=len(views),
        steps=tuple(steps),
    )
