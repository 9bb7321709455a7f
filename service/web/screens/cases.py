"""Case screens filled: from casework's values to the views that the templates show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from service.access.principal import Principal
from service.access.rights import Level
from service.casework.cases.concerned import ACTION as NAME
from service.casework.cases.course import Course, course_of, courses_of
from service.casework.cases.finding import Found, concerns, may_on
from service.casework.cases.glass import broken_until, may_break
from service.casework.cases.listing import (
    PAGE,
    accounts_in,
    circle_of,
    harassed_in,
    names_of,
    unit_names,
)
from service.casework.cases.merged import merged_into
from service.casework.cases.merging import ACTION as MERGE
from service.casework.cases.restricting import ACTION as RESTRICT
from service.casework.cases.wishes import ACTION as ANSWER
from service.casework.cases.wishes import wishes_of
from service.casework.exporting.asking import may_export
from service.procedure import states as procedure_states
from service.procedure.closing import missing_for_closing
from service.procedure.next_acts import MOST as MOST_ACTS
from service.procedure.next_acts import Act as NextAct
from service.procedure.next_acts import coming, next_acts
from service.procedure.texts import render_text
from service.web.screens.case_tabs import Tabs, tabs_of
from service.web.screens.circle import through
from service.web.screens.merging import came_in_view, owed_view
from service.web.screens.paging import page_query
from service.web.screens.person import answer_view
from service.web.screens.steps import (
    Around,
    act_view,
    around_of,
    clock_view,
    clocks_of,
    open_step,
    readers_as,
    step_title,
    step_view,
)
from service.web.views.case import (
    Account,
    Act,
    CaseRow,
    CaseView,
    CaseWish,
    CircleMember,
    Circumstance,
    CloseCaseView,
    Seriousness,
    Tab,
)
from service.web.views.concerned import Shape
from service.web.views.frame import FormState
from service.web.wording import gettext_of
from service.web.words import COPENHAGEN

if TYPE_CHECKING:
    from archive.records.cases import CaseRecord


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
    place: tuple[datetime, UUID] | None = None,
    entry: int | None = None,
) -> CaseView:
    """Return the view of one case; at level `status` without documentation and timeline.

    `place` (a row's moment and id) and `entry` (a position) say where the open tab goes on.
    """
    case, course = found.case, course_of(session, found.case)
    limited = found.level is Level.STATUS
    around = around_of(session, case, course, language, who=who, limited=limited)
    steps = procedure_states.states(course.procedure, course.endings, course.facts, now)
    own = concerns(session, who, case)
    may_step = may_on(session, who, case, "case.step", now)
    ahead = next(iter(coming(course.procedure, course.endings, course.facts, now)), None)
    acts = next_acts(course.procedure, course.endings, course.facts, now)
    if case.merged_into is not None:  # what is due is due in the case where it goes on
        ahead, acts = None, ()
    first = next((act for act in acts if act.due is not None), None)
    next_at = first.due.moment if first and first.due else (ahead.opens_at if ahead else None)
    next_step = first.step if first else (ahead.step if ahead else None)
    wishes = () if limited else case_wishes(session, who, case, now)
    tabs = (
        Tabs()
        if limited
        else tabs_of(session, who, case, now, language=language, tab=tab, place=place, entry=entry)
    )
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
        next_title=step_title(around, next_step) if next_step else None,
        acts=() if limited or case.closed_at else _acts(around, acts, wishes),
        open_step=open_step(
            session, around, steps, wanted=step, now=now, may_change=may_step, form=form
        ),
        clocks=()
        if case.merged_into is not None
        else tuple(clock_view(around, one) for one in clocks_of(course, now)),
        tab=tab,
        documentation=tabs.documentation,
        timeline=tabs.timeline,
        letters=tabs.letters,
        counts=tabs.counts,
        more_url=tabs.more_url,
        first_url=f"{around.url}?tab={tab}#tabs" if place or entry is not None else None,
        wishes=wishes,
        hand_in_url=f"/hand-in?case={case.number}" if may_step else None,
        capture_url=f"/capture?case={case.number}"
        if may_on(session, who, case, "page.capture", now)
        else None,
        close_url=f"{around.url}/close"
        if not own and may_on(session, who, case, "case.close", now)
        else None,
        bundle_url=f"{around.url}/bundle" if may_export(session, who, case, now) else None,
        closed_at=case.closed_at,
        limited=limited,
        circumstances=() if limited else _circumstances(course, language),
        may_state=may_step and not own,
        incident_local=_local(course.facts.moments.get("incident")),
        accounts=() if limited else _accounts(session, case),
        circle=() if limited else _circle(session, case, now),
        circle_url=None if limited else f"{around.url}/circle",
        may_invite=may_on(session, who, case, "case.circle", now, though_closed=True) and not own,
        glass_url=f"{around.url}/glass" if may_break(session, who, case, now) else None,
        glass_until=broken_until(session, who, case, now),
        shape=_shape(session, who, case, now),
        owed=() if limited or case.closed_at else owed_view(session, around, case, course),
        came_in=() if limited else came_in_view(session, who, case, now),
    )


def _shape(session: Session, who: Principal, case: CaseRecord, now: datetime) -> Shape:
    """Where what the case is can be changed, by who carries it on and is not concerned by it."""
    url, others = f"/cases/{case.number}", not concerns(session, who, case)
    into = merged_into(session, case)
    seen = into is not None and may_on(session, who, into, "case.see", now, though_closed=True)

    def may(action: str, *, though_closed: bool = False) -> bool:
        stands = others and into is None
        return stands and may_on(session, who, case, action, now, though_closed=though_closed)

    return Shape(
        restricted=case.restricted,
        restriction_url=f"{url}/restriction" if may(RESTRICT, though_closed=True) else None,
        concerned_url=f"{url}/concerned" if may(NAME) else None,
        merge_url=f"{url}/merge" if may(MERGE) else None,
        merged_into=None if into is None else into.number if seen else "–",
    )


def case_wishes(
    session: Session, who: Principal, case: CaseRecord, now: datetime
) -> tuple[CaseWish, ...]:
    """Return the employee's wishes, those that wait for an answer first."""
    may = may_on(session, who, case, ANSWER, now, though_closed=True)
    own = concerns(session, who, case)
    may = may and not own
    wishes = wishes_of(session, case, only_of=who.person_id if own else None)
    several = len(harassed_in(session, case)) > 1
    names = names_of(session, [one.person_id for one in wishes]) if several else {}
    return tuple(
        CaseWish(
            f"/cases/{case.number}/wishes/{one.evidence_id}" if may else None,
            one.at,
            answer_view(one.answers[0]) if one.answers else None,
            names.get(one.person_id) if one.person_id else None,
        )
        for one in wishes
    )


def _acts(around: Around, acts: Sequence[NextAct], wishes: Sequence[CaseWish]) -> tuple[Act, ...]:
    """The three acts of *Gør nu*: a wish comes first, but for what is past its deadline."""
    found = [act_view(around, one) for one in acts]
    waiting = [one for one in wishes if one.answer is None and one.url is not None]
    if waiting:
        oldest = min(waiting, key=lambda one: one.at)
        late = sum(act.overdue for act in acts)
        found.insert(min(late, MOST_ACTS - 1), _wish_act(oldest, around.language))
    return tuple(found[:MOST_ACTS])


def _wish_act(wish: CaseWish, language: str) -> Act:
    _ = gettext_of(language)
    return Act(
        title=_("Answer the employee's wish"),
        url=wish.url or "",
        who=_("case handler"),
        why=_("Until it is answered, nobody knows what the employee can count on."),
    )


def close_view(
    session: Session, who: Principal, case: CaseRecord, now: datetime, language: str
) -> CloseCaseView:
    """Return what is missing before a case may close."""
    course = course_of(session, case)
    around = around_of(session, case, course, language, who=who)
    steps = procedure_states.states(course.procedure, course.endings, course.facts, now)
    views = procedure_states.flat(steps)
    missing = {
        one.step.id
        for one in missing_for_closing(course.procedure, course.endings, course.facts, now)
    }
    return CloseCaseView(
        number=case.number,
        case_url=around.url,
        missing=tuple(step_view(around, one, now) for one in views if one.step.id in missing),
        settled=sum(one.ended for one in steps),
        total=len(steps),
        wishes=tuple(one for one in case_wishes(session, who, case, now) if one.answer is None),
        owed=owed_view(session, around, case, course),
    )


def case_rows(
    session: Session,
    who: Principal,
    found: Sequence[CaseRecord],
    now: datetime,
    language: str,
    *,
    closed: bool,
) -> tuple[tuple[CaseRow, ...], str | None]:
    """Return the rows of a list of cases, and where it goes on."""
    shown = found[:PAGE]
    courses, units = courses_of(session, shown), unit_names(session)
    handlers = names_of(session, [case.handler_id for case in shown])
    _, readers = gettext_of(language), readers_as(who)
    rows = []
    for case in shown:
        course = courses[case.id]
        views = procedure_states.states(course.procedure, course.endings, course.facts, now)
        first = next(iter(next_acts(course.procedure, course.endings, course.facts, now)), None)
        rows.append(
            CaseRow(
                number=case.number,
                url=f"/cases/{case.number}",
                title=case_title(case, language),
                seriousness=seriousness_of(case, course),
                unit=(units.get(case.unit_id) if case.unit_id else None) or _("Not decided"),
                handler=handlers.get(case.handler_id) if case.handler_id else None,
                opened_at=case.opened_at,
                settled=sum(one.ended for one in views),
                total=len(views),
                next_at=first.due.moment if first and first.due else None,
                next_title=render_text(first.step, language, readers).title if first else None,
                closed_on=case.closed_at.date() if case.closed_at else None,
                restricted=case.restricted,
                merged=case.merged_into is not None,
            )
        )
    if len(found) <= PAGE:
        return tuple(rows), None
    last = shown[-1]
    return tuple(rows), (f"/cases?closed={int(closed)}&{page_query((last.opened_at, last.id))}")


def case_title(case: CaseRecord, language: str) -> str:
    """Return neutral words for what a case is about; nothing offensive stands in a heading."""
    return kind_title(case.kind, language)


def kind_title(kind: str, language: str) -> str:
    """Return neutral words for a kind of case."""
    _ = gettext_of(language)
    titles = {
        "mail": _("Unpleasant mail"),
        "page": _("Posts on a page"),
        "upload": _("Something handed in"),
    }
    return titles.get(kind, _("Harassment online"))


def seriousness_of(case: CaseRecord, course: Course) -> Seriousness:
    """Return how serious a case is, from what people have stated."""
    if "danger" in course.facts.holds:
        return Seriousness.DANGER
    if case.serious:
        return Seriousness.SERIOUS
    return Seriousness.ORDINARY if course.endings else Seriousness.UNKNOWN


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
        CircleMember(names[one.person_id], one.role, one.since, through(one.until))
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
