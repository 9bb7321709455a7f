"""Min sag, filled: five plain states, what happens next, the employee's own evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from service.casework.cases.course import Course, course_of
from service.casework.cases.listing import circle_of, contacts_for, names_of
from service.casework.cases.telling import WISH
from service.casework.evidence.listing import readers_of
from service.casework.evidence.readings import StoredReading, spoken_text
from service.procedure.model import Outcome
from service.procedure.next_acts import next_acts
from service.procedure.plain_states import Progress as Stand
from service.procedure.plain_states import plain_states
from service.web.screens.evidence import hidden_picture, kind_of, numbers_of, readers
from service.web.views.evidence import HiddenText, Unchanged
from service.web.views.frame import FormState
from service.web.views.person import (
    Contact,
    MyCaseView,
    OwnEvidence,
    Progress,
    Stage,
    Wish,
    WishState,
)
from service.web.wording import gettext_of

INFORMED = "12.1"
"""The step by which a leader has acknowledged (ISHOJ-12.1)."""

if TYPE_CHECKING:
    from archive.records.cases import CaseRecord
    from archive.records.evidence import EvidenceRecord


def my_case_view(
    session: Session,
    case: CaseRecord,
    cases: Sequence[CaseRecord],
    evidence: Sequence[tuple[EvidenceRecord, StoredReading | None]],
    now: datetime,
    *,
    language: str,
    wish_form: FormState | None = None,
    more_form: FormState | None = None,
) -> MyCaseView:
    """Return the employee's page of one of their cases."""
    course = course_of(session, case)
    handler = names_of(session, [case.handler_id]).get(case.handler_id) if case.handler_id else None
    doing, before = _now(course, handler, now, language)
    numbers = numbers_of(session, [row for row, _reading in evidence])
    return MyCaseView(
        number=case.number,
        url=f"/my-case/{case.number}",
        handler=handler,
        stages=_stages(course, language),
        hand_in_url=f"/hand-in?case={case.number}",
        now=None if case.closed_at else doing,
        now_before=None if case.closed_at else before,
        danger="danger" in course.facts.holds,
        evidence=tuple(
            _own(session, row, reading, numbers[row.id], language)
            for row, reading in evidence
            if row.kind != WISH
        ),
        wishes=tuple(
            Wish(spoken_text(reading) or "", row.received_at, WishState.ASKED)
            for row, reading in evidence
            if row.kind == WISH and reading is not None
        ),
        contacts=tuple(
            Contact(one.name, one.role, one.phone) for one in contacts_for(session, case, now)
        ),
        circle=_circle(session, case, now),
        others=tuple(
            (one.number, f"/my-case/{one.number}") for one in cases if one.number != case.number
        ),
        wish_form=wish_form or FormState(),
        more_form=more_form or FormState(),
    )


def _circle(session: Session, case: CaseRecord, now: datetime) -> tuple[str, ...]:
    members = [one.person_id for one in circle_of(session, case, now)]
    return tuple(names_of(session, members).values())


def _own(
    session: Session,
    row: EvidenceRecord,
    reading: StoredReading | None,
    number: str,
    language: str,
) -> OwnEvidence:
    text = spoken_text(reading) if reading else None
    return OwnEvidence(
        id=str(row.id),
        number=number,
        kind=kind_of(row),
        received_at=row.received_at,
        unchanged=Unchanged.NOT_CHECKED,
        text=HiddenText(len(text)) if text else None,
        picture=hidden_picture(session, row, reading),
        readers=readers(readers_of(session, row.id), language),
    )


def _stages(course: Course, language: str) -> tuple[Stage, ...]:
    states = plain_states(course.procedure, course.endings, course.facts, language)
    return tuple(Stage(one.text, Progress(str(one.progress))) for one in states)


def _now(
    course: Course, handler: str | None, now: datetime, language: str
) -> tuple[str | None, datetime | None]:
    """What the employee can expect next: who calls, or what the workplace does."""
    _ = gettext_of(language)
    acknowledged = any(
        one.step_id == INFORMED and one.outcome is Outcome.DONE for one in course.endings
    )
    acts = next_acts(
        course.procedure, course.endings, course.facts, now, most=len(course.procedure.all_steps)
    )
    first = next(iter(acts), None)
    before = first.due.moment if first and first.due else None
    if not acknowledged:
        informed = next((act for act in acts if act.step.id == INFORMED), first)
        before = informed.due.moment if informed and informed.due else None
        if handler is None:
            return _("Somebody reads it and calls you"), before
        return _("%(name)s reads it and calls you") % {"name": handler}, before
    states = plain_states(course.procedure, course.endings, course.facts, language)
    stage = next((one.text for one in states if one.progress is Stand.NOW), None)
    return stage, before if stage else None
