"""I dag, filled: what each role can do now, in the order of the clock, and what it is told of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from service.access.principal import Principal
from service.casework import triage
from service.casework.cases import outlines
from service.casework.cases.alerts import Alert
from service.casework.cases.glass import broken_by
from service.casework.cases.listing import own_cases
from service.casework.cases.overview import CaseToday, OwnPart
from service.casework.evidence.listing import HAND_TO_POLICE
from service.casework.evidence.sealing_off import waiting_for_police
from service.casework.evidence.unusual import ACTION as WATCH
from service.casework.evidence.unusual import list_unusual
from service.casework.moderation.queue import count_waiting
from service.casework.organisation.away import CHANGE
from service.casework.organisation.duties import duty_lines, on_duty_now
from service.casework.rights.listing import waiting_changes
from service.casework.rights.told import APPROVE
from service.organisation.duty import gaps
from service.procedure.next_acts import Act
from service.procedure.texts import render_text
from service.web.catalogues import load
from service.web.screens.steps import readers_as
from service.web.views.frame import CaseLink, Origin
from service.web.views.operations import Light, LightState
from service.web.views.today import TaskKind, TodayTask, Told
from service.web.wording import gettext_of

MOST = 12
LATELY = timedelta(days=7)
SOON = timedelta(hours=24)
"""So far ahead a gap in the duty list is somebody's to fill today."""


def danger_tasks(alerts: Sequence[Alert], language: str) -> list[TodayTask]:
    """Return what goes before everything else: danger that nobody has taken."""
    _ = gettext_of(language)
    return [
        TodayTask(
            TaskKind.ACKNOWLEDGE,
            _("Say whether you take it: %(name)s is in danger") % {"name": one.in_danger.name}
            if one.in_danger
            else _("Say whether you take it: danger in case %(number)s") % {"number": one.number},
            f"/alerts/{one.id}",
            _("Somebody may be in danger right now. Nobody has taken it yet."),
            due=one.raised_at,
            danger=True,
        )
        for one in alerts
    ]


def piles(
    session: Session, who: Principal, now: datetime, language: str
) -> tuple[int, int, list[TodayTask]]:
    """Return how many posts and arrivals wait for this person, and the tasks that they are."""
    _, _n = gettext_of(language), load(language).ngettext
    queue = count_waiting(session, who, now) if who.may("queue.see") else 0
    pile = len(triage.waiting(session, who, now)) if who.may(triage.ACTION) else 0
    shut = waiting_for_police(session, who, now) if who.may(HAND_TO_POLICE) else 0
    found = []
    if shut:
        said = _n(
            "%(count)d file may be a sexual picture of somebody under 18. Nobody else can act.",
            "%(count)d files may be sexual pictures of somebody under 18. Nobody else can act.",
            shut,
        )
        title = _("Call the police about what is sealed off")
        found.append(TodayTask(TaskKind.POLICE, title, "/sealed-off", said % {"count": shut}))
    if queue:
        said = _n("%(count)d post waits.", "%(count)d posts wait, the worst first.", queue)
        title = _("Look at posts that the rules pointed at")
        found.append(TodayTask(TaskKind.REVIEW, title, "/queue", said % {"count": queue}))
    if pile:
        said = _n(
            "%(count)d arrival belongs to no case yet.",
            "%(count)d arrivals belong to no case yet.",
            pile,
        )
        title = _("Give what came in its right place")
        found.append(TodayTask(TaskKind.TRIAGE, title, "/triage", said % {"count": pile}))
    return queue, pile, found


def wish_tasks(cases: Iterable[CaseToday], language: str) -> list[TodayTask]:
    """Return the wishes that wait for an answer, the oldest of each case, the oldest first."""
    _ = gettext_of(language)
    found = []
    for one in cases:
        if one.wishes is not None:
            link = _link(one.case.number)
            task = TodayTask(
                TaskKind.WISH,
                _("Answer the employee's wish"),
                f"{link.url}/wishes/{one.wishes.evidence_id}",
                _("Until it is answered, nobody knows what the employee can count on."),
                link,
            )
            found.append((one.wishes.since, task))
    return [task for _since, task in sorted(found, key=lambda one: one[0])]


def step_tasks(
    cases: Iterable[CaseToday | OwnPart], who: Principal, language: str
) -> list[TodayTask]:
    """Return the steps that can be carried on now, each as its procedure says it to this reader."""
    return [_step(one, act, language, readers_as(who)) for one in cases for act in one.acts]


def _step(one: CaseToday | OwnPart, act: Act, language: str, readers: frozenset[str]) -> TodayTask:
    link, text = _link(one.case.number), render_text(act.step, language, readers)
    return TodayTask(
        TaskKind.STEP,
        text.title,
        f"{link.url}?step={act.step.id}#step",
        text.why,
        link,
        act.due.moment if act.due else None,
        Origin(act.due.origin) if act.due else None,
        danger="danger" in one.course.facts.holds,
    )


def tasks_ahead(cases: Iterable[CaseToday], who: Principal, language: str) -> list[TodayTask]:
    """Return what waits for a date, the soonest first."""
    readers, found = readers_as(who), []
    for one in cases:
        link = _link(one.case.number)
        for view in one.ahead:
            due = view.due.moment if view.due else view.opens_at
            title = render_text(view.step, language, readers).title
            found.append(TodayTask(TaskKind.TALK, title, link.url, None, link, due))
    return sorted(found, key=moment_of)[:MOST]


def duty_tasks(session: Session, who: Principal, now: datetime, language: str) -> list[TodayTask]:
    """Return that nobody is on duty soon, to those who keep the list; none where it is not used."""
    if not who.may(CHANGE):
        return []
    _, lines = gettext_of(language), duty_lines(session, now)
    empty = next(iter(gaps(lines, now, now + SOON)), None) if lines else None
    if empty is None:
        return []
    return [
        TodayTask(
            TaskKind.DUTY,
            _("Find somebody for the duty list"),
            "/organisation/duty",
            _("Nobody is on duty from then on. Whoever is in danger would reach fewer people."),
            due=empty.since,
        )
    ]


def rights_tasks(session: Session, who: Principal, now: datetime, language: str) -> list[TodayTask]:
    """Return that the table of rights waits for this person's answer; not what they asked for."""
    if not who.may(APPROVE):
        return []
    _ = gettext_of(language)
    waits = [one for one in waiting_changes(session, who, now) if one.may_answer]
    if all(one.barrier is not None for one in waits):
        return []
    why = _("It opens more to a role, so somebody else than whoever asked has to agree.")
    return [TodayTask(TaskKind.RIGHTS, _("Answer a change of rights"), "/rights/changes", why)]


def light_tasks(lights: Iterable[Light]) -> list[TodayTask]:
    """Return what has stopped; what is only amber stands on its own page."""
    return [
        TodayTask(
            TaskKind.OPERATIONS,
            one.cause,
            "/operations" if one.act_posts or one.act_url is None else one.act_url,
        )
        for one in lights
        if one.state is LightState.STOPPED and one.cause
    ]


def told_today(
    session: Session, who: Principal, parts: Sequence[OwnPart], now: datetime, language: str
) -> tuple[Told, ...]:
    """Return what is good to know today and asks for nothing."""
    _, _n = gettext_of(language), load(language).ngettext
    found = [
        Told(_("You are on duty."), until=one.until)
        for one in on_duty_now(session, now)
        if one.person_id == who.person_id
    ]
    if who.main_role != "employee":
        # Who has a role finds no "Min sag" in the menu: their own case is reached from here.
        found += [
            Told(_("Your case %(number)s") % {"number": one.number}, f"/my-case/{one.number}")
            for one in own_cases(session, who)
            if one.closed_at is None
        ]
    if who.may("case.break_glass"):
        found += [
            Told(
                _("You have case %(number)s open.") % {"number": number}, f"/cases/{number}", until
            )
            for number, until in broken_by(session, who, now)
        ]
    if who.may(WATCH):
        (bursts, _next) = list_unusual(session, who, limit=1)
        if bursts and bursts[0].at > now - LATELY:
            found.append(
                Told(_("Somebody has had unusually much shown this week."), "/unusual-viewings")
            )
    if who.may(outlines.ACTION):
        count = outlines.opened_since(session, who, now - LATELY, now)
        if count:
            said = _n(
                "%(count)d case was opened where you represent your colleagues this week.",
                "%(count)d cases were opened where you represent your colleagues this week.",
                count,
            )
            found.append(Told(said % {"count": count}, "/safety"))
    followed = [one.case.number for one in parts if not one.acts]
    said = _("You can follow case %(number)s.")
    found += [Told(said % {"number": one}, _link(one).url) for one in followed[:MOST]]
    return tuple(found)


def moment_of(task: TodayTask) -> float:
    """Return when a task is due, as tasks are ordered: what has no date stands last."""
    return task.due.timestamp() if task.due is not None else float("inf")


def _link(number: str) -> CaseLink:
    return CaseLink(number, f"/cases/{number}")
