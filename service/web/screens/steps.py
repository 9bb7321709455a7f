"""The steps, acts and clocks of a case, filled for the templates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from service.access.open_steps import procedure_roles
from service.access.principal import Principal
from service.casework.cases.course import Course
from service.casework.cases.listing import names_of, people_in
from service.procedure import clocks as procedure_clocks
from service.procedure import states as procedure_states
from service.procedure.model import Blank, FieldType, Step
from service.procedure.model import Outcome as StepOutcome
from service.procedure.next_acts import Act as NextAct
from service.procedure.texts import doers, render_text, responsible
from service.web.views.case import Act, ClockState, ClockView
from service.web.views.frame import FormState, Origin
from service.web.views.step import FieldKind, StepField, StepForm, StepState, StepView

if TYPE_CHECKING:
    from archive.records.cases import CaseRecord

_KINDS = {
    FieldType.TEXT: FieldKind.LONG_TEXT,
    FieldType.DATE: FieldKind.DATE,
    FieldType.CHOICE: FieldKind.CHOICE,
    FieldType.PERSON: FieldKind.PERSON,
}


# The procedures that come along cite the guidelines they were made from by their initials.
_SOURCES = {
    "ISHOJ": "Ishøj Kommune",
    "HUST": "Hustadvika kommune",
    "FO": "Fellesorganisasjonen (FO)",
}
_SOURCE = re.compile(rf"\b({'|'.join(_SOURCES)})-")


@dataclass(frozen=True)
class Around:
    """What every step of one case page shares.

    `readers` are the roles of the one who reads, in the procedure's words: each is addressed as
    what they are. `limited` leaves out what was written into the steps: who sees how a case
    stands reads no reasons.
    """

    course: Course
    url: str
    language: str
    names: dict[str, str]
    readers: frozenset[str] = frozenset()
    limited: bool = False


def readers_as(who: Principal) -> frozenset[str]:
    """Return the roles in which somebody reads a case; an employee only where they are no more."""
    names = {held.role for held in who.roles} - {"employee"} or {"employee"}
    return frozenset(name for role in names for name in procedure_roles(role))


def around_of(
    session: Session,
    case: CaseRecord,
    course: Course,
    language: str,
    *,
    who: Principal,
    limited: bool = False,
) -> Around:
    """Gather what every step of one case page shares."""
    names = names_of(session, [UUID(one.by) for one in course.endings])
    return Around(
        course,
        f"/cases/{case.number}",
        language,
        {str(key): name for key, name in names.items()},
        readers_as(who),
        limited,
    )


def step_view(around: Around, view: procedure_states.StepView, now: datetime) -> StepView:
    """Return one step with its parts."""
    text = render_text(view.step, around.language, around.readers)
    procedure = around.course.procedure
    own = {part.id for part in view.step.parts}
    waits = [procedure.find(one) for one in view.waiting_for if one not in own]
    parts = [part for part in view.step.parts if part.id in view.waiting_for]
    ending, due = view.ending, view.due
    return StepView(
        id=view.step.id,
        number=text.number,
        title=text.title,
        url=f"{around.url}?step={view.step.id}#step",
        state=StepState(view.state),
        responsible=", ".join(responsible(procedure, view.step, around.language, around.readers)),
        due=due.moment if due else None,
        origin=Origin(due.origin) if due else None,
        opens_at=view.opens_at,
        waits_for=tuple(
            f"{told.number} {told.title}"
            for told in (
                render_text(one, around.language, around.readers)
                for one in waits
                if one is not None
            )
        ),
        waits_for_parts=tuple(part.title.within(around.language) for part in parts),
        settled_at=ending.at if ending else None,
        settled_by=around.names.get(ending.by) if ending else None,
        reason=(ending.reason or None) if ending and not around.limited else None,
        late=view.ended_late or view.overdue,
        expected=view.expected,
        parts=tuple(step_view(around, part, now) for part in view.parts),
    )


def open_step(
    session: Session,
    around: Around,
    steps: Sequence[procedure_states.StepView],
    *,
    wanted: str | None,
    now: datetime,
    may_change: bool,
    form: FormState | None,
) -> StepForm | None:
    """Return the form of the wanted step, or None."""
    view = next((one for one in procedure_states.flat(steps) if one.step.id == wanted), None)
    if view is None:
        return None
    text = render_text(view.step, around.language, around.readers)
    values = view.ending.values if view.ending and not around.limited else {}
    asks = may_change and any(blank.type is FieldType.PERSON for blank in view.step.blanks)
    people = tuple((str(key), name) for key, name in people_in(session)) if asks else ()
    return StepForm(
        step=step_view(around, view, now),
        what=text.do,
        done_when=text.done_when,
        why=text.why,
        fields=tuple(
            _field(blank, around.language, values.get(blank.id, ""), people)
            for blank in view.step.blanks
        ),
        may_be_not_relevant=StepOutcome.NOT_RELEVANT in view.step.endings,
        may_be_waived=StepOutcome.WAIVED in view.step.endings,
        may_change=may_change,
        form=form or FormState(),
    )


def _field(
    blank: Blank, language: str, value: str, people: tuple[tuple[str, str], ...]
) -> StepField:
    choices = tuple((one.id, one.label.within(language)) for one in blank.choices)
    return StepField(
        name=blank.id,
        label=blank.label.within(language),
        kind=_KINDS[blank.type],
        required=blank.required,
        value=value,
        choices=people if blank.type is FieldType.PERSON else choices,
    )


def step_title(around: Around, step: Step) -> str:
    """Return a step's title as this reader is addressed."""
    return render_text(step, around.language, around.readers).title


def act_view(around: Around, act: NextAct) -> Act:
    """Return one of the acts under *Gør nu*."""
    text = render_text(act.step, around.language, around.readers)
    return Act(
        title=text.title,
        url=f"{around.url}?step={act.step.id}#step",
        who=", ".join(
            responsible(around.course.procedure, act.step, around.language, around.readers)
        ),
        why=text.why,
        mine=not around.readers.isdisjoint(doers(act.step, around.readers)),
        due=act.due.moment if act.due else None,
        origin=Origin(act.due.origin) if act.due else None,
    )


def clocks_of(course: Course, now: datetime) -> tuple[procedure_clocks.ClockView, ...]:
    """Return the clocks of a case as they stand."""
    return procedure_clocks.clocks(course.procedure, course.endings, course.facts, now)


def _cited(citation: str) -> str:
    """Return a citation with the house's name for its source ("Ishøj Kommune, 12.12")."""
    return _SOURCE.sub(lambda found: f"{_SOURCES[found[1]]}, ", citation)


def clock_view(around: Around, view: procedure_clocks.ClockView) -> ClockView:
    """Return one clock."""
    return ClockView(
        title=view.clock.title.within(around.language),
        state=ClockState(view.state),
        origin=Origin(view.clock.period.origin),
        origin_text=_cited(view.clock.period.citation),
        started_at=view.due.started if view.due else None,
        due=view.due.moment if view.due else None,
        stopped_at=view.stopped_at,
        late=view.late,
    )
