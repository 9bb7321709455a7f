"""Case screens filled: from casework's values to the views that the templates show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy.orm import Session

from service.access.principal import Principal
from service.access.rights import Level
from service.casework.cases.course import Course, course_of
from service.casework.cases.finding import Found, may_on
from service.casework.cases.listing import (
    PAGE,
    Timed,
    accounts_in,
    actor_names,
    circle_of,
    harassed_in,
    letters_in,
    names_of,
    people_in,
    timeline_of,
    unit_names,
)
from service.casework.cases.opening import UNIT_LEADER
from service.casework.evidence.listing import evidence_of_case
from service.procedure import states as procedure_states
from service.procedure.closing import missing_for_closing
from service.procedure.next_acts import coming, next_acts
from service.web.screens.evidence import evidence_rows
from service.web.screens.steps import (
    act_view,
    around_of,
    clock_view,
    clocks_of,
    open_step,
    step_view,
)
from service.web.views.case import (
    Account,
    CaseRow,
    CaseView,
    CircleMember,
    Circumstance,
    CloseCaseView,
    LetterRow,
    Seriousness,
    Tab,
    TimelineEntry,
)
from service.web.views.frame import FormState
from service.web.wording import gettext_of, happened
from service.web.words import COPENHAGEN

if TYPE_CHECKING:
    from archive.records.cases import CaseRecord, NoticeRecord


def case_view(
    session: Session,
    who: Principal,
    found: Found,
    now: datetime,
    *,
    language: str,
    step: str | None,
    tab: Tab,
    form: FormState | None = None,
) -> CaseView:
    """Return the view of one case; at level `status` without documentation and timeline."""
    case, course = found.case, course_of(session, found.case)
    limited = found.level is Level.STATUS
    around = around_of(session, case, course, language, limited=limited)
    steps = procedure_states.states(course.procedure, course.endings, course.facts, now)
    may_step = may_on(session, who, case, "case.step", now)
    ahead = next(iter(coming(course.procedure, course.endings, course.facts, now)), None)
    acts = next_acts(course.procedure, course.endings, course.facts, now)
    evidence = [] if limited else evidence_of_case(session, who, case, now)
    letters = [] if limited else letters_in(session, case)
    timeline = [] if limited else timeline_of(session, case)
    first = next((act for act in acts if act.due is not None), None)
    next_at = first.due.moment if first and first.due else (ahead.opens_at if ahead else None)
    next_step = first.step if first else (ahead.step if ahead else None)
    return CaseView(
        number=case.number,
        url=around.url,
        title=case_title(case, language),
        seriousness=seriousness_of(case, course),
        opened_at=case.opened_at,
        unit=_unit(session, case, language),
        harassed=() if limited else tuple(one.name for one in harassed_in(session, case)),
        handler=_handler(session, case),
        steps=tuple(step_view(around, one, now) for one in steps),
        next_at=next_at,
        next_title=next_step.title.within(language) if next_step else None,
        acts=() if limited or case.closed_at else tuple(act_view(around, one, who) for one in acts),
        open_step=open_step(
            session, around, steps, wanted=step, now=now, may_change=may_step, form=form
        ),
        clocks=tuple(clock_view(around, one) for one in clocks_of(course, now)),
        tab=tab,
        documentation=evidence_rows(session, evidence, language),
        timeline=_timeline(session, timeline, language),
        letters=tuple(_letter(one, language) for one in letters),
        counts={
            Tab.DOCUMENTATION: len(evidence),
            Tab.TIMELINE: len(timeline),
            Tab.LETTERS: len(letters),
        },
        hand_in_url=f"/hand-in?case={case.number}" if may_step else None,
        capture_url=f"/capture?case={case.number}"
        if may_on(session, who, case, "page.capture", now)
        else None,
        close_url=f"{around.url}/close" if may_on(session, who, case, "case.close", now) else None,
        closed_at=case.closed_at,
        limited=limited,
        circumstances=() if limited else _circumstances(course, language),
        may_state=may_step,
        incident_local=_local(course.facts.moments.get("incident")),
        accounts=() if limited else _accounts(session, case),
        circle=() if limited else _circle(session, case, now),
        invitable=tuple((str(key), name) for key, name in people_in(session))
        if not limited and may_on(session, who, case, "case.circle", now)
        else (),
    )


def close_view(session: Session, case: CaseRecord, now: datetime, language: str) -> CloseCaseView:
    """Return what is missing before a case may close."""
    course = course_of(session, case)
    around = around_of(session, case, course, language)
    views = procedure_states.flat(
        procedure_states.states(course.procedure, course.endings, course.facts, now)
    )
    missing = {
        one.step.id
        for one in missing_for_closing(course.procedure, course.endings, course.facts, now)
    }
    return CloseCaseView(
        number=case.number,
        case_url=around.url,
        missing=tuple(step_view(around, one, now) for one in views if one.step.id in missing),
        settled=sum(one.ended for one in views),
        total=len(views),
    )


def case_rows(
    session: Session, found: Sequence[CaseRecord], now: datetime, language: str, *, closed: bool
) -> tuple[tuple[CaseRow, ...], str | None]:
    """Return the rows of a list of cases, and where it goes on."""
    rows = []
    for case in found[:PAGE]:
        course = course_of(session, case)
        views = procedure_states.states(course.procedure, course.endings, course.facts, now)
        first = next(iter(next_acts(course.procedure, course.endings, course.facts, now)), None)
        rows.append(
            CaseRow(
                number=case.number,
                url=f"/cases/{case.number}",
                title=case_title(case, language),
                seriousness=seriousness_of(case, course),
                unit=_unit(session, case, language),
                handler=_handler(session, case),
                opened_at=case.opened_at,
                settled=sum(one.ended for one in views),
                total=len(views),
                next_at=first.due.moment if first and first.due else None,
                next_title=first.step.title.within(language) if first else None,
                closed_on=case.closed_at.date() if case.closed_at else None,
            )
        )
    if len(found) <= PAGE:
        return tuple(rows), None
    last = found[PAGE - 1]
    more = f"/cases?closed={int(closed)}&before={quote(last.opened_at.isoformat())}&after={last.id}"
    return tuple(rows), more


def case_title(case: CaseRecord, language: str) -> str:
    """Return neutral words for what a case is about; nothing offensive stands in a heading."""
    _ = gettext_of(language)
    titles = {
        "mail": _("Unpleasant mail"),
        "page": _("Posts on a page"),
        "upload": _("Something handed in"),
    }
    return titles.get(case.kind, _("Harassment online"))


def seriousness_of(case: CaseRecord, course: Course) -> Seriousness:
    """Return how serious a case is, from what people have stated."""
    if "danger" in course.facts.holds:
        return Seriousness.DANGER
    if case.serious:
        return Seriousness.SERIOUS
    return Seriousness.ORDINARY if course.endings else Seriousness.UNKNOWN


def _timeline(session: Session, timed: Sequence[Timed], language: str) -> tuple[TimelineEntry, ...]:
    names = actor_names(session, {one.actor for one in timed})
    return tuple(
        TimelineEntry(
            at=one.at, text=_told(one.kind, one.facts, language), who=names.get(one.actor)
        )
        for one in reversed(timed)
    )


def _told(kind: str, facts: dict[str, object], language: str) -> str:
    words = happened(language, kind)
    step = facts.get("step")
    return f"{words}: {step}" if step else words


def _letter(notice: NoticeRecord, language: str) -> LetterRow:
    _ = gettext_of(language)
    state = _("Sent") if notice.sent_at else _("Waits to be sent")
    return LetterRow(_("Receipt"), state, notice.sent_at or notice.made_at, "")


def _circumstances(course: Course, language: str) -> tuple[Circumstance, ...]:
    return tuple(
        Circumstance(one.id, one.word.within(language), one.id in course.facts.holds)
        for one in course.procedure.circumstances
    )


def _accounts(session: Session, case: CaseRecord) -> tuple[Account, ...]:
    return tuple(Account(one.name, one.address, one.platform) for one in accounts_in(session, case))


def _circle(session: Session, case: CaseRecord, now: datetime) -> tuple[CircleMember, ...]:
    members = circle_of(session, case, now)
    names = names_of(session, [one.person_id for one in members])
    return tuple(
        CircleMember(
            str(one.person_id),
            names[one.person_id],
            one.role,
            "" if one.reason == UNIT_LEADER else one.reason,  # the role says it already
            one.since,
        )
        for one in members
    )


def _local(moment: datetime | None) -> str | None:
    return moment.astimezone(COPENHAGEN).strftime("%Y-%m-%dT%H:%M") if moment else None


def _handler(session: Session, case: CaseRecord) -> str | None:
    if case.handler_id is None:
        return None
    return names_of(session, [case.handler_id]).get(case.handler_id)


def _unit(session: Session, case: CaseRecord, language: str) -> str:
    _ = gettext_of(language)
    unit = unit_names(session).get(case.unit_id) if case.unit_id else None
    return unit or _("Not decided")
