"""I dag: what waits for this person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework import triage
from service.casework.cases import wishes
from service.casework.cases.alerts import Alert, alerts_for
from service.casework.cases.overview import CaseToday, cases_today
from service.casework.evidence.listing import HAND_TO_POLICE
from service.casework.evidence.sealing_off import waiting_for_police
from service.casework.moderation.day import decided_today
from service.casework.moderation.queue import count_waiting
from service.procedure.texts import render_text
from service.web.catalogues import load
from service.web.dependencies import Now, PageRight, Reading
from service.web.frames import frame_for
from service.web.screens.steps import readers_as
from service.web.views.frame import CaseLink, Origin, Place
from service.web.views.today import TaskKind, TodayTask, TodayView
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
MOST = 12
WISHES_FIRST = 3


@router.get("/")
def show(
    request: Request,
    who: Annotated[Principal, Depends(PageRight("today.see"))],
    session: Reading,
    now: Now,
) -> Response:
    """Show what can be done now, and what waits for a date."""
    if who.main_role == "employee":
        return RedirectResponse("/my-case", 303)
    language = frame_for(request, who).language
    queue = count_waiting(session, who, now) if who.may("queue.see") else 0
    pile = len(triage.waiting(session, who, now)) if who.may(triage.ACTION) else 0
    cases = cases_today(session, who, now) if who.may("case.step") else []
    steps = _steps(cases, language, readers_as(who))
    shut = waiting_for_police(session, who, now) if who.may(HAND_TO_POLICE) else 0
    danger = _danger(alerts_for(session, who, now), language)
    acts = sorted((*_shut(shut, language), *_piles(queue, pile, language), *steps), key=_moment)
    asked = _wishes(cases, language) if who.may(wishes.ACTION) else []
    # A wish has no deadline, and would stand last for ever: the oldest follow the most urgent act.
    tasks = [*danger, *acts[:1], *asked[:WISHES_FIRST], *acts[1:], *asked[WISHES_FIRST:]]
    view = TodayView(
        tasks=tuple(tasks[:MOST]),
        more=max(0, len(tasks) - MOST),
        waiting=tuple(_ahead(cases, language, readers_as(who))),
        done_today=decided_today(session, who, now) if who.may("post.decide") else 0,
    )
    waiting = {Place.QUEUE: queue, Place.TRIAGE: pile}
    frame = frame_for(request, who, Place.TODAY, waiting=waiting)
    answer: Response = request.app.state.templates.response(
        request, "today.html", {"frame": frame, "view": view}
    )
    return answer


def _danger(alerts: Sequence[Alert], language: str) -> list[TodayTask]:
    """Return what goes before everything else: danger that nobody has taken."""
    _ = gettext_of(language)
    return [
        TodayTask(
            TaskKind.ACKNOWLEDGE,
            _("Say whether you take it: danger in case %(number)s") % {"number": one.number},
            f"/alerts/{one.id}",
            _("Somebody may be in danger right now. Nobody has taken it yet."),
            due=one.raised_at,
            danger=True,
        )
        for one in alerts
    ]


def _shut(count: int, language: str) -> list[TodayTask]:
    if not count:
        return []
    _, _n = gettext_of(language), load(language).ngettext
    said = _n(
        "%(count)d file may be a sexual picture of somebody under 18. Nobody else can act.",
        "%(count)d files may be sexual pictures of somebody under 18. Nobody else can act.",
        count,
    )
    title = _("Call the police about what is sealed off")
    return [TodayTask(TaskKind.TRIAGE, title, "/sealed-off", said % {"count": count})]


def _piles(queue: int, pile: int, language: str) -> list[TodayTask]:
    _, _n = gettext_of(language), load(language).ngettext
    found = []
    if queue:
        found.append(
            TodayTask(
                TaskKind.REVIEW,
                _("Look at posts that the rules pointed at"),
                "/queue",
                _n("%(count)d post waits.", "%(count)d posts wait, the worst first.", queue)
                % {"count": queue},
            )
        )
    if pile:
        found.append(
            TodayTask(
                TaskKind.TRIAGE,
                _("Give what came in its right place"),
                "/triage",
                _n(
                    "%(count)d arrival belongs to no case yet.",
                    "%(count)d arrivals belong to no case yet.",
                    pile,
                )
                % {"count": pile},
            )
        )
    return found


def _wishes(cases: list[CaseToday], language: str) -> list[TodayTask]:
    """Return the wishes that wait for an answer, the oldest of each case, the oldest first."""
    _ = gettext_of(language)
    found = []
    for one in cases:
        if one.wishes is not None:
            link = CaseLink(one.case.number, f"/cases/{one.case.number}")
            task = TodayTask(
                TaskKind.WISH,
                _("Answer the employee's wish"),
                f"{link.url}/wishes/{one.wishes.evidence_id}",
                _("Until it is answered, nobody knows what the employee can count on."),
                link,
            )
            found.append((one.wishes.since, task))
    return [task for _since, task in sorted(found, key=lambda one: one[0])]


def _steps(cases: list[CaseToday], language: str, readers: frozenset[str]) -> list[TodayTask]:
    found = []
    for one in cases:
        link = CaseLink(one.case.number, f"/cases/{one.case.number}")
        for act in one.acts:
            text = render_text(act.step, language, readers)
            found.append(
                TodayTask(
                    TaskKind.STEP,
                    text.title,
                    f"{link.url}?step={act.step.id}#step",
                    text.why,
                    link,
                    act.due.moment if act.due else None,
                    Origin(act.due.origin) if act.due else None,
                    danger="danger" in one.course.facts.holds,
                )
            )
    return found


def _ahead(cases: list[CaseToday], language: str, readers: frozenset[str]) -> list[TodayTask]:
    found = []
    for one in cases:
        link = CaseLink(one.case.number, f"/cases/{one.case.number}")
        for view in one.ahead:
            due = view.due.moment if view.due else view.opens_at
            title = render_text(view.step, language, readers).title
            found.append(TodayTask(TaskKind.TALK, title, link.url, None, link, due))
    return sorted(found, key=_moment)[:MOST]


def _moment(task: TodayTask) -> float:
    return task.due.timestamp() if task.due is not None else float("inf")
